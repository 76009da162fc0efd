"""What Keras 1's BatchNormalization computed with ``mode=1`` and ``mode=2``, which no later Keras has.

Source: Keras 1.2.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the layers of Keras 1 are registered under.
PACKAGE = "Keras1"


class _Normalization(keras.layers.Layer):
    """A normalization with ``gamma`` and ``beta``, and running moments that it has but does not use."""

    def __init__(
        self,
        epsilon: float = 1e-3,
        axis: int = -1,
        momentum: float = 0.99,
        gamma_regularizer: Any = None,
        beta_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.epsilon = epsilon
        self.axis = axis
        self.momentum = momentum
        self.gamma_regularizer = keras.regularizers.get(gamma_regularizer)
        self.beta_regularizer = keras.regularizers.get(beta_regularizer)

    def build(self, input_shape: Sequence[Any]) -> None:
        """Make ``gamma``, ``beta``, ``moving_mean`` and ``moving_variance`` of the axis' size."""
        shape = (input_shape[self.axis],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", regularizer=self.gamma_regularizer, name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", regularizer=self.beta_regularizer, name="beta")
        self.moving_mean = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(shape=shape, initializer="ones", trainable=False, name="moving_variance")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "axis": self.axis,
            "momentum": self.momentum,
            "gamma_regularizer": keras.regularizers.serialize(self.gamma_regularizer),
            "beta_regularizer": keras.regularizers.serialize(self.beta_regularizer),
        }


@keras.saving.register_keras_serializable(PACKAGE)
class SampleNormalization(_Normalization):
    """BatchNormalization with ``mode=1``: each sample by the moments of its last axis.

    Args:
        **kwargs: ``epsilon``, ``axis``, ``momentum`` and the regularizers of `keras.layers.BatchNormalization`.

    Source: Keras 1.2.2, which adds ``epsilon`` to the variance and to its root.
    """

    def call(self, inputs: Any) -> Any:
        """Normalize ``inputs`` of any shape."""
        mean, variance = ops.moments(inputs, axes=[-1], keepdims=True)
        return self.gamma * ((inputs - mean) / (ops.sqrt(variance + self.epsilon) + self.epsilon)) + self.beta


@keras.saving.register_keras_serializable(PACKAGE)
class BatchStatisticsNormalization(_Normalization):
    """BatchNormalization with ``mode=2``: by the moments of the batch, in inference as in training.

    Args:
        **kwargs: ``epsilon``, ``axis``, ``momentum`` and the regularizers of `keras.layers.BatchNormalization`.
    """

    def call(self, inputs: Any) -> Any:
        """Normalize ``inputs`` of any shape."""
        rank = len(inputs.shape)
        axis = self.axis % rank
        mean, variance = ops.moments(inputs, axes=[each for each in range(rank) if each != axis], keepdims=True)
        shape = [1] * rank
        shape[axis] = inputs.shape[axis]
        scale = ops.reshape(self.gamma, shape) * ops.rsqrt(variance + self.epsilon)
        return (inputs - mean) * scale + ops.reshape(self.beta, shape)
