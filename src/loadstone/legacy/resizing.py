"""Bilinear resizing as the first releases of Keras 2 did it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class UpSampling2D(keras.layers.UpSampling2D):
    """`keras.layers.UpSampling2D` that measures from the corners of pixels, as Keras 2.2 and 2.3 did.

    Each pixel of n times as many stands i/n of the way from one pixel to the next; beyond the last there is itself.
    Source: ``tf.compat.v1.image.resize_bilinear`` with its defaults, which those releases call.

    Args:
        *args: those of `keras.layers.UpSampling2D`.
        **kwargs: those of `keras.layers.UpSampling2D`.

    Raises:
        ValueError: another interpolation than ``bilinear``, for which there is Keras' own layer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.interpolation != "bilinear":
            raise ValueError(f"interpolation is bilinear here, not {self.interpolation!r}")

    def call(self, inputs: Any) -> Any:
        """Return (batch, height * n, width * m, channels) of (batch, height, width, channels), or channels first."""
        first = 2 if self.data_format == "channels_first" else 1
        for axis, factor in zip((first, first + 1), self.size, strict=True):
            inputs = _stretched(inputs, axis, factor)
        return inputs


def _stretched(x: Any, axis: int, factor: int) -> Any:
    """Between each entry along an axis and the next, ``factor - 1`` more at equal steps."""
    count = ops.shape(x)[axis]
    following = ops.concatenate([_part(x, axis, 1, None), _part(x, axis, count - 1, None)], axis=axis)
    steps = [x + (following - x) * (step / factor) for step in range(factor)]
    between = ops.stack(steps, axis=axis + 1)
    sizes = list(ops.shape(x))
    sizes[axis] = count * factor
    return ops.reshape(between, sizes)


def _part(x: Any, axis: int, start: Any, stop: Any) -> Any:
    return x[(slice(None),) * axis + (slice(start, stop),)]
