"""Distances between all embeddings of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import l2_normalize

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Tensor


def pairwise_distance(feature: Tensor, *, squared: bool = False) -> Tensor:
    """Return the Euclidean distances, or their squares, between the rows of (batch, features), as (batch, batch)."""
    squares = ops.sum(ops.square(feature), axis=1, keepdims=True)
    distance = squares + ops.transpose(squares) - 2.0 * ops.matmul(feature, ops.transpose(feature))
    distance = ops.maximum(distance, 0.0)
    is_zero = ops.cast(ops.less_equal(distance, 0.0), distance.dtype)
    if not squared:
        distance = ops.sqrt(distance + is_zero * 1e-16)  # the root's gradient at zero is infinite
    not_itself = 1.0 - ops.eye(ops.shape(feature)[0], dtype=distance.dtype)
    return distance * (1.0 - is_zero) * not_itself


def angular_distance(feature: Tensor) -> Tensor:
    """Return 1 minus the cosine similarity between the rows of (batch, features), as (batch, batch)."""
    feature = l2_normalize(feature, axis=1)
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
    embeddings = ops.convert_to_tensor(embeddings)
    is_half = keras.backend.standardize_dtype(embeddings.dtype) in {"float16", "bfloat16"}
    return ops.cast(embeddings, "float32") if is_half else embeddings


def same_label(labels: Tensor) -> Tensor:
    """Return which pairs of a batch have the same label, as a boolean tensor (batch, batch)."""
    column = ops.reshape(labels, (-1, 1))
    return ops.equal(column, ops.transpose(column))
