"""Projective transforms of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function, rank
from loadstone.addons.image.utils import (
    check_choice,
    from_4D_image,
    get_ndims,
    read_pixels,
    to_4D_image,
    unwrap,
    wrap,
)
from loadstone.addons.utils.values import known, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Tensor, TensorLike

IMAGE_DTYPES = ("uint8", "int32", "int64", "float16", "float32", "float64")
INTERPOLATIONS = ("nearest", "bilinear")
FILL_MODES = ("constant", "reflect", "wrap", "nearest")
COEFFICIENTS = 8
MATRIX = 3  # rows and columns
Size = tuple["int | Tensor", "int | Tensor"]


@image_function
def transform(
    images: TensorLike,
    transforms: TensorLike,
    interpolation: str = "nearest",
    fill_mode: str = "constant",
    output_shape: Sequence[int] | Tensor | None = None,
    name: str | None = None,
    fill_value: TensorLike = 0.0,
) -> Tensor:
    """Read each pixel of an image elsewhere, at a place that a projective transform gives.

    Coefficients ``a0, a1, a2, b0, b1, b2, c0, c1`` lead from a place ``(x, y)`` of the output to
    ``((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)`` of the input, where ``k = c0 x + c1 y + 1``.

    The gradient is TensorFlow's: that of the output, transformed by the inverse coefficients and filled with zeros. It
    is the true gradient for shifts by whole pixels and turns by right angles, and close to it for others that keep
    sizes. The coefficients get none. ``keras.ops.image.affine_transform`` has neither projections nor ``output_shape``.

    Args:
        images: of shape (height, width), (height, width, channels) or (batch, height, width, channels).
        transforms: 8 numbers, or rows of 8 for each image.
        interpolation: ``nearest`` or ``bilinear``, which computes in float32; integers are cut, not rounded.
        fill_mode: what lies beyond the image: ``constant``, ``reflect`` (its mirror image), ``wrap`` (itself again) or
            ``nearest`` (its outermost pixels).
        output_shape: height and width of the output; None for those of the input.
        name: name of the scope.
        fill_value: the value of ``constant``.

    Returns:
        a tensor of the dtype of ``images``.

    Raises:
        TypeError: when ``images`` is not uint8, int32, int64, float16, float32 or float64.
        ValueError: for other shapes of ``images``, ``transforms`` or ``output_shape``, and other words for the
            options; with TensorFlow some are ``tf.errors.InvalidArgumentError``.
    """
    with keras.name_scope(name or "transform"):
        image = _valid_image(images)
        interpolation = check_choice(interpolation, INTERPOLATIONS, "interpolation")
        fill_mode = check_choice(fill_mode, FILL_MODES, "fill_mode")
        images = to_4D_image(image)
        rows = ops.convert_to_tensor(transforms, dtype="float32")
        if rank(rows) not in {1, 2}:
            raise ValueError(f"transforms should have rank 1 or 2, but got rank {rank(rows)}")
        rows = rows[None] if rank(rows) == 1 else rows
        _check_coefficients(rows, images)
        size = ops.shape(images)[1:3] if output_shape is None else _valid_size(output_shape)
        fill_value = ops.cast(fill_value, "float32")
        output = _projected(images, rows, size, (interpolation, fill_mode), fill_value)
        return from_4D_image(output, get_ndims(image))


def _valid_image(image: TensorLike) -> Tensor:
    image = ops.convert_to_tensor(image)
    if keras.backend.standardize_dtype(image.dtype) not in IMAGE_DTYPES:
        raise TypeError(f"Invalid dtype {image.dtype}.")
    return image


def _check_coefficients(rows: Tensor, images: Tensor) -> None:
    message = "Input transform should be num_images x 8 or 1 x 8"
    require(rows.shape[1] in {None, COEFFICIENTS}, message)
    if rows.shape[0] != 1:
        is_one = ops.equal(ops.shape(rows)[0], 1)
        require(ops.logical_or(is_one, ops.equal(ops.shape(rows)[0], ops.shape(images)[0])), message)


def _valid_size(output_shape: Sequence[int] | Tensor) -> Size:
    """Return a height and width that are given as a sequence or a tensor, as integers where they are known."""
    shape = tuple(output_shape.shape) if hasattr(output_shape, "shape") else (len(output_shape),)
    if shape not in {(2,), (None,)}:
        raise ValueError("output_shape must be a 1-D Tensor of 2 elements: new_height, new_width")
    height, width = (known(output_shape[index]) for index in range(2))
    if height is None or width is None:
        return output_shape[0], output_shape[1]
    return int(height), int(width)


def _projected(images: Tensor, rows: Tensor, size: Size, options: tuple[str, str], fill_value: Tensor) -> Tensor:
    """Apply transforms of shape (1 or batch, 8), with the gradient that `transform` describes."""
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(images.dtype)):
        return _project(images, rows, size, options, fill_value)
    input_size = ops.shape(images)[1:3]

    @ops.custom_gradient
    def with_gradient(images: Tensor, rows: Tensor) -> tuple[Tensor, object]:
        def gradient(*args: Tensor, upstream: Tensor = None) -> tuple[Tensor, Tensor]:
            upstream = args[-1] if upstream is None else upstream
            inverse = matrices_to_flat_transforms(ops.inv(flat_transforms_to_matrices(rows)))
            back = _projected(upstream, inverse, input_size, options, ops.zeros((), "float32"))
            return back, ops.zeros_like(rows)

        return _project(images, rows, size, options, fill_value), gradient

    return with_gradient(images, rows)


def _project(images: Tensor, rows: Tensor, size: Size, options: tuple[str, str], fill_value: Tensor) -> Tensor:
    interpolation, fill_mode = options
    batch, height, width, channels = ops.shape(images)
    y = ops.cast(ops.arange(size[0]), "float32")[None, :, None]
    x = ops.cast(ops.arange(size[1]), "float32")[None, None, :]
    a0, a1, a2, b0, b1, b2, c0, c1 = (rows[:, index, None, None] for index in range(COEFFICIENTS))
    scale = c0 * x + c1 * y + 1.0
    is_finite = scale != 0
    scale = ops.where(is_finite, scale, ops.ones_like(scale))
    to_x = _within((a0 * x + a1 * y + a2) / scale, width, fill_mode)
    to_y = _within((b0 * x + b1 * y + b2) / scale, height, fill_mode)
    pixels = (batch, size[0] * size[1])
    to_x, to_y, is_finite = (
        ops.broadcast_to(ops.reshape(value, (-1, size[0] * size[1])), pixels) for value in (to_x, to_y, is_finite)
    )
    fill = ops.cast(fill_value, images.dtype)
    read = _read_nearest if interpolation == "nearest" else _read_bilinear
    output = ops.where(ops.expand_dims(is_finite, -1), read(images, to_y, to_x, fill), fill)
    return ops.reshape(output, (batch, size[0], size[1], channels))


def _within(place: Tensor, length: int | Tensor, fill_mode: str) -> Tensor:
    """Return where along an axis of ``length`` pixels to read what is at ``place``, which may be beyond them."""
    if fill_mode == "constant":
        return place
    length = ops.cast(length, "float32")
    last = length - 1
    if fill_mode == "reflect":
        before = place + 2 * length * ops.floor(-place / (2 * length))
        before = ops.where(before < -length, before + 2 * length, -before - 1)
        after = place - 2 * length * ops.floor(place / (2 * length))
        after = ops.where(after >= length, 2 * length - after - 1, after)
        place = ops.where(place < 0, before, ops.where(place > last, after, place))
    elif fill_mode == "wrap":
        period = ops.maximum(last, 1.0)
        before = place + length * (ops.floor(-place / period) + 1)
        after = place - length * ops.floor(place / period)
        place = ops.where(place < 0, before, ops.where(place > last, after, place))
    return ops.minimum(ops.maximum(place, 0.0), last)


def _read_nearest(images: Tensor, y: Tensor, x: Tensor, fill: Tensor) -> Tensor:
    return read_pixels(images, _rounded(y), _rounded(x), fill)


def _rounded(place: Tensor) -> Tensor:
    """Round halves away from zero; Keras' ``round`` goes to even numbers."""
    size = ops.absolute(place)
    whole = ops.floor(size)
    whole = whole + ops.cast(size - whole >= 0.5, place.dtype)  # noqa: PLR2004 - a half
    return ops.where(place < 0, -whole, whole)


def _read_bilinear(images: Tensor, y: Tensor, x: Tensor, fill: Tensor) -> Tensor:
    top, left = ops.floor(y), ops.floor(x)
    down, right = ops.expand_dims(y - top, -1), ops.expand_dims(x - left, -1)
    up, to_left = ops.expand_dims(top + 1 - y, -1), ops.expand_dims(left + 1 - x, -1)

    def read(row: Tensor, column: Tensor) -> Tensor:
        return ops.cast(read_pixels(images, row, column, fill), "float32")

    upper = to_left * read(top, left) + right * read(top, left + 1)
    lower = to_left * read(top + 1, left) + right * read(top + 1, left + 1)
    return ops.cast(up * upper + down * lower, images.dtype)


@image_function
def compose_transforms(transforms: Sequence[TensorLike], name: str | None = None) -> Tensor:
    """Return the coefficients of one transform that does what several do in turn; see `transform`.

    Args:
        transforms: tensors of one shape: (8,) or (batch, 8).
        name: name of the scope.

    Returns:
        a float32 tensor of shape (1 or batch, 8).

    Raises:
        ValueError: when there is none.
    """
    if not len(transforms):
        raise ValueError("transforms cannot be empty")
    with keras.name_scope(name or "compose_transforms"):
        composed = flat_transforms_to_matrices(transforms[0])
        for following in transforms[1:]:
            composed = ops.matmul(composed, flat_transforms_to_matrices(following))
        return matrices_to_flat_transforms(composed)


def flat_transforms_to_matrices(transforms: TensorLike, name: str | None = None) -> Tensor:
    """Return coefficients (8,) or (batch, 8) as matrices (1 or batch, 3, 3), from output to input coordinates.

    Raises:
        ValueError: for another number of axes.
    """
    with keras.name_scope(name or "flat_transforms_to_matrices"):
        transforms = ops.convert_to_tensor(transforms, dtype="float32")
        if rank(transforms) not in {1, 2}:
            raise ValueError(f"Transforms should be 1D or 2D, got: {transforms}")
        rows = ops.reshape(transforms, (-1, COEFFICIENTS))
        return ops.reshape(ops.concatenate([rows, ops.ones_like(rows[:, :1])], axis=1), (-1, MATRIX, MATRIX))


def matrices_to_flat_transforms(transform_matrices: TensorLike, name: str | None = None) -> Tensor:
    """Return matrices (3, 3) or (batch, 3, 3) as coefficients (1 or batch, 8); see `transform`.

    Raises:
        ValueError: for another number of axes.
    """
    with keras.name_scope(name or "matrices_to_flat_transforms"):
        matrices = ops.convert_to_tensor(transform_matrices)
        if rank(matrices) not in {2, 3}:
            raise ValueError(f"Matrices should be 2D or 3D, got: {matrices}")
        rows = ops.reshape(matrices, (-1, COEFFICIENTS + 1))
        return rows[:, :COEFFICIENTS] / rows[:, COEFFICIENTS:]


@image_function
def angles_to_projective_transforms(
    angles: TensorLike, image_height: TensorLike, image_width: TensorLike, name: str | None = None
) -> Tensor:
    """Return the coefficients for `transform` that turn images around their middle, counterclockwise.

    Args:
        angles: in radians: a scalar, or one for each image.
        image_height: height of the images.
        image_width: their width.
        name: name of the scope.

    Returns:
        a float32 tensor of shape (1 or batch, 8).

    Raises:
        ValueError: when ``angles`` has more than one axis.
    """
    with keras.name_scope(name or "angles_to_projective_transforms"):
        angles = ops.convert_to_tensor(angles, dtype="float32")
        if rank(angles) not in {0, 1}:
            raise ValueError("angles should have rank 0 or 1.")
        angles = ops.reshape(angles, (-1,))
        cosine, sine = ops.cos(angles), ops.sin(angles)
        last_row, last_column = (ops.cast(length, "float32") - 1 for length in (image_height, image_width))
        x_offset = (last_column - (cosine * last_column - sine * last_row)) / 2.0
        y_offset = (last_row - (sine * last_column + cosine * last_row)) / 2.0
        zero = ops.zeros_like(angles)
        return ops.stack([cosine, -sine, x_offset, sine, cosine, y_offset, zero, zero], axis=1)


@image_function
def rotate(
    images: TensorLike,
    angles: TensorLike,
    interpolation: str = "nearest",
    fill_mode: str = "constant",
    name: str | None = None,
    fill_value: TensorLike = 0.0,
) -> Tensor:
    """Turn images around their middle, counterclockwise; see `transform`.

    Args:
        images: of shape (height, width), (height, width, channels) or (batch, height, width, channels).
        angles: in radians: a scalar, or one for each image.
        interpolation: as for `transform`.
        fill_mode: as for `transform`.
        name: name of the scope.
        fill_value: as for `transform`.

    Returns:
        a tensor of the shape and dtype of ``images``.

    Raises:
        TypeError: as from `transform`.
        ValueError: as from `transform`, and when ``angles`` has more than one axis.
    """
    with keras.name_scope(name or "rotate"):
        image = _valid_image(images)
        images = to_4D_image(image)
        _, height, width, _ = ops.shape(images)
        transforms = angles_to_projective_transforms(angles, height, width)
        output = transform(images, transforms, interpolation, fill_mode, fill_value=fill_value)
        return from_4D_image(output, get_ndims(image))


@image_function
def shear_x(image: TensorLike, level: float | Tensor, replace: TensorLike) -> Tensor:
    """Shift the rows of an image sideways, by ``level`` pixels more for each row.

    Args:
        image: of shape (height, width, channels), of a dtype of `transform`.
        level: the shift.
        replace: what to fill empty pixels with: one value, or one for each channel.

    Returns:
        a tensor of the shape and dtype of ``image``.
    """
    return unwrap(transform(wrap(image), _shear(1, level)), replace)


@image_function
def shear_y(image: TensorLike, level: float | Tensor, replace: TensorLike) -> Tensor:
    """Shift the columns of an image up or down, by ``level`` pixels more for each column.

    Args:
        image: of shape (height, width, channels), of a dtype of `transform`.
        level: the shift.
        replace: what to fill empty pixels with: one value, or one for each channel.

    Returns:
        a tensor of the shape and dtype of ``image``.
    """
    return unwrap(transform(wrap(image), _shear(3, level)), replace)


def _shear(position: int, level: float | Tensor) -> Tensor:
    """Return the coefficients of an image as it is, but for ``level`` at one position."""
    one_at = ops.convert_to_tensor([float(index == position) for index in range(COEFFICIENTS)], dtype="float32")
    as_it_is = ops.convert_to_tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], dtype="float32")
    return as_it_is + one_at * ops.cast(level, "float32")
