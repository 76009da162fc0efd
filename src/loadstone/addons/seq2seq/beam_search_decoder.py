"""Decoding by beam search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops, tree

from loadstone.addons.seq2seq.basic_decoder import check_output_layer, dtype_of_state, size_of_output
from loadstone.addons.seq2seq.beam_scores import _get_scores, attention_probs_from_attn_state, get_attention_probs
from loadstone.addons.seq2seq.beams import (
    _check_batch_beam,
    _check_static_batch_beam_maybe,
    gather_tree,
    gather_tree_from_array,
    take_beams,
    tile_batch,
)
from loadstone.addons.seq2seq.decoder import BaseDecoder
from loadstone.addons.seq2seq.sampling import rows_of
from loadstone.addons.seq2seq.tracing import as_shape, is_array_of_steps, repack, vector_of
from loadstone.addons.utils.keras_utils import assert_like_rnncell, limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import FloatTensorLike, Tensor, TensorLike

__all__ = [
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "FinalBeamSearchDecoderOutput",
    "attention_probs_from_attn_state",
    "gather_tree",
    "gather_tree_from_array",
    "get_attention_probs",
    "tile_batch",
]

RANK_OF_BEAMS = 2


class BeamSearchDecoderState(NamedTuple):
    """State of `BeamSearchDecoder`.

    Attributes:
        cell_state: state of the cell, of tensors (batch, beams, ...).
        log_probs: log probability of each beam, (batch, beams).
        finished: whether it has ended, (batch, beams).
        lengths: its length, int64 (batch, beams); int32 on JAX, which has no int64 unless told.
        accumulated_attention_probs: sum of the attention's probabilities, (batch, beams, memory time), for the
            coverage penalty; else ``()``.
    """

    cell_state: Any
    log_probs: Any
    finished: Any
    lengths: Any
    accumulated_attention_probs: Any


class BeamSearchDecoderOutput(NamedTuple):
    """What a step of `BeamSearchDecoder` gives.

    Attributes:
        scores: log probabilities of the best beams less the penalties, (batch, beams); with ``output_all_scores`` of
            all continuations, (batch, beams, classes).
        predicted_ids: last token of each, int32 (batch, beams).
        parent_ids: the beam of the step before that it continues, int32 (batch, beams).
    """

    scores: Any
    predicted_ids: Any
    parent_ids: Any


class FinalBeamSearchDecoderOutput(NamedTuple):
    """What a whole beam search gives.

    Attributes:
        predicted_ids: tokens of the beams, the best beam first, int32 (batch, time, beams), or (time, batch, beams).
        beam_search_decoder_output: what the steps gave.
    """

    predicted_ids: Any
    beam_search_decoder_output: Any


@dataclass
class _Search:
    """What stays the same in all steps of a search; no attribute of the layer, lest Keras keeps track of tensors."""

    embed: Callable[[Tensor], Tensor]
    start_tokens: Tensor
    end_token: Tensor
    batch_size: Any
    dtype: str


class BeamSearchDecoder(BaseDecoder):
    """Beam search with a recurrent cell.

    Call it as ``decoder(embedding, start_tokens, end_token, initial_state)``: rows to embed tokens with, or None with
    an ``embedding_fn``; integers (batch,); a scalar; and a state of tensors (batch * beams, ...), made with
    `tile_batch` or with ``cell.get_initial_state`` of that batch size. The memory of an attention has to be tiled as
    well. It returns ``(FinalBeamSearchDecoderOutput, BeamSearchDecoderState, lengths)``, lengths int32 (batch, beams).

    A beam of ``length`` tokens scores its log probability, divided by ``((5 + length) / 6) ** length_penalty_weight``,
    plus ``coverage_penalty_weight`` times the sum over the memory of ``log(min(sum of attention, 1))`` once it has
    ended (Wu et al. 2016, arXiv:1609.08144, equation 14).

    Args:
        cell: the cell.
        beam_width: number of beams.
        embedding_fn: takes tokens (batch, beams), returns inputs (batch, beams, ...).
        output_layer: layer that makes logits (batch, beams, classes) of the cell's output.
        length_penalty_weight: 0 for none.
        coverage_penalty_weight: 0 for none; else the cell, or one of its cells, has to be attentional.
        reorder_tensor_arrays: whether what the state keeps of each step (``alignment_history``) is put in the order of
            the final beams, as a stacked tensor (time, ...).
        output_all_scores: whether to give the scores of all continuations.
        **kwargs: arguments of `BaseDecoder`.

    Raises:
        TypeError: when ``cell`` or ``output_layer`` is of another kind.
    """

    def __init__(
        self,
        cell: keras.layers.Layer,
        beam_width: int,
        embedding_fn: Callable[[Tensor], Tensor] | None = None,
        output_layer: keras.layers.Layer | None = None,
        length_penalty_weight: FloatTensorLike = 0.0,
        coverage_penalty_weight: FloatTensorLike = 0.0,
        reorder_tensor_arrays: bool = True,
        output_all_scores: bool = False,
        **kwargs: Any,
    ) -> None:
        assert_like_rnncell("cell", cell)
        check_output_layer(output_layer)
        super().__init__(**kwargs)
        self._cell = cell
        self._beam_width = beam_width
        self._embedding_fn = embedding_fn
        self._output_layer = output_layer
        self._length_penalty_weight = length_penalty_weight
        self._coverage_penalty_weight = coverage_penalty_weight
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._output_all_scores = output_all_scores
        self._search: _Search | None = None

    def call(  # type: ignore[override]  # the arguments of TensorFlow Addons, in its order
        self,
        embedding: TensorLike | None,
        start_tokens: TensorLike,
        end_token: TensorLike,
        initial_state: Any,
        training: bool | None = None,
        **kwargs: Any,
    ) -> Any:
        """Search, and return ``(outputs, state, lengths)``."""
        arguments = {"start_tokens": start_tokens, "end_token": end_token, "initial_state": initial_state}
        return self._decode(embedding, {**kwargs, **arguments}, training)

    def initialize(
        self, embedding: TensorLike | None, start_tokens: TensorLike, end_token: TensorLike, initial_state: Any
    ) -> tuple[Tensor, Tensor, BeamSearchDecoderState]:
        """Return ``(finished, inputs, state)``: of each batch entry only the first beam can be continued.

        Raises:
            ValueError: when there is neither an ``embedding`` nor an ``embedding_fn``; when ``start_tokens`` is no
                vector or ``end_token`` no scalar; when the state is not one of batch * beams.
        """
        embed = self._embedding_fn if embedding is None else rows_of(embedding)
        if embed is None:
            raise ValueError("BeamSearchDecoder needs an embedding, or an embedding_fn")
        start_tokens = vector_of(start_tokens, "start_tokens")
        end_token = ops.convert_to_tensor(end_token, dtype="int32")
        if len(end_token.shape) != 0:
            raise ValueError(f"end_token must be a scalar, and its shape is {tuple(end_token.shape)}")
        batch = ops.shape(start_tokens)[0]
        start_tokens = ops.broadcast_to(ops.expand_dims(start_tokens, 1), (batch, self._beam_width))
        dtype = dtype_of_state(initial_state)
        self._search = _Search(embed, start_tokens, end_token, batch, dtype)
        cell_state = tree.map_structure(self._split, initial_state)
        is_first = ops.broadcast_to(ops.equal(ops.arange(self._beam_width), 0), (batch, self._beam_width))
        finished = ops.logical_not(is_first)
        accumulated = get_attention_probs(cell_state, self._coverage_penalty_weight)
        state = BeamSearchDecoderState(
            cell_state=cell_state,
            log_probs=ops.where(is_first, ops.cast(0.0, dtype), ops.cast(-math.inf, dtype)),
            finished=finished,
            lengths=ops.zeros((batch, self._beam_width), dtype=_dtype_of_lengths()),
            accumulated_attention_probs=() if accumulated is None else accumulated,
        )
        return finished, self._search.embed(start_tokens), state

    def step(
        self, time: Tensor, inputs: Any, state: BeamSearchDecoderState, training: bool | None = None
    ) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState, Any, Tensor]:
        """Make one step; return ``(outputs, next_state, next_inputs, finished)``."""
        search = self._now
        inputs = tree.map_structure(self._merge, inputs)
        merged = tree.map_structure(self._merge, state.cell_state)
        cell_outputs, cell_state = self._cell(inputs, merged, training=training)
        logits = tree.map_structure(self._split, cell_outputs)
        cell_state = tree.map_structure(self._split, repack(merged, cell_state))
        if self._output_layer is not None:
            logits = self._output_layer(logits)
        outputs, next_state = _beam_search_step(
            time=time,
            logits=logits,
            next_cell_state=cell_state,
            beam_state=state,
            batch_size=search.batch_size,
            beam_width=self._beam_width,
            end_token=search.end_token,
            length_penalty_weight=self._length_penalty_weight,
            coverage_penalty_weight=self._coverage_penalty_weight,
            output_all_scores=self._output_all_scores,
        )
        finished = next_state.finished
        tokens = ops.where(ops.all(finished), search.start_tokens, outputs.predicted_ids)
        return outputs, next_state, search.embed(tokens), finished

    def finalize(
        self, outputs: BeamSearchDecoderOutput, final_state: BeamSearchDecoderState, sequence_lengths: Tensor
    ) -> tuple[FinalBeamSearchDecoderOutput, BeamSearchDecoderState]:
        """Return the whole beams, and the state with what it keeps of each step in their order."""
        del sequence_lengths  # the state has the lengths of beams
        lengths = final_state.lengths
        longest = ops.cast(ops.max(lengths, axis=1), "int32")
        predicted_ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._now.end_token)
        if self._reorder_tensor_arrays:
            cell_state = tree.map_structure(
                lambda value: self._in_order(value, outputs.parent_ids, lengths), final_state.cell_state
            )
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(predicted_ids, outputs), final_state

    @property
    def batch_size(self) -> Any:
        """Number of sequences, each of which has its beams; None before ``initialize``."""
        return None if self._search is None else self._search.batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """True: beams change places from step to step."""
        return True

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """Shapes of a step's outputs, without the batch axis."""
        beams = as_shape((self._beam_width,))
        scores = beams
        if self._output_all_scores:
            scores = as_shape((self._beam_width, *size_of_output(self._cell, self._output_layer)[-1:]))
        return BeamSearchDecoderOutput(scores, beams, beams)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """Dtypes of a step's outputs; scores have that of the state."""
        return BeamSearchDecoderOutput(self._now.dtype, "int32", "int32")

    @property
    def _now(self) -> _Search:
        if self._search is None:
            raise ValueError("the decoder has to be initialized first")
        return self._search

    def _split(self, value: Any) -> Any:
        """Return a tensor (batch * beams, ...) as (batch, beams, ...)."""
        if is_array_of_steps(value) or len(value.shape) == 0:
            return value
        batch = self._now.batch_size
        merged, *rest = ops.shape(value)
        if self._is_outlined and isinstance(merged, int) and merged == batch:
            # A backend without unknown sizes has the same number in place of both batch sizes, which are unknown.
            value, merged = ops.repeat(value, self._beam_width, axis=0), merged * self._beam_width
        if isinstance(merged, int) and isinstance(batch, int) and merged != batch * self._beam_width:
            raise ValueError(
                f"the state has a batch of {merged}, which is not {batch} times {self._beam_width} beams; make it with "
                "tile_batch, or with get_initial_state for a batch of that size"
            )
        return ops.reshape(value, (batch, self._beam_width, *rest))

    def _merge(self, value: Any) -> Any:
        """Return a tensor (batch, beams, ...) as (batch * beams, ...)."""
        if is_array_of_steps(value) or len(value.shape) < RANK_OF_BEAMS:
            return value
        batch, beams, *rest = ops.shape(value)
        return ops.reshape(value, (batch * beams, *rest))

    def _in_order(self, value: Any, parent_ids: Tensor, lengths: Tensor) -> Any:
        """Return what a state keeps of each step in the order of the beams; a tensor as it is."""
        if not is_array_of_steps(value):
            return value
        stacked = value.stack()
        batch = self._now.batch_size
        if not _check_static_batch_beam_maybe(
            stacked.shape[1:], batch if isinstance(batch, int) else None, self._beam_width
        ):
            return value
        _check_batch_beam(stacked, batch, self._beam_width)
        return gather_tree_from_array(stacked, parent_ids, lengths)


def _beam_search_step(
    time: Tensor,
    logits: Tensor,
    next_cell_state: Any,
    beam_state: BeamSearchDecoderState,
    batch_size: Any,
    beam_width: int,
    end_token: Tensor,
    length_penalty_weight: FloatTensorLike,
    coverage_penalty_weight: FloatTensorLike,
    output_all_scores: bool,
) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState]:
    """Choose the best continuations of all beams together."""
    del time
    classes = logits.shape[-1] or ops.shape(logits)[-1]
    is_running = ops.logical_not(beam_state.finished)
    step_log_probs = _mask_probs(ops.log_softmax(logits), end_token, beam_state.finished)
    total = ops.expand_dims(beam_state.log_probs, 2) + step_log_probs
    # Every token but the last makes a running beam longer.
    dtype = beam_state.lengths.dtype
    is_longer = ops.logical_and(ops.expand_dims(is_running, 2), ops.not_equal(ops.arange(classes), end_token))
    lengths = ops.expand_dims(beam_state.lengths, 2) + ops.cast(is_longer, dtype)
    accumulated = None
    attention_probs = get_attention_probs(next_cell_state, coverage_penalty_weight)
    if attention_probs is not None:
        attention_probs = attention_probs * ops.expand_dims(ops.cast(is_running, attention_probs.dtype), 2)
        accumulated = beam_state.accumulated_attention_probs + attention_probs
    scores = _get_scores(
        total, lengths, length_penalty_weight, coverage_penalty_weight, beam_state.finished, accumulated
    )
    best_scores, indices = _best(ops.reshape(scores, (batch_size, beam_width * classes)), beam_width)
    indices = ops.cast(indices, "int32")
    tokens, parents = ops.mod(indices, classes), ops.floor_divide(indices, classes)
    log_probs = ops.take_along_axis(ops.reshape(total, (batch_size, beam_width * classes)), indices, axis=1)
    finished = take_beams(beam_state.finished, parents)
    lengths = take_beams(beam_state.lengths, parents) + ops.cast(ops.logical_not(finished), dtype)

    def follow(value: Any) -> Any:
        is_whole = is_array_of_steps(value) or len(value.shape) < RANK_OF_BEAMS
        return value if is_whole else take_beams(value, parents)

    next_state = BeamSearchDecoderState(
        cell_state=tree.map_structure(follow, next_cell_state),
        log_probs=log_probs,
        finished=ops.logical_or(finished, ops.equal(tokens, end_token)),
        lengths=lengths,
        accumulated_attention_probs=() if accumulated is None else take_beams(accumulated, parents),
    )
    return BeamSearchDecoderOutput(scores if output_all_scores else best_scores, tokens, parents), next_state


def _best(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the largest scores and their indices; of equal ones the first, as the beams that follow depend on it."""
    if keras.backend.backend() != "torch":
        best, indices = ops.top_k(scores, count)
        return best, indices
    indices = ops.argsort(-scores, axis=-1)[..., :count]  # stable, which PyTorch's top_k is not
    return ops.take_along_axis(scores, indices, axis=-1), indices


def _mask_probs(probs: Tensor, eos_token: Tensor, finished: Tensor) -> Tensor:
    """Return log probabilities (batch, beams, classes) where ended beams can only be continued by the end token."""
    probs = ops.convert_to_tensor(probs)
    lowest = float(limits(probs.dtype).min)
    row = ops.where(
        ops.equal(ops.arange(ops.shape(probs)[-1]), eos_token),
        ops.cast(0.0, probs.dtype),
        ops.cast(lowest, probs.dtype),
    )
    return ops.where(ops.expand_dims(finished, 2), row, probs)


def _dtype_of_lengths() -> str:
    return "int32" if keras.backend.backend() == "jax" else "int64"
