"""Functions that give or take sizes: ``tf.shape``, ``tf.reshape``, ``tf.zeros``, ``tf.range``, ``tf.tile``."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from keras import ops

from loadstone.runtime.operators.batch import has_batch_of
from loadstone.runtime.operators.common import add, as_dtype, constant, dtype_named, dtype_of, packed
from loadstone.runtime.operators.extents import (
    Extent,
    as_array,
    has_extent,
    is_symbolic,
    line,
    settled,
    shape_of,
    tensor_of,
)
from loadstone.runtime.operators.maths import _real


def _shape(x: Any, out_type: Any = None) -> Any:
    shape = shape_of(x)
    if out_type is None or dtype_named(out_type) != "int64":
        return shape
    if shape.dtype != object:
        return shape.astype("int64")
    return as_array([replace(size, dtype="int64") if isinstance(size, Extent) else np.int64(size) for size in shape])


def _shapes(xs: Any, out_type: Any = None) -> Any:
    return [_shape(x, out_type) for x in xs]


def _size(x: Any, out_type: Any = None) -> Any:
    total = np.prod(as_array(_shape(x, out_type)), dtype=object)
    return total if has_extent(total) else settled(np.array(total))


def _rank(x: Any) -> Any:
    return np.int32(len(np.shape(x)))


def _ensure_shape(x: Any, shape: Any) -> Any:
    del shape  # a promise about what is there, which the graph around it keeps
    return _identity(x)


def _identity(x: Any) -> Any:
    if not is_symbolic(x):
        return x
    return ops.logical_and(x, True) if dtype_of(x) == "bool" else ops.multiply(x, 1)  # noqa: FBT003 - a neutral value


def _identities(xs: Any) -> Any:
    return [_identity(x) for x in xs]


def _cast(x: Any, dtype: Any) -> Any:
    name = dtype_named(dtype)
    if has_extent(x):
        return x if name in {"int32", "int64"} else ops.cast(tensor_of(x), name)
    if not is_symbolic(x):
        return settled(np.asarray(x).astype(name))
    if dtype_of(x).startswith("complex") and not name.startswith("complex"):
        x = _real(x)
    return ops.cast(x, name)


def _saturate_cast(x: Any, dtype: Any) -> Any:
    return ops.saturate_cast(x, dtype_named(dtype))


def _reshape(x: Any, shape: Any) -> Any:
    if has_extent(x):
        return settled(np.reshape(np.array(x, dtype=object), [int(size) for size in as_array(shape)]))
    if is_symbolic(shape):
        raise ValueError("a shape that is computed from values has no counterpart")
    sizes = [int(size) if isinstance(size, int | np.integer) else size for size in as_array(shape)]
    known = [-1 if isinstance(size, Extent) or is_symbolic(size) else size for size in sizes]
    if known.count(-1) < 2:  # noqa: PLR2004 - one can be told from the others
        return ops.reshape(x, known)
    if any(map(is_symbolic, sizes)):
        raise ValueError("a shape that is computed from values has no counterpart")
    return _reshape_open(x, sizes)


def _reshape_open(x: Any, sizes: list[Any]) -> Any:
    """To a shape with more than one size that is not known: the batch's, and one beside it."""
    first, *others = sizes
    beside = [-1 if isinstance(size, Extent) else size for size in others]
    leads = isinstance(first, Extent) and first.is_plain and first.axis == 0 and has_batch_of(x, first.tensor)
    if leads and beside.count(-1) == 1:
        static = x.shape[1:]
        if None not in static:
            whole = math.prod(size for size in beside if size != -1)
            beside = [math.prod(static) // whole if size == -1 else size for size in beside]
            return ops.reshape(x, (-1, *beside))
        return keras.layers.Reshape(beside)(x)
    raise ValueError("a shape with two sizes that are known at run time only has no counterpart")


def _full(shape: Any, value: Any, dtype: Any = None) -> Any:
    """A tensor of one value; along an `Extent` it is as long as the tensor that it measures."""
    name = dtype_named(dtype) if dtype is not None else dtype_of(value)
    if is_symbolic(shape):
        raise ValueError("a shape that is computed from values has no counterpart")
    if has_extent(value):
        value = tensor_of(value)
    sizes = list(as_array(shape)) if np.ndim(shape) or isinstance(shape, list | tuple) else [shape]
    if any(map(is_symbolic, sizes)):
        raise ValueError("a shape that is computed from values has no counterpart")
    filled: Any = np.zeros([1 if isinstance(size, Extent) else size for size in sizes], dtype=_plain(name))
    for axis, size in enumerate(sizes):
        if isinstance(size, Extent):
            along = ops.zeros_like(_repeated_line(size), dtype=name)
            filled = add(filled, ops.reshape(along, [-1 if at == axis else 1 for at in range(len(sizes))]))
    if name == "bool":
        return ops.logical_or(ops.cast(filled, "bool"), value)
    return add(filled, value) if is_symbolic(filled) or is_symbolic(value) else filled + np.asarray(value, filled.dtype)


def _plain(name: str) -> str:
    return {"bool": "int32", "bfloat16": "float32"}.get(name, name)


def _repeated_line(size: Extent) -> Any:
    if size.plus:
        raise ValueError("a size that is computed from one known at run time only has no counterpart")
    return line(size) if size.times == 1 else ops.repeat(line(size), size.times, axis=0)


def _zeros(shape: Any, dtype: Any = "float32") -> Any:
    return _full(shape, 0, dtype)


def _ones(shape: Any, dtype: Any = "float32") -> Any:
    return _full(shape, 1, dtype)


def _fill(dims: Any, value: Any) -> Any:
    return _full(dims, value)


def _range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    start, limit = (0, start) if limit is None else (start, limit)
    if any(map(is_symbolic, (start, limit, delta))):
        raise ValueError("a range between computed values has no counterpart")
    if not has_extent((start, limit, delta)):
        name = dtype_named(dtype) if dtype is not None else _range_dtype(start, limit, delta)
        return np.arange(start, limit, delta).astype(name)
    if not (isinstance(limit, Extent) and limit.plus == 0 and isinstance(delta, int | np.integer) and start == 0):
        raise ValueError("a range that is computed from sizes known at run time only has no counterpart")
    name = dtype_named(dtype) if dtype is not None else "int32"
    ones = ops.ones_like(_repeated_line(limit), dtype=name)
    counted = ops.subtract(as_dtype(ops.cumsum(ones, axis=0), name), 1)
    return counted if delta == 1 else counted[:: int(delta)] if delta > 1 else ops.multiply(counted, delta)


def _range_dtype(*values: Any) -> str:
    return "float32" if any(np.asarray(value).dtype.kind == "f" for value in values) else "int32"


def _broadcast_to(x: Any, shape: Any) -> Any:
    x = packed(x)
    if not has_extent(shape):
        sizes = [int(size) for size in as_array(shape)]
        if is_symbolic(x) and None in x.shape:  # Keras takes an axis of unknown length for one that does not fit
            return _onto(x, np.zeros(sizes, dtype=_plain(dtype_of(x))))
        return ops.broadcast_to(x, sizes)
    return _onto(x, _full(shape, 0, _plain(dtype_of(x))))


def _onto(x: Any, zeros: Any) -> Any:
    if dtype_of(x) == "bool":
        return ops.logical_or(x, ops.cast(zeros, "bool"))
    return add(x, zeros)


def _tile(x: Any, multiples: Any) -> Any:
    if is_symbolic(multiples) or any(map(is_symbolic, multiples)):
        raise ValueError("repeating as often as computed values say has no counterpart")
    if not has_extent(multiples):
        return ops.tile(x, [int(count) for count in as_array(multiples)])
    x = packed(x)
    for axis, count in enumerate(as_array(multiples)):
        if isinstance(count, Extent):
            sizes = list(x.shape)
            apart = ops.expand_dims(x, axis)
            shape: list[Any] = [1] * len(apart.shape)
            shape[axis] = count
            apart = _onto(apart, _full(as_array(shape), 0, _plain(dtype_of(x))))
            x = _merged(apart, axis, sizes)
        elif count != 1:
            x = ops.tile(x, [int(count) if at == axis else 1 for at in range(len(x.shape))])
    return x


def _merged(x: Any, axis: int, sizes: list[Any]) -> Any:
    """Two neighbouring axes as one."""
    if sizes[axis] == 1:
        return ops.squeeze(x, axis=axis + 1)
    if None in (*sizes[:axis], *sizes[axis + 1 :]):
        raise ValueError("a tensor of unknown size, repeated as often as is known at run time only, has no counterpart")
    return ops.reshape(x, [*sizes[:axis], -1, *sizes[axis + 1 :]])


def _eye(num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = "float32") -> Any:
    if has_extent(num_rows) or has_extent(num_columns):
        raise ValueError("a matrix whose size is known at run time only has no counterpart")
    identity = np.eye(num_rows, num_columns, dtype=dtype_named(dtype))
    if batch_shape is None:
        return identity
    return _onto(identity, _full(as_array([*batch_shape, 1, 1]), 0, dtype_named(dtype)))


def _broadcast_args(one: Any, other: Any) -> Any:
    """The shape that two shapes have together."""
    first, second = list(as_array(one)), list(as_array(other))
    rank = max(len(first), len(second))
    pairs = zip([1] * (rank - len(first)) + first, [1] * (rank - len(second)) + second, strict=True)
    return settled(as_array([b if isinstance(a, int | np.integer) and a == 1 else a for a, b in pairs]))


def _convert_to_tensor(x: Any, dtype: Any = None) -> Any:
    if has_extent(x):
        return as_array(x) if isinstance(x, list | tuple) else x
    x = packed(x, None if dtype is None else dtype_named(dtype))
    return _identity(x) if dtype is None else _cast(x, dtype)


def _zeros_like(x: Any, dtype: Any = None) -> Any:
    if has_extent(x):
        return np.zeros(np.shape(x), "int32" if dtype is None else dtype_named(dtype))
    x = packed(x)
    return ops.zeros_like(x, dtype=None if dtype is None else dtype_named(dtype))


def _ones_like(x: Any, dtype: Any = None) -> Any:
    if has_extent(x):
        return np.ones(np.shape(x), "int32" if dtype is None else dtype_named(dtype))
    x = packed(x)
    return ops.ones_like(x, dtype=None if dtype is None else dtype_named(dtype))


def _linspace(start: Any, stop: Any, num: Any, axis: int = 0) -> Any:
    start, stop = packed(start), packed(stop)
    steps = constant(np.linspace(0.0, 1.0, int(num)), dtype_of(start))
    rank = len(np.shape(start)) + 1
    steps = np.reshape(steps, [-1 if at == axis % rank else 1 for at in range(rank)])
    start, stop = ops.expand_dims(start, axis), ops.expand_dims(stop, axis)
    return add(start, ops.multiply(ops.subtract(stop, start), steps))


FUNCTIONS = (
    _broadcast_args, _broadcast_to, _cast, _convert_to_tensor, _ensure_shape, _eye, _fill, _identities, _identity,
    _linspace, _ones, _ones_like, _range, _rank, _reshape, _saturate_cast, _shape, _shapes,
    _size, _tile, _zeros, _zeros_like,
)  # fmt: skip
