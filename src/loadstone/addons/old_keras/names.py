"""Names of Keras 2 that programs with TensorFlow Addons use: legacy optimizers, and the base of cells."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.old_keras.replacing import Arguments, Replacement, homes, public
from loadstone.addons.optimizers.base import as_learning_rate
from loadstone.addons.rnn.states import ZeroStates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.addons.utils.types import Tensor

OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")
# `tf.keras.optimizers.experimental` of TensorFlow 2.8 to 2.15, and `tf.keras.layers.experimental` of 2.2 to 2.15.
EXPERIMENTAL_OPTIMIZERS = (*OPTIMIZERS, "AdamW", "Optimizer")
PREPROCESSING = (
    "CategoryEncoding",
    "CenterCrop",
    "Discretization",
    "Hashing",
    "IntegerLookup",
    "Normalization",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "Rescaling",
    "Resizing",
    "StringLookup",
    "TextVectorization",
)


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

    def modern(learning_rate: Any = usual, *args: Any, lr: Any = None, decay: float = 0.0, **kwargs: Any) -> Arguments:
        return (as_learning_rate(learning_rate if lr is None else lr, decay), *args), kwargs

    class Legacy(optimizer):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            if cls is not Legacy:
                return super().__new__(cls)
            args, kwargs = modern(*args, **kwargs)
            return optimizer(*args, **kwargs)  # which files name, and of which PyTorch has its own

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            args, kwargs = modern(*args, **kwargs)
            super().__init__(*args, **kwargs)

    Legacy.__name__ = Legacy.__qualname__ = optimizer.__name__
    Legacy.__doc__ = f"Makes a ``keras.optimizers.{optimizer.__name__}`` from the arguments of Keras 2's."
    return Legacy


def sync_batch_normalization(**arguments: Any) -> keras.layers.BatchNormalization:
    """Return what ``SyncBatchNormalization`` has become; on JAX every batch normalization is one, on PyTorch none."""
    return keras.layers.BatchNormalization(synchronized=keras.backend.backend() == "tensorflow", **arguments)


def compute_output_signature(layer: keras.layers.Layer, input_signature: Any) -> Any:
    """Return the ``tf.TensorSpec`` of the outputs for those of the inputs, in whatever nest both are."""
    specification: Any = None

    def symbolic(signature: Any) -> keras.KerasTensor:
        nonlocal specification
        specification = type(signature)
        return keras.KerasTensor(tuple(signature.shape), dtype=keras.backend.standardize_dtype(signature.dtype))

    outputs = layer.compute_output_spec(keras.tree.map_structure(symbolic, input_signature))
    return keras.tree.map_structure(lambda each: specification(shape=each.shape, dtype=each.dtype), outputs)


def replacements() -> Iterator[Replacement]:
    """Give Keras these names."""
    for name in OPTIMIZERS:
        yield from public("optimizers.legacy", name, legacy(getattr(keras.optimizers, name)))
    yield from public("optimizers.legacy", "Optimizer", keras.optimizers.Optimizer)
    yield from public("layers", "AbstractRNNCell", AbstractRNNCell)
    yield Replacement(keras.layers.Layer, "compute_output_signature", compute_output_signature)
    yield Replacement(keras.Variable, "read_value", lambda variable: variable.value)
    for home in homes():
        yield from _module(f"{home}.optimizers", "experimental", _of_keras("optimizers", EXPERIMENTAL_OPTIMIZERS))
        layers = {"EinsumDense": keras.layers.EinsumDense, "SyncBatchNormalization": sync_batch_normalization}
        yield from _module(f"{home}.layers", "experimental", layers)
        yield from _module(f"{home}.layers.experimental", "preprocessing", _of_keras("layers", PREPROCESSING))


def _of_keras(module: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(getattr(keras, module), name) for name in names}


def _module(parent: str, name: str, members: dict[str, Any]) -> Iterator[Replacement]:
    """Yield what makes a module both an attribute of its parent and something to import."""
    module = ModuleType(f"{parent}.{name}", "Names that Keras 2 had here.")
    vars(module).update(members, __path__=[])
    yield Replacement(sys.modules, module.__name__, module)
    yield Replacement(sys.modules[parent], name, module)
