"""What the image functions need of a backend beyond Keras' operations.

Nothing else in `loadstone.addons.image` asks which backend there is. Here it is asked because each has its own type
of error for an argument that cannot be used, its own way out of a traced function into NumPy, and because only
TensorFlow traces functions whose tensors have no known rank.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any, TypeVar

import keras

from loadstone.addons.utils.values import require

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Tensor

BACKEND = keras.backend.backend()
Function = TypeVar("Function", bound="Callable[..., Any]")


@keras.saving.register_keras_serializable(package="loadstone")
class ImageFunction(keras.Operation):
    """A call of a function of `loadstone.addons.image` within a functional model, saved with the model.

    Args:
        function: the function's name.
        name: the operation's name in the model.
    """

    def __init__(self, function: str, name: str | None = None) -> None:
        super().__init__(name=name)
        self.function = function

    def call(self, *args: object, **kwargs: object) -> Tensor:
        """Call the function."""
        return getattr(importlib.import_module("loadstone.addons.image"), self.function)(*args, **kwargs)

    def compute_output_spec(self, *args: object, **kwargs: object) -> Any:
        """Return what the function gives for symbolic tensors, tracing only these: JAX would trace numbers as well."""
        given = keras.tree.flatten((args, kwargs))
        places = [place for place, value in enumerate(given) if isinstance(value, keras.KerasTensor)]

        def with_tensors(*tensors: Tensor) -> Any:
            traced = dict(zip(places, tensors, strict=True))
            values = [traced.get(place, value) for place, value in enumerate(given)]
            positional, named = keras.tree.pack_sequence_as((args, kwargs), values)
            return self.call(*positional, **named)

        return _Traced(with_tensors).compute_output_spec(*(given[place] for place in places))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {"function": self.function, "name": self.name}


class _Traced(keras.Operation):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.call = function


def image_function(function: Function) -> Function:
    """Make a function of tensors one of Keras' symbolic inputs as well, and give it ``get_concrete_function``.

    TensorFlow Addons' functions have that method because they are ``tf.function``; it needs the TensorFlow backend.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(value, keras.KerasTensor) for value in keras.tree.flatten((args, kwargs))):
            return ImageFunction(function.__name__)(*args, **kwargs)
        return function(*args, **kwargs)

    def get_concrete_function(*args: Any, **kwargs: Any) -> Any:
        import tensorflow as tf  # noqa: PLC0415 - only its users call this

        return tf.function(function).get_concrete_function(*args, **kwargs)

    call.get_concrete_function = get_concrete_function  # type: ignore[attr-defined]  # a function's own attribute
    return call  # type: ignore[return-value]  # same signature


def unimplemented(message: str) -> Exception:
    """Return the error for what is not offered: TensorFlow's ``UnimplementedError``, else NotImplementedError."""
    if BACKEND != "tensorflow":
        return NotImplementedError(message)
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    return tf.errors.UnimplementedError(None, None, message)  # type: ignore[no-any-return]  # it has no types


def rank(x: Tensor) -> int | None:
    """Return the number of axes; None where TensorFlow traces a function without knowing it."""
    return getattr(x.shape, "rank", len(x.shape)) if BACKEND != "tensorflow" else x.shape.rank


def with_rank(x: Tensor, expected: int, message: str) -> Tensor:
    """Return ``x`` with ``expected`` axes.

    Raises:
        ValueError: when it has others; with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    if rank(x) is None:
        import tensorflow as tf  # noqa: PLC0415 - only TensorFlow has tensors of unknown rank

        return tf.ensure_shape(x, [None] * expected)
    require(rank(x) == expected, message)
    return x
