"""Gaussian error linear unit as a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from loadstone.addons.activations.gelu import gelu
from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor


class GELU(Keras2Config, keras.layers.Layer):
    """Applies `loadstone.addons.activations.gelu`.

    Args:
        approximate: use the tanh approximation. True by default, unlike in Keras.
    """

    def __init__(self, approximate: bool = True, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.approximate = approximate
        self.supports_masking = True

    def call(self, inputs: Tensor) -> Tensor:
        """Apply the activation to ``inputs``, of any shape."""
        return gelu(inputs, approximate=self.approximate)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``."""
        return input_shape

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "approximate": self.approximate}


class GeLU(GELU):
    """`GELU` under the name that TensorFlow Addons 0.5 and 0.6 gave it."""
