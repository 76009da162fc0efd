"""Layers that stand with the networks of ``keras.applications`` and are registered nowhere.

Source: ``keras.applications.convnext`` and ``inception_resnet_v2`` of Keras 2.15.0 and 3.15.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class LayerScale(keras.layers.Layer):
    """Multiplies each channel by a factor that is learnt.

    Args:
        init_values: the factors at first.
        projection_dim: the number of channels, which are last.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(self, init_values: float, projection_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the factors, whatever ``input_shape`` is."""
        del input_shape
        initializer = keras.initializers.Constant(self.init_values)
        self.gamma = self.add_weight(name="gamma", shape=(self.projection_dim,), initializer=initializer)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return the product, of the shape and dtype of ``inputs``."""
        return inputs * self.gamma

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "init_values": self.init_values, "projection_dim": self.projection_dim}


@keras.saving.register_keras_serializable(PACKAGE)
class StochasticDepth(keras.layers.Layer):
    """Drops whole samples of a residual branch when training.

    Args:
        drop_path_rate: how likely a sample is dropped.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(self, drop_path_rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate
        self.generator = keras.random.SeedGenerator()

    def call(self, inputs: Any, *, training: bool | None = None) -> Any:
        """Return ``inputs``, when training without the samples that are dropped, and the others as much larger."""
        if not training:
            return inputs
        kept = 1 - self.drop_path_rate
        shape = (ops.shape(inputs)[0], *(1,) * (len(inputs.shape) - 1))
        drawn = ops.floor(kept + keras.random.uniform(shape, dtype=inputs.dtype, seed=self.generator))
        return inputs / kept * drawn

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate}


@keras.saving.register_keras_serializable(PACKAGE)
class CustomScaleLayer(keras.layers.Layer):
    """Adds a scaled branch to another.

    Args:
        scale: of the branch.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(self, scale: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        """Return ``inputs[0] + inputs[1] * scale``; both have one shape and dtype, and so has the sum."""
        return inputs[0] + inputs[1] * self.scale

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "scale": self.scale}
