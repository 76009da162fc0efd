"""Bilinear reading of images at given places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function, with_rank
from loadstone.addons.image.utils import take_pixels
from loadstone.addons.utils.values import require

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor, TensorLike

INDEXINGS = ("ij", "xy")


@image_function
def interpolate_bilinear(
    grid: TensorLike, query_points: TensorLike, indexing: str = "ij", name: str | None = None
) -> Tensor:
    """Return the values of images at points between the pixels; beyond the border those of the nearest pixel.

    ``keras.ops.image.map_coordinates`` takes one image without channels and computes in its dtype.

    Args:
        grid: floating-point images of shape (batch, height, width, channels), at least 2 pixels high and wide.
        query_points: floating-point tensor of shape (batch, points, 2), not necessarily of the same dtype.
        indexing: ``ij`` when a point is (row, column), ``xy`` when it is (column, row).
        name: name of the scope.

    Returns:
        a tensor of shape (batch, points, channels) and of the dtype of ``grid``.

    Raises:
        ValueError: for another ``indexing``, or other shapes; for those with TensorFlow
            ``tf.errors.InvalidArgumentError``.
    """
    if indexing not in INDEXINGS:
        raise ValueError(f"Indexing mode must be 'ij' or 'xy', not {indexing!r}")
    with keras.name_scope(name or "interpolate_bilinear"):
        grid = with_rank(ops.convert_to_tensor(grid), 4, "Grid must be 4D Tensor")
        points = with_rank(ops.convert_to_tensor(query_points), 3, "Query points must be 3 dimensional.")
        _, height, width, _ = ops.shape(grid)
        require(height >= 2, "Grid height must be at least 2.")  # noqa: PLR2004 - two pixels to read between
        require(width >= 2, "Grid width must be at least 2.")  # noqa: PLR2004 - same
        require(ops.shape(points)[2] == 2, "Query points last dimension must be 2.")  # noqa: PLR2004 - two axes
        row, column = (points[..., index] for index in ((0, 1) if indexing == "ij" else (1, 0)))
        top, down = _pixel_and_fraction(row, height, grid.dtype)
        left, right = _pixel_and_fraction(column, width, grid.dtype)
        upper = _between(take_pixels(grid, top, left), take_pixels(grid, top, left + 1), right)
        lower = _between(take_pixels(grid, top + 1, left), take_pixels(grid, top + 1, left + 1), right)
        return _between(upper, lower, down)


def _pixel_and_fraction(place: Tensor, length: int | Tensor, dtype: str) -> tuple[Tensor, Tensor]:
    """Return the pixel at or before each place along an axis, never the last one, and how far the place is beyond it.

    At a fraction of exactly zero there is no gradient, at one there is, as in TensorFlow Addons; so ``where`` chooses
    it, not ``maximum``, whose gradient at such places differs between backends.
    """
    last = ops.cast(length - 2, place.dtype)
    pixel = ops.minimum(ops.maximum(ops.floor(place), ops.zeros_like(place)), last)
    fraction = ops.cast(place - pixel, dtype)
    fraction = ops.where(fraction > 0, fraction, ops.zeros_like(fraction))
    fraction = ops.where(fraction <= 1, fraction, ops.ones_like(fraction))
    return ops.cast(pixel, "int32"), ops.expand_dims(fraction, -1)


def _between(first: Tensor, second: Tensor, fraction: Tensor) -> Tensor:
    return fraction * (second - first) + first


@image_function
def dense_image_warp(image: TensorLike, flow: TensorLike, name: str | None = None) -> Tensor:
    """Read each pixel of an image elsewhere: at its own place minus the flow there.

    Values between pixels are those of `interpolate_bilinear`. The flow has the opposite sign of optical flow.

    Args:
        image: floating-point images of shape (batch, height, width, channels), at least 2 pixels high and wide.
        flow: floating-point tensor of shape (batch, height, width, 2), not necessarily of the same dtype.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``.

    Raises:
        ValueError: for other shapes; with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    with keras.name_scope(name or "dense_image_warp"):
        image = with_rank(ops.convert_to_tensor(image), 4, "Image must be 4D Tensor")
        flow = with_rank(ops.convert_to_tensor(flow), 4, "Flow must be 4D Tensor")
        batch, height, width, channels = ops.shape(image)
        rows, columns = ops.arange(height, dtype="int32"), ops.arange(width, dtype="int32")
        grid = ops.stack(ops.meshgrid(rows, columns, indexing="ij"), axis=-1)
        points = ops.reshape(ops.cast(grid, flow.dtype) - flow, (batch, height * width, 2))
        return ops.reshape(interpolate_bilinear(image, points), (batch, height, width, channels))


def dense_image_warp_annotated(image: TensorLike, flow: TensorLike) -> Tensor:
    """Return what `dense_image_warp` does; TensorFlow Addons marked this one for the converter to TensorFlow Lite."""
    return dense_image_warp(image, flow)
