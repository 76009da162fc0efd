"""Leaky rectifier with a random slope."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Number, Tensor


class _WhetherTraining(keras.layers.Layer):
    """Hands the phase to `rrelu`. A layer, because Keras tells only layers whether they run in training."""

    def __init__(self) -> None:
        super().__init__(name="rrelu", autocast=False)

    def call(self, x: Tensor, training: bool | None = None, **arguments: Any) -> Tensor:
        return rrelu(x, training=bool(training), **arguments)


@cache
def _phase() -> _WhetherTraining:
    return _WhetherTraining()


def rrelu(
    x: Tensor,
    lower: Number = 0.125,
    upper: Number = 1 / 3,
    training: bool | None = None,
    seed: int | None = None,
    rng: Any = None,
) -> Tensor:
    """Return ``x`` where it is not negative, else ``a * x`` (Xu et al. 2015, arXiv:1505.00853).

    In training each element's slope ``a`` is drawn uniformly from ``[lower, upper]``; else it is their mean. Without
    ``seed`` and ``rng`` the draw uses the backend's global generator, which JAX does not allow inside a compiled
    training step.

    Args:
        x: floating-point tensor of any shape.
        lower: smallest slope.
        upper: largest slope.
        training: whether to draw slopes; None follows the layer that calls this.
        seed: TensorFlow's seed of an operation; on the other backends it makes every draw the same.
        rng: source of the slopes, such as ``tf.random.Generator``: ``uniform(shape, minval, maxval, dtype)`` is called.

    Returns:
        a tensor of the shape and dtype of ``x``.

    Raises:
        ValueError: in training, when both ``seed`` and ``rng`` are given.
    """
    x = ops.convert_to_tensor(x)
    if training is None:
        # A functional model keeps the layers that its tensors went through, so it gets one of its own.
        phase = _WhetherTraining() if isinstance(x, keras.KerasTensor) else _phase()
        return phase(x, lower=lower, upper=upper, seed=seed, rng=rng)
    slope = _drawn(x, lower, upper, seed, rng) if training else ops.cast((lower + upper) / 2, x.dtype)
    return ops.where(ops.greater_equal(x, 0), x, slope * x)


def _drawn(x: Tensor, lower: Number, upper: Number, seed: int | None, rng: Any) -> Tensor:
    if rng is not None:
        if seed is not None:
            raise ValueError("the slopes of rrelu are drawn with a seed or with an rng, not with both")
        return ops.cast(rng.uniform(ops.shape(x), minval=lower, maxval=upper, dtype=x.dtype), x.dtype)
    if keras.backend.backend() == "tensorflow":
        # Keras' generators are others than TensorFlow's: with a seed, the slopes of old programs would not come back.
        import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

        return tf.random.uniform(ops.shape(x), lower, upper, dtype=x.dtype, seed=seed)
    return keras.random.uniform(ops.shape(x), lower, upper, dtype=x.dtype, seed=seed)
