"""Spatial pyramid pooling."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.layers.adaptive_pooling import AdaptiveAveragePooling2D
from loadstone.addons.utils.keras_utils import Keras2Config, OutputShape, normalize_data_format, normalize_tuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.addons.utils.types import Config, Shape, Tensor


class SpatialPyramidPooling2D(Keras2Config, keras.layers.Layer):
    """Averages an image over several grids, whatever its size (He et al. 2014, arXiv:1406.4729).

    For each grid, the rows and columns beyond the largest multiple of its bins are left out.

    Args:
        bins: the grids, each a number of bins or a pair (in height, in width).
        data_format: ``channels_last`` or ``channels_first``; None for Keras' global setting.
    """

    def __init__(self, bins: Iterable[int | Iterable[int]], data_format: str | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bins = [normalize_tuple(grid, 2, "bins") for grid in bins]
        self.data_format = normalize_data_format(data_format)
        self.pool_layers = [AdaptiveAveragePooling2D(grid, self.data_format) for grid in self.bins]

    def build(self, input_shape: Shape) -> None:
        """Build the pooling layers, which have no weights."""
        for pool in self.pool_layers:
            pool.build(input_shape)

    def call(self, inputs: Tensor) -> Tensor:
        """Pool images (batch, height, width, channels), or with the channels first.

        Returns:
            a tensor (batch, bins of all grids, channels), or (batch, channels, bins of all grids).
        """
        channels_last = self.data_format == "channels_last"
        height_axis = 1 if channels_last else 2
        shape = ops.shape(inputs)
        height, width = shape[height_axis], shape[height_axis + 1]
        outputs = []
        for (rows, columns), pool in zip(self.bins, self.pool_layers, strict=True):
            used_height, used_width = height - height % rows, width - width % columns
            used = inputs[:, :used_height, :used_width] if channels_last else inputs[..., :used_height, :used_width]
            flat = (-1, rows * columns, inputs.shape[-1]) if channels_last else (-1, inputs.shape[1], rows * columns)
            outputs.append(ops.reshape(pool(used), flat))
        return ops.concatenate(outputs, axis=1 if channels_last else 2)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape described in `call`."""
        total = sum(prod(grid) for grid in self.bins)
        if self.data_format == "channels_last":
            return OutputShape((input_shape[0], total, input_shape[-1]))
        return OutputShape((input_shape[0], input_shape[1], total))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "bins": self.bins, "data_format": self.data_format}
