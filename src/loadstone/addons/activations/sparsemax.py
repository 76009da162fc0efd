"""Euclidean projection onto the probability simplex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def sparsemax(logits: Tensor, axis: int = -1) -> Tensor:
    """Project ``logits`` onto the simplex along ``axis`` (Martins & Astudillo 2016, arXiv:1602.02068, algorithm 1).

    Keras' own function of this name is wrong in the releases 3.8.0 to 3.15.1: it sums the cumulative sums.

    Args:
        logits: floating-point tensor of any shape.
        axis: the axis whose entries become non-negative and sum to one.

    Returns:
        a tensor of the shape and dtype of ``logits``; a slice that holds NaN, or only minus infinity, becomes NaN.
    """
    logits = ops.moveaxis(ops.convert_to_tensor(logits), axis, -1)
    descending = ops.flip(ops.sort(logits, axis=-1), axis=-1)
    cumulative = ops.cumsum(descending, axis=-1)
    rank = ops.cast(ops.arange(1, logits.shape[-1] + 1), logits.dtype)
    in_support = 1 + descending * rank > cumulative  # in this order, since JAX's arrays refuse symbols
    support_size = ops.sum(ops.cast(in_support, "int32"), axis=-1, keepdims=True)
    support_sum = ops.take_along_axis(cumulative, ops.maximum(support_size, 1) - 1, axis=-1)
    threshold = (support_sum - 1) / ops.cast(support_size, logits.dtype)
    projected = ops.maximum(logits - threshold, ops.zeros_like(logits))
    undefined = ops.logical_or(ops.equal(support_size, 0), ops.isnan(cumulative[..., -1:]))
    return ops.moveaxis(ops.where(undefined, ops.full_like(projected, float("nan")), projected), -1, axis)
