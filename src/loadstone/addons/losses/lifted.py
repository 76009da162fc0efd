"""Lifted structured loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.losses.metric_learning import at_least_float32, pairs, pairwise_distance
from loadstone.addons.utils.keras_utils import LossFunctionWrapper, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def lifted_struct_loss(labels: Tensor, embeddings: Tensor, margin: float = 1.0) -> Tensor:
    """Return the lifted structured loss (Song et al. 2016, arXiv:1511.06452, equation 4).

    Args:
        labels: of shape (batch,) or (batch, 1).
        embeddings: of shape (batch, features).
        margin: how far apart samples with different labels should be.

    Returns:
        a scalar: the mean over all positive pairs, in the dtype of ``embeddings``; NaN when there are none.
    """
    embeddings = real(embeddings)
    distance = pairwise_distance(at_least_float32(embeddings))
    positives, different = pairs(labels, distance.dtype)
    closeness = margin - distance
    smallest = ops.min(closeness, axis=1, keepdims=True)
    largest = ops.max((closeness - smallest) * different, axis=1, keepdims=True) + smallest
    shift = ops.maximum(largest, ops.transpose(largest))  # keeps the exponentials small; one for each pair
    shifted = ops.exp(ops.expand_dims(closeness, 1) - ops.expand_dims(shift, 2))
    of_one_side = ops.sum(shifted * ops.expand_dims(different, 1), axis=2)
    loss = shift + ops.log(of_one_side + ops.transpose(of_one_side)) + distance
    squares = ops.square(ops.maximum(loss * positives, 0.0))
    return ops.cast(0.25 * ops.sum(squares) / (ops.sum(positives) / 2.0), embeddings.dtype)


class LiftedStructLoss(LossFunctionWrapper):
    """Loss of `lifted_struct_loss`.

    Args:
        margin: how far apart samples with different labels should be.
        name: the loss' name.
        reduction: without effect on a scalar; configurations hold ``none``.
    """

    def __init__(self, margin: float = 1.0, name: str | None = None, reduction: str | None = "none") -> None:
        super().__init__(lifted_struct_loss, reduction=reduction, name=name, margin=margin)
