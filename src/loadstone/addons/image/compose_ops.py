"""Mixing of two images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function
from loadstone.addons.utils.values import known

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Number, Tensor, TensorLike

WHITE = 255.0


@image_function
def blend(image1: TensorLike, image2: TensorLike, factor: Number | Tensor) -> Tensor:
    """Return ``image1 + factor * (image2 - image1)``, rounded to whole numbers.

    Args:
        image1: of any shape and dtype.
        image2: of the same shape.
        factor: 0 gives ``image1`` and 1 ``image2``, as they are. A factor that is not between them leads beyond one
            of the images; there the result is clipped to 0 to 255.

    Returns:
        a float32 tensor; for a factor of 0 or 1 one of the image's own dtype, unless the factor is a tensor whose
        value is not known while a function is traced.
    """
    with keras.name_scope("blend"):
        value = known(factor)
        if value is not None and float(value) in {0.0, 1.0}:
            return ops.convert_to_tensor(image2 if value else image1)
        image1 = ops.cast(ops.convert_to_tensor(image1), "float32")
        image2 = ops.cast(ops.convert_to_tensor(image2), "float32")
        factor = ops.cast(factor, "float32")
        mixed = image1 + factor * (image2 - image1)
        is_between = ops.logical_and(factor > 0, factor < 1)
        return ops.round(ops.where(is_between, mixed, ops.clip(mixed, 0.0, WHITE)))
