"""Functions that lay arrays out: joining, splitting, padding, ordering, ``tf.where``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.runtime.operators.common import (
    INTEGERS,
    add,
    as_dtype,
    axes,
    constant,
    dtype_named,
    dtype_of,
    dtype_within,
    is_complex,
    length,
    packed,
)
from loadstone.runtime.operators.extents import (
    as_array,
    has_extent,
    is_symbolic,
    on_numbers,
    settled,
    tensors_for_extents,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def _tensors(xs: Any) -> list[Any]:
    """A list of tensors, with those that are numbers made tensors of the dtype of the rest."""
    dtype = dtype_within(list(xs)) or next((dtype_of(x) for x in xs if hasattr(x, "dtype")), None)
    return [packed(x, dtype) for x in xs]


def _are_sizes(xs: Any) -> bool:
    """Whether a list of tensors holds sizes and numbers only."""
    return has_extent(list(xs)) and not any(map(is_symbolic, keras.tree.flatten(list(xs))))


def _concat(xs: Sequence[Any], axis: Any = 0) -> Any:
    if _are_sizes(xs):
        joined = on_numbers(np.concatenate, [as_array(x) for x in xs], int(axis))
        if joined is not None:
            return joined
    return ops.concatenate(_tensors(xs), axis=int(axis))


def _stack(xs: Sequence[Any], axis: int = 0) -> Any:
    if _are_sizes(xs):
        if all(np.ndim(x) == 0 for x in xs):
            return settled(as_array(xs))
        stacked = on_numbers(np.stack, [as_array(x) for x in xs], axis)
        if stacked is not None:
            return stacked
    return ops.stack(_tensors(xs), axis=axis)


def _unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    if not is_symbolic(x):
        return [settled(item) for item in np.moveaxis(np.asarray(x), axis, 0)]
    return ops.unstack(x, num=num, axis=axis)


def _split(x: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None) -> Any:
    del num  # TensorFlow needs it where the number is not static; here the sizes are
    axis = int(axis)
    if has_extent(x):
        sizes = num_or_size_splits if np.ndim(num_or_size_splits) == 0 else np.cumsum(num_or_size_splits)[:-1]
        return [settled(part) for part in np.split(as_array(x), sizes, axis=axis)]
    if np.ndim(num_or_size_splits) == 0:
        return ops.split(x, int(num_or_size_splits), axis=axis)
    sizes = [int(size) for size in num_or_size_splits]
    if -1 in sizes:
        sizes[sizes.index(-1)] = length(x, axis) - sum(size for size in sizes if size != -1)
    if len(sizes) == 1:
        return [_same(x)]
    return ops.split(x, [int(edge) for edge in np.cumsum(sizes[:-1])], axis=axis)


def _same(x: Any) -> Any:
    return ops.reshape(x, [-1 if size is None else size for size in x.shape]) if x.shape.count(None) < 2 else x  # noqa: PLR2004


def _transpose(x: Any, perm: Any = None, conjugate: bool = False) -> Any:
    x = ops.transpose(x, axes(perm))
    return ops.conj(x) if conjugate and is_complex(x) else x


def _expand_dims(x: Any, axis: Any = None) -> Any:
    axis = axes(axis)
    if has_extent(x):
        return np.expand_dims(as_array(x) if np.ndim(x) else np.array(x, dtype=object), axis)
    return ops.expand_dims(packed(x), axis)


def _squeeze(x: Any, axis: Any = None) -> Any:
    axis = axes(axis)
    if has_extent(x):
        return settled(np.squeeze(as_array(x), axis=axis or None))
    return ops.squeeze(x, axis=None if axis == () else axis)


def _repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    if is_symbolic(repeats):
        raise ValueError("repeating as often as a computed value says has no counterpart")
    counts = np.asarray(repeats)
    if counts.ndim == 0:
        return ops.repeat(x, int(counts), axis=axis)
    if counts.size == 1:
        return ops.repeat(x, int(counts.ravel()[0]), axis=axis)
    chosen = np.repeat(np.arange(counts.size, dtype="int32"), counts)
    return ops.take(x, chosen, axis=axis)


def _reverse(x: Any, axis: Any) -> Any:
    return ops.flip(x, axis=axes(axis))


def _roll(x: Any, shift: Any, axis: Any) -> Any:
    for step, at in zip(np.atleast_1d(shift).tolist(), np.atleast_1d(axis).tolist(), strict=True):
        x = ops.roll(x, step, axis=at)
    return x


def _pad(x: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    paddings = tuple(tuple(int(count) for count in pair) for pair in paddings)
    mode = mode.lower()
    if mode == "constant":
        value = constant_values.item() if hasattr(constant_values, "item") else constant_values
        return ops.pad(x, paddings, mode=mode, constant_values=value)
    return ops.pad(x, paddings, mode=mode)


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None or y is None:
        raise ValueError("the places where a condition holds are as many as the values say, which has no counterpart")
    if has_extent((x, y)):
        if not is_symbolic(condition) and not any(map(is_symbolic, (x, y))):
            return settled(np.where(np.asarray(condition), x, y))
        x, y = tensors_for_extents(x), tensors_for_extents(y)
    dtype = dtype_within([x, y])
    if dtype is None and not hasattr(x, "dtype"):
        dtype = {bool: "bool", int: "int32"}.get(type(x), "float32") if np.ndim(x) == 0 else None
    return ops.where(packed(condition), packed(x, dtype), packed(y, dtype))


def _where_rows(condition: Any, x: Any = None, y: Any = None) -> Any:
    """The first version's: a condition of one axis chooses rows."""
    if x is not None and len(np.shape(condition)) == 1 and len(np.shape(x)) > 1:
        condition = ops.reshape(condition, [-1] + [1] * (len(np.shape(x)) - 1))
    return _where(condition, x, y)


def _clip(x: Any, x_min: Any, x_max: Any) -> Any:
    dtype = dtype_of(x)
    low = x_min if np.ndim(x_min) == 0 else packed(x_min, dtype)
    high = x_max if np.ndim(x_max) == 0 else packed(x_max, dtype)
    return as_dtype(ops.minimum(ops.maximum(x, low), high), dtype)


def _clip_by_norm(x: Any, clip_norm: Any, axes_: Any = None) -> Any:
    norm = ops.sqrt(ops.sum(ops.square(x), axis=axes(axes_), keepdims=True))
    return ops.divide(ops.multiply(x, clip_norm), ops.maximum(norm, clip_norm))


def _clip_by_average_norm(x: Any, clip_norm: Any) -> Any:
    norm = ops.sqrt(ops.mean(ops.square(x)))
    count = ops.sum(ops.ones_like(x))
    mean = ops.divide(ops.sqrt(ops.sum(ops.square(x))), count)
    del norm
    return ops.multiply(ops.multiply(x, clip_norm), ops.minimum(ops.divide(1.0, mean), 1.0 / clip_norm))


def _global_norm(xs: Sequence[Any]) -> Any:
    total: Any = 0.0
    for x in xs:
        total = add(ops.sum(ops.square(x)), total)
    return ops.sqrt(total)


def _clip_by_global_norm(xs: Sequence[Any], clip_norm: Any, use_norm: Any = None) -> Any:
    norm = _global_norm(xs) if use_norm is None else use_norm
    scale = ops.divide(clip_norm, ops.maximum(norm, clip_norm))
    return [*(ops.multiply(x, scale) for x in xs), _identity_of(norm)]


def _identity_of(x: Any) -> Any:
    return ops.multiply(x, 1.0)


def _one_hot(
    x: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: int | None = None, dtype: Any = None
) -> Any:
    axis = -1 if axis is None else axis
    name = dtype_named(dtype) if dtype is not None else dtype_of(on_value if on_value is not None else off_value)
    encoded = ops.one_hot(x, int(depth), axis=axis, dtype="float32")
    if on_value is None and off_value is None:
        return as_dtype(encoded, name)
    on = constant(1 if on_value is None else on_value, name)
    off = constant(0 if off_value is None else off_value, name)
    return ops.where(ops.greater(encoded, 0.5), on, off)


def _sort(x: Any, axis: int = -1, direction: str = "ASCENDING") -> Any:
    ordered = ops.sort(x, axis=axis)
    return ops.flip(ordered, axis=axis) if direction == "DESCENDING" else ordered


def _argsort(x: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False) -> Any:
    del stable  # a promise that the order of equal values is kept, which it is
    if direction != "DESCENDING":
        return as_dtype(ops.argsort(x, axis=axis), "int32")
    x = ops.bitwise_not(x) if dtype_of(x) in INTEGERS else ops.negative(x)
    return as_dtype(ops.argsort(x, axis=axis), "int32")


def _searchsorted(x: Any, values: Any, side: str = "left", out_type: Any = "int32") -> Any:
    """How many of the sorted values are below each one, along the last axis."""
    values = packed(values, dtype_of(x))
    below = ops.less if side == "left" else ops.less_equal
    under = below(ops.expand_dims(x, -2), ops.expand_dims(values, -1))
    return ops.cast(ops.sum(ops.cast(under, "int32"), axis=-1), dtype_named(out_type))


def _sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool") -> Any:
    if maxlen is None or is_symbolic(maxlen) or has_extent(maxlen):
        raise ValueError("a mask as long as the longest of a batch has no counterpart")
    mask = ops.less(np.arange(int(maxlen)).astype(dtype_of(lengths)), ops.expand_dims(lengths, -1))
    return as_dtype(mask, dtype_named(dtype))


def _reverse_sequence(x: Any, seq_lengths: Any, seq_axis: int = 1, batch_axis: int = 0) -> Any:
    moved = ops.moveaxis(x, (batch_axis, seq_axis), (0, 1))
    steps = np.arange(length(moved, 1), dtype="int32")[None]
    lengths = ops.cast(ops.expand_dims(packed(seq_lengths), -1), "int32")
    index = ops.where(ops.less(steps, lengths), ops.subtract(ops.subtract(lengths, 1), steps), steps)
    for _ in moved.shape[2:]:
        index = ops.expand_dims(index, -1)
    index = add(index, ops.zeros_like(moved, dtype="int32"))
    return ops.moveaxis(ops.take_along_axis(moved, index, axis=1), (0, 1), (batch_axis, seq_axis))


def _add_n(xs: Sequence[Any]) -> Any:
    total, *rest = _tensors(xs)
    for item in rest:
        total = add(total, item)
    return total if rest else _same(total)


def _unravel_index(x: Any, dims: Any) -> Any:
    parts = []
    for size in reversed([int(size) for size in dims]):
        parts.append(ops.mod(x, size))
        x = ops.floor_divide(x, size)
    return ops.stack(parts[::-1], axis=0)


def _boolean_mask(x: Any, mask: Any, axis: Any = None) -> Any:
    if is_symbolic(mask):
        raise ValueError("choosing as many items as a computed mask says has no counterpart")
    mask, first = np.asarray(mask, dtype=bool), int(axis or 0)
    chosen = np.flatnonzero(mask.ravel()).astype("int32")
    sizes = list(x.shape)
    if mask.ndim > 1:
        x = ops.reshape(x, [-1 if n is None else n for n in (*sizes[:first], mask.size, *sizes[first + mask.ndim :])])
    return ops.take(x, chosen, axis=first)


def _dynamic_stitch(indices: Any, data: Any) -> Any:
    places = [np.asarray(index) for index in indices]
    if any(map(is_symbolic, indices)):
        raise ValueError("stitching by computed indices has no counterpart")
    parts = [
        ops.reshape(part, (place.size, *part.shape[place.ndim :])) for part, place in zip(data, places, strict=True)
    ]
    flat = np.concatenate([place.ravel() for place in places])
    last = [int(np.flatnonzero(flat == number)[-1]) for number in range(int(flat.max()) + 1)]
    return ops.take(ops.concatenate(parts, axis=0), np.array(last, dtype="int32"), axis=0)


def _blocks(block_shape: Any, pairs: Any) -> list[int]:
    """The size of a block along each axis; one number is that of all."""
    sizes = [int(size) for size in np.atleast_1d(block_shape)]
    return sizes * len(pairs) if np.ndim(block_shape) == 0 else sizes


def _space_to_batch(x: Any, block_shape: Any, paddings: Any) -> Any:
    blocks = _blocks(block_shape, paddings)
    pads = [tuple(int(count) for count in pair) for pair in paddings]
    count = len(blocks)
    x = ops.pad(x, ((0, 0), *pads, *((0, 0) for _ in x.shape[1 + count :])))
    sizes = [length(x, 1 + at) for at in range(count)]
    apart = [part for size, block in zip(sizes, blocks, strict=True) for part in (size // block, block)]
    rest = list(x.shape[1 + count :])
    x = ops.reshape(x, (-1, *apart, *rest))
    order = [2 + 2 * at for at in range(count)] + [0] + [1 + 2 * at for at in range(count)]
    x = ops.transpose(x, [*order, *range(1 + 2 * count, len(x.shape))])
    return ops.reshape(x, (-1, *(size // block for size, block in zip(sizes, blocks, strict=True)), *rest))


def _batch_to_space(x: Any, block_shape: Any, crops: Any) -> Any:
    blocks = _blocks(block_shape, crops)
    cuts = [tuple(int(count) for count in pair) for pair in crops]
    count = len(blocks)
    sizes = [length(x, 1 + at) for at in range(count)]
    rest = list(x.shape[1 + count :])
    x = ops.reshape(x, (*blocks, -1, *sizes, *rest))
    order = [count] + [place for at in range(count) for place in (count + 1 + at, at)]
    x = ops.transpose(x, [*order, *range(2 * count + 1, len(x.shape))])
    whole = [size * block for size, block in zip(sizes, blocks, strict=True)]
    x = ops.reshape(x, (-1, *whole, *rest))
    return x[(slice(None), *(slice(low, size - high) for size, (low, high) in zip(whole, cuts, strict=True)))]


def _histogram_fixed_width_bins(x: Any, value_range: Any, nbins: int = 100, dtype: Any = "int32") -> Any:
    low, high = (float(value) for value in value_range)
    scaled = ops.multiply(ops.divide(ops.subtract(x, low), high - low), nbins)
    return ops.cast(ops.clip(ops.floor(scaled), 0, nbins - 1), dtype_named(dtype))


def _histogram_fixed_width(x: Any, value_range: Any, nbins: int = 100, dtype: Any = "int32") -> Any:
    bins = ops.reshape(_histogram_fixed_width_bins(x, value_range, nbins), (-1,))
    return ops.cast(ops.sum(ops.one_hot(bins, nbins, dtype="int32"), axis=0), dtype_named(dtype))


FUNCTIONS = (
    _add_n, _argsort, _batch_to_space, _boolean_mask, _clip, _clip_by_average_norm, _clip_by_global_norm, _clip_by_norm,
    _concat, _dynamic_stitch, _expand_dims, _global_norm, _histogram_fixed_width, _histogram_fixed_width_bins,
    _one_hot, _pad, _repeat, _reverse, _reverse_sequence, _roll, _searchsorted, _sequence_mask, _sort,
    _space_to_batch, _split, _squeeze, _stack, _transpose, _unravel_index, _unstack, _where, _where_rows,
)  # fmt: skip
