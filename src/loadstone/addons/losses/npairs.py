"""N-pairs losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.losses.metric_learning import same_label
from loadstone.addons.utils.keras_utils import LossFunctionWrapper, dense, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def npairs_loss(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the multi-class N-pairs loss (Sohn 2016, NIPS).

    Args:
        y_true: labels, of shape (batch,).
        y_pred: similarities between anchors and positives, of shape (batch, batch).

    Returns:
        a scalar, in the dtype of ``y_pred``.
    """
    y_pred = real(y_pred)
    return _cross_entropy(ops.cast(same_label(y_true), y_pred.dtype), y_pred)


def npairs_multilabel_loss(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the N-pairs loss of samples with several labels, by how many labels two samples share.

    Args:
        y_true: 0 or 1 for each label, of shape (batch, labels); may be sparse.
        y_pred: similarities between anchors and positives, of shape (batch, batch).

    Returns:
        a scalar, in the dtype of ``y_pred``.
    """
    y_pred = real(y_pred)
    y_true = ops.cast(dense(y_true), y_pred.dtype)
    return _cross_entropy(ops.matmul(y_true, ops.transpose(y_true)), y_pred)


def _cross_entropy(affinity: Tensor, similarity: Tensor) -> Tensor:
    target = affinity / ops.sum(affinity, axis=1, keepdims=True)
    return ops.mean(-ops.sum(target * ops.log_softmax(similarity, axis=-1), axis=-1))


class NpairsLoss(LossFunctionWrapper):
    """Loss of `npairs_loss`.

    Args:
        name: the loss' name.
        reduction: without effect on a scalar; configurations hold ``none``.
    """

    def __init__(self, name: str | None = "npairs_loss", reduction: str | None = "none") -> None:
        super().__init__(npairs_loss, reduction=reduction, name=name)


class NpairsMultilabelLoss(LossFunctionWrapper):
    """Loss of `npairs_multilabel_loss`.

    Args:
        name: the loss' name.
        reduction: without effect on a scalar; configurations hold ``none``.
    """

    def __init__(self, name: str | None = "npairs_multilabel_loss", reduction: str | None = "none") -> None:
        super().__init__(npairs_multilabel_loss, reduction=reduction, name=name)
