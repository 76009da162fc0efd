"""Resizing of images: Keras' own where it computes the same, else by a matrix for each of the two axes.

A resized row is a weighted sum of rows, with weights that the two sizes and the method give; so is a column.

Source of the methods: the kernels of TensorFlow 2.15 (``resize_bilinear_op``, ``resize_bicubic_op``,
``resize_area_op``, ``scale_and_translate_op``); of the cubic ones: Keys 1981, Mitchell and Netravali 1988.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import as_dtype, constant, dtype_of, length
from loadstone.runtime.operators.extents import as_array, has_extent, is_symbolic

if TYPE_CHECKING:
    from collections.abc import Callable

_NATIVE = frozenset({"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"})
_OLD_METHODS = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}
_TABLE = 1024  # into so many steps the old bicubic kernel divides a pixel


def _gaussian(x: Any) -> Any:
    return np.where(np.abs(x) < 1.5, np.exp(-(x**2) / (2 * 0.5**2)), 0.0)  # noqa: PLR2004 - its radius


def _mitchell(x: Any) -> Any:
    x = np.abs(x)
    near = (7 / 6 * x - 2) * x * x + 8 / 9
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))  # noqa: PLR2004 - its radius


def _triangle(x: Any) -> Any:
    return np.maximum(0.0, 1.0 - np.abs(x))


_KERNELS: dict[str, tuple[Callable[[Any], Any], float]] = {
    "gaussian": (_gaussian, 1.5), "mitchellcubic": (_mitchell, 2.0), "bilinear": (_triangle, 1.0),
}  # fmt: skip


def _sampled(method: str, size: int, target: int, antialias: bool) -> Any:
    """Weights by a kernel around each sample, wider where the image shrinks and aliases are to be avoided."""
    kernel, radius = _KERNELS[method]
    scale = target / size
    width = max(1 / scale, 1.0) if antialias else 1.0
    sample = (np.arange(target) + 0.5) / scale
    away = (np.arange(size) + 0.5)[None, :] - sample[:, None]
    weights = np.where(np.abs(away) <= radius * width, kernel(away / width), 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


def _area(size: int, target: int) -> Any:
    edges = np.arange(target + 1) * (size / target)
    low, high = edges[:-1, None], edges[1:, None]
    places = np.arange(size)[None, :]
    return np.clip(np.minimum(high, places + 1) - np.maximum(low, places), 0.0, None) / (size / target)


def _old_places(size: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    """Where the samples stand in the image, in the first version's reckoning."""
    scale = np.float32((size - 1) / (target - 1) if align_corners and target > 1 else size / target)
    numbers = np.arange(target, dtype="float32")
    return (numbers + np.float32(0.5)) * scale - np.float32(0.5) if half_pixel_centers else numbers * scale


def _one_of(places: Any, size: int) -> Any:
    return np.eye(size)[np.clip(places.astype(int), 0, size - 1)]


def _old_nearest(size: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    places = _old_places(size, target, align_corners, half_pixel_centers)
    if half_pixel_centers:
        places = places + 0.5
    return _one_of(np.floor(places + 0.5) if align_corners else np.floor(places), size)


def _old_bilinear(size: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    places = _old_places(size, target, align_corners, half_pixel_centers)
    low = np.floor(places)
    part = (places - low)[:, None]
    return _one_of(low, size) * (1 - part) + _one_of(np.ceil(places), size) * part


def _old_bicubic(size: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    sharp = -0.5 if half_pixel_centers else -0.75
    places = _old_places(size, target, align_corners, half_pixel_centers)
    low = np.floor(places)
    part = np.rint((places - low) * _TABLE) / _TABLE
    weights = np.zeros((target, size))
    for step in (-1, 0, 1, 2):
        away = np.abs(part - step)
        near = ((sharp + 2) * away - (sharp + 3)) * away * away + 1
        far = ((sharp * away - 5 * sharp) * away + 8 * sharp) * away - 4 * sharp
        weight = np.where(away <= 1, near, far)
        if half_pixel_centers:  # pixels beyond the edge count for nothing
            weight = np.where((low + step >= 0) & (low + step < size), weight, 0.0)
        weights += _one_of(low + step, size) * weight[:, None]
    return weights / weights.sum(axis=1, keepdims=True) if half_pixel_centers else weights


def _by_matrices(x: Any, rows: Any, columns: Any) -> Any:
    """Rows and columns of the last three axes' first two as weighted sums."""
    x = ops.einsum("oh,...hwc->...owc", constant(rows, dtype_of(x)), x)
    return ops.einsum("ow,...hwc->...hoc", constant(columns, dtype_of(x)), x)


def _sizes(x: Any, size: Any, preserve: bool) -> tuple[int, int]:
    if is_symbolic(size) or has_extent(size) or any(map(is_symbolic, as_array(size))):
        raise ValueError("resizing to a size that is known at run time only has no counterpart")
    height, width = (int(n) for n in as_array(size))
    if preserve:
        scale = min(height / length(x, -3), width / length(x, -2))
        height, width = round(scale * length(x, -3)), round(scale * length(x, -2))
    return height, width


def _resize(
    x: Any, size: Any, method: Any = "bilinear", preserve_aspect_ratio: bool = False, antialias: bool = False
) -> Any:
    method = str(_OLD_METHODS.get(method, method)).lower()
    height, width = _sizes(x, size, preserve_aspect_ratio)
    if method != "nearest":
        x = as_dtype(x, "float32")
    if method in _NATIVE:
        return ops.image.resize(
            x, (height, width), interpolation=method, antialias=bool(antialias), data_format="channels_last"
        )
    pairs = ((length(x, -3), height), (length(x, -2), width))
    if method == "area":
        return _by_matrices(x, *(_area(*pair) for pair in pairs))
    return _by_matrices(x, *(_sampled(method, *pair, bool(antialias)) for pair in pairs))


def _old_resize(
    x: Any,
    size: Any,
    method: Any = "bilinear",
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    half_pixel_centers: bool = False,
) -> Any:
    """The first version's, whose pixels are points at their upper left corners."""
    method = str(_OLD_METHODS.get(method, method)).lower()
    pairs = tuple(zip((length(x, -3), length(x, -2)), _sizes(x, size, preserve_aspect_ratio), strict=True))
    if method == "area":
        return _by_matrices(as_dtype(x, "float32"), *(_area(*pair) for pair in pairs))
    weights = {"nearest": _old_nearest, "bilinear": _old_bilinear, "bicubic": _old_bicubic}[method]
    rows, columns = (weights(*pair, bool(align_corners), bool(half_pixel_centers)) for pair in pairs)
    if method == "nearest":
        x = ops.take(x, rows.argmax(axis=1).astype("int32"), axis=-3)
        return ops.take(x, columns.argmax(axis=1).astype("int32"), axis=-2)
    return _by_matrices(as_dtype(x, "float32"), rows, columns)


def _scale_and_translate(
    x: Any, size: Any, scale: Any, translation: Any, kernel_type: str = "lanczos3", antialias: bool = True
) -> Any:
    """Resizing, where the scale is that of the sizes and nothing is moved."""
    ratios = [n / length(x, axis) for n, axis in zip(_sizes(x, size, preserve=False), (-3, -2), strict=True)]
    if is_symbolic(scale) or has_extent(scale) or np.any(translation) or not np.allclose(scale, ratios, rtol=1e-5):
        raise ValueError("a scale of its own, or a translation, has no counterpart")
    return _resize(
        x, size, {"triangle": "bilinear", "keyscubic": "bicubic"}.get(kernel_type, kernel_type), antialias=antialias
    )


def _resize_with_pad(
    x: Any, target_height: int, target_width: int, method: Any = "bilinear", antialias: bool = False
) -> Any:
    height, width = length(x, -3), length(x, -2)
    ratio = np.float32(
        max(np.float32(width) / np.float32(target_width), np.float32(height) / np.float32(target_height))
    )
    high, wide = np.float32(height) / ratio, np.float32(width) / ratio
    top, left = (max(int(np.floor((n - m) / 2)), 0) for n, m in ((target_height, high), (target_width, wide)))
    resized = _resize(x, (int(np.floor(high)), int(np.floor(wide))), method, antialias=antialias)
    return _pad_to_bounding_box(resized, top, left, target_height, target_width)


def _pad_to_bounding_box(x: Any, offset_height: int, offset_width: int, target_height: int, target_width: int) -> Any:
    below = target_height - offset_height - length(x, -3)
    right = target_width - offset_width - length(x, -2)
    front = [(0, 0)] * (len(x.shape) - 3)
    return ops.pad(x, (*front, (offset_height, below), (offset_width, right), (0, 0)))


def _crop_to_bounding_box(x: Any, offset_height: int, offset_width: int, target_height: int, target_width: int) -> Any:
    rows = slice(offset_height, offset_height + target_height)
    return x[..., rows, offset_width : offset_width + target_width, :]


def _resize_with_crop_or_pad(x: Any, target_height: int, target_width: int) -> Any:
    down, right = target_height - length(x, -3), target_width - length(x, -2)
    top, left = max(-down // 2, 0), max(-right // 2, 0)
    cropped = _crop_to_bounding_box(x, top, left, min(target_height, length(x, -3)), min(target_width, length(x, -2)))
    return _pad_to_bounding_box(cropped, max(down // 2, 0), max(right // 2, 0), target_height, target_width)


def _central_crop(x: Any, central_fraction: float) -> Any:
    starts = [int((size - size * central_fraction) / 2) for size in (length(x, -3), length(x, -2))]
    sizes = [size - 2 * start for size, start in zip((length(x, -3), length(x, -2)), starts, strict=True)]
    return _crop_to_bounding_box(x, *starts, *sizes)


FUNCTIONS = (
    _central_crop, _crop_to_bounding_box, _old_resize, _pad_to_bounding_box, _resize, _resize_with_crop_or_pad,
    _resize_with_pad, _scale_and_translate,
)  # fmt: skip
