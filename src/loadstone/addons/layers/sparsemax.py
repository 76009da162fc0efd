"""Sparsemax as a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from loadstone.addons.activations.sparsemax import sparsemax
from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor


class Sparsemax(Keras2Config, keras.layers.Layer):
    """Applies `loadstone.addons.activations.sparsemax`.

    Args:
        axis: the axis whose entries become non-negative and sum to one.
    """

    def __init__(self, axis: int = -1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        """Apply the activation to ``inputs``, of any shape."""
        return sparsemax(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``."""
        return input_shape

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "axis": self.axis}
