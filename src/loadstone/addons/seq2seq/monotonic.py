"""Attention that only moves forward.

Raffel et al. 2017, "Online and Linear-Time Attention by Enforcing Monotonic Alignments", arXiv:1704.00784.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import FloatTensorLike, Tensor, TensorLike

SMALLEST_DIVISOR = 1e-10  # of the cumulated probabilities, in the closed form


def safe_cumprod(x: TensorLike, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Tensor:
    """Return the cumulative product of numbers in (0, 1], as the exponential of the sum of their logarithms.

    Neither the product nor its gradient underflows to something undefined, as those of ``ops.cumprod`` do.

    Args:
        x: numbers, which are clipped to the range from the dtype's smallest normal number to 1.
        axis: the axis to go along.
        exclusive: whether element ``i`` of the result is without ``x[i]``.
        reverse: whether to go from the end.
    """
    x = ops.convert_to_tensor(x)
    logarithms = ops.log(_clip(x, float(limits(x.dtype).tiny), 1.0))
    return ops.exp(_cumulate(ops.cumsum, logarithms, axis, start=0.0, exclusive=exclusive, reverse=reverse))


def monotonic_attention(p_choose_i: FloatTensorLike, previous_attention: FloatTensorLike, mode: str) -> Tensor:
    """Return where attention goes, having been at ``previous_attention``, when each position is chosen or passed over.

    Args:
        p_choose_i: probability of choosing each position of the memory once it is reached, (batch, memory time).
        previous_attention: the distribution of the step before, (batch, memory time); all of it on the first position
            before the first step.
        mode: how it is computed. ``recursive`` goes from position to position, and is exact. ``parallel`` has a closed
            form, which is not exact when probabilities are close to 0 or 1 or the memory is long. ``hard`` takes
            probabilities that are 0 or 1.

    Returns:
        The distribution over positions, (batch, memory time). It sums to less than 1 if no position is chosen.

    Raises:
        ValueError: for another mode.
    """
    p = ops.convert_to_tensor(p_choose_i)
    previous = ops.convert_to_tensor(previous_attention)
    if mode == "recursive":
        return p * _reached_recursively(p, previous)
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        divisor = _clip(passed, max(SMALLEST_DIVISOR, float(limits(p.dtype).tiny)), 1.0)
        return p * passed * ops.cumsum(previous / divisor, axis=1)
    if mode == "hard":
        p = p * ops.cumsum(previous, axis=1)  # nothing before the position of the last step
        return p * _cumulate(ops.cumprod, 1 - p, 1, start=1.0, exclusive=True)
    raise ValueError(f"mode must be 'recursive', 'parallel' or 'hard', not {mode!r}")


def _reached_recursively(p: Tensor, previous: Tensor) -> Tensor:
    """Return the probability of reaching each position: attention starts there, or passed the one before."""
    not_chosen_before = ops.concatenate([ops.ones_like(p[:, :1]), 1 - p[:, :-1]], axis=1)

    def step(reached: Tensor, at: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        passes, starts = at
        reached = passes * reached + starts
        return reached, reached

    start = ops.zeros_like(previous[:, 0])
    _, reached = ops.scan(step, start, (ops.transpose(not_chosen_before), ops.transpose(previous)))
    return ops.transpose(reached)


def monotonic_probability(
    score: Tensor,
    previous_alignments: Tensor,
    sigmoid_noise: float,
    mode: str,
    seed: keras.random.SeedGenerator | int | None = None,
) -> Tensor:
    """Return the alignments for unnormalized scores, both (batch, memory time).

    Args:
        score: scores; a position is chosen with the probability that is their sigmoid.
        previous_alignments: alignments of the step before.
        sigmoid_noise: standard deviation of noise added to the scores, which makes training prefer decided ones.
        mode: see `monotonic_attention`; ``hard`` chooses where the score is positive.
        seed: seed of the noise.
    """
    if sigmoid_noise > 0:
        score = score + sigmoid_noise * keras.random.normal(ops.shape(score), dtype=score.dtype, seed=seed)
    p_choose_i = ops.cast(score > 0, score.dtype) if mode == "hard" else ops.sigmoid(score)
    return monotonic_attention(p_choose_i, previous_alignments, mode)


def _clip(x: Tensor, low: float, high: float) -> Tensor:
    """Clip, with the gradient 1 at the bounds themselves; backends differ there in theirs."""
    clipped = ops.stop_gradient(ops.clip(x, low, high))
    return ops.where(ops.logical_and(x >= low, x <= high), x, clipped)


def _cumulate(
    function: Callable[..., Tensor], x: Tensor, axis: int, *, start: float, exclusive: bool, reverse: bool = False
) -> Tensor:
    """Apply ``ops.cumsum`` or ``ops.cumprod``; the exclusive one begins with ``start`` and is without the last."""
    if reverse:
        x = ops.flip(x, axis=axis)
    if exclusive:
        axis = axis % len(x.shape)
        padding = [(int(index == axis), 0) for index in range(len(x.shape))]
        kept = [slice(None)] * axis + [slice(0, -1)]
        x = ops.pad(x, padding, constant_values=start)[tuple(kept)]
    result = function(x, axis=axis)
    return ops.flip(result, axis=axis) if reverse else result
