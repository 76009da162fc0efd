"""Inverse of max pooling, into an image of a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from loadstone.addons.layers.max_unpooling_2d import unpooled
from loadstone.addons.utils.keras_utils import Keras2Config, normalize_tuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.addons.utils.types import Config, Shape, Tensor


class MaxUnpooling2DV2(Keras2Config, keras.layers.Layer):
    """Puts what ``tf.nn.max_pool_with_argmax`` kept back where it came from, in an image of ``output_size``.

    Unlike `loadstone.addons.layers.MaxUnpooling2D` it knows the image's size, which several poolings bring to one size.

    Args:
        output_size: shape of the image, (batch, height, width, channels).

    Raises:
        TypeError: when ``output_size`` is not iterable.
        ValueError: when it is not four integers.
    """

    def __init__(self, output_size: Iterable[int], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.output_size = normalize_tuple(output_size, 4, "output_size")

    def call(self, updates: Tensor, mask: Tensor) -> Tensor:
        """Unpool ``updates`` by ``mask``, each (batch, height, width, channels), as `MaxUnpooling2D` does."""
        return unpooled(updates, mask, self.output_size)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``output_size``."""
        del input_shape
        return self.output_size

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "output_size": self.output_size}
