"""Bilinear resampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function, rank, unimplemented
from loadstone.addons.image.utils import read_pixels
from loadstone.addons.utils.values import require

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor, TensorLike

DATA_RANK = 4
COORDINATES = 2


@image_function
def resampler(data: TensorLike, warp: TensorLike, name: str | None = None) -> Tensor:
    """Return the values of images at points between the pixels (Jaderberg et al. 2015, arXiv:1506.02025).

    The images count as surrounded by zeros: up to one pixel beyond the border values fade out, and farther away (and
    for NaN) they are zero. `interpolate_bilinear` goes on with the border's values.

    Args:
        data: floating-point images of shape (batch, height, width, channels).
        warp: points (column, row), of shape (batch, ..., 2) and of the same dtype.
        name: name of the scope.

    Returns:
        a tensor of shape (batch, ..., channels); it is differentiable by both arguments.

    Raises:
        NotImplementedError: when ``data`` has not 4 axes or a point not 2 coordinates; with TensorFlow
            ``tf.errors.UnimplementedError``.
        ValueError: when ``warp`` has fewer than 2 axes or another batch size; with TensorFlow
            ``tf.errors.InvalidArgumentError``.
    """
    with keras.name_scope(name or "resampler"):
        data = ops.convert_to_tensor(data)
        warp = ops.convert_to_tensor(warp)
        _check_shapes(data, warp)
        shape = ops.shape(warp)
        batch, height, width, channels = ops.shape(data)
        points = 1
        for size in shape[1:-1]:
            points = points * size
        x, y = (ops.reshape(warp[..., axis], (batch, points)) for axis in range(COORDINATES))
        resampled = _resample(data, x, y, ops.cast(width, warp.dtype), ops.cast(height, warp.dtype))
        return ops.reshape(resampled, (*shape[:-1], channels))


def _resample(data: Tensor, x: Tensor, y: Tensor, width: Tensor, height: Tensor) -> Tensor:
    is_seen = ops.logical_and(ops.logical_and(x > -1, x < width), ops.logical_and(y > -1, y < height))
    # A point out of sight is moved before, not only its value after: its gradient could be NaN.
    x = ops.where(is_seen, x, ops.zeros_like(x))
    y = ops.where(is_seen, y, ops.zeros_like(y))
    left, top = ops.floor(x), ops.floor(y)
    to_right, to_bottom = ops.expand_dims(left + 1 - x, -1), ops.expand_dims(top + 1 - y, -1)
    nothing = ops.zeros((), data.dtype)
    sample = (
        to_right * to_bottom * read_pixels(data, top, left, nothing)
        + (1 - to_right) * (1 - to_bottom) * read_pixels(data, top + 1, left + 1, nothing)
        + to_right * (1 - to_bottom) * read_pixels(data, top + 1, left, nothing)
        + (1 - to_right) * to_bottom * read_pixels(data, top, left + 1, nothing)
    )
    return ops.where(ops.expand_dims(is_seen, -1), sample, nothing)


def _check_shapes(data: Tensor, warp: Tensor) -> None:
    if rank(data) != DATA_RANK:
        raise unimplemented(
            "Only bilinear interpolation is currently supported. The input data shape must be "
            f"[batch_size, data_height, data_width, data_num_channels], but is: {data.shape}"
        )
    axes = rank(warp)
    require(axes is not None and axes >= COORDINATES, f"warp should be at least a matrix, got shape {warp.shape}")
    if warp.shape[-1] != COORDINATES:
        raise unimplemented(
            "Only bilinear interpolation is supported, warping coordinates must be 2D; warp shape last entry should "
            f"be 2, but shape vector is: {warp.shape}"
        )
    require(
        ops.shape(data)[0] == ops.shape(warp)[0],
        f"Batch size of data and warp tensor must be the same, but got shapes {data.shape} and {warp.shape}",
    )
