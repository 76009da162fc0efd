"""Periodic activation with a learned frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from loadstone.addons.activations.snake import snake
from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Initializer, Shape, Tensor


class Snake(Keras2Config, keras.layers.Layer):
    """Applies `loadstone.addons.activations.snake` with a trainable frequency.

    Args:
        frequency_initializer: initializer of the frequency.

    Variables: one scalar, the frequency. TensorFlow Addons gave it no name, so files call it ``Variable``.
    """

    def __init__(self, frequency_initializer: Initializer = "ones", **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.frequency_initializer = keras.initializers.get(frequency_initializer)
        self.frequency = self.add_weight(name="Variable", shape=(), initializer=self.frequency_initializer)

    def call(self, inputs: Tensor) -> Tensor:
        """Apply the activation to ``inputs``, of any shape."""
        return snake(inputs, self.frequency)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``."""
        return input_shape

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        initializer = keras.initializers.serialize(self.frequency_initializer)
        return {**super().get_config(), "frequency_initializer": initializer}
