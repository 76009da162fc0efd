"""Functions of ``tf.image``: colours, turns, patches, measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import (
    INTEGERS,
    add,
    as_dtype,
    constant,
    dtype_named,
    dtype_of,
    length,
    packed,
    spatial,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: What the channels of the one colour space give to those of the other. (Source: documentation of TensorFlow.)
_COLOURS = {
    "rgb_to_yiq": ((0.299, 0.59590059, 0.2115), (0.587, -0.27455667, -0.52273617), (0.114, -0.32134392, 0.31119955)),
    "yiq_to_rgb": ((1, 1, 1), (0.95598634, -0.27201283, -1.10674021), (0.6208248, -0.64720424, 1.70423049)),
    "rgb_to_yuv": (
        (0.299, -0.14714119, 0.61497538),
        (0.587, -0.28886916, -0.51496512),
        (0.114, 0.43601035, -0.10001026),
    ),
    "yuv_to_rgb": ((1, 1, 1), (0, -0.394642334, 2.03206185), (1.13988303, -0.58062185, 0)),
}


def _colours(name: str) -> Callable[[Any], Any]:
    def converted(x: Any) -> Any:
        return ops.matmul(x, constant(_COLOURS[name], dtype_of(x)))

    converted.__name__ = f"_{name}"
    return converted


def _rgb_to_grayscale(x: Any) -> Any:
    floats = _convert_image_dtype(x, "float32")
    grey = ops.matmul(floats, constant(((0.2989,), (0.587,), (0.114,)), dtype_of(floats)))
    return _convert_image_dtype(grey, dtype_of(x))


def _grayscale_to_rgb(x: Any) -> Any:
    return ops.repeat(x, 3, axis=-1)


def _rgb_to_hsv(x: Any) -> Any:
    return ops.image.rgb_to_hsv(x, data_format="channels_last")


def _hsv_to_rgb(x: Any) -> Any:
    return ops.image.hsv_to_rgb(x, data_format="channels_last")


def _convert_image_dtype(x: Any, dtype: Any, saturate: bool = False) -> Any:
    source, target = dtype_of(x), dtype_named(dtype)
    if source == target:
        return ops.multiply(x, 1)
    if source in INTEGERS and target in INTEGERS:
        return _between_integers(x, source, target, saturate)
    if source in INTEGERS:
        return ops.multiply(ops.cast(x, target), 1.0 / float(np.iinfo(source).max))
    if target not in INTEGERS:
        return ops.cast(x, target)
    scaled = ops.multiply(x, float(np.iinfo(target).max) + 0.5)
    return ops.saturate_cast(scaled, target) if saturate else ops.cast(scaled, target)


def _between_integers(x: Any, source: str, target: str, saturate: bool) -> Any:
    most, least = int(np.iinfo(source).max), int(np.iinfo(target).max)
    if most > least:
        scaled = ops.floor_divide(x, (most + 1) // (least + 1))
        return ops.saturate_cast(scaled, target) if saturate else ops.cast(scaled, target)
    return ops.multiply(ops.cast(x, target), (least + 1) // (most + 1))


def _in_floats(change: Callable[..., Any]) -> Callable[..., Any]:
    """The change of an image of floats, for one of integers too, which is converted there and back."""

    def changed(x: Any, *arguments: Any, **keywords: Any) -> Any:
        floats = x if dtype_of(x) in {"float16", "float32"} else _convert_image_dtype(x, "float32")
        return _convert_image_dtype(change(floats, *arguments, **keywords), dtype_of(x), saturate=True)

    changed.__name__ = change.__name__
    return changed


def _adjust_brightness(x: Any, delta: Any) -> Any:
    return add(x, delta)


def _adjust_contrast(x: Any, contrast_factor: Any) -> Any:
    mean = ops.mean(x, axis=(-3, -2), keepdims=True)
    return add(ops.multiply(ops.subtract(x, mean), contrast_factor), mean)


def _adjust_gamma(x: Any, gamma: Any = 1, gain: Any = 1) -> Any:
    return ops.multiply(ops.power(x, gamma), gain)


def _adjust_hue(x: Any, delta: Any) -> Any:
    hsv = _rgb_to_hsv(x)
    hue = ops.mod(add(hsv[..., :1], delta), 1.0)
    return _hsv_to_rgb(ops.concatenate([hue, hsv[..., 1:]], axis=-1))


def _adjust_saturation(x: Any, saturation_factor: Any) -> Any:
    hsv = _rgb_to_hsv(x)
    saturation = ops.clip(ops.multiply(hsv[..., 1:2], saturation_factor), 0.0, 1.0)
    return _hsv_to_rgb(ops.concatenate([hsv[..., :1], saturation, hsv[..., 2:]], axis=-1))


def _per_image_standardization(x: Any) -> Any:
    x = as_dtype(x, "float32") if dtype_of(x) != "float16" else x
    pixels = length(x, -1) * length(x, -2) * length(x, -3)
    over = (-1, -2, -3)
    mean = ops.mean(x, axis=over, keepdims=True)
    spread = ops.maximum(ops.std(x, axis=over, keepdims=True), 1.0 / float(np.sqrt(np.float32(pixels))))
    return ops.divide(ops.subtract(x, mean), spread)


def _flip_left_right(x: Any) -> Any:
    return ops.flip(x, axis=-2)


def _flip_up_down(x: Any) -> Any:
    return ops.flip(x, axis=-3)


def _transpose_image(x: Any) -> Any:
    return ops.swapaxes(x, -3, -2)


def _rot90(x: Any, k: int = 1) -> Any:
    turned = {
        0: lambda: ops.multiply(x, 1),
        1: lambda: _transpose_image(ops.flip(x, axis=-2)),
        2: lambda: ops.flip(x, axis=(-3, -2)),
        3: lambda: ops.flip(_transpose_image(x), axis=-2),
    }
    return turned[int(k) % 4]()


def _extract_patches(x: Any, sizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    """Each patch's pixels along the channels, by one slice for each place in a patch."""
    size, step, rate = (spatial(value, 2) for value in (sizes, strides, rates))
    reach = [(n - 1) * gap + 1 for n, gap in zip(size, rate, strict=True)]
    if padding.upper() == "SAME":
        over = [
            max((-(-length(x, 1 + at) // step[at]) - 1) * step[at] + reach[at] - length(x, 1 + at), 0) for at in (0, 1)
        ]
        x = ops.pad(x, ((0, 0), *((n // 2, n - n // 2) for n in over), (0, 0)))
    last = [length(x, 1 + at) - reach[at] + 1 for at in (0, 1)]
    parts = []
    for row in range(size[0]):
        for column in range(size[1]):
            top, left = row * rate[0], column * rate[1]
            parts.append(x[:, top : top + last[0] : step[0], left : left + last[1] : step[1]])
    return ops.concatenate(parts, axis=-1)


def _crop_and_resize(
    x: Any, boxes: Any, box_indices: Any, crop_size: Any, method: str = "bilinear", extrapolation_value: float = 0.0
) -> Any:
    """Each box sampled at a grid of points, as weighted sums of rows and of columns."""
    boxes = packed(boxes, "float32")
    images = as_dtype(ops.take(x, packed(box_indices), axis=0), "float32")
    weights, inside = [], []
    for at, count in enumerate(int(n) for n in crop_size):
        size = length(x, 1 + at)
        low, high = boxes[:, at], boxes[:, at + 2]
        if count > 1:
            steps = constant(np.linspace(0.0, 1.0, count), "float32")[None]
            places = add(ops.expand_dims(low, 1), ops.multiply(ops.expand_dims(ops.subtract(high, low), 1), steps))
        else:
            places = ops.expand_dims(ops.multiply(0.5, add(low, high)), 1)
        places = ops.multiply(places, float(size - 1))
        away = ops.subtract(
            ops.expand_dims(places if method == "bilinear" else ops.floor(add(places, 0.5)), -1),
            np.arange(size, dtype="float32"),
        )
        weights.append(ops.relu(ops.subtract(1.0, ops.absolute(away))))
        inside.append(ops.logical_and(ops.greater_equal(places, 0.0), ops.less_equal(places, float(size - 1))))
    sampled = ops.einsum("bih,bhwc->biwc", weights[0], images)
    sampled = ops.einsum("bjw,biwc->bijc", weights[1], sampled)
    known = ops.logical_and(inside[0][:, :, None, None], inside[1][:, None, :, None])
    return ops.where(known, sampled, constant(extrapolation_value, "float32"))


def _psnr(a: Any, b: Any, max_val: float) -> Any:
    scale = float(max_val) if dtype_of(a) not in INTEGERS else float(max_val) / float(np.iinfo(dtype_of(a)).max)
    a, b = (_convert_image_dtype(x, "float32") for x in (a, b))
    error = ops.mean(ops.square(ops.subtract(a, b)), axis=(-3, -2, -1))
    return ops.subtract(20.0 * float(np.log10(scale)), ops.multiply(ops.log(error), 10.0 / float(np.log(10.0))))


def _ssim(
    img1: Any,
    img2: Any,
    max_val: float,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Any:
    """Structural similarity (Wang et al. 2004) by windows of a Gaussian, those that lie inside the image."""
    if dtype_of(img1) in INTEGERS:
        max_val = max_val / float(np.iinfo(dtype_of(img1)).max)
    a, b = (_convert_image_dtype(x, "float32") for x in (img1, img2))
    away = np.arange(filter_size) - (filter_size - 1) / 2
    line = np.exp(-(away**2) / (2 * filter_sigma**2))
    window = np.outer(line, line) / np.outer(line, line).sum()
    window = np.repeat(window[:, :, None, None], length(a, -1), axis=2).astype("float32")

    def smoothed(x: Any) -> Any:
        return ops.depthwise_conv(x, window, strides=1, padding="valid", data_format="channels_last")

    one, two = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = smoothed(a), smoothed(b)
    product, squares = ops.multiply(mean_a, mean_b), add(ops.square(mean_a), ops.square(mean_b))
    luminance = ops.divide(add(ops.multiply(product, 2.0), one), add(squares, one))
    both = ops.multiply(smoothed(ops.multiply(a, b)), 2.0)
    above = add(ops.subtract(both, ops.multiply(product, 2.0)), two)
    below = add(ops.subtract(smoothed(add(ops.square(a), ops.square(b))), squares), two)
    index = ops.multiply(luminance, ops.divide(above, below))
    return ops.mean(index, axis=-1) if return_index_map else ops.mean(ops.mean(index, axis=(-3, -2)), axis=-1)


FUNCTIONS = (
    *map(_colours, _COLOURS), *map(_in_floats, (_adjust_brightness, _adjust_contrast, _adjust_gamma, _adjust_hue)),
    _in_floats(_adjust_saturation), _convert_image_dtype, _crop_and_resize, _extract_patches, _flip_left_right,
    _flip_up_down, _grayscale_to_rgb, _hsv_to_rgb, _per_image_standardization, _psnr, _rgb_to_grayscale, _rgb_to_hsv,
    _rot90, _ssim, _transpose_image,
)  # fmt: skip
