"""Functions of ``tf.nn`` that slide a window: pooling and convolutions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import add, constant, dtype_of, from_last, length, packed, spatial, to_last
from loadstone.runtime.operators.extents import Extent


def _padding(
    padding: Any, rank: int, data_format: str | None, explicit: Any = ()
) -> tuple[str, tuple[tuple[int, int], ...] | None]:
    """The padding's name, or "valid" and what is added to each spatial axis beforehand."""
    if padding == "EXPLICIT":
        padding = list(zip(explicit[::2], explicit[1::2], strict=True))
    if isinstance(padding, str):
        return padding.lower(), None
    pairs = [(int(low), int(high)) for low, high in padding]
    spatial_pairs = pairs[2:] if (data_format or "").upper().startswith("NC") else pairs[1:-1]
    return "valid", tuple(spatial_pairs[:rank])


def _padded(x: Any, pairs: tuple[tuple[int, int], ...] | None, value: float = 0.0) -> Any:
    if pairs is None or not any(map(any, pairs)):
        return x
    return ops.pad(x, ((0, 0), *pairs, (0, 0)), mode="constant", constant_values=value)


def _pooling(kind: str, x: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None) -> Any:
    rank = len(x.shape) - 2
    sizes, steps = spatial(ksize, rank, data_format), spatial(strides, rank, data_format)
    name, pairs = _padding(padding, rank, data_format)
    x = to_last(x, data_format)
    if kind == "max":
        x = _padded(x, pairs, float(np.finfo("float32").min))
        pooled = ops.max_pool(x, sizes, steps, padding=name, data_format="channels_last")
    else:
        pooled = ops.average_pool(_padded(x, pairs), sizes, steps, padding=name, data_format="channels_last")
    return from_last(pooled, data_format)


def _max_pool(x: Any, ksize: Any, strides: Any, padding: Any = "VALID", data_format: str | None = None) -> Any:
    return _pooling("max", x, ksize, strides, padding, data_format)


def _avg_pool(x: Any, ksize: Any, strides: Any, padding: Any = "VALID", data_format: str | None = None) -> Any:
    return _pooling("avg", x, ksize, strides, padding, data_format)


def _pool(
    x: Any,
    window_shape: Any,
    pooling_type: str,
    padding: Any = "VALID",
    strides: Any = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    rank = len(x.shape) - 2
    if dilations is not None and set(np.atleast_1d(dilations).tolist()) != {1}:
        return _dilated_pool(x, window_shape, pooling_type, padding, dilations)
    return _pooling(pooling_type.lower(), x, window_shape, spatial(strides, rank), padding, data_format)


def _dilated_pool(x: Any, window_shape: Any, pooling_type: str, padding: Any, dilations: Any) -> Any:
    if not isinstance(padding, str) or padding.upper() != "VALID":
        raise ValueError("pooling with dilations has a counterpart without padding only")
    rank = len(x.shape) - 2
    sizes, gaps = spatial(window_shape, rank), spatial(dilations, rank)
    over = [length(x, 1 + at) - (size - 1) * gap for at, (size, gap) in enumerate(zip(sizes, gaps, strict=True))]
    parts = [
        x[(slice(None), *(slice(at * gap, at * gap + n) for at, gap, n in zip(place, gaps, over, strict=True)))]
        for place in np.ndindex(*sizes)
    ]
    stacked = ops.stack(parts, axis=0)
    return ops.max(stacked, axis=0) if pooling_type.upper() == "MAX" else ops.mean(stacked, axis=0)


def _convolution(
    x: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    explicit_paddings: Any = (),
) -> Any:
    rank = len(x.shape) - 2
    name, pairs = _padding(padding, rank, data_format, explicit_paddings)
    found = ops.conv(
        _padded(to_last(x, data_format), pairs),
        packed(filters, dtype_of(x)),
        strides=spatial(strides, rank, data_format),
        padding=name,
        data_format="channels_last",
        dilation_rate=spatial(dilations, rank, data_format),
    )
    return from_last(found, data_format)


def _depthwise(
    x: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    explicit_paddings: Any = (),
) -> Any:
    name, pairs = _padding(padding, 2, data_format, explicit_paddings)
    found = ops.depthwise_conv(
        _padded(to_last(x, data_format), pairs),
        packed(filters, dtype_of(x)),
        strides=spatial(strides, 2, data_format),
        padding=name,
        data_format="channels_last",
        dilation_rate=spatial(dilations, 2, data_format),
    )
    return from_last(found, data_format)


def _separable(
    x: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    found = _depthwise(x, depthwise_filter, strides, padding, data_format, dilations)
    return _convolution(found, pointwise_filter, 1, "VALID", data_format)


def _transposed(
    x: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    explicit_paddings: Any = (),
) -> Any:
    """The gradient of a convolution: its input is as large as the file says, which the strides leave open."""
    if explicit_paddings:
        raise ValueError("a transposed convolution with paddings of its own has no counterpart")
    rank = len(x.shape) - 2
    steps, gaps = spatial(strides, rank, data_format), spatial(dilations, rank, data_format)
    filters = packed(filters, dtype_of(x))
    x = to_last(x, data_format)
    wanted = list(output_shape)
    sizes = wanted[2:] if (data_format or "").upper().startswith("NC") else wanted[1:-1]
    if any(isinstance(size, Extent) or not isinstance(size, int | np.integer) for size in sizes):
        raise ValueError("a transposed convolution to a size that is known at run time only has no counterpart")
    pairs = []
    for at, (size, step, gap) in enumerate(zip(sizes, steps, gaps, strict=True)):
        reach = (length(filters, at) - 1) * gap + 1
        before = _before(int(size), length(x, 1 + at), reach, step, padding)
        spread = (length(x, 1 + at) - 1) * step + 1
        low = reach - 1 - before
        pairs.append((low, int(size) + reach - 1 - spread - low))
    x = _spread(x, steps)
    turned = ops.flip(ops.swapaxes(filters, -1, -2), axis=tuple(range(rank)))
    x = _padded(x, tuple((max(low, 0), max(high, 0)) for low, high in pairs))
    found = ops.conv(x, turned, strides=1, padding="valid", data_format="channels_last", dilation_rate=gaps)
    return from_last(found, data_format)


def _before(size: int, steps_taken: int, reach: int, step: int, padding: str) -> int:
    """How much the convolution that is undone pads in front."""
    if padding.upper() == "VALID":
        return 0
    if math.ceil(size / step) != steps_taken:
        raise ValueError("the output's size does not go with the strides")
    return max((steps_taken - 1) * step + reach - size, 0) // 2


def _spread(x: Any, steps: tuple[int, ...]) -> Any:
    """Zeros between the elements, ``step - 1`` along each axis."""
    for at, step in enumerate(steps, start=1):
        if step > 1:
            size = length(x, at)
            sizes = [-1 if n is None else n for n in x.shape]
            apart = ops.pad(
                ops.expand_dims(x, at + 1), [(0, 0)] * (at + 1) + [(0, step - 1)] + [(0, 0)] * (len(sizes) - at - 1)
            )
            x = ops.reshape(apart, (*sizes[:at], size * step, *sizes[at + 1 :]))
            x = x[(slice(None),) * at + (slice(0, (size - 1) * step + 1),)]
    return x


def _dilation2d(
    x: Any, filters: Any, strides: Any, padding: str, data_format: str | None = None, dilations: Any = None
) -> Any:
    del data_format  # NHWC is the only one
    filters = constant(filters, dtype_of(x)) if not hasattr(filters, "shape") else filters
    gaps, steps = spatial(dilations, 2), spatial(strides, 2)
    height, width = length(filters, 0), length(filters, 1)
    pairs = []
    for at, reach in enumerate(((height - 1) * gaps[0] + 1, (width - 1) * gaps[1] + 1)):
        size = length(x, 1 + at)
        over = max((math.ceil(size / steps[at]) - 1) * steps[at] + reach - size, 0) if padding.upper() == "SAME" else 0
        pairs.append((over // 2, over - over // 2))
    x = _padded(x, tuple(pairs), float(np.finfo("float32").min))
    last = [length(x, 1 + at) - (n - 1) * gaps[at] for at, n in enumerate((height, width))]
    best: Any = None
    for row in range(height):
        for column in range(width):
            top, left = row * gaps[0], column * gaps[1]
            part = x[:, top : top + last[0] : steps[0], left : left + last[1] : steps[1]]
            part = add(part, filters[row, column])
            best = part if best is None else ops.maximum(best, part)
    return best


def _erosion2d(
    x: Any, filters: Any, strides: Any, padding: str, data_format: str | None = None, dilations: Any = None
) -> Any:
    turned = ops.flip(packed(filters, dtype_of(x)), axis=(0, 1))
    return ops.negative(_dilation2d(ops.negative(x), turned, strides, padding, data_format, dilations))


FUNCTIONS = (
    _avg_pool, _convolution, _depthwise, _dilation2d, _erosion2d, _max_pool, _pool, _separable,
    _transposed,
)  # fmt: skip
