"""Triplet losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.losses.metric_learning import at_least_float32, distances, pairs
from loadstone.addons.utils.keras_utils import AddonsLoss, LossFunctionWrapper, real

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Tensor


def _masked_maximum(data: Tensor, mask: Tensor) -> Tensor:
    """Return the largest masked entry of the last axis, or its smallest entry where the mask is empty."""
    smallest = ops.min(data, axis=-1, keepdims=True)
    return ops.max((data - smallest) * mask, axis=-1, keepdims=True) + smallest


def _masked_minimum(data: Tensor, mask: Tensor) -> Tensor:
    """Return the smallest masked entry of the last axis, or its largest entry where the mask is empty."""
    largest = ops.max(data, axis=-1, keepdims=True)
    return ops.min((data - largest) * mask, axis=-1, keepdims=True) + largest


def triplet_semihard_loss(
    y_true: Tensor,
    y_pred: Tensor,
    margin: float = 1.0,
    distance_metric: str | Callable[[Tensor], Tensor] = "L2",
) -> Tensor:
    """Return the triplet loss with semi-hard negatives (Schroff et al. 2015, arXiv:1503.03832).

    The negative of each positive pair is the nearest one that is farther away than the positive; if there is none, the
    farthest of all.

    Args:
        y_true: labels, of shape (batch,) or (batch, 1).
        y_pred: embeddings, of shape (batch, features).
        margin: how much farther the negative should be.
        distance_metric: ``L2``, ``squared-L2``, ``angular``, or a function of the embeddings.

    Returns:
        a scalar: the mean over all positive pairs, in the dtype of ``y_pred``; NaN when there are none.
    """
    y_pred = real(y_pred)
    distance = distances(at_least_float32(y_pred), distance_metric)
    positives, different = pairs(y_true, distance.dtype)
    # farther[i, j, k]: k has another label than i and is farther from i than j is
    from_i_to_k, from_i_to_j = ops.expand_dims(distance, 1), ops.expand_dims(distance, 2)
    farther = ops.expand_dims(different, 1) * ops.cast(ops.greater(from_i_to_k, from_i_to_j), distance.dtype)
    outside = ops.squeeze(_masked_minimum(from_i_to_k, farther), -1)
    inside = _masked_maximum(distance, different)
    negative = ops.where(ops.any(ops.greater(farther, 0), axis=-1), outside, inside)
    loss = ops.maximum((margin + distance - negative) * positives, 0.0)
    return ops.cast(ops.sum(loss) / ops.sum(positives), y_pred.dtype)


def triplet_hard_loss(
    y_true: Tensor,
    y_pred: Tensor,
    margin: float = 1.0,
    soft: bool = False,
    distance_metric: str | Callable[[Tensor], Tensor] = "L2",
) -> Tensor:
    """Return the triplet loss of each sample's farthest positive and nearest negative (arXiv:1703.07737).

    Args:
        y_true: labels, of shape (batch,) or (batch, 1).
        y_pred: embeddings, of shape (batch, features).
        margin: how much farther the negative should be.
        soft: use ``log(1 + exp(positive - negative))`` instead of the margin.
        distance_metric: ``L2``, ``squared-L2``, ``angular``, or a function of the embeddings.

    Returns:
        a scalar: the mean over the batch, in the dtype of ``y_pred``.
    """
    y_pred = real(y_pred)
    distance = distances(at_least_float32(y_pred), distance_metric)
    positives, different = pairs(y_true, distance.dtype)
    excess = _masked_maximum(distance, positives) - _masked_minimum(distance, different)
    loss = ops.log1p(ops.exp(excess)) if soft else ops.maximum(excess + margin, 0.0)
    return ops.cast(ops.mean(loss), y_pred.dtype)


class _TripletLoss(LossFunctionWrapper):
    @classmethod
    def from_config(cls, config: Config) -> AddonsLoss:
        """Build the loss from its configuration, as `AddonsLoss.from_config`.

        Releases up to 0.9.1 wrote no metric and squared the distance. 0.10.0 did so for ``L2`` as well, which nothing
        in a configuration tells, and had ``L1`` for what all others call ``L2``.
        """
        metric = config.get("distance_metric", "squared-L2")
        return super().from_config({**config, "distance_metric": "L2" if metric == "L1" else metric})


class TripletSemiHardLoss(_TripletLoss):
    """Loss of `triplet_semihard_loss`.

    Args:
        margin: how much farther the negative should be.
        distance_metric: ``L2``, ``squared-L2``, ``angular``, or a function of the embeddings.
        name: the loss' name.
        reduction: without effect on a scalar; configurations hold ``none``.
    """

    def __init__(
        self,
        margin: float = 1.0,
        distance_metric: str | Callable[[Tensor], Tensor] = "L2",
        name: str | None = None,
        reduction: str | None = "none",
    ) -> None:
        super().__init__(
            triplet_semihard_loss, reduction=reduction, name=name, margin=margin, distance_metric=distance_metric
        )


class TripletHardLoss(_TripletLoss):
    """Loss of `triplet_hard_loss`.

    Args:
        margin: how much farther the negative should be.
        soft: use ``log(1 + exp(positive - negative))`` instead of the margin.
        distance_metric: ``L2``, ``squared-L2``, ``angular``, or a function of the embeddings.
        name: the loss' name.
        reduction: without effect on a scalar; configurations hold ``none``.
    """

    def __init__(
        self,
        margin: float = 1.0,
        soft: bool = False,
        distance_metric: str | Callable[[Tensor], Tensor] = "L2",
        name: str | None = None,
        reduction: str | None = "none",
    ) -> None:
        super().__init__(
            triplet_hard_loss, reduction=reduction, name=name, margin=margin, soft=soft, distance_metric=distance_metric
        )
