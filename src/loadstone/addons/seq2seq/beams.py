"""Beams in tensors: making them, and following each of them back to its first token."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import keras
from keras import ops, tree

from loadstone.addons.seq2seq.tracing import sizes_of
from loadstone.addons.utils.values import require

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Number, Tensor, TensorLike

RANK_OF_MERGED = 2  # time, and batch and beam in one axis


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Repeat each entry of a batch, one copy after the other, as many times as there are beams.

    Args:
        t: tensor (batch, ...), or structure of them.
        multiplier: number of copies.
        name: ignored.

    Returns:
        The same with shape (batch * multiplier, ...).

    Raises:
        ValueError: for a scalar.
    """
    del name

    def repeat(value: TensorLike) -> Tensor:
        value = value if isinstance(value, keras.KerasTensor) else ops.convert_to_tensor(value)
        if len(value.shape) < 1:
            raise ValueError("t must have a batch axis, and one of its tensors is a scalar")
        return ops.repeat(value, multiplier, axis=0)

    return tree.map_structure(repeat, t)


def gather_tree(
    step_ids: TensorLike, parent_ids: TensorLike, max_sequence_lengths: TensorLike, end_token: Number | Tensor
) -> Tensor:
    """Return the tokens of whole beams, from the tokens and parents that a beam search gave at each step.

    Args:
        step_ids: tokens, integers (time, batch, beams).
        parent_ids: the beam of the step before that each token continues, of the same shape.
        max_sequence_lengths: length of the longest beam of each batch entry, (batch,).
        end_token: the token that ends a beam, and that fills everything after it or after the longest beam.

    Returns:
        Tokens, int32 (time, batch, beams).

    Raises:
        ValueError: when a parent before the end of the longest beam is no beam (TensorFlow's
            ``InvalidArgumentError`` there, and unnoticed in ``jax.jit``), or a tensor has another rank.
    """
    step_ids, parent_ids = (ops.convert_to_tensor(ids, dtype="int32") for ids in (step_ids, parent_ids))
    if len(step_ids.shape) != 3 or len(parent_ids.shape) != 3:  # noqa: PLR2004 - time, batch, beams
        raise ValueError("step_ids and parent_ids must have the shape (time, batch, beams)")
    lengths = ops.convert_to_tensor(max_sequence_lengths, dtype="int32")
    end_token = ops.convert_to_tensor(end_token, dtype="int32")
    time, _, beams = ops.shape(parent_ids)
    is_valid = (ops.arange(time, dtype="int32")[:, None] < lengths)[:, :, None]
    own = ops.broadcast_to(ops.arange(beams, dtype="int32"), ops.shape(parent_ids)[1:])
    step_ids = ops.where(is_valid, step_ids, end_token)
    parent_ids = ops.where(is_valid, parent_ids, own)  # so that a beam comes to its last step as itself
    require(
        ops.all(ops.logical_and(parent_ids >= 0, parent_ids < beams)),
        "every parent id must be at least 0 and less than the number of beams",
    )
    if step_ids.shape[0] == 0:
        return step_ids

    def go_back(beam: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        return ops.take_along_axis(step[1], beam, axis=1), ops.take_along_axis(step[0], beam, axis=1)

    _, tokens = ops.scan(go_back, own, ops.stack([step_ids, parent_ids], axis=1), reverse=True)
    has_ended = ops.cumsum(ops.cast(ops.equal(tokens, end_token), "int32"), axis=0) > 0
    return ops.where(has_ended, end_token, tokens)


def gather_tree_from_array(t: TensorLike, parent_ids: TensorLike, sequence_length: TensorLike) -> Tensor:
    """Return what was kept at each step of a beam search, such as alignments, put in the order of whole beams.

    Args:
        t: (time, batch, beams, ...) or (time, batch * beams, ...).
        parent_ids: the beam of the step before that each one continues, (time, batch, beams).
        sequence_length: length of each beam, (batch, beams); steps after it stay where they are.

    Returns:
        Tensor of the shape and dtype of ``t``.

    Raises:
        ValueError: as `gather_tree`.
    """
    t = ops.convert_to_tensor(t)
    parent_ids = ops.convert_to_tensor(parent_ids, dtype="int32")
    lengths = ops.convert_to_tensor(sequence_length)
    time, batch, beams = ops.shape(parent_ids)
    if parent_ids.shape[0] == 0:
        return t
    own = ops.broadcast_to(ops.arange(beams, dtype="int32"), (time, batch, beams))
    order = gather_tree(own, parent_ids, ops.max(lengths, axis=1), beams + 1)
    is_valid = ops.arange(time, dtype=lengths.dtype)[:, None, None] < lengths
    order = ops.where(is_valid, order, own)
    values = ops.reshape(t, (time, batch, beams, -1))
    values = ops.take_along_axis(values, ops.expand_dims(order, -1), axis=2)
    return ops.reshape(values, ops.shape(t))


def take_beams(values: Tensor, beam_ids: Tensor) -> Tensor:
    """Return the chosen beams of each batch entry.

    Args:
        values: (batch, beams, ...).
        beam_ids: int32 (batch, chosen).
    """
    batch, beams, *rest = ops.shape(values)
    offsets = ops.expand_dims(ops.arange(batch, dtype="int32") * beams, 1)
    return ops.take(ops.reshape(values, (batch * beams, *rest)), beam_ids + offsets, axis=0)


def _check_static_batch_beam_maybe(shape: Any, batch_size: int | None, beam_width: int) -> bool:
    """Return whether elements of a shape may be beams; warn when they cannot."""
    sizes = sizes_of(shape)
    if batch_size is None or sizes[0] is None or sizes[0] == batch_size * beam_width:
        return True
    if sizes[:2] == (batch_size, beam_width):
        return True
    warnings.warn(
        f"what a state keeps of each step has the shape {sizes}, which is not that of {batch_size} times {beam_width} "
        "beams, so that it is not put in their order; reorder_tensor_arrays=False avoids this warning",
        stacklevel=2,
    )
    return False


def _check_batch_beam(t: Tensor, batch_size: Any, beam_width: int) -> None:
    """Check that what was kept of all steps, (time, ...), consists of beams.

    Raises:
        ValueError: when it does not; on TensorFlow its ``InvalidArgumentError``.
    """
    sizes = ops.shape(t)
    is_beams = ops.equal(sizes[1], batch_size * beam_width)
    if len(sizes) > RANK_OF_MERGED:
        is_split = ops.logical_and(ops.equal(sizes[1], batch_size), ops.equal(sizes[2], beam_width))
        is_beams = ops.logical_or(is_beams, is_split)
    require(
        is_beams,
        f"what a state keeps of each step, {t!r}, cannot be reshaped to (batch, {beam_width} beams, ...); "
        "reorder_tensor_arrays=False leaves it as it is",
    )
