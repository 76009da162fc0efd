"""Projection into the Poincaré ball."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor


class PoincareNormalize(Keras2Config, keras.layers.Layer):
    """Scales vectors longer than ``1 - epsilon`` to that length (Nickel & Kiela 2017, arXiv:1705.08039).

    Args:
        axis: the axis, or axes, along which vectors lie; None for all of them.
        epsilon: distance from the unit sphere.
    """

    def __init__(self, axis: int | list[int] | None = 1, epsilon: float = 1e-5, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def call(self, inputs: Tensor) -> Tensor:
        """Project ``inputs``; the shape stays."""
        inputs = ops.convert_to_tensor(inputs)
        square_sum = ops.sum(ops.square(inputs), axis=self.axis, keepdims=True)
        return inputs * ops.minimum((1.0 - self.epsilon) * ops.rsqrt(square_sum), 1.0)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``."""
        return input_shape

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
