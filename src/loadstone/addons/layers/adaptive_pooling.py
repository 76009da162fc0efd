"""Pooling to a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import (
    Keras2Config,
    OutputShape,
    largest,
    normalize_data_format,
    normalize_tuple,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loadstone.addons.utils.types import Config, Shape, Tensor


class AdaptivePooling(Keras2Config, keras.layers.Layer):
    """Splits each spatial axis into equal bins and reduces every bin to one value.

    Keras' layers of the same names take sizes that the bins do not divide, which these refuse, as the originals did.

    Args:
        output_size: number of bins on each spatial axis.
        data_format: ``channels_last`` or ``channels_first``; None for Keras' global setting.
    """

    rank: ClassVar[int]
    reduce: Callable[..., Tensor]

    def __init__(self, output_size: int | Iterable[int], data_format: str | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.data_format = normalize_data_format(data_format)
        self.output_size = normalize_tuple(output_size, self.rank, "output_size")

    @property
    def _first_axis(self) -> int:
        return 1 if self.data_format == "channels_last" else 2

    def call(self, inputs: Tensor) -> Tensor:
        """Pool ``inputs``: (batch, spatial axes, channels), or with the channels first.

        Raises:
            ValueError: when the bins do not divide an axis.
        """
        shape = list(ops.shape(inputs))
        split = shape[: self._first_axis]
        for axis, bins in enumerate(self.output_size, start=self._first_axis):
            size = inputs.shape[axis]
            if size is not None and size % bins:
                raise ValueError(f"axis {axis} of size {size} cannot be split into {bins} equal bins")
            split += [bins, shape[axis] // bins]
        split += shape[self._first_axis + self.rank :]
        within_bins = [self._first_axis + 1 + 2 * index for index in range(self.rank)]
        return type(self).reduce(ops.reshape(inputs, split), axis=within_bins)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape`` with the number of bins on the spatial axes."""
        first = self._first_axis
        return OutputShape((*input_shape[:first], *self.output_size, *input_shape[first + self.rank :]))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "output_size": self.output_size, "data_format": self.data_format}


class AdaptiveAveragePooling1D(AdaptivePooling):
    """Means of equal bins of a sequence; see `AdaptivePooling`."""

    rank = 1
    reduce = ops.mean


class AdaptiveMaxPooling1D(AdaptivePooling):
    """Maxima of equal bins of a sequence; see `AdaptivePooling`."""

    rank = 1
    reduce = largest


class AdaptiveAveragePooling2D(AdaptivePooling):
    """Means of equal bins of an image; see `AdaptivePooling`."""

    rank = 2
    reduce = ops.mean


class AdaptiveMaxPooling2D(AdaptivePooling):
    """Maxima of equal bins of an image; see `AdaptivePooling`."""

    rank = 2
    reduce = largest


class AdaptiveAveragePooling3D(AdaptivePooling):
    """Means of equal bins of a volume; see `AdaptivePooling`."""

    rank = 3
    reduce = ops.mean


class AdaptiveMaxPooling3D(AdaptivePooling):
    """Maxima of equal bins of a volume; see `AdaptivePooling`."""

    rank = 3
    reduce = largest
