"""Focal loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import LossFunctionWrapper, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


class SigmoidFocalCrossEntropy(LossFunctionWrapper):
    """Focal loss (Lin et al. 2017, arXiv:1708.02002) over independent classes.

    Args:
        from_logits: whether predictions are logits instead of probabilities.
        alpha: weight of the positive class; 0 and None switch the weighting off.
        gamma: exponent of the modulating factor, at least 0; 0 and None switch it off.
        reduction: ``none`` by default, which gives one value a sample. To train on JAX or PyTorch a scalar is needed:
            ``sum_over_batch_size`` or ``sum``.
        name: the loss' name.
    """

    def __init__(
        self,
        from_logits: bool = False,
        alpha: float | None = 0.25,
        gamma: float | None = 2.0,
        reduction: str | None = "none",
        name: str | None = "sigmoid_focal_crossentropy",
    ) -> None:
        super().__init__(
            sigmoid_focal_crossentropy,
            reduction=reduction,
            name=name,
            from_logits=from_logits,
            alpha=alpha,
            gamma=gamma,
        )


def sigmoid_focal_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: float | None = 0.25,
    gamma: float | None = 2.0,
    from_logits: bool = False,
) -> Tensor:
    """Return the focal loss summed (not averaged) over the last axis.

    Args:
        y_true: labels 0 or 1, of the shape of ``y_pred``.
        y_pred: probabilities or logits, of any shape.
        alpha: weight of the positive class; 0 and None switch the weighting off.
        gamma: exponent of the modulating factor; 0 and None switch it off.
        from_logits: whether ``y_pred`` are logits.

    Returns:
        a tensor of the shape of ``y_pred`` without the last axis, and of its dtype.

    Raises:
        ValueError: when ``gamma`` is negative.
    """
    if gamma and gamma < 0:
        raise ValueError(f"gamma must not be negative, not {gamma}")
    y_pred = real(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    cross_entropy = _binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    probability = ops.sigmoid(y_pred) if from_logits else y_pred
    of_the_label = y_true * probability + (1 - y_true) * (1 - probability)
    if alpha:
        cross_entropy = (y_true * alpha + (1 - y_true) * (1 - alpha)) * cross_entropy
    if gamma:
        cross_entropy = ops.power(1.0 - of_the_label, gamma) * cross_entropy
    return ops.sum(cross_entropy, axis=-1)


def _binary_crossentropy(y_true: Tensor, y_pred: Tensor, *, from_logits: bool) -> Tensor:
    """Return Keras 2's element-wise cross entropy, which adds epsilon once more inside the logarithms."""
    if from_logits:
        return ops.binary_crossentropy(y_true, y_pred, from_logits=True)
    epsilon = keras.config.epsilon()
    y_pred = ops.clip(y_pred, epsilon, 1 - epsilon)
    # TensorFlow's graphs add the two constants first, which counts where a prediction is 1.
    return -(y_true * ops.log(y_pred + epsilon) + (1 - y_true) * ops.log((1 + epsilon) - y_pred))
