"""Functions of TensorFlow on the symbolic tensors of a functional model, which Keras 2 made layers of.

Keras 3 refuses them: ``tf.nn.relu(keras.Input((4,)))`` is a ValueError. TensorFlow asks dispatchers about arguments
that a function cannot take; the one here makes an operation of the model of them, which is saved with the model.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.addons.utils.types import Config

# Where TensorFlow has functions of tensors; what a file may name reads, writes and runs nothing.
MODULES = ("", "bitwise", "image", "linalg", "math", "nn", "random", "signal", "strings")
ASKS_DISPATCHERS = "_tf_fallback_dispatchers"  # which TensorFlow sets on functions of tensors
# Of those, the ones that call other functions or are called for what they do.
NOT_OF_TENSORS = frozenset(
    {"Assert", "case", "cond", "foldl", "foldr", "no_op", "numpy_function", "print", "py_function", "scan", "timestamp"}
)


@keras.saving.register_keras_serializable(package="loadstone")
class TensorFlowFunction(keras.Operation):
    """A call of a function of TensorFlow within a functional model; needs the TensorFlow backend.

    Args:
        function: the function's public name without ``tf.``, such as ``math.multiply``.
        name: the operation's name in the model.

    Raises:
        ValueError: for a name that is no function of tensors.
    """

    def __init__(self, function: str, name: str | None = None) -> None:
        if function not in functions():
            raise ValueError(f"tf.{function} is no function of tensors that a model may hold")
        super().__init__(name=name or _unique(f"tf.{function}"))
        self.function = function

    def call(self, *args: object, **kwargs: object) -> Any:
        """Call the function."""
        return functions()[self.function](*args, **kwargs)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {"function": self.function, "name": self.name}


def _unique(name: str) -> str:
    used = keras.backend.get_uid(name) - 1
    return f"{name}_{used}" if used else name


@cache
def functions() -> Mapping[str, Any]:
    """Return TensorFlow's functions of tensors by their public names."""
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    found = {}
    for module in MODULES:
        home = getattr(tf, module) if module else tf
        prefix = f"{module}." if module else ""
        for name, value in vars(home).items():
            if hasattr(value, ASKS_DISPATCHERS) and not name.startswith("_") and name not in NOT_OF_TENSORS:
                found[f"{prefix}{name}"] = value
    return found


@cache
def names() -> Mapping[int, str]:
    """Return the name of each function, and of what it wraps, by identity; a module's goes before the short one."""
    found: dict[int, str] = {}
    for name, value in sorted(functions().items(), key=lambda item: ("." not in item[0], item[0])):
        wrapped: Any = value
        while wrapped is not None:
            found.setdefault(id(wrapped), name)
            wrapped = getattr(wrapped, "__wrapped__", None)
    return found


@cache
def _dispatcher() -> Any:
    """Return what TensorFlow asks from the first call on; it cannot be taken back, and acts while it ``is_wanted``."""
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    class Dispatcher(tf.__internal__.dispatch.GlobalOpDispatcher):
        is_wanted = False

        def handle(self, op: Any, args: Any, kwargs: Any) -> Any:
            name = names().get(id(op)) if self.is_wanted else None
            leaves = keras.tree.flatten((args, kwargs))
            if name is None or not any(isinstance(leaf, keras.KerasTensor) for leaf in leaves):
                return self.NOT_SUPPORTED
            return TensorFlowFunction(name)(*args, **kwargs)

    dispatcher = Dispatcher()
    dispatcher.register()
    return dispatcher


def accept() -> None:
    """Let TensorFlow's functions take symbolic tensors, on its own backend."""
    if keras.backend.backend() == "tensorflow":
        _dispatcher().is_wanted = True


def refuse() -> None:
    """Let them refuse symbolic tensors again."""
    if keras.backend.backend() == "tensorflow":
        _dispatcher().is_wanted = False
