"""Functions of values, computed by Python: at once, or by a callback from a TensorFlow graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loadstone.addons.utils.types import Array, Tensor


def is_tensorflow(value: object) -> bool:
    """Return whether ``value`` is TensorFlow's, whatever the backend; it is in a ``tf.data`` pipeline."""
    return type(value).__module__.partition(".")[0] == "tensorflow"


def call_on_host(
    function: Callable[..., Sequence[Array]], values: Sequence[Any], dtypes: Sequence[str], shapes: Sequence[Any]
) -> list[Tensor]:
    """Return ``function`` of NumPy arrays, as tensors.

    With a symbolic TensorFlow tensor among ``values`` it is called when the graph runs (``tf.numpy_function``, which
    neither XLA nor a saved program can do without this process). Everything else needs to have values by now: it
    cannot be compiled by JAX. Strings, and in JAX integers of 64 bits, have no tensors outside of TensorFlow; those are
    returned as NumPy arrays.

    Args:
        function: of as many arrays as there are ``values``, to as many as there are ``dtypes``.
        values: tensors, arrays, numbers, texts or lists of them.
        dtypes: the results' dtypes; ``string`` for texts.
        shapes: the results' static shapes.
    """
    if keras.backend.backend() == "tensorflow" or any(map(is_tensorflow, values)):
        import tensorflow as tf  # noqa: PLC0415 - its tensors are asked for

        if any(tf.is_symbolic_tensor(value) for value in values):
            tensors = tf.numpy_function(function, values, [tf.as_dtype(dtype) for dtype in dtypes])
            for tensor, shape in zip(tensors, shapes, strict=True):
                tensor.set_shape(shape)
            return list(tensors)
        results = zip(function(*map(array, values)), dtypes, strict=True)
        return [tf.constant(result, dtype) for result, dtype in results]
    return [_tensor(result) for result in function(*map(array, values))]


def array(value: Any) -> Array:
    """Return a tensor, list, number or text as a NumPy array."""
    if isinstance(value, (str, bytes, list, tuple, np.ndarray)) or np.isscalar(value):
        return np.asarray(value)
    return np.asarray(value.numpy() if is_tensorflow(value) else ops.convert_to_numpy(value))


def _tensor(result: Array) -> Tensor:
    is_wide = keras.backend.backend() == "jax" and result.dtype.itemsize == np.dtype("int64").itemsize
    return result if result.dtype.kind in "OSU" or is_wide else ops.convert_to_tensor(result)
