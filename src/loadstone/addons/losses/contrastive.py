"""Contrastive loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.utils.keras_utils import LossFunctionWrapper, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def contrastive_loss(y_true: Tensor, y_pred: Tensor, margin: float = 1.0) -> Tensor:
    """Return ``y d^2 + (1 - y) max(margin - d, 0)^2`` (Hadsell et al. 2006).

    Args:
        y_true: 1 for similar pairs and 0 for others.
        y_pred: distances ``d`` of the pairs, of the same shape.
        margin: distance from which dissimilar pairs cost nothing.

    Returns:
        a tensor of that shape, in the dtype of ``y_pred``.
    """
    y_pred = real(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    return y_true * ops.square(y_pred) + (1.0 - y_true) * ops.square(ops.maximum(margin - y_pred, 0.0))


class ContrastiveLoss(LossFunctionWrapper):
    """Loss of `contrastive_loss`.

    Args:
        margin: distance from which dissimilar pairs cost nothing.
        reduction: ``sum_over_batch_size``, ``sum`` or ``none``.
        name: the loss' name; releases before 0.11.0 wrote ``contrasitve_loss``.
    """

    def __init__(
        self, margin: float = 1.0, reduction: str | None = "sum_over_batch_size", name: str | None = "contrastive_loss"
    ) -> None:
        super().__init__(contrastive_loss, reduction=reduction, name=name, margin=margin)
