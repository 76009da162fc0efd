"""Linear-chain conditional random fields: scores, likelihoods and decoding (Lafferty et al. 2001).

Throughout, ``inputs`` or ``potentials`` of shape (batch, time, tags) hold the unary scores of every tag at every step,
``transition_params`` of shape (tags, tags) the scores of going from a tag (row) to a tag (column), ``tag_indices`` of
shape (batch, time) one tag a step, and ``sequence_lengths`` of shape (batch,) how many steps count. The steps after
those are padding. A time axis of one step and sequences of length zero are allowed; an empty time axis is not.

All but `viterbi_decode` run on every backend, compiled or not, with gradients with respect to the scores. Results have
the dtype of the unary scores, and tags are int32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops, tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Tensor, TensorLike


def crf_filtered_inputs(inputs: TensorLike, tag_bitmap: TensorLike) -> Tensor:
    """Return the unary scores with minus infinity for every tag that is ruled out.

    Args:
        inputs: (batch, time, tags), floating.
        tag_bitmap: (batch, time, tags), bool: which tags are allowed.
    """
    inputs = ops.convert_to_tensor(inputs)
    return ops.where(ops.cast(tag_bitmap, "bool"), inputs, ops.cast(-np.inf, inputs.dtype))


def crf_sequence_score(
    inputs: TensorLike, tag_indices: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike
) -> Tensor:
    """Return the unnormalized score of one sequence of tags for each sample, (batch,); 0 where the length is 0."""
    inputs = ops.convert_to_tensor(inputs)
    transition_params = ops.cast(transition_params, inputs.dtype)
    tag_indices = _integers(tag_indices)[:, : ops.shape(inputs)[1]]  # more labels than steps do no harm
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_multitag_sequence_score(
    inputs: TensorLike, tag_bitmap: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike
) -> Tensor:
    """Return the log of the summed exponential scores of all sequences of allowed tags, (batch,).

    With one allowed tag at each step this is `crf_sequence_score`. It is 0 where the length is 0, except on a time axis
    of one step: there, as in TensorFlow Addons, the lengths are not looked at.

    Args:
        inputs: (batch, time, tags), floating.
        tag_bitmap: (batch, time, tags), bool: which tags are allowed.
        sequence_lengths: (batch,).
        transition_params: (tags, tags).
    """
    filtered = crf_filtered_inputs(inputs, tag_bitmap)
    lengths = _integers(sequence_lengths)
    if filtered.shape[1] is None:
        lengths = ops.where(ops.equal(ops.shape(filtered)[1], 1), ops.ones_like(lengths), lengths)
    elif filtered.shape[1] == 1:
        lengths = ops.ones_like(lengths)
    return crf_log_norm(filtered, lengths, transition_params)


def crf_log_norm(inputs: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike) -> Tensor:
    """Return the log of the summed exponential scores of all sequences of tags, (batch,); 0 where the length is 0."""
    inputs = ops.convert_to_tensor(inputs)
    lengths = _integers(sequence_lengths)
    alphas = crf_forward(inputs[:, 1:], inputs[:, 0], transition_params, lengths)
    log_norm = ops.logsumexp(alphas, axis=1)
    return ops.where(lengths > 0, log_norm, ops.zeros_like(log_norm))


def crf_log_likelihood(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the log-likelihood of one sequence of tags for each sample, and the transition scores.

    Args:
        inputs: (batch, time, tags), floating.
        tag_indices: (batch, time). What stands in the padding has no effect.
        sequence_lengths: (batch,).
        transition_params: (tags, tags); drawn by ``GlorotUniform`` for None.

    Returns:
        The log-likelihoods, (batch,), and ``transition_params`` in the dtype of ``inputs``.
    """
    inputs = ops.convert_to_tensor(inputs)
    if transition_params is None:
        transition_params = keras.initializers.GlorotUniform()((inputs.shape[2], inputs.shape[2]))
    transition_params = ops.cast(transition_params, inputs.dtype)
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_unary_score(tag_indices: TensorLike, sequence_lengths: TensorLike, inputs: TensorLike) -> Tensor:
    """Return the sum of the unary scores of one sequence of tags for each sample, (batch,)."""
    inputs = ops.convert_to_tensor(inputs)
    mask = _within(sequence_lengths, inputs)
    tags = ops.where(mask, _integers(tag_indices), 0)  # labels of padding need not be tags
    scores = ops.squeeze(ops.take_along_axis(inputs, ops.expand_dims(tags, 2), axis=2), 2)
    return ops.sum(ops.where(mask, scores, ops.zeros_like(scores)), axis=1)


def crf_binary_score(tag_indices: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike) -> Tensor:
    """Return the sum of the transition scores of one sequence of tags for each sample, (batch,)."""
    transition_params = ops.convert_to_tensor(transition_params)
    tags = _integers(tag_indices)
    mask = _within(sequence_lengths, tags)
    tags = ops.where(mask, tags, 0)
    transitions = tags[:, :-1] * ops.shape(transition_params)[0] + tags[:, 1:]
    scores = ops.take(ops.reshape(transition_params, (-1,)), transitions)
    return ops.sum(ops.where(mask[:, 1:], scores, ops.zeros_like(scores)), axis=1)


def crf_forward(
    inputs: TensorLike, state: TensorLike, transition_params: TensorLike, sequence_lengths: TensorLike
) -> Tensor:
    """Return the forward algorithm's alpha values at the last step of each sequence, (batch, tags).

    Args:
        inputs: unary scores of all steps but the first, (batch, time - 1, tags).
        state: alpha values of the first step, which are its unary scores, (batch, tags).
        transition_params: (tags, tags).
        sequence_lengths: lengths that count the first step, (batch,).
    """
    inputs, state = ops.convert_to_tensor(inputs), ops.convert_to_tensor(state)
    transitions = ops.expand_dims(ops.cast(transition_params, inputs.dtype), 0)

    def move(alphas: Tensor, scores: Tensor, is_valid: Tensor) -> Tensor:
        moved = scores + ops.logsumexp(ops.expand_dims(alphas, 2) + transitions, axis=1)
        return ops.where(is_valid, moved, alphas)

    last, _ = _scan(move, state, inputs, _integers(sequence_lengths) - 1)
    return last


def viterbi_decode(score: TensorLike, transition_params: TensorLike) -> tuple[list[Any], Any]:
    """Return the highest scoring sequence of tags of one sample and its score, computed with NumPy.

    It needs values, so it runs eagerly only; `crf_decode` decodes batches, compiled or not.

    Args:
        score: (time, tags).
        transition_params: (tags, tags).

    Returns:
        A list of ``time`` tags, and a scalar of ``score``'s dtype.
    """
    score, transitions = ops.convert_to_numpy(score), ops.convert_to_numpy(transition_params)
    best, backpointers = score[0], []
    for scores in score[1:]:
        totals = best[:, None] + transitions
        backpointers.append(totals.argmax(axis=0))
        best = (scores + totals.max(axis=0)).astype(score.dtype)
    tags = [best.argmax()]
    for backpointer in reversed(backpointers):
        tags.append(backpointer[tags[-1]])
    return tags[::-1], best.max()


class CrfDecodeForwardRnnCell(keras.layers.Layer):
    """One step of Viterbi decoding as a cell for ``keras.layers.RNN``; `crf_decode_forward` does without it.

    Args:
        transition_params: (tags, tags).
        **kwargs: arguments of ``keras.layers.Layer``.
    """

    def __init__(self, transition_params: TensorLike, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.transition_params = transition_params
        self.state_size = self.output_size = transition_params.shape[0]

    def call(self, inputs: Tensor, state: Any) -> tuple[Tensor, Tensor]:
        """Return the backpointers (batch, tags), int32, and the new scores (batch, tags).

        Args:
            inputs: unary scores of the step, (batch, tags).
            state: the scores after the step before, (batch, tags), by themselves or in a list.
        """
        scores = state[0] if isinstance(state, (list, tuple)) else state
        scores, backpointers = _viterbi_step(scores, inputs, ops.cast(self.transition_params, inputs.dtype))
        return backpointers, scores

    def get_config(self) -> Config:
        """Return the constructor's arguments, the transition scores as lists; they need to have values by now."""
        return {**super().get_config(), "transition_params": ops.convert_to_numpy(self.transition_params).tolist()}

    @classmethod
    def from_config(cls, config: Config) -> CrfDecodeForwardRnnCell:
        """Build the cell; its transition scores become a float32 array."""
        return cls(**{**config, "transition_params": np.array(config["transition_params"], "float32")})


def crf_decode_forward(
    inputs: TensorLike, state: TensorLike, transition_params: TensorLike, sequence_lengths: TensorLike
) -> list[Tensor]:
    """Follow the best scores forward in time.

    Args:
        inputs: unary scores of all steps but the first, (batch, time - 1, tags).
        state: unary scores of the first step, (batch, tags).
        transition_params: (tags, tags).
        sequence_lengths: lengths that leave the first step out, (batch,).

    Returns:
        Backpointers, (batch, time - 1, tags), int32, which are 0 in the padding, and the scores of the best sequences
        that end in each tag, (batch, tags).
    """
    inputs, state = ops.convert_to_tensor(inputs), ops.convert_to_tensor(state)
    transitions = ops.cast(transition_params, inputs.dtype)

    def move(states: tuple[Tensor, Tensor], potentials: Tensor, is_valid: Tensor) -> tuple[Tensor, Tensor]:
        scores, backpointers = _viterbi_step(states[0], potentials, transitions)
        return ops.where(is_valid, scores, states[0]), ops.where(is_valid, backpointers, 0)

    initial = state, ops.zeros_like(state, dtype="int32")
    (last, _), (_, backpointers) = _scan(move, initial, inputs, _integers(sequence_lengths))
    return [ops.transpose(backpointers[1:], (1, 0, 2)), last]


def crf_decode_backward(inputs: TensorLike, state: TensorLike) -> Tensor:
    """Follow backpointers from the last tags.

    Args:
        inputs: backpointers, the last step's first, (batch, time - 1, tags), int32.
        state: the tags of the last step, (batch, 1), int32.

    Returns:
        The tags of all steps before the last, the latest first, (batch, time - 1, 1), int32.
    """
    inputs, state = _integers(inputs), _integers(state)

    def move(tags: Tensor, backpointers: Tensor, is_valid: Tensor) -> Tensor:
        return ops.where(is_valid, ops.take_along_axis(backpointers, tags, axis=1), tags)

    _, tags = _scan(move, state, inputs, ops.full_like(state[:, 0], ops.shape(inputs)[1]))
    return ops.transpose(tags[1:], (1, 0, 2))


def crf_decode(
    potentials: TensorLike, transition_params: TensorLike, sequence_length: TensorLike
) -> tuple[Tensor, Tensor]:
    """Return the highest scoring sequences of tags and their scores (Viterbi).

    Args:
        potentials: (batch, time, tags), floating.
        transition_params: (tags, tags).
        sequence_length: (batch,).

    Returns:
        Tags, (batch, time), int32, which are 0 in the padding, and scores, (batch,). A sequence of length 0 is decoded
        as if it had one step.
    """
    potentials = ops.convert_to_tensor(potentials)
    lengths = _integers(sequence_length)
    transitions = ops.maximum(lengths - 1, 0)
    backpointers, scores = crf_decode_forward(potentials[:, 1:], potentials[:, 0], transition_params, transitions)
    best_score, last = _best(scores)
    last = ops.expand_dims(last, 1)
    tags = crf_decode_backward(_reverse_sequence(backpointers, transitions), last)
    tags = ops.squeeze(ops.concatenate([ops.expand_dims(last, 1), tags], axis=1), 2)
    return _reverse_sequence(tags, lengths), best_score


def crf_constrained_decode(
    potentials: TensorLike, tag_bitmap: TensorLike, transition_params: TensorLike, sequence_length: TensorLike
) -> tuple[Tensor, Tensor]:
    """Return the highest scoring sequences of allowed tags and their scores; see `crf_decode`.

    Args:
        potentials: (batch, time, tags), floating.
        tag_bitmap: (batch, time, tags), bool: which tags are allowed.
        transition_params: (tags, tags).
        sequence_length: (batch,).
    """
    return crf_decode(crf_filtered_inputs(potentials, tag_bitmap), transition_params, sequence_length)


def _integers(value: TensorLike) -> Tensor:
    return ops.convert_to_tensor(value, "int32")


def _within(sequence_lengths: TensorLike, sequences: Tensor) -> Tensor:
    """Return which steps of ``sequences`` (batch, time, ...) are no padding, (batch, time)."""
    return ops.arange(ops.shape(sequences)[1], dtype="int32") < ops.expand_dims(_integers(sequence_lengths), 1)


def _reverse_sequence(sequences: Tensor, lengths: Tensor) -> Tensor:
    """Reverse the first ``lengths`` steps of ``sequences`` (batch, time, ...) and leave the padding where it is."""
    steps = ops.expand_dims(ops.arange(ops.shape(sequences)[1], dtype="int32"), 0)
    lengths = ops.expand_dims(lengths, 1)
    source = ops.where(steps < lengths, lengths - 1 - steps, steps)
    trailing = tuple(range(2, len(sequences.shape)))
    return ops.take_along_axis(sequences, ops.expand_dims(source, trailing) if trailing else source, axis=1)


def _viterbi_step(scores: Tensor, potentials: Tensor, transitions: Tensor) -> tuple[Tensor, Tensor]:
    """Return the scores after a step and where they came from; all of shape (batch, tags)."""
    totals = ops.expand_dims(scores, 2) + ops.expand_dims(transitions, 0)
    best, backpointers = _best(totals)
    return potentials + best, backpointers


def _best(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return the largest values of the second axis and where they are. Keras' ``max`` refuses empty batches."""
    index = ops.cast(ops.argmax(scores, axis=1), "int32")
    return ops.squeeze(ops.take_along_axis(scores, ops.expand_dims(index, 1), axis=1), 1), index


def _scan(move: Callable[..., Any], initial: Any, inputs: Tensor, lengths: Tensor) -> tuple[Any, Any]:
    """Apply ``move(state, input, is_valid)`` along the time axis of ``inputs`` (batch, time, tags).

    ``is_valid`` of shape (batch, 1) is false after the first ``lengths`` steps, where the state has to stay.

    Returns:
        The last state, and ``time + 1`` states, of which the first is ``initial``.
    """
    # A step in front that is not valid: a loop of no steps at all cannot be stacked.
    steps = ops.transpose(ops.pad(inputs, ((0, 0), (1, 0), (0, 0))), (1, 0, 2))
    lengths = ops.expand_dims(lengths, 1)

    def step(state: tuple[Tensor, Any], of_step: Tensor) -> tuple[Tensor, Any]:
        index, before = state
        return index + 1, move(before, of_step, ops.logical_and(index > 0, index <= lengths))

    first = ops.convert_to_tensor(0, "int32"), initial
    if keras.backend.backend() == "tensorflow":
        # Keras' own scan does not tell how long it can get, without which XLA cannot compile its gradient.
        import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

        _, states = tf.scan(step, steps, first)
        return tree.map_structure(lambda values: values[-1], states), states
    (_, last), (_, states) = ops.scan(lambda state, of_step: (step(state, of_step),) * 2, first, steps)
    return last, states
