"""Shifts of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function, rank
from loadstone.addons.image.transform_ops import transform
from loadstone.addons.image.utils import unwrap, wrap

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor, TensorLike


@image_function
def translations_to_projective_transforms(translations: TensorLike, name: str | None = None) -> Tensor:
    """Return the coefficients for `transform` that shift images.

    Args:
        translations: by how many pixels to the right and down: 2 numbers, or a pair for each image.
        name: name of the scope.

    Returns:
        a float32 tensor of shape (1 or batch, 8).

    Raises:
        TypeError: when ``translations`` has neither 1 nor 2 axes.
    """
    with keras.name_scope(name or "translations_to_projective_transforms"):
        translations = ops.convert_to_tensor(translations, dtype="float32")
        if rank(translations) not in {1, 2}:
            raise TypeError("Translations should have rank 1 or 2.")
        shifts = ops.reshape(translations, (-1, 2))
        zero, one = ops.zeros_like(shifts[:, 0]), ops.ones_like(shifts[:, 0])
        return ops.stack([one, zero, -shifts[:, 0], zero, one, -shifts[:, 1], zero, zero], axis=1)


@image_function
def translate(
    images: TensorLike,
    translations: TensorLike,
    interpolation: str = "nearest",
    fill_mode: str = "constant",
    name: str | None = None,
    fill_value: TensorLike = 0.0,
) -> Tensor:
    """Shift images; see `transform`.

    Args:
        images: of shape (height, width), (height, width, channels) or (batch, height, width, channels).
        translations: by how many pixels to the right and down: 2 numbers, or a pair for each image.
        interpolation: as for `transform`.
        fill_mode: as for `transform`.
        name: name of the scope.
        fill_value: as for `transform`.

    Returns:
        a tensor of the shape and dtype of ``images``.

    Raises:
        TypeError: as from `transform`, and when ``translations`` has neither 1 nor 2 axes.
        ValueError: as from `transform`.
    """
    with keras.name_scope(name or "translate"):
        transforms = translations_to_projective_transforms(translations)
        return transform(images, transforms, interpolation, fill_mode, fill_value=fill_value)


@image_function
def translate_xy(image: TensorLike, translate_to: TensorLike, replace: TensorLike) -> Tensor:
    """Shift an image by whole pixels and fill what becomes empty.

    Args:
        image: of shape (height, width, channels), of a dtype of `transform`.
        translate_to: by how many pixels to the right and down.
        replace: what to fill empty pixels with: one value, or one for each channel.

    Returns:
        a tensor of the shape and dtype of ``image``.
    """
    shift = ops.cast(ops.convert_to_tensor(translate_to), "float32")
    return unwrap(translate(wrap(image), shift), replace)
