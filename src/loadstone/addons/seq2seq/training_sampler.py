"""Samplers for training, which read their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops, tree

from loadstone.addons.seq2seq.loops import transpose_batch_time
from loadstone.addons.seq2seq.sampling import (
    MATRIX,
    TokenSampler,
    bernoulli_sample,
    categorical_sample,
    generator,
    rows_of,
)
from loadstone.addons.seq2seq.tracing import vector_of
from loadstone.addons.utils.values import require

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Tensor, TensorLike

NO_SAMPLE = -1


class TrainingSampler(TokenSampler):
    """Teacher forcing: the inputs are read one after the other, whatever the decoder's output is.

    Its samples are the indices of the largest outputs, int32.

    Args:
        time_major: whether the inputs have the time axis first.
    """

    def __init__(self, time_major: bool = False) -> None:
        self.time_major = time_major

    def initialize(
        self,
        inputs: Any,
        sequence_length: TensorLike | None = None,
        mask: TensorLike | None = None,
    ) -> tuple[Tensor, Any]:
        """Take the inputs.

        Args:
            inputs: tensor, or structure of tensors, (batch, time, ...).
            sequence_length: number of steps of each sequence, integers (batch,); None for all of ``time``.
            mask: the same as booleans (batch, time), or (time, batch) of a sampler with ``time_major``; False may
                only follow True.

        Returns:
            ``(finished, inputs)``: the sequences without a step, and the inputs at the first step.

        Raises:
            ValueError: for both a length and a mask, one of another rank, a mask that is not boolean, or has True
                after False (TensorFlow's ``InvalidArgumentError`` there, and unnoticed in ``jax.jit``).
        """
        if sequence_length is not None and mask is not None:
            raise ValueError("sequence_length and mask say the same; give one of them")
        self.inputs = tree.map_structure(ops.convert_to_tensor, inputs)
        series = self.inputs if self.time_major else tree.map_structure(transpose_batch_time, self.inputs)
        self._max_time, self._batch_size = ops.shape(tree.flatten(series)[0])[:2]
        # A step of zeros at the end is what is read when no step is left.
        self._series = tree.map_structure(_with_zeros_after, series)
        if sequence_length is not None:
            self.sequence_length = vector_of(sequence_length, "sequence_length")
        elif mask is not None:
            self.sequence_length = _length_of_mask(mask, self.time_major)
        else:
            self.sequence_length = ops.broadcast_to(ops.cast(self._max_time, "int32"), (self._batch_size,))
        finished = ops.equal(self.sequence_length, 0)
        return finished, self._read(self._series, 0, finished)

    @property
    def maximum_steps(self) -> int | None:
        """Largest number of steps, where it is known."""
        return self._max_time if isinstance(self._max_time, int) else None

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return the index of the largest output, int32."""
        del time, state
        return ops.cast(ops.argmax(outputs, axis=-1), "int32")

    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return the inputs of the next step; zeros when all sequences are finished."""
        del outputs, sample_ids
        finished = time + 1 >= self.sequence_length
        return finished, self._read(self._series, time + 1, finished), state

    def _read(self, series: Any, time: Any, finished: Tensor) -> Any:
        """Return the inputs at a time, or the zeros after the last one."""
        index = ops.where(ops.all(finished), ops.cast(self._max_time, "int32"), ops.cast(time, "int32"))
        return tree.map_structure(lambda values: ops.take(values, index, axis=0), series)


class _ScheduledSampler(TrainingSampler):
    """Teacher forcing that gives way to the decoder's own output, in some steps by chance."""

    def __init__(self, sampling_probability: TensorLike, time_major: bool) -> None:
        super().__init__(time_major=time_major)
        is_variable = isinstance(sampling_probability, keras.Variable) or hasattr(sampling_probability, "assign")
        # A variable is read at each step: it grows in the course of a training.
        self.sampling_probability = (
            sampling_probability if is_variable else ops.convert_to_tensor(sampling_probability, dtype="float32")
        )
        if len(self.sampling_probability.shape) > 1:
            raise ValueError(
                "sampling_probability must be a scalar or a vector, "
                f"and its shape is {tuple(self.sampling_probability.shape)}"
            )

    def _is_sampled(self, seed: keras.random.SeedGenerator) -> Tensor:
        """Draw, for each sequence, whether it is sampled at this step."""
        probability = ops.convert_to_tensor(self.sampling_probability)
        is_shared = len(probability.shape) == 0
        shape = (self.batch_size,) if is_shared else ()
        return bernoulli_sample(probs=probability, dtype="bool", sample_shape=shape, seed=seed)


class ScheduledEmbeddingTrainingSampler(_ScheduledSampler):
    """Scheduled sampling of tokens (Bengio et al. 2015, arXiv:1506.03099).

    At each step and for each sequence, with ``sampling_probability``, the next input is the embedding of a token drawn
    from the output, which holds logits. Samples are these tokens, and -1 where none was drawn.

    Args:
        sampling_probability: scalar, or one for each sequence; may be a variable.
        embedding_fn: takes tokens (batch,), returns inputs (batch, ...); it is given the others' token 0 as well. None
            to take rows of ``initialize``'s ``embedding``.
        time_major: whether the inputs have the time axis first.
        seed: seed of the tokens.
        scheduling_seed: seed of the choice between them and the inputs.

    Raises:
        ValueError: when ``sampling_probability`` is neither a scalar nor a vector.
    """

    def __init__(
        self,
        sampling_probability: TensorLike,
        embedding_fn: Callable[[Tensor], Tensor] | None = None,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: TensorLike | None = None,
    ) -> None:
        super().__init__(sampling_probability, time_major)
        self.embedding_fn = embedding_fn
        self.seed = seed
        self.scheduling_seed = scheduling_seed
        self.seed_generators = [generator(seed), generator(scheduling_seed)]

    def initialize(
        self,
        inputs: Any,
        sequence_length: TensorLike | None = None,
        mask: TensorLike | None = None,
        embedding: TensorLike | None = None,
    ) -> tuple[Tensor, Any]:
        """Take the inputs, as `TrainingSampler.initialize` does, and the rows to embed tokens with.

        Raises:
            ValueError: also when there is neither an ``embedding`` nor an ``embedding_fn``.
        """
        if self.embedding_fn is None and embedding is None:
            raise ValueError("ScheduledEmbeddingTrainingSampler needs an embedding, or an embedding_fn")
        self._embed = self.embedding_fn or rows_of(embedding)
        return super().initialize(inputs, sequence_length=sequence_length, mask=mask)

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return drawn tokens, and -1 where none was drawn."""
        del time, state
        tokens, choice = self.seed_generators
        drawn = categorical_sample(logits=outputs, seed=tokens)
        return ops.where(self._is_sampled(choice), drawn, ops.full_like(drawn, NO_SAMPLE))

    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return embeddings of the tokens, and the next inputs where none was drawn."""
        finished, inputs, state = super().next_inputs(time, outputs, state, sample_ids)
        is_sampled = ops.logical_and(sample_ids > NO_SAMPLE, ops.logical_not(ops.all(finished)))
        embedded = ops.cast(self._embed(ops.maximum(sample_ids, 0)), inputs.dtype)
        return finished, ops.where(_like_rank(is_sampled, inputs), embedded, inputs), state


class ScheduledOutputTrainingSampler(_ScheduledSampler):
    """Scheduled sampling of outputs: with ``sampling_probability``, the next input is the decoder's own output.

    Samples say for which sequences, as int32.

    Args:
        sampling_probability: scalar, or one for each sequence; may be a variable.
        time_major: whether the inputs have the time axis first.
        seed: seed of the choice.
        next_inputs_fn: makes inputs of outputs (batch, ...); it is given those of all sequences. None for themselves.

    Raises:
        ValueError: when ``sampling_probability`` is neither a scalar nor a vector.
    """

    def __init__(
        self,
        sampling_probability: TensorLike,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(sampling_probability, time_major)
        self.seed = seed
        self.next_inputs_fn = next_inputs_fn
        self.seed_generators = [generator(seed)]

    def initialize(
        self,
        inputs: Any,
        sequence_length: TensorLike | None = None,
        mask: TensorLike | None = None,
        auxiliary_inputs: Any = None,
    ) -> tuple[Tensor, Any]:
        """Take the inputs, as `TrainingSampler.initialize` does, and others to be concatenated with every input."""
        self._auxiliary: Any = None
        if auxiliary_inputs is not None:
            auxiliary = tree.map_structure(ops.convert_to_tensor, auxiliary_inputs)
            inputs = tree.map_structure(_concatenated, inputs, auxiliary)
            series = auxiliary if self.time_major else tree.map_structure(transpose_batch_time, auxiliary)
            self._auxiliary = tree.map_structure(_with_zeros_after, series)
        return super().initialize(inputs, sequence_length=sequence_length, mask=mask)

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return 1 for the sequences whose next input is their output, else 0."""
        del time, outputs, state
        return ops.cast(self._is_sampled(*self.seed_generators), "int32")

    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return the outputs of sampled sequences, and the next inputs of the others."""
        finished, inputs, state = super().next_inputs(time, outputs, state, sample_ids)
        is_sampled = ops.logical_and(ops.cast(sample_ids, "bool"), ops.logical_not(ops.all(finished)))
        sampled = outputs if self.next_inputs_fn is None else self.next_inputs_fn(outputs)
        if self._auxiliary is not None:
            auxiliary = self._read(self._auxiliary, time + 1, finished)
            sampled = tree.map_structure(_concatenated, sampled, auxiliary)

        def choose(own: Tensor, given: Tensor) -> Tensor:
            return ops.where(_like_rank(is_sampled, given), ops.cast(own, given.dtype), given)

        return finished, tree.map_structure(choose, sampled, inputs), state


def _concatenated(first: Any, second: Tensor) -> Tensor:
    return ops.concatenate([ops.convert_to_tensor(first), second], axis=-1)


def _with_zeros_after(series: Tensor) -> Tensor:
    """Return a time-first series with one more step."""
    return ops.pad(series, [(0, 1), *[(0, 0)] * (len(series.shape) - 1)])


def _like_rank(flags: Tensor, values: Tensor) -> Tensor:
    """Return flags (batch,) with axes of size 1 after the first, as many as ``values`` has."""
    return ops.reshape(flags, (-1, *(1,) * (len(values.shape) - 1)))


def _length_of_mask(mask: TensorLike, time_major: bool) -> Tensor:
    """Return how many steps a mask leaves of each sequence.

    Raises:
        ValueError: for a mask that is no matrix of booleans, or has True after False.
    """
    mask = ops.convert_to_tensor(mask)
    if len(mask.shape) != MATRIX:
        raise ValueError(f"mask must be a matrix, and its shape is {tuple(mask.shape)}")
    if keras.backend.standardize_dtype(mask.dtype) != "bool":
        raise ValueError(f"mask must be boolean, not {keras.backend.standardize_dtype(mask.dtype)}")
    _check_sequence_is_right_padded(mask, time_major)
    return ops.sum(ops.cast(mask, "int32"), axis=0 if time_major else 1)


def _check_sequence_is_right_padded(mask: TensorLike, time_major: bool) -> None:
    """Check that in a boolean mask only False follows False.

    Raises:
        ValueError: when it does not; on TensorFlow its ``InvalidArgumentError``.
    """
    mask = ops.convert_to_tensor(mask)
    mask = ops.transpose(mask) if time_major else mask
    length = ops.sum(ops.cast(mask, "int32"), axis=1)
    expected = ops.arange(ops.shape(mask)[1], dtype="int32") < length[:, None]
    require(ops.all(ops.equal(mask, expected)), "a mask must be right padded: only False may follow False")
