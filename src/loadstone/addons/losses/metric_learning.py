"""Distances between all embeddings of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.utils.keras_utils import dense, is_half, l2_normalize, real

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Tensor


def pairwise_distance(feature: Tensor, squared: bool = False) -> Tensor:
    """Return the Euclidean distances, or their squares, between the rows of (batch, features), as (batch, batch)."""
    feature = real(feature)
    squares = ops.sum(ops.square(feature), axis=1, keepdims=True)
    distance = squares + ops.transpose(squares) - 2.0 * ops.matmul(feature, ops.transpose(feature))
    distance = ops.maximum(distance, 0.0)
    is_zero = ops.cast(ops.less_equal(distance, 0.0), distance.dtype)
    if not squared:
        distance = ops.sqrt(distance + is_zero * 1e-16)  # the root's gradient at zero is infinite
    return distance * (1.0 - is_zero) * (1.0 - _itself(distance))


def angular_distance(feature: Tensor) -> Tensor:
    """Return 1 minus the cosine similarity between the rows of (batch, features), as (batch, batch)."""
    feature = l2_normalize(real(feature), axis=1)
    return ops.maximum(1 - ops.matmul(feature, ops.transpose(feature)), 0.0)


def distances(embeddings: Tensor, metric: str | Callable[[Tensor], Tensor]) -> Tensor:
    """Return the distances between the rows of ``embeddings``.

    Args:
        embeddings: of shape (batch, features).
        metric: ``L2``, ``squared-L2``, ``angular``, or a function of the embeddings.
    """
    match metric:
        case "L2":
            return pairwise_distance(embeddings)
        case "squared-L2":
            return pairwise_distance(embeddings, squared=True)
        case "angular":
            return angular_distance(embeddings)
        case _:
            return metric(embeddings)  # type: ignore[operator]  # an unknown name says so itself


def at_least_float32(embeddings: Tensor) -> Tensor:
    """Return half-precision numbers as float32, in which their distances are computed, and others as they are."""
    return ops.cast(embeddings, "float32") if is_half(embeddings) else embeddings


def same_label(labels: Tensor) -> Tensor:
    """Return which pairs of a batch have the same label, as a boolean tensor (batch, batch)."""
    column = ops.reshape(dense(labels), (-1, 1))
    return ops.equal(column, ops.transpose(column))


def pairs(labels: Tensor, dtype: str) -> tuple[Tensor, Tensor]:
    """Return 1 for the pairs of two samples with one label, and 1 for those with two, each as (batch, batch)."""
    same = ops.cast(same_label(labels), dtype)
    return same - _itself(same), 1.0 - same


def _itself(matrix: Tensor) -> Tensor:
    """Return 1 on the diagonal of (batch, batch) and 0 elsewhere, whether or not the size is known yet."""
    index = ops.cumsum(ops.ones_like(matrix[:, :1]), axis=0)
    return ops.cast(ops.equal(index, ops.transpose(index)), matrix.dtype)
