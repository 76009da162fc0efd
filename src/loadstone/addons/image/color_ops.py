"""Changes of an image's tones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.image.backend import image_function
from loadstone.addons.image.compose_ops import blend
from loadstone.addons.image.filters import filter_channels
from loadstone.addons.image.utils import from_4D_image, get_ndims, to_4D_image

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Number, Tensor, TensorLike

SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], "float32") / np.float32(13)  # the Python Imaging Library's


@image_function
def equalize(image: TensorLike, bins: int = 256, name: str | None = None) -> Tensor:
    """Spread the values of each channel of each image evenly, as ``PIL.ImageOps.equalize`` does.

    ``keras.ops.image`` has no such function; ``keras.layers.Equalization`` computes another histogram.

    Args:
        image: of shape (height, width), (height, width, channels) or (batch, height, width, channels), of any dtype;
            values are cut to integers and count as within 0 and ``bins - 1``.
        bins: number of values.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``.

    Raises:
        ValueError: when ``image`` has another number of axes.
    """
    with keras.name_scope(name or "equalize"):
        image = ops.convert_to_tensor(image)
        return from_4D_image(_equalize(to_4D_image(image), bins), get_ndims(image))


def _equalize(images: Tensor, bins: int) -> Tensor:
    batch, height, width, channels = ops.shape(images)
    planes, pixels = batch * channels, height * width
    values = ops.reshape(ops.transpose(ops.cast(images, "int32"), (0, 3, 1, 2)), (planes, pixels))
    tones = ops.clip(values, 0, bins - 1)
    cells = ops.reshape(tones + ops.expand_dims(ops.arange(planes, dtype="int32") * bins, 1), (planes * pixels,))
    # One cell more, so that an empty batch has one too: backends do not sum over nothing.
    counted = ops.concatenate([cells, ops.reshape(ops.cast(planes * bins, "int32"), (1,))], axis=0)
    counts = ops.segment_sum(ops.ones_like(counted), counted, num_segments=planes * bins + 1)
    histogram = ops.reshape(counts[:-1], (planes, bins))
    darker = ops.cumsum(histogram, axis=1) - histogram
    # The brightest tone that occurs is left out of the step; from it on, no brighter pixels remain.
    is_brightest = ops.logical_and(darker + histogram == pixels, histogram > 0)
    in_brightest = ops.sum(ops.where(is_brightest, histogram, ops.zeros_like(histogram)), axis=1, keepdims=True)
    step = (pixels - in_brightest) // (bins - 1)
    table = ops.clip((darker + step // 2) // ops.maximum(step, 1), 0, bins - 1)
    equalized = ops.reshape(ops.take(ops.reshape(table, (planes * bins,)), cells, axis=0), (planes, pixels))
    equalized = ops.where(step == 0, values, equalized)
    equalized = ops.transpose(ops.reshape(equalized, (batch, channels, height, width)), (0, 2, 3, 1))
    return ops.cast(equalized, images.dtype)


@image_function
def sharpness(image: TensorLike, factor: Number | Tensor, name: str | None = None) -> Tensor:
    """Blend a smoothed image with the image itself, as ``PIL.ImageEnhance.Sharpness`` does; see `blend`.

    Args:
        image: of shape (height, width), (height, width, channels) or (batch, height, width, channels), with at least
            3 rows and columns, of any dtype.
        factor: 0 gives the smoothed image, 1 the image, more than 1 a sharpened one.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``; its outermost pixels are not smoothed.

    Raises:
        ValueError: when ``image`` has another number of axes.
    """
    with keras.name_scope(name or "sharpness"):
        image = ops.convert_to_tensor(image)
        images = to_4D_image(image)
        inner = ops.cast(filter_channels(ops.cast(images, "float32"), SMOOTH), images.dtype)
        rows = ops.concatenate([images[:, 1:-1, :1], inner, images[:, 1:-1, -1:]], axis=2)
        smooth = ops.concatenate([images[:, :1], rows, images[:, -1:]], axis=1)
        blended = ops.cast(blend(smooth, images, factor), images.dtype)
        return from_4D_image(blended, get_ndims(image))
