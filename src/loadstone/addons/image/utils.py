"""Ranks of images, a mask beside the colours, and reading of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.image.backend import rank
from loadstone.addons.utils.errors import invalid_argument
from loadstone.addons.utils.values import known

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor, TensorLike

IMAGE_RANKS = (2, 3, 4)
BATCH_RANK = 4


def get_ndims(image: Tensor) -> int | Tensor:
    """Return the number of axes of an image: an integer, or TensorFlow's scalar tensor where that is not known yet."""
    ndims = rank(image)
    if ndims is not None:
        return ndims
    import tensorflow as tf  # noqa: PLC0415 - only TensorFlow has tensors of unknown rank

    return tf.rank(image)


def to_4D_image(image: TensorLike) -> Tensor:  # noqa: N802 - TensorFlow Addons' name
    """Return an image of shape (height, width[, channels]), or a batch of images, as a batch.

    Raises:
        ValueError: when it has neither 2, 3 nor 4 axes.
    """
    image = ops.convert_to_tensor(image)
    ndims = rank(image)
    if ndims is None:
        return _to_batch_of_unknown_rank(image)
    if ndims not in IMAGE_RANKS:
        raise ValueError(f"`image` must be 2/3/4D tensor, not one of shape {tuple(image.shape)}")
    if ndims == BATCH_RANK:
        return image
    return image[None, :, :, None] if ndims == IMAGE_RANKS[0] else image[None]


def _to_batch_of_unknown_rank(image: Tensor) -> Tensor:
    import tensorflow as tf  # noqa: PLC0415 - only TensorFlow has tensors of unknown rank

    ndims = tf.rank(image)
    tf.debugging.Assert(tf.reduce_any(ndims == IMAGE_RANKS), ["`image` must be 2/3/4D tensor"])
    in_front = tf.ones([tf.cast(ndims < BATCH_RANK, "int32")], "int32")
    behind = tf.ones([tf.cast(ndims == IMAGE_RANKS[0], "int32")], "int32")
    batch = tf.reshape(image, tf.concat([in_front, tf.shape(image), behind], axis=0))
    return tf.ensure_shape(batch, [None] * BATCH_RANK)


def from_4D_image(image: Tensor, ndims: int | Tensor) -> Tensor:  # noqa: N802 - TensorFlow Addons' name
    """Take back what `to_4D_image` did to an image of ``ndims`` axes.

    Raises:
        ValueError: when ``image`` has not 4 axes, or is not a batch of one where one image is asked for.
    """
    if rank(image) not in {None, BATCH_RANK}:
        raise ValueError(f"`image` must be 4D tensor, not one of shape {tuple(image.shape)}")
    value = known(ndims)
    if value is None:
        return _from_batch_to_unknown_rank(image, ndims)
    if value == IMAGE_RANKS[0]:
        image = ops.squeeze(image, axis=3)
    return image if value == BATCH_RANK else ops.squeeze(image, axis=0)


def _from_batch_to_unknown_rank(image: Tensor, ndims: Tensor) -> Tensor:
    import tensorflow as tf  # noqa: PLC0415 - only TensorFlow has tensors of unknown rank

    first = tf.cast(ndims < BATCH_RANK, "int32")
    end = tf.where(ndims == IMAGE_RANKS[0], BATCH_RANK - 1, BATCH_RANK)
    return tf.reshape(image, tf.shape(image)[first:end])


def wrap(image: TensorLike) -> Tensor:
    """Return an image (height, width, channels) with one channel of ones more, which marks its pixels for `unwrap`."""
    image = ops.convert_to_tensor(image)
    return ops.concatenate([image, ops.ones_like(image[..., :1])], axis=-1)


def unwrap(image: TensorLike, replace: TensorLike) -> Tensor:
    """Return an image without its last channel, with ``replace`` where that is not one.

    Args:
        image: of shape (height, width, channels + 1), made by `wrap` and then moved about.
        replace: the fill: one value, or one for each channel.
    """
    image = ops.convert_to_tensor(image)
    replace = ops.cast(ops.convert_to_tensor(replace), image.dtype)
    return ops.where(ops.equal(image[..., -1:], 1), image[..., :-1], replace)


def take_pixels(images: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """Return the pixels of ``images`` (batch, height, width, channels) at rows ``y`` and columns ``x``.

    Args:
        images: the images.
        y: rows within the images, int32 of shape (batch, pixels).
        x: columns within them, of the same shape.

    Returns:
        a tensor of shape (batch, pixels, channels).
    """
    batch, height, width, channels = ops.shape(images)
    flat = ops.reshape(images, (batch * height * width, channels))
    first = ops.expand_dims(ops.arange(batch, dtype="int32") * (height * width), 1)
    index = first + y * width + x
    return ops.reshape(ops.take(flat, index, axis=0), (*ops.shape(index), channels))  # JAX: no shape if there are none


def read_pixels(images: Tensor, y: Tensor, x: Tensor, outside: Tensor) -> Tensor:
    """Return what `take_pixels` does, with ``outside`` for what is not within the images.

    Args:
        images: of shape (batch, height, width, channels).
        y: whole rows as floating-point numbers, of shape (batch, pixels); NaN is outside.
        x: columns alike.
        outside: a scalar of the images' dtype.
    """
    _, height, width, _ = ops.shape(images)
    is_row = ops.logical_and(y >= 0, y < ops.cast(height, y.dtype))
    is_column = ops.logical_and(x >= 0, x < ops.cast(width, x.dtype))
    is_inside = ops.logical_and(is_row, is_column)
    row = ops.cast(ops.where(is_inside, y, ops.zeros_like(y)), "int32")
    column = ops.cast(ops.where(is_inside, x, ops.zeros_like(x)), "int32")
    return ops.where(ops.expand_dims(is_inside, -1), take_pixels(images, row, column), outside)


def check_choice(value: str, choices: tuple[str, ...], name: str) -> str:
    """Return ``value`` in lower case.

    Raises:
        ValueError: when it is none of ``choices``; with TensorFlow ``tf.errors.InvalidArgumentError``.
    """
    if value.lower() not in choices:
        raise invalid_argument(f"{name} must be one of {choices}, not {value!r}")
    return value.lower()
