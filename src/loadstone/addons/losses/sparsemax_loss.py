"""Loss of sparsemax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.activations.sparsemax import sparsemax as project
from loadstone.addons.utils.keras_utils import AddonsLoss, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Tensor


def sparsemax_loss(logits: Tensor, sparsemax: Tensor, labels: Tensor, name: str | None = None) -> Tensor:
    """Return the loss whose gradient is ``sparsemax - labels`` (Martins & Astudillo 2016, arXiv:1602.02068).

    Args:
        logits: of shape (batch, classes).
        sparsemax: the projection of ``logits``, of the same shape.
        labels: a distribution over classes, of the same shape.
        name: without effect.

    Returns:
        a tensor of shape (batch,), in the dtype of ``logits``.
    """
    del name  # Keras 3 does not name operations
    logits = real(logits)
    sparsemax, labels = (real(value, logits.dtype) for value in (sparsemax, labels))
    zero = ops.zeros_like(logits)
    in_support = ops.logical_or(ops.greater(sparsemax, 0), ops.isnan(sparsemax))
    of_support = ops.where(in_support, sparsemax * (logits - 0.5 * sparsemax), zero)
    impossible = ops.logical_and(ops.equal(labels, 0), ops.isinf(logits))  # zero times infinity would be NaN
    of_labels = ops.where(impossible, zero, labels * (0.5 * labels - logits))
    return ops.sum(of_support + of_labels, axis=1)


def sparsemax_loss_from_logits(y_true: Tensor, logits_pred: Tensor) -> Tensor:
    """Return `sparsemax_loss` of logits and their projection, of shape (batch,)."""
    logits = real(logits_pred)
    return sparsemax_loss(logits, project(logits), y_true)


class SparsemaxLoss(AddonsLoss):
    """Loss of `sparsemax_loss_from_logits`.

    Args:
        from_logits: must be True.
        reduction: ``sum_over_batch_size``, ``sum`` or ``none``.
        name: the loss' name.

    Raises:
        ValueError: when ``from_logits`` is not True.
    """

    def __init__(
        self,
        from_logits: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "sparsemax_loss",
    ) -> None:
        if from_logits is not True:
            raise ValueError("from_logits must be True")
        super().__init__(name=name, reduction=reduction)
        self.from_logits = from_logits

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return one value a sample."""
        return sparsemax_loss_from_logits(y_true, y_pred)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "from_logits": self.from_logits}
