"""Maxout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, largest

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor


class Maxout(Keras2Config, keras.layers.Layer):
    """Keeps the largest of every ``channels / num_units`` values (Goodfellow et al. 2013, arXiv:1302.4389).

    Unit ``i`` is the largest of the channels ``i``, ``i + num_units``, ``i + 2 num_units`` and so on.

    Args:
        num_units: how many values remain on ``axis``; must divide its size.
        axis: the axis to reduce.
    """

    def __init__(self, num_units: int, axis: int = -1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.num_units = num_units
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        """Reduce ``inputs``, of any shape, on the axis.

        Raises:
            ValueError: when ``num_units`` does not divide the size of the axis.
        """
        inputs = ops.convert_to_tensor(inputs)
        axis = self.axis % len(inputs.shape)
        shape = list(ops.shape(inputs))
        channels = inputs.shape[axis]
        if channels is not None and channels % self.num_units:
            raise ValueError(f"the number of features, {channels}, is not a multiple of num_units={self.num_units}")
        split = [*shape[:axis], shape[axis] // self.num_units, self.num_units, *shape[axis + 1 :]]
        return largest(ops.reshape(inputs, split), axis=axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape`` with ``num_units`` on the axis."""
        shape = list(input_shape)
        shape[self.axis] = self.num_units
        return tuple(shape)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_units": self.num_units, "axis": self.axis}
