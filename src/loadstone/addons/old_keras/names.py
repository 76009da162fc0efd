"""Names of Keras 2 that programs with TensorFlow Addons use: legacy optimizers, and the base of cells."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.optimizers.base import as_learning_rate
from loadstone.addons.rnn.states import ZeroStates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from loadstone.addons.utils.types import Tensor

# Keras has its names twice: as `keras`, and as what TensorFlow calls `tf.keras`.
HOMES = ("keras", "keras._tf_keras.keras")
OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")
ABSENT = object()
_replaced: dict[tuple[str, str], Any] = {}


class AbstractRNNCell(ZeroStates, keras.layers.Layer):
    """Base of one's own cells: ``call``, ``state_size`` and ``output_size`` are left to them."""

    def call(self, inputs: Tensor, states: Any) -> tuple[Tensor, Any]:
        """Make one step: from ``inputs`` (batch, features) and the states to an output and the next states.

        Raises:
            NotImplementedError: when the cell does not say how.
        """
        raise NotImplementedError(f"{type(self).__name__} has no call()")

    @property
    def state_size(self) -> Any:  # type: ignore[override]  # that of others is set once and read from then on
        """Size of the state, or of each of the states.

        Raises:
            NotImplementedError: when the cell does not say it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no state_size")

    @property
    def output_size(self) -> int:
        """Size of the output.

        Raises:
            NotImplementedError: when the cell does not say it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no output_size")


def legacy(optimizer: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    """Return what makes objects of one of Keras' optimizers from the arguments of Keras 2's legacy one.

    ``lr`` is another name of ``learning_rate``, and ``decay`` its inverse time decay. What comes of it is an optimizer
    of Keras, which is saved as such; the class can be derived from.
    """
    usual = inspect.signature(optimizer).parameters["learning_rate"].default

    class Legacy(optimizer):
        def __init__(
            self, learning_rate: Any = usual, *args: Any, lr: Any = None, decay: float = 0.0, **kwargs: Any
        ) -> None:
            super().__init__(as_learning_rate(learning_rate if lr is None else lr, decay), *args, **kwargs)
            if type(self) is Legacy:
                self.__class__ = optimizer  # which files name

    Legacy.__name__ = Legacy.__qualname__ = optimizer.__name__
    Legacy.__doc__ = f"Makes a ``keras.optimizers.{optimizer.__name__}`` from the arguments of Keras 2's."
    return Legacy


def accept() -> None:
    """Give Keras these names. Calling this again does nothing."""
    if _replaced:
        return
    optimizers = {name: legacy(getattr(keras.optimizers, name)) for name in OPTIMIZERS}
    optimizers["Optimizer"] = keras.optimizers.Optimizer
    for module, name, value in _places(optimizers):
        _replaced[module.__name__, name] = getattr(module, name, ABSENT)
        setattr(module, name, value)


def _places(optimizers: dict[str, Any]) -> Iterator[tuple[ModuleType, str, Any]]:
    for home in HOMES:
        module = importlib.import_module(f"{home}.optimizers.legacy")
        for name, value in optimizers.items():
            yield module, name, value
        yield importlib.import_module(f"{home}.layers"), "AbstractRNNCell", AbstractRNNCell


def refuse() -> None:
    """Take the names back."""
    for (module, name), value in _replaced.items():
        if value is ABSENT:
            delattr(importlib.import_module(module), name)
        else:
            setattr(importlib.import_module(module), name, value)
    _replaced.clear()
