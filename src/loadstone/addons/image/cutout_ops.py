"""Rectangles cut out of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function
from loadstone.addons.utils.values import require

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Number, Tensor, TensorLike


@image_function
def random_cutout(
    images: TensorLike,
    mask_size: TensorLike,
    constant_values: Number = 0,
    seed: int | keras.random.SeedGenerator | None = None,
) -> Tensor:
    """Fill a rectangle at a random place of each image (DeVries & Taylor 2017, arXiv:1708.04552).

    ``keras.layers.RandomErasing`` draws the rectangle's size as well.

    Args:
        images: of shape (batch, height, width, channels), of any dtype.
        mask_size: even height and width of the rectangle, or one even integer for both. The rectangle lies within the
            image; one that is as large as an axis or larger is centred there.
        constant_values: what to fill it with.
        seed: an integer makes every call draw the same places, where TensorFlow Addons drew a sequence; a
            ``keras.random.SeedGenerator`` draws a sequence that repeats from run to run. None draws from Keras' global
            generator, which ``keras.utils.set_random_seed`` starts, and which JAX does not allow in compiled code.

    Returns:
        a tensor of the shape and dtype of ``images``.

    Raises:
        ValueError: when ``mask_size`` is odd; with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    images = ops.convert_to_tensor(images)
    size = _mask_size(mask_size)
    batch, height, width, _ = ops.shape(images)
    length = ops.cast(ops.stack([height, width]), "int32")
    half = size // 2
    choices = ops.maximum(length - 2 * half, 1)
    drawn = keras.random.uniform((batch, 2), dtype="float32", seed=seed)
    drawn = ops.minimum(ops.cast(drawn * ops.cast(choices, "float32"), "int32"), choices - 1)
    return cutout(images, size, ops.where(size >= length, length // 2, half + drawn), constant_values)


@image_function
def cutout(
    images: TensorLike,
    mask_size: TensorLike,
    offset: TensorLike = (0, 0),
    constant_values: Number = 0,
) -> Tensor:
    """Fill a rectangle of each image (DeVries & Taylor 2017, arXiv:1708.04552).

    Args:
        images: of shape (batch, height, width, channels), of any dtype.
        mask_size: even height and width of the rectangle, or one even integer for both.
        offset: row and column of the rectangle's centre: 2 integers, or one pair for each image. What lies beyond the
            image is left out.
        constant_values: what to fill it with.

    Returns:
        a tensor of the shape and dtype of ``images``.

    Raises:
        ValueError: when ``mask_size`` is odd; with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    with keras.name_scope("cutout"):
        images = ops.convert_to_tensor(images)
        half = _mask_size(mask_size) // 2
        centre = ops.reshape(ops.cast(ops.convert_to_tensor(offset), "int32"), (-1, 2))
        _, height, width, _ = ops.shape(images)
        is_row = _is_near(ops.arange(height, dtype="int32"), centre[:, :1], half[0])
        is_column = _is_near(ops.arange(width, dtype="int32"), centre[:, 1:], half[1])
        is_cut = ops.logical_and(is_row[:, :, None, None], is_column[:, None, :, None])
        return ops.where(is_cut, ops.cast(constant_values, images.dtype), images)


def _mask_size(mask_size: TensorLike) -> Tensor:
    """Return height and width of the mask, as int32."""
    size = ops.cast(ops.convert_to_tensor(mask_size), "int32")
    require(ops.all(size % 2 == 0), "mask_size should be divisible by 2")
    return ops.broadcast_to(size, (2,))


def _is_near(index: Tensor, centre: Tensor, half: Tensor) -> Tensor:
    return ops.logical_and(index >= centre - half, index < centre + half)
