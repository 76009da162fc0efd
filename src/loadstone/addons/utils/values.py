"""Values of tensors: whether they are known while a backend traces, required, or computed by Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.addons.utils.errors import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loadstone.addons.utils.types import Array, Tensor

WIDE = 8  # bytes of a number of 64 bits, which JAX has only when it is told to


def on_tensorflow() -> bool:
    """Return whether Keras' backend is TensorFlow."""
    return bool(keras.backend.backend() == "tensorflow")


def is_tensorflow(value: object) -> bool:
    """Return whether ``value`` is TensorFlow's, whatever the backend; it is in a ``tf.data`` pipeline."""
    return type(value).__module__.partition(".")[0] == "tensorflow"


def known(value: object) -> Array | None:
    """Return a number or tensor as an array; None for a tensor that has no value yet, while a function is traced."""
    if isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        return np.asarray(value)
    if isinstance(value, keras.KerasTensor):
        return None
    try:
        return np.asarray(ops.convert_to_numpy(value))
    # What TensorFlow, JAX and PyTorch (for its device ``meta``) raise for a traced tensor.
    except (TypeError, NotImplementedError, AttributeError, RuntimeError):
        return None


def require(condition: object, message: str) -> None:
    """Require a condition of one truth value.

    One that is not known while a function is traced is checked by TensorFlow when it runs, by other backends never.

    Raises:
        ValueError: when it does not hold; with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    holds = known(condition)
    if holds is not None:
        if not holds:
            raise invalid_argument(message)
    elif on_tensorflow():
        import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

        tf.debugging.assert_equal(condition, tf.constant(value=True), message=message)


def call_on_host(
    function: Callable[..., Sequence[Array]], values: Sequence[Any], dtypes: Sequence[str], shapes: Sequence[Any]
) -> list[Tensor]:
    """Return ``function`` of NumPy arrays, as tensors.

    With a traced tensor among ``values`` it is called when the traced function runs: by ``tf.numpy_function`` in
    TensorFlow, which neither XLA nor a saved program can do without this process, and by ``jax.pure_callback`` in JAX,
    for numbers whose shapes are known. No gradient passes. Strings, and in JAX integers of 64 bits, have no tensors
    outside of TensorFlow; those are returned as NumPy arrays.

    Args:
        function: of as many arrays as there are ``values``, to as many as there are ``dtypes``.
        values: tensors, arrays, numbers, texts or lists of them.
        dtypes: the results' dtypes; ``string`` for texts.
        shapes: the results' static shapes.

    Raises:
        TypeError: for a traced tensor of JAX where a size is not known.
    """
    if on_tensorflow() or any(map(is_tensorflow, values)):
        import tensorflow as tf  # noqa: PLC0415 - its tensors are asked for

        if any(tf.is_symbolic_tensor(value) for value in values):
            tensors = tf.numpy_function(function, values, [tf.as_dtype(dtype) for dtype in dtypes])
            for tensor, shape in zip(tensors, shapes, strict=True):
                tensor.set_shape(shape)
            return list(tensors)
        results = zip(function(*map(array, values)), dtypes, strict=True)
        return [tf.constant(result, dtype) for result, dtype in results]
    if keras.backend.backend() == "jax" and any(known(value) is None for value in values if ops.is_tensor(value)):
        import jax  # noqa: PLC0415 - only where it is the backend

        specifications = [jax.ShapeDtypeStruct(shape, dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
        return list(jax.pure_callback(lambda *given: list(function(*map(np.asarray, given))), specifications, *values))
    return [_tensor(result) for result in function(*map(array, values))]


def array(value: Any) -> Array:
    """Return a tensor, list, number or text as a NumPy array."""
    if isinstance(value, (str, bytes, list, tuple, np.ndarray)) or np.isscalar(value):
        return np.asarray(value)
    return np.asarray(value.numpy() if is_tensorflow(value) else ops.convert_to_numpy(value))


def _tensor(result: Array) -> Tensor:
    is_wide = keras.backend.backend() == "jax" and result.dtype.itemsize == WIDE
    return result if result.dtype.kind in "OSU" or is_wide else ops.convert_to_tensor(result)
