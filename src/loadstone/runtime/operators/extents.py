"""Sizes of tensors while a graph is replayed: numbers where they are known, and `Extent`s where a batch tells them.

``tf.shape(x)`` in a stored graph is a tensor of integers that is computed each time the model runs. Keras 3 knows most
of them beforehand, and gives no tensor for the rest. So what ``tf.shape`` gave becomes an array of integers and of
`Extent`, with which indexing, concatenating and arithmetic go on as numbers; where a real tensor is wanted,
`tensor_of` makes one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeGuard

import keras
import numpy as np
from keras import ops

from loadstone.runtime.operators.batch import has_batch_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, eq=False)
class Extent:
    """``times * size + plus``, where ``size`` is the length of an axis of a tensor that is known at run time only."""

    tensor: Any
    axis: int
    times: int = 1
    plus: int = 0
    dtype: str = "int32"

    def __add__(self, other: object) -> Extent:
        return replace(self, plus=self.plus + other) if _is_integer(other) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: object) -> Any:
        if isinstance(other, Extent):
            return self._without(other)
        return replace(self, plus=self.plus - other) if _is_integer(other) else NotImplemented

    def __mul__(self, other: object) -> Extent:
        if not _is_integer(other):
            return NotImplemented
        return replace(self, times=self.times * other, plus=self.plus * other)

    __rmul__ = __mul__

    def __floordiv__(self, other: object) -> Extent:
        if not _is_integer(other) or self.times % other or self.plus % other:
            return NotImplemented
        return replace(self, times=self.times // other, plus=self.plus // other)

    def _without(self, other: Extent) -> Any:
        same = self.axis == other.axis and self.times == other.times
        if not same or not (
            self.tensor is other.tensor or (self.axis == 0 and has_batch_of(self.tensor, other.tensor))
        ):
            return NotImplemented
        return self.plus - other.plus

    @property
    def is_plain(self) -> bool:
        """Whether it is the length itself."""
        return (self.times, self.plus) == (1, 0)


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_symbolic(value: object) -> bool:
    """Whether a value is a tensor of the graph."""
    return bool(keras.backend.is_keras_tensor(value))


def has_extent(value: Any) -> bool:
    """Whether a value is an `Extent`, or an array or a structure with one."""
    if isinstance(value, np.ndarray):
        return value.dtype == object and any(isinstance(item, Extent) for item in value.flat)
    if isinstance(value, list | tuple):
        return any(has_extent(item) for item in value)
    return isinstance(value, Extent)


def shape_of(x: Any) -> Any:
    """The sizes of a tensor's axes: an array of int32, of objects where it holds an `Extent`."""
    return settled(np.array([Extent(x, axis) if n is None else n for axis, n in enumerate(np.shape(x))], dtype=object))


def settled(value: Any) -> Any:
    """An array of numbers for one of objects that has no `Extent`; a single item as the item."""
    if not isinstance(value, np.ndarray):
        return np.int32(value) if _is_integer(value) else value
    if value.dtype == object and not has_extent(value):
        value = value.astype("int32")
    return value[()] if value.ndim == 0 else value


def line(extent: Extent) -> Any:
    """A tensor of one axis along which the extent's length is measured."""
    x = extent.tensor
    for axis in reversed(range(len(x.shape))):
        if axis != extent.axis:
            x = ops.take(x, 0, axis=axis)
    return x


def tensor_of(value: Any, dtype: str | None = None) -> Any:
    """An `Extent`, or an array or list with some, as a tensor of the graph, of the dtype of the first."""
    dtype = dtype or next((item.dtype for item in _items(value) if isinstance(item, Extent)), "int32")
    if isinstance(value, np.ndarray):
        return ops.stack([tensor_of(item, dtype) for item in value]) if value.ndim else tensor_of(value[()], dtype)
    if isinstance(value, list | tuple):
        return ops.stack([tensor_of(item, dtype) for item in value])
    if not isinstance(value, Extent):
        return value if is_symbolic(value) else ops.convert_to_tensor(value, dtype=dtype)
    size = ops.sum(ops.ones_like(line(value), dtype=dtype))
    if value.times != 1:
        size = ops.multiply(size, value.times)
    return size if value.plus == 0 else ops.add(size, value.plus)


def _items(value: Any) -> Iterator[Any]:
    """What a structure of lists and arrays holds."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _items(item)
    elif isinstance(value, np.ndarray):
        yield from value.flat
    else:
        yield value


def tensors_for_extents(value: Any) -> Any:
    """The same structure with a tensor for each part that holds an `Extent`."""
    if isinstance(value, list | tuple) and has_extent(value):
        return type(value)(tensors_for_extents(item) for item in value)
    return tensor_of(value) if has_extent(value) else value


def as_array(value: Any) -> Any:
    """A list of integers and `Extent`s as one array; arrays stay as they are."""
    if isinstance(value, np.ndarray):
        return value
    items = [item[()] if isinstance(item, np.ndarray) and item.ndim == 0 else item for item in value]
    array = np.empty(len(items), dtype=object)
    for index, item in enumerate(items):  # one by one: NumPy would ask a tensor among them for its values
        array[index] = item
    return array


def on_numbers(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """A function of NumPy on arrays with `Extent`s; None where their arithmetic does not go so far."""
    try:
        return settled(function(*arguments, **keywords))
    except (TypeError, ValueError, AttributeError):
        return None
