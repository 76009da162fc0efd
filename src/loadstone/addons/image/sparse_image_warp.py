"""Warping of images by a few points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.image.backend import image_function, with_rank
from loadstone.addons.image.dense_image_warp import dense_image_warp
from loadstone.addons.image.interpolate_spline import interpolate_spline
from loadstone.addons.image.utils import from_4D_image, get_ndims, to_4D_image

if TYPE_CHECKING:
    from loadstone.addons.utils.types import FloatTensorLike, Tensor, TensorLike


@image_function
def sparse_image_warp(
    image: TensorLike,
    source_control_point_locations: TensorLike,
    dest_control_point_locations: TensorLike,
    interpolation_order: int = 2,
    regularization_weight: FloatTensorLike = 0.0,
    num_boundary_points: int = 0,
    name: str = "sparse_image_warp",
) -> tuple[Tensor, Tensor]:
    """Warp an image so that given points move to others, and what is between them smoothly with them.

    `interpolate_spline` makes a flow for every pixel of the points' displacements, `dense_image_warp` applies it.

    Args:
        image: floating-point tensor of shape (height, width), (height, width, channels) or
            (batch, height, width, channels).
        source_control_point_locations: points (row, column) of the image, of shape (batch, points, 2); batch is 1 for
            a single image.
        dest_control_point_locations: where they move, of the same shape.
        interpolation_order: order of the spline.
        regularization_weight: above 0 the points are not met exactly, but the flow is smoother.
        num_boundary_points: number of parts into which points that stay where they are divide each edge of the image:
            1 keeps the corners, 2 the middles of the edges as well; 0 keeps nothing.
        name: name of the scope.

    Returns:
        the warped image, of the shape and dtype of ``image``, and the flow, of shape (batch, height, width, 2).

    Raises:
        ValueError: for other shapes; with TensorFlow some are ``tf.errors.InvalidArgumentError``.
    """
    with keras.name_scope(name or "sparse_image_warp"):
        image = ops.convert_to_tensor(image)
        images = to_4D_image(image)
        source, target = (
            with_rank(ops.convert_to_tensor(points), 3, "control points must have shape (batch, points, 2)")
            for points in (source_control_point_locations, dest_control_point_locations)
        )
        batch, height, width, _ = ops.shape(images)
        moved = target - source
        if num_boundary_points > 0:
            target, moved = _with_fixed_boundary(target, moved, height, width, num_boundary_points - 1)
        grid = ops.reshape(_get_grid_locations(height, width), (1, height * width, 2))
        places = ops.tile(ops.cast(grid, images.dtype), (batch, 1, 1))
        flow = interpolate_spline(target, moved, places, interpolation_order, regularization_weight)
        flow = ops.reshape(flow, (batch, height, width, 2))
        return from_4D_image(dense_image_warp(images, flow), get_ndims(image)), flow


def _get_grid_locations(image_height: int | Tensor, image_width: int | Tensor) -> Tensor:
    """Return the place (row, column) of every pixel, of shape (height, width, 2)."""
    rows, columns = ops.arange(image_height, dtype="int32"), ops.arange(image_width, dtype="int32")
    return ops.stack(ops.meshgrid(rows, columns, indexing="ij"), axis=-1)


def _get_boundary_locations(image_height: int | Tensor, image_width: int | Tensor, num_points_per_edge: int) -> Tensor:
    """Return the places (row, column) of an image's corners and of points evenly between them, row by row."""
    parts = num_points_per_edge + 1
    steps = np.arange(parts + 1)
    is_end = (steps == 0) | (steps == parts)
    row, column = np.nonzero(is_end[:, None] | is_end[None, :])
    lengths = (ops.cast(length, "float32") - 1 for length in (image_height, image_width))
    steps_along = (ops.convert_to_tensor(index, dtype="float32") for index in (row, column))
    places = [index * length / parts for index, length in zip(steps_along, lengths, strict=True)]
    return ops.stack(places, axis=-1)


def _with_fixed_boundary(
    points: Tensor, moved: Tensor, height: int | Tensor, width: int | Tensor, points_per_edge: int
) -> tuple[Tensor, Tensor]:
    """Return the points and their displacements with those at the boundary, which stay."""
    boundary = ops.expand_dims(ops.cast(_get_boundary_locations(height, width, points_per_edge), points.dtype), 0)
    boundary = ops.tile(boundary, (ops.shape(points)[0], 1, 1))
    return ops.concatenate([points, boundary], axis=1), ops.concatenate([moved, ops.zeros_like(boundary)], axis=1)
