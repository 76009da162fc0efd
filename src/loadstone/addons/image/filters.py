"""Filters of a neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function
from loadstone.addons.image.utils import from_4D_image, get_ndims, to_4D_image
from loadstone.addons.utils.keras_utils import normalize_tuple
from loadstone.addons.utils.values import known, require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.addons.utils.types import Tensor, TensorLike

PADDINGS = ("REFLECT", "CONSTANT", "SYMMETRIC")


@image_function
def mean_filter2d(
    image: TensorLike,
    filter_shape: int | Iterable[int] = (3, 3),
    padding: str = "REFLECT",
    constant_values: TensorLike = 0,
    name: str | None = None,
) -> Tensor:
    """Replace each pixel by the mean of its neighbourhood, in each channel.

    Args:
        image: of shape (height, width), (height, width, channels) or (batch, height, width, channels), of any dtype.
        filter_shape: height and width of the neighbourhood, or one integer for both. An even neighbourhood reaches
            one pixel farther down and to the right.
        padding: what lies beyond the image: ``REFLECT`` (its mirror image without the outermost pixels),
            ``SYMMETRIC`` (with them) or ``CONSTANT``.
        constant_values: the value of ``CONSTANT``.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``; integers are cut, not rounded.

    Raises:
        ValueError: for another number of axes, another padding, or a ``filter_shape`` that is not 2 integers; where
            the image is too small to be mirrored, with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    with keras.name_scope(name or "mean_filter2d"):
        image = ops.convert_to_tensor(image)
        images = _as_float(to_4D_image(image))
        height, width = normalize_tuple(filter_shape, 2, "filter_shape")
        images = _pad(images, (height, width), padding, constant_values)
        mean = filter_channels(images, ops.ones((height, width), images.dtype)) / ops.cast(height * width, images.dtype)
        return ops.cast(from_4D_image(mean, get_ndims(image)), image.dtype)


@image_function
def median_filter2d(
    image: TensorLike,
    filter_shape: int | Iterable[int] = (3, 3),
    padding: str = "REFLECT",
    constant_values: TensorLike = 0,
    name: str | None = None,
) -> Tensor:
    """Replace each pixel by the median of its neighbourhood, in each channel.

    Where the neighbourhood has an even number of pixels, the median is the mean of the two in the middle, whose sum is
    one of the image's dtype: with uint8 it starts again at 0 after 255, as in TensorFlow Addons.

    Args:
        image: of shape (height, width), (height, width, channels) or (batch, height, width, channels), of any dtype.
        filter_shape: as for `mean_filter2d`.
        padding: as for `mean_filter2d`.
        constant_values: the value of the padding ``CONSTANT``.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``.

    Raises:
        ValueError: as from `mean_filter2d`.
    """
    with keras.name_scope(name or "median_filter2d"):
        image = ops.convert_to_tensor(image)
        images = to_4D_image(image)
        _, rows, columns, _ = ops.shape(images)
        height, width = normalize_tuple(filter_shape, 2, "filter_shape")
        padded = _pad(images, (height, width), padding, constant_values)
        offsets = [(y, x) for y in range(height) for x in range(width)]
        neighbours = ops.stack([padded[:, y : y + rows, x : x + columns] for y, x in offsets], axis=-1)
        largest, _ = ops.top_k(neighbours, k=len(offsets) // 2 + 1)
        median = largest[..., -1]
        if len(offsets) % 2 == 0:
            median = _half(median + largest[..., -2])
        return from_4D_image(median, get_ndims(image))


def _half(x: Tensor) -> Tensor:
    """Return half of ``x`` in its dtype, integers cut towards zero."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    if keras.backend.is_float_dtype(dtype):
        return x / 2
    return x // 2 if dtype.startswith("uint") else ops.where(x < 0, -(-x // 2), x // 2)


@image_function
def gaussian_filter2d(
    image: TensorLike,
    filter_shape: int | Iterable[int] = (3, 3),
    sigma: float | list[float] | tuple[float, ...] = 1.0,
    padding: str = "REFLECT",
    constant_values: TensorLike = 0,
    name: str | None = None,
) -> Tensor:
    """Blur an image: each pixel becomes a mean of its neighbourhood weighted by a Gaussian, in each channel.

    ``keras.ops.image.gaussian_blur`` takes sizes and deviations in the other order and always pads with zeros.

    Args:
        image: of shape (height, width), (height, width, channels) or (batch, height, width, channels), of any dtype.
        filter_shape: as for `mean_filter2d`.
        sigma: standard deviations along the height and the width, or one for both; zero gives NaN.
        padding: as for `mean_filter2d`.
        constant_values: the value of the padding ``CONSTANT``.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``; integers are cut, not rounded, so that where an image is even they
        may be one less, by the rounding of the weights, as in TensorFlow Addons.

    Raises:
        ValueError: as from `mean_filter2d`; for a negative ``sigma``, or not two of them in a list or tuple.
    """
    with keras.name_scope(name or "gaussian_filter2d"):
        sigmas = sigma if isinstance(sigma, (list, tuple)) else (sigma, sigma)
        if len(sigmas) != 2:  # noqa: PLR2004 - one for each axis
            raise ValueError(f"sigma should be a float or a tuple/list of 2 floats, not {sigma!r}")
        values = [known(value) for value in sigmas]
        if any(value is not None and value < 0 for value in values):
            raise ValueError("sigma should be greater than or equal to 0.")
        image = ops.convert_to_tensor(image)
        images = _as_float(to_4D_image(image))
        sizes = normalize_tuple(filter_shape, 2, "filter_shape")
        vertical, horizontal = (_gaussian(*axis, images.dtype) for axis in zip(sigmas, sizes, strict=True))
        images = _pad(images, sizes, padding, constant_values)
        blurred = filter_channels(images, ops.expand_dims(vertical, 1) * ops.expand_dims(horizontal, 0))
        return ops.cast(from_4D_image(blurred, get_ndims(image)), image.dtype)


def _gaussian(sigma: float | Tensor, size: int, dtype: str) -> Tensor:
    """Return ``size`` weights that sum to one, of a Gaussian around the middle, or left of it for an even size."""
    deviation = ops.cast(ops.convert_to_tensor(sigma), dtype)
    distance = ops.cast(ops.arange(size) - (size - 1) // 2, dtype)
    return ops.softmax(-ops.square(distance) / (2 * ops.square(deviation)))


def filter_channels(images: Tensor, kernel: TensorLike) -> Tensor:
    """Correlate each channel of ``images`` (batch, height, width, channels) with one kernel (height, width).

    Returns:
        a tensor without the border where the kernel does not fit, of the images' floating-point dtype.
    """
    kernel = ops.cast(ops.convert_to_tensor(kernel), images.dtype)
    height, width = kernel.shape
    _, rows, columns, channels = ops.shape(images)
    kernel = ops.tile(kernel[:, :, None, None], (1, 1, channels, 1))
    filtered = ops.depthwise_conv(images, kernel, strides=1, padding="valid", data_format="channels_last")
    return filtered[:, : rows - height + 1, : columns - width + 1]  # TensorFlow leaves an empty batch its border


def _as_float(images: Tensor) -> Tensor:
    """Return floating-point images as they are and others in float32."""
    is_float = keras.backend.is_float_dtype(keras.backend.standardize_dtype(images.dtype))
    return images if is_float else ops.cast(images, "float32")


def _pad(images: Tensor, sizes: tuple[int, ...], mode: str, constant_values: TensorLike) -> Tensor:
    """Pad rows and columns for a neighbourhood of ``sizes``, by indices: Keras' ``pad`` differs between backends."""
    if mode.upper() not in PADDINGS:
        raise ValueError(f"padding should be one of {PADDINGS}, not {mode!r}")
    for axis, size in enumerate(sizes, start=1):
        length = ops.shape(images)[axis]
        before, after = (size - 1) // 2, size - 1 - (size - 1) // 2
        index = ops.arange(before + length + after, dtype="int32") - before
        is_outside = ops.logical_or(index < 0, index >= length)
        if mode.upper() == "REFLECT":
            require(after < length, f"paddings must be less than the dimension size: {after} not less than {length}")
            index = length - 1 - ops.absolute(length - 1 - ops.absolute(index))
        elif mode.upper() == "SYMMETRIC":
            require(after <= length, f"paddings must be no greater than the dimension size: {after} > {length}")
            index = ops.where(index < 0, -1 - index, index)
            index = ops.where(index >= length, 2 * length - 1 - index, index)
        images = ops.take(images, ops.clip(index, 0, length - 1), axis=axis)
        if mode.upper() == "CONSTANT":
            is_outside = ops.reshape(is_outside, (-1, 1, 1) if axis == 1 else (-1, 1))
            images = ops.where(is_outside, ops.cast(constant_values, images.dtype), images)
    return images
