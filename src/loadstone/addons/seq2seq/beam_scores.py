"""What a beam search scores beams by: log probabilities less the penalties of length and coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import FloatTensorLike, Tensor


def get_attention_probs(next_cell_state: Any, coverage_penalty_weight: FloatTensorLike) -> Tensor | None:
    """Return the attention's probabilities, (batch, beams, memory time), the mean over all attentional cells.

    Args:
        next_cell_state: state of the cell, or states of several.
        coverage_penalty_weight: None is returned if it is 0.

    Raises:
        ValueError: when no cell is attentional.
    """
    if not ops.is_tensor(coverage_penalty_weight) and coverage_penalty_weight == 0:
        return None
    if _is_attentional(next_cell_state):
        states = [next_cell_state]
    else:
        parts = next_cell_state if isinstance(next_cell_state, (tuple, list)) else ()
        states = [part for part in parts if _is_attentional(part)]
    if not states:
        raise ValueError("coverage_penalty_weight must be 0 unless a cell is attentional")
    return _mean([attention_probs_from_attn_state(state) for state in states])


def attention_probs_from_attn_state(attention_state: Any) -> Tensor:
    """Return the probabilities in the state of an ``AttentionWrapper``, the mean over its mechanisms."""
    alignments = attention_state.alignments
    return _mean(list(alignments) if isinstance(alignments, (tuple, list)) else [alignments])


def _is_attentional(state: Any) -> bool:
    return hasattr(state, "alignments")


def _mean(values: list[Tensor]) -> Tensor:
    return values[0] if len(values) == 1 else ops.mean(ops.stack(values, axis=-1), axis=-1)


def _get_scores(
    log_probs: Tensor,
    sequence_lengths: Tensor,
    length_penalty_weight: FloatTensorLike,
    coverage_penalty_weight: FloatTensorLike,
    finished: Tensor,
    accumulated_attention_probs: Tensor | None,
) -> Tensor:
    """Return log probabilities (batch, beams, classes) less the penalties."""
    scores = log_probs / ops.cast(_length_penalty(sequence_lengths, length_penalty_weight), log_probs.dtype)
    if len(getattr(coverage_penalty_weight, "shape", ())) != 0:
        raise ValueError(f"coverage_penalty_weight must be a scalar, not {coverage_penalty_weight}")
    if accumulated_attention_probs is None:
        return scores
    # What is exactly 0 lies beyond the end of the memory.
    covered = ops.where(
        ops.equal(accumulated_attention_probs, 0),
        ops.ones_like(accumulated_attention_probs),
        ops.minimum(accumulated_attention_probs, 1),
    )
    penalty = ops.sum(ops.log(covered), axis=2) * ops.cast(finished, covered.dtype)
    penalty = penalty * ops.cast(coverage_penalty_weight, covered.dtype)
    return scores + ops.cast(ops.expand_dims(penalty, 2), scores.dtype)


def _length_penalty(sequence_lengths: Tensor, penalty_factor: FloatTensorLike) -> Any:
    """Return ``((5 + length) / 6) ** penalty_factor``, or the number 1 for a factor of 0."""
    if not ops.is_tensor(penalty_factor) and penalty_factor == 0:
        return 1.0
    factor = ops.cast(penalty_factor, "float32")
    return ops.power(5.0 + ops.cast(sequence_lengths, "float32"), factor) / ops.power(6.0, factor)
