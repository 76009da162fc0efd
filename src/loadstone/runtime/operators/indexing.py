"""Functions that choose by position: indices, slices, gathering, scattering."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import add, as_dtype, constant, dtype_of, length, packed
from loadstone.runtime.operators.extents import Extent, as_array, has_extent, is_symbolic, on_numbers, settled
from loadstone.runtime.operators.sizes import _full

_LAST = 2**31 - 1


def _getitem(x: Any, index: Any) -> Any:
    index = tuple(index)
    if not is_symbolic(x):
        return _of_numbers(x, index)
    return _of_tensor(x, index)


def _of_numbers(x: Any, index: tuple[Any, ...]) -> Any:
    if any(map(is_symbolic, index)):
        return _of_tensor(packed(x), index)
    found = on_numbers(lambda: np.asarray(x)[tuple(_plain(item) for item in index)])
    if found is None:
        raise ValueError("the index reaches beyond what is known")
    return found


def _plain(item: Any) -> Any:
    if isinstance(item, slice):
        return slice(*(None if part is None else int(part) for part in (item.start, item.stop, item.step)))
    return int(item) if isinstance(item, np.integer) else item


def _of_tensor(x: Any, index: tuple[Any, ...]) -> Any:
    axis = 0
    key: list[Any] = []
    chosen: list[tuple[int, Any]] = []
    given = sum(item is not None and item is not ... for item in index)
    for item in index:
        if item is ...:
            skipped = len(x.shape) - given
            key.extend([slice(None)] * skipped)
            axis += skipped
        elif item is None:
            key.append(None)
        elif isinstance(item, slice):
            key.append(_bounds(item, x, axis))
            axis += 1
        elif is_symbolic(item) or (isinstance(item, np.ndarray) and item.ndim):
            chosen.append((len(key), item))
            key.append(slice(None))
            axis += 1
        else:
            key.append(_position(item, x, axis))
            axis += 1
    return _chosen(x, tuple(key), chosen)


def _chosen(x: Any, key: tuple[Any, ...], chosen: list[tuple[int, Any]]) -> Any:
    if any(item != slice(None) for item in key):
        x = x[key]
    for place, index in reversed(chosen):
        if dtype_of(index) == "bool" or len(index.shape):
            raise ValueError("an index that is a tensor of more than one number has no counterpart")
        at = sum(not isinstance(item, int) for item in key[:place])
        x = ops.take(x, index, axis=at)
    return x


def _bounds(item: slice, x: Any, axis: int) -> Any:
    start, stop = (_position(part, x, axis) for part in (item.start, item.stop))
    return slice(start, stop, None if item.step is None else int(item.step))


def _position(part: Any, x: Any, axis: int) -> int | None:
    if part is None or isinstance(part, int):
        return part
    if isinstance(part, Extent):
        if part.tensor is x and part.axis == axis and part.times == 1 and part.plus <= 0:
            return part.plus or None
        raise ValueError("a slice up to a size that is known at run time only has no counterpart")
    if is_symbolic(part):
        raise ValueError("a slice between computed positions has no counterpart")
    return int(part)


def _slice(x: Any, begin: Any, size: Any) -> Any:
    key = []
    for axis, (start, count) in enumerate(zip(as_array(begin), as_array(size), strict=True)):
        if is_symbolic(start):
            raise ValueError("a slice from a computed position has no counterpart")
        whole = isinstance(count, Extent) and count.tensor is x and count.axis == axis and count.is_plain and start == 0
        first_of_batch = isinstance(count, Extent) and count.is_plain and axis == 0 and count.axis == 0 and start == 0
        if isinstance(count, Extent) and not (whole or first_of_batch):
            raise ValueError("a slice as long as is known at run time only has no counterpart")
        open_end = isinstance(count, Extent) or count == -1
        key.append(slice(int(start), None if open_end else int(start) + int(count)))
    return _getitem(x, key)


def _strided_slice(
    x: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
) -> Any:
    if is_symbolic(begin) or is_symbolic(end):
        raise ValueError("a slice between computed positions has no counterpart")
    begin, end = as_array(begin), as_array(end)
    strides = [1] * len(begin) if strides is None else [int(step) for step in strides]
    key: list[Any] = []
    for at, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << at
        if ellipsis_mask & bit:
            key.append(...)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            key.append(start if is_symbolic(start) else int(start))
        else:
            key.append(slice(None if begin_mask & bit else start, None if end_mask & bit else stop, step))
    return _getitem(x, key)


def _gather(x: Any, indices: Any, axis: Any = None, batch_dims: int = 0) -> Any:
    if has_extent(x) and not is_symbolic(indices):
        return settled(np.asarray(x)[np.asarray(indices)])
    x = packed(x)
    indices = packed(indices)
    rank = len(x.shape)
    batch_dims = int(batch_dims) + (len(np.shape(indices)) if batch_dims < 0 else 0)
    axis = batch_dims if axis is None else int(axis) % rank
    if not batch_dims:
        return ops.take(x, indices, axis=axis)
    return _gather_along(x, indices, axis, batch_dims)


def _gather_along(x: Any, indices: Any, axis: int, batch_dims: int) -> Any:
    """Each batch of indices chooses within its own batch, as one choice along the axis, moved behind the batches."""
    middle = len(indices.shape) - batch_dims
    moved = ops.moveaxis(x, axis, batch_dims)
    flat = ops.reshape(indices, _flat(indices.shape, batch_dims))
    rest = moved.shape[batch_dims + 1 :]
    for _ in rest:
        flat = ops.expand_dims(flat, -1)
    if rest:  # the same choice for each item of the axes behind
        flat = add(flat, ops.zeros_like(moved[(slice(None),) * batch_dims + (slice(0, 1),)], dtype=dtype_of(flat)))
    found = ops.take_along_axis(moved, flat, axis=batch_dims)
    if middle != 1:
        found = ops.reshape(found, _split_again(found.shape, indices.shape, batch_dims))
    # the chosen axes go back to where the axis was
    return (
        ops.moveaxis(found, tuple(range(batch_dims, batch_dims + middle)), tuple(range(axis, axis + middle)))
        if axis != batch_dims
        else found
    )


def _flat(shape: Any, batch_dims: int) -> tuple[int, ...]:
    sizes = [-1 if size is None else size for size in shape[:batch_dims]]
    inner = list(shape[batch_dims:])
    if None in inner:
        raise ValueError("indices of a size that is known at run time only have no counterpart beside batch_dims")
    return (*sizes, int(np.prod(inner, dtype=int)))


def _split_again(found: Any, indices: Any, batch_dims: int) -> tuple[int, ...]:
    sizes = (*found[:batch_dims], *indices[batch_dims:], *found[batch_dims + 1 :])
    return tuple(-1 if size is None else size for size in sizes)


def _batch_gather(x: Any, indices: Any) -> Any:
    return _gather(x, indices, batch_dims=len(np.shape(indices)) - 1)


def _gather_nd(x: Any, indices: Any, batch_dims: int = 0) -> Any:
    """Choose by whole positions: as one choice along the axes that they reach over, laid out as one."""
    x, indices = packed(x), packed(indices)
    batch_dims = int(batch_dims or 0)
    depth = length(indices, -1)
    sizes = [length(x, batch_dims + at) if at else x.shape[batch_dims] for at in range(depth)]
    flat: Any = 0
    for at, size in enumerate(sizes):
        part = indices[..., at]
        flat = part if at == 0 else add(ops.multiply(flat, size), part)
    rest = x.shape[batch_dims + depth :]
    merged = [
        -1 if size is None else size
        for size in (*x.shape[:batch_dims], None if None in sizes else int(np.prod(sizes)), *rest)
    ]
    if merged.count(-1) > 1:
        raise ValueError("gathering over two axes of unknown length has no counterpart")
    return _gather(ops.reshape(x, merged) if depth > 1 else x, flat, axis=batch_dims, batch_dims=batch_dims)


def _scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    updates = packed(updates)
    if has_extent(shape):
        zeros = _full(shape, 0, dtype_of(updates))
        return _scatter_update(zeros, indices, updates, "add")
    return ops.scatter(packed(indices), updates, [int(size) for size in as_array(shape)])


def _scatter_update(x: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    return ops.scatter_update(x, packed(indices), packed(updates, dtype_of(x)), reduction)


def _scatter_sub(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_update(x, indices, ops.negative(packed(updates, dtype_of(x))), "add")


def _scatter_add(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_update(x, indices, updates, "add")


def _scatter_max(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_update(x, indices, updates, "max")


def _scatter_min(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_update(x, indices, updates, "min")


def _scatter(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_update(x, indices, updates)


def _embedding_lookup(x: Any, ids: Any, max_norm: Any = None) -> Any:
    if isinstance(x, list | tuple) and len(x) == 1:
        x = x[0]
    found = ops.take(packed(x), packed(ids), axis=0)
    if max_norm is None:
        return found
    behind = tuple(range(len(np.shape(ids)), len(found.shape)))
    norm = ops.sqrt(ops.sum(ops.square(found), axis=behind, keepdims=True))
    return ops.divide(ops.multiply(found, max_norm), ops.maximum(norm, max_norm))


def _segments(op: str, empty: float, ids: Any, x: Any, count: int) -> Any:
    """Each segment reduced on its own, by comparing; ``ids`` may have as many axes in front as ``x`` shares."""
    places = np.arange(count).astype(dtype_of(ids))
    behind = len(x.shape) - len(np.shape(ids))
    front = tuple(range(len(np.shape(ids))))
    member = ops.equal(ops.expand_dims(ids, -1), places)
    for _ in range(behind):
        member = ops.expand_dims(member, -1)
    spread = ops.expand_dims(x, len(np.shape(ids)))
    filled = ops.where(member, spread, constant(empty, dtype_of(x)))
    reduce = {"sum": ops.sum, "prod": ops.prod, "max": ops.max, "min": ops.min}[op]
    return as_dtype(reduce(filled, axis=front), dtype_of(x))


def _extreme(dtype: str, sign: int) -> Any:
    if dtype.startswith(("int", "uint")):
        return np.iinfo(dtype).max if sign > 0 else np.iinfo(dtype).min
    return sign * float(np.finfo(dtype if dtype != "bfloat16" else "float32").max)


def _unsorted_segment(x: Any, segment_ids: Any, num_segments: Any, op: str) -> Any:
    ids, count = packed(segment_ids), int(num_segments)
    empty = {"sum": 0, "prod": 1, "max": _extreme(dtype_of(x), -1), "min": _extreme(dtype_of(x), 1)}
    if op in empty:
        return _segments(op, empty[op], ids, x, count)
    total = _segments("sum", 0, ids, x, count)
    ones = ops.ones_like(x)
    members = ops.maximum(_segments("sum", 0, ids, ones, count), 1)
    return ops.divide(total, ops.sqrt(members) if op == "sqrt_n" else members)


def _segment(x: Any, segment_ids: Any, op: str) -> Any:
    if is_symbolic(segment_ids):
        raise ValueError("as many segments as computed values say have no counterpart")
    ids = np.asarray(segment_ids)
    found = _unsorted_segment(x, ids, int(ids.max()) + 1, op)
    if op in {"max", "min"}:  # segments without items are zero here, the extreme value there
        present = np.isin(np.arange(int(ids.max()) + 1), ids).reshape((-1,) + (1,) * (len(x.shape) - 1))
        found = found if present.all() else ops.where(present, found, constant(0, dtype_of(x)))
    return found


FUNCTIONS = (
    _batch_gather, _embedding_lookup, _gather, _gather_nd, _getitem, _scatter, _scatter_add, _scatter_max, _scatter_min,
    _scatter_nd, _scatter_sub, _segment, _slice, _strided_slice, _unsorted_segment,
)  # fmt: skip
