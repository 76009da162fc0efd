"""Changes of hue, saturation and brightness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.image.backend import image_function, rank

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Number, Tensor, TensorLike

# From red, green and blue to luminance and two colour differences, and back; one row for each component given.
RGB_TO_YIQ = ((0.299, 0.596, 0.211), (0.587, -0.274, -0.523), (0.114, -0.322, 0.312))
YIQ_TO_RGB = ((1.0, 1.0, 1.0), (0.95617069, -0.2726886, -1.103744), (0.62143257, -0.64681324, 1.70062309))
CHANNELS = 3


@image_function
def random_hsv_in_yiq(
    image: TensorLike,
    max_delta_hue: Number = 0,
    lower_saturation: Number = 1,
    upper_saturation: Number = 1,
    lower_value: Number = 1,
    upper_value: Number = 1,
    seed: int | keras.random.SeedGenerator | None = None,
    name: str | None = None,
) -> Tensor:
    """Change hue, saturation and value of an image by amounts drawn uniformly; see `adjust_hsv_in_yiq`.

    Args:
        image: as for `adjust_hsv_in_yiq`; one draw is for all images of a batch.
        max_delta_hue: the hue is turned by an angle between minus this and this, in radians.
        lower_saturation: smallest factor of the saturation.
        upper_saturation: largest factor of it.
        lower_value: smallest factor of the value.
        upper_value: largest factor of it.
        seed: an integer makes every call draw the same, where TensorFlow Addons drew a sequence; a
            ``keras.random.SeedGenerator`` draws a sequence that repeats from run to run. None draws from Keras' global
            generator, which ``keras.utils.set_random_seed`` starts, and which JAX does not allow in compiled code.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``.

    Raises:
        ValueError: for a negative bound, or a lower one above the upper.
    """
    if max_delta_hue < 0:
        raise ValueError("max_delta must be non-negative.")
    bounds = {"saturation": (lower_saturation, upper_saturation), "value": (lower_value, upper_value)}
    for what, (lower, upper) in bounds.items():
        if lower < 0:
            raise ValueError(f"lower_{what} must be non-negative.")
        if lower > upper:
            raise ValueError(f"lower_{what} must be not greater than upper_{what}.")
    with keras.name_scope(name or "random_hsv_in_yiq"):
        low = np.array([-max_delta_hue, lower_saturation, lower_value], "float32")
        high = np.array([max_delta_hue, upper_saturation, upper_value], "float32")
        if np.array_equal(low, high):  # there is nothing to draw
            return adjust_hsv_in_yiq(image, max_delta_hue, lower_saturation, lower_value)
        drawn = keras.random.uniform((3,), dtype="float32", seed=seed)
        drawn = ops.convert_to_tensor(low) + ops.convert_to_tensor(high - low) * drawn
        return adjust_hsv_in_yiq(image, drawn[0], drawn[1], drawn[2])


@image_function
def adjust_hsv_in_yiq(
    image: TensorLike,
    delta_hue: Number | Tensor = 0,
    scale_saturation: Number | Tensor = 1,
    scale_value: Number | Tensor = 1,
    name: str | None = None,
) -> Tensor:
    """Change hue, saturation and value of an image in the colour space YIQ.

    Args:
        image: red, green and blue in the last of at least 3 axes. Integers count as fractions of their largest number.
        delta_hue: angle by which the hue is turned, in radians.
        scale_saturation: factor of the saturation.
        scale_value: factor of the brightness.
        name: name of the scope.

    Returns:
        a tensor of the shape and dtype of ``image``; integers are cut to their range.

    Raises:
        ValueError: when ``image`` has fewer axes, or other than 3 channels.
    """
    with keras.name_scope(name or "adjust_hsv_in_yiq"):
        image = ops.convert_to_tensor(image)
        axes = rank(image)
        if axes is not None:
            if axes < CHANNELS:
                raise ValueError(f"input must be at least 3-D, not of shape {tuple(image.shape)}.")
            if image.shape[-1] not in {None, CHANNELS}:
                raise ValueError(f"input must have 3 channels but instead has {image.shape[-1]}.")
        dtype = keras.backend.standardize_dtype(image.dtype)
        is_float = keras.backend.is_float_dtype(dtype)
        if not is_float:
            image = ops.cast(image, "float32") * (1.0 / np.iinfo(dtype).max)
        matrix = _hsv_matrix(*(ops.cast(value, image.dtype) for value in (delta_hue, scale_saturation, scale_value)))
        red, green, blue = image[..., 0], image[..., 1], image[..., 2]
        image = ops.stack([red * column[0] + green * column[1] + blue * column[2] for column in matrix], axis=-1)
        return image if is_float else _to_integers(image, dtype)


def _hsv_matrix(hue: Tensor, saturation: Tensor, value: Tensor) -> list[list[Tensor]]:
    """Return the rows of the transposed matrix that changes red, green and blue."""
    along = value * saturation * ops.cos(hue)
    across = value * saturation * ops.sin(hue)
    zero = ops.zeros_like(value)
    turned = ((value, zero, zero), (zero, along, across), (zero, -across, along))
    matrix = _product(_product(RGB_TO_YIQ, turned), YIQ_TO_RGB)
    return [[row[column] for row in matrix] for column in range(CHANNELS)]


def _product(a: tuple[tuple[Tensor, ...], ...], b: tuple[tuple[Tensor, ...], ...]) -> tuple[tuple[Tensor, ...], ...]:
    """Multiply two small matrices of scalars."""
    columns = tuple(zip(*b, strict=True))
    return tuple(tuple(sum(x * y for x, y in zip(row, column, strict=True)) for column in columns) for row in a)


def _to_integers(image: Tensor, dtype: str) -> Tensor:
    """Scale fractions of the largest integer back to integers."""
    limits = np.iinfo(dtype)
    scaled = image * (limits.max + 0.5)
    if limits.bits < np.iinfo("int32").bits:  # larger limits are no float32 numbers
        scaled = ops.clip(scaled, float(limits.min), float(limits.max))
    return ops.cast(scaled, dtype)
