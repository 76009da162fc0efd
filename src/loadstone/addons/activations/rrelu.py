"""Leaky rectifier with a random slope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


class _WhetherTraining(keras.layers.Layer):
    """Chooses the slope of `rrelu`. A layer, because Keras tells only layers whether they run in training."""

    def __init__(self, lower: float, upper: float, seed: int | None) -> None:
        super().__init__(name="rrelu", autocast=False)
        self.lower = lower
        self.upper = upper
        self.seed = seed

    def call(self, x: Tensor, training: bool | None = None) -> Tensor:
        return _leaky(x, self.lower, self.upper, seed=self.seed, training=bool(training))


def _leaky(x: Tensor, lower: float, upper: float, *, seed: int | None, training: bool) -> Tensor:
    if training:
        slope = keras.random.uniform(ops.shape(x), lower, upper, dtype=x.dtype, seed=seed)
    else:
        slope = ops.cast((lower + upper) / 2, x.dtype)
    return ops.where(ops.greater_equal(x, 0), x, slope * x)


def rrelu(
    x: Tensor,
    lower: float = 0.125,
    upper: float = 1 / 3,
    training: bool | None = None,
    seed: int | None = None,
) -> Tensor:
    """Return ``x`` where it is not negative, else ``a * x`` (Xu et al. 2015, arXiv:1505.00853).

    In training each element's slope ``a`` is drawn uniformly from ``[lower, upper]``; else it is their mean. Without a
    ``seed`` the draw uses Keras' global generator, which JAX does not allow inside a compiled training step.

    Args:
        x: floating-point tensor of any shape.
        lower: smallest slope.
        upper: largest slope.
        training: whether to draw slopes; None follows the layer that calls this.
        seed: makes every draw the same.

    Returns:
        a tensor of the shape and dtype of ``x``.
    """
    x = ops.convert_to_tensor(x)
    if training is None:
        return _WhetherTraining(lower, upper, seed)(x)
    return _leaky(x, lower, upper, seed=seed, training=training)
