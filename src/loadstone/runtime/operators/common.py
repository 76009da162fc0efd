"""What the compositions share: constants as arrays, axes, dtypes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.runtime.operators.extents import has_extent, is_symbolic, tensor_of

if TYPE_CHECKING:
    from collections.abc import Callable

INTEGERS = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"})


def dtype_of(x: Any) -> str:
    """The dtype's name; that which TensorFlow gives a plain number otherwise."""
    if hasattr(x, "dtype"):
        return str(keras.backend.standardize_dtype(x.dtype))
    return {bool: "bool", int: "int32", float: "float32"}.get(type(x), "float32")


def dtype_named(name: Any) -> str:
    """The dtype that a configuration names."""
    return str(name).removeprefix("tf.").removesuffix("_ref")


def is_complex(x: Any) -> bool:
    """Whether a tensor holds complex numbers."""
    return dtype_of(x).startswith("complex")


def axes(axis: Any) -> Any:
    """One axis, a tuple of them, or None for all; an array of TensorFlow's stands for a list."""
    if isinstance(axis, np.ndarray):
        axis = axis.tolist()
    return tuple(map(int, axis)) if isinstance(axis, list | tuple) else axis


def constant(value: Any, dtype: str | None = None) -> Any:
    """Numbers as TensorFlow makes a tensor of them: of the dtype wanted, else float32, int32 or bool."""
    array = np.asarray(value)
    if dtype is None:
        dtype = {"f": "float32", "i": "int32"}.get(array.dtype.kind) if not hasattr(value, "dtype") else None
    try:
        return array if dtype is None else array.astype(dtype)
    except TypeError:  # NumPy has no bfloat16 of its own
        return array


def packed(value: Any, dtype: str | None = None) -> Any:
    """One tensor of a value that may be a list with tensors in it, at any depth."""
    if is_symbolic(value):
        return value
    if has_extent(value):
        return tensor_of(value)
    if isinstance(value, list | tuple) and any(map(is_symbolic, keras.tree.flatten(value))):
        dtype = dtype or dtype_within(value)
        return ops.stack([packed(item, dtype) for item in value])
    return constant(value, dtype)


def dtype_within(value: Any) -> str | None:
    """The dtype of the first tensor of the graph in a structure, None without one."""
    return next((dtype_of(item) for item in keras.tree.flatten(value) if is_symbolic(item)), None)


def length(x: Any, axis: int) -> int:
    """The length of an axis that has to be known.

    Raises:
        ValueError: it is known at run time only.
    """
    size = np.shape(x)[axis]
    if size is None:
        raise ValueError(f"axis {axis} of {np.shape(x)} is known at run time only, which has no counterpart here")
    return int(size)


def keeping(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its result in the dtype of its first argument, which Keras widens for integers."""

    def kept(x: Any, *arguments: Any, **keywords: Any) -> Any:
        return as_dtype(function(x, *arguments, **keywords), dtype_of(x))

    return kept


def as_dtype(x: Any, dtype: str) -> Any:
    """The tensor in a dtype, itself where it has that."""
    return x if dtype_of(x) == dtype else ops.cast(x, dtype)


def add(x1: Any, x2: Any) -> Any:
    """The sum, also where Keras on TensorFlow takes the second term for a bias of the first.

    Its ``add`` lays a term with one axis of more than one element along the last axis of the first, or else along its
    second, if that has as many elements, whatever axis it stands in (Keras 3.15, ``backend/tensorflow/numpy.py``).
    """
    if not _is_taken_for_bias(x1, x2):
        return ops.add(x1, x2)
    return ops.add(x2, x1) if not _is_taken_for_bias(x2, x1) else ops.subtract(x1, ops.negative(x2))


def _is_taken_for_bias(x1: Any, x2: Any) -> bool:
    """Whether shapes, as far as they are known, allow for a sum that is laid out wrongly."""
    first, second = np.shape(x1), np.shape(x2)
    wide = [size for size in second if size != 1]
    if first == second or not wide or len([size for size in wide if size is not None]) > 1:
        return False
    along_last = second[-1] != 1 and len(wide) == 1
    return not (along_last and first and first[-1] == second[-1] is not None)


def to_last(x: Any, data_format: str | None) -> Any:
    """A tensor with its channels last, of one whose format may say that they are first."""
    return ops.moveaxis(x, 1, -1) if is_channels_first(data_format) else x


def from_last(x: Any, data_format: str | None) -> Any:
    """Undoes `to_last`."""
    return ops.moveaxis(x, -1, 1) if is_channels_first(data_format) else x


def is_channels_first(data_format: str | None) -> bool:
    """Whether TensorFlow's name of a format has the channels in the second place."""
    return bool(data_format) and str(data_format).upper().startswith("NC")


def spatial(sizes: Any, rank: int, data_format: str | None = None) -> tuple[int, ...]:
    """The spatial sizes of TensorFlow's one, ``rank``, or ``rank + 2`` numbers."""
    if sizes is None:
        return (1,) * rank
    if isinstance(sizes, int | np.integer):
        return (int(sizes),) * rank
    numbers: tuple[int, ...] = tuple(int(size) for size in sizes)
    if len(numbers) == rank + 2:
        return numbers[2:] if is_channels_first(data_format) else numbers[1:-1]
    return numbers * rank if len(numbers) == 1 else numbers
