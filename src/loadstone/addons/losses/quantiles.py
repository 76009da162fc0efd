"""Pinball loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.utils.keras_utils import LossFunctionWrapper, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def pinball_loss(y_true: Tensor, y_pred: Tensor, tau: float | list[float] | Tensor = 0.5) -> Tensor:
    """Return the quantile regression loss, ``max(tau e, (tau - 1) e)`` of the error ``e``, averaged over the last axis.

    Args:
        y_true: true values, of any shape.
        y_pred: predicted quantiles, of the same shape.
        tau: the quantile in [0, 1], or one for each entry of the last axis (Koenker & Bassett 1978).

    Returns:
        a tensor of that shape without the last axis, in the dtype of ``y_pred``.
    """
    y_pred = real(y_pred)
    error = ops.cast(y_true, y_pred.dtype) - y_pred
    quantile = ops.expand_dims(ops.cast(tau, y_pred.dtype), 0)
    return ops.mean(ops.maximum(error * quantile, error * (quantile - 1)), axis=-1)


class PinballLoss(LossFunctionWrapper):
    """Loss of `pinball_loss`.

    Args:
        tau: the quantile, or one for each entry of the last axis.
        reduction: ``auto`` (which is ``sum_over_batch_size``), ``sum_over_batch_size``, ``sum`` or ``none``.
        name: the loss' name.
    """

    def __init__(
        self, tau: float | list[float] | Tensor = 0.5, reduction: str | None = "auto", name: str | None = "pinball_loss"
    ) -> None:
        super().__init__(pinball_loss, reduction=reduction, name=name, tau=tau)
