"""Samplers: they choose a token from a decoder's output, and give the decoder its next input.

None of them is serialized with a model, as in TensorFlow Addons.
"""

from __future__ import annotations

import abc
import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops, tree

from loadstone.addons.seq2seq.loops import transpose_batch_time
from loadstone.addons.seq2seq.tracing import as_shape, require, sizes_of, vector_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import AcceptableDTypes, Tensor, TensorLike

NO_SAMPLE = -1
MATRIX = 2


class Sampler(abc.ABC):
    """What `BasicDecoder` asks for the first and next inputs, and for the tokens of a step.

    ``initialize`` comes first, before each decoding; what it takes is up to the sampler.
    """

    @abc.abstractmethod
    def initialize(self, *args: Any, **kwargs: Any) -> tuple[Tensor, Any]:
        """Return ``(finished, inputs)`` before the first step, from what the sampler needs for a decoding."""

    @abc.abstractmethod
    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return the tokens, or whatever is sampled, of a step."""

    @abc.abstractmethod
    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return ``(finished, next_inputs, next_state)``."""

    @property
    @abc.abstractmethod
    def batch_size(self) -> Any:
        """Number of sequences."""

    @property
    @abc.abstractmethod
    def sample_ids_shape(self) -> Any:
        """Shape of what ``sample`` returns, without the batch axis."""

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self) -> AcceptableDTypes:
        """Dtype of what ``sample`` returns."""


class _TokenSampler(Sampler):
    """A sampler of one int32 a sequence, whose batch size ``initialize`` finds out."""

    _batch_size: Any = None

    @property
    def batch_size(self) -> Any:
        """Number of sequences.

        Raises:
            ValueError: before ``initialize``.
        """
        if self._batch_size is None:
            raise ValueError("batch_size is known once the sampler is initialized")
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        """Shape of a sequence's sample."""
        return as_shape(())

    @property
    def sample_ids_dtype(self) -> AcceptableDTypes:
        """Dtype of samples."""
        return "int32"


class CustomSampler(_TokenSampler):
    """A sampler made of three functions.

    Args:
        initialize_fn: takes what ``initialize`` takes, returns ``(finished, next_inputs)``.
        sample_fn: takes ``time``, ``outputs`` and ``state`` by name, returns samples.
        next_inputs_fn: takes ``time``, ``outputs``, ``state`` and ``sample_ids`` by name, returns
            ``(finished, next_inputs, next_state)``.
        sample_ids_shape: shape of a sequence's sample; None for a scalar.
        sample_ids_dtype: dtype of samples; None for int32.
    """

    def __init__(
        self,
        initialize_fn: Callable[..., tuple[Tensor, Any]],
        sample_fn: Callable[..., Tensor],
        next_inputs_fn: Callable[..., tuple[Tensor, Any, Any]],
        sample_ids_shape: TensorLike | None = None,
        sample_ids_dtype: AcceptableDTypes = None,
    ) -> None:
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._sample_ids_sizes = sizes_of(sample_ids_shape)
        self._sample_ids_dtype = sample_ids_dtype or "int32"

    @property
    def sample_ids_shape(self) -> Any:
        """Shape of a sequence's sample."""
        return as_shape(self._sample_ids_sizes)

    @property
    def sample_ids_dtype(self) -> AcceptableDTypes:
        """Dtype of samples."""
        return self._sample_ids_dtype

    def initialize(self, inputs: Any, **kwargs: Any) -> tuple[Tensor, Any]:
        """Return what ``initialize_fn`` gives."""
        finished, next_inputs = self._initialize_fn(inputs, **kwargs)
        self._batch_size = ops.shape(finished)[0]
        return finished, next_inputs

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return what ``sample_fn`` gives."""
        return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return what ``next_inputs_fn`` gives."""
        return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class TrainingSampler(_TokenSampler):
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
        self.seed_generators = [_generator(seed), _generator(scheduling_seed)]

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
        self.seed_generators = [_generator(seed)]

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


class GreedyEmbeddingSampler(_TokenSampler):
    """Decoding with the most probable token at each step, whose embedding is the next input.

    Args:
        embedding_fn: takes tokens (batch,), returns inputs (batch, ...); None to take rows of the ``embedding`` that
            ``initialize`` is given.
    """

    def __init__(self, embedding_fn: Callable[[Tensor], Tensor] | None = None) -> None:
        self.embedding_fn = embedding_fn

    def initialize(
        self,
        embedding: TensorLike | None,
        start_tokens: TensorLike | None = None,
        end_token: TensorLike | None = None,
    ) -> tuple[Tensor, Any]:
        """Take the embeddings and special tokens.

        Args:
            embedding: (tokens, ...); ignored, and may be None, with an ``embedding_fn``.
            start_tokens: first input's tokens, integers (batch,).
            end_token: the token that finishes a sequence, a scalar.

        Returns:
            ``(finished, inputs)``: False for every sequence, and the embeddings of ``start_tokens``.

        Raises:
            ValueError: when ``start_tokens`` is no vector or ``end_token`` no scalar.
        """
        self._embed = self.embedding_fn or rows_of(embedding)
        self.start_tokens = vector_of(start_tokens, "start_tokens")
        self.end_token = ops.convert_to_tensor(end_token, dtype="int32")
        if len(self.end_token.shape) != 0:
            raise ValueError(f"end_token must be a scalar, and its shape is {tuple(self.end_token.shape)}")
        self._batch_size = ops.shape(self.start_tokens)[0]
        self.start_inputs = self._embed(self.start_tokens)
        return ops.zeros_like(self.start_tokens, dtype="bool"), self.start_inputs

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return the index of the largest output, int32.

        Raises:
            TypeError: when ``outputs`` is not one tensor.
        """
        del time, state
        return ops.cast(ops.argmax(_tensor(outputs), axis=-1), "int32")

    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return the embeddings of the tokens; those of ``start_tokens`` when all sequences end with them."""
        del time, outputs
        finished = ops.equal(sample_ids, self.end_token)
        tokens = ops.where(ops.all(finished), self.start_tokens, sample_ids)
        return finished, self._embed(tokens), state


class SampleEmbeddingSampler(GreedyEmbeddingSampler):
    """Decoding with a token drawn from the output, which holds logits, at each step.

    Args:
        embedding_fn: as that of `GreedyEmbeddingSampler`.
        softmax_temperature: what the logits are divided by, above 0; None for 1.
        seed: seed of the tokens.
    """

    def __init__(
        self,
        embedding_fn: Callable[[Tensor], Tensor] | None = None,
        softmax_temperature: TensorLike | None = None,
        seed: TensorLike | None = None,
    ) -> None:
        super().__init__(embedding_fn)
        self.softmax_temperature = softmax_temperature
        self.seed = seed
        self.seed_generators = [_generator(seed)]

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return drawn tokens, int32.

        Raises:
            TypeError: when ``outputs`` is not one tensor.
        """
        del time, state
        logits = _tensor(outputs)
        if self.softmax_temperature is not None:
            logits = logits / ops.cast(self.softmax_temperature, logits.dtype)
        return categorical_sample(logits=logits, seed=self.seed_generators[0])


class InferenceSampler(_TokenSampler):
    """Decoding with functions that sample, and that say when a sequence ends.

    Args:
        sample_fn: takes outputs, returns samples.
        sample_shape: shape of a sequence's sample.
        sample_dtype: dtype of samples.
        end_fn: takes samples, returns for each sequence whether it ends with it.
        next_inputs_fn: takes samples, returns the next inputs; None for the samples themselves.
    """

    def __init__(
        self,
        sample_fn: Callable[[Any], Tensor],
        sample_shape: TensorLike,
        sample_dtype: AcceptableDTypes,
        end_fn: Callable[[Tensor], Tensor],
        next_inputs_fn: Callable[[Tensor], Any] | None = None,
    ) -> None:
        self.sample_fn = sample_fn
        self.sample_shape = as_shape(sample_shape)
        self.sample_dtype = sample_dtype
        self.end_fn = end_fn
        self.next_inputs_fn = next_inputs_fn

    @property
    def sample_ids_shape(self) -> Any:
        """Shape of a sequence's sample."""
        return self.sample_shape

    @property
    def sample_ids_dtype(self) -> AcceptableDTypes:
        """Dtype of samples."""
        return self.sample_dtype

    def initialize(self, start_inputs: TensorLike) -> tuple[Tensor, Any]:
        """Take the first inputs, (batch, ...); no sequence is finished."""
        self.start_inputs = ops.convert_to_tensor(start_inputs)
        self._batch_size = ops.shape(self.start_inputs)[0]
        return ops.zeros((self._batch_size,), dtype="bool"), self.start_inputs

    def sample(self, time: Tensor, outputs: Any, state: Any) -> Tensor:
        """Return what ``sample_fn`` gives."""
        del time, state
        return self.sample_fn(outputs)

    def next_inputs(self, time: Tensor, outputs: Any, state: Any, sample_ids: Tensor) -> tuple[Tensor, Any, Any]:
        """Return what ``end_fn`` and ``next_inputs_fn`` give."""
        del time, outputs
        next_inputs = sample_ids if self.next_inputs_fn is None else self.next_inputs_fn(sample_ids)
        return self.end_fn(sample_ids), next_inputs, state


def bernoulli_sample(
    probs: TensorLike | None = None,
    logits: TensorLike | None = None,
    dtype: AcceptableDTypes = "int32",
    sample_shape: TensorLike = (),
    seed: int | keras.random.SeedGenerator | None = None,
) -> Tensor:
    """Draw from Bernoulli distributions.

    Args:
        probs: probabilities of 1; None to take the sigmoid of ``logits``.
        logits: logits, where there are no ``probs``.
        dtype: dtype of the result.
        sample_shape: a number or shape: how often to draw from each distribution.
        seed: as of Keras' random functions: the same integer gives the same numbers.

    Returns:
        Tensor of shape ``sample_shape`` and that of ``probs``.
    """
    probs = ops.sigmoid(ops.convert_to_tensor(logits)) if probs is None else ops.convert_to_tensor(probs)
    shape = (*_sizes_of_sample(sample_shape), *ops.shape(probs))
    uniform = keras.random.uniform(shape, dtype=keras.backend.standardize_dtype(probs.dtype), seed=seed)
    return ops.cast(uniform < probs, keras.backend.standardize_dtype(dtype))


def categorical_sample(
    logits: TensorLike,
    dtype: AcceptableDTypes = "int32",
    sample_shape: TensorLike = (),
    seed: int | keras.random.SeedGenerator | None = None,
) -> Tensor:
    """Draw from categorical distributions.

    Args:
        logits: (..., classes).
        dtype: dtype of the result.
        sample_shape: a number or shape: how often to draw from each distribution.
        seed: as of Keras' random functions: the same integer gives the same numbers.

    Returns:
        Tensor of shape ``sample_shape`` and that of ``logits`` but its last axis.
    """
    logits = ops.convert_to_tensor(logits)
    *batch_shape, classes = ops.shape(logits)
    sizes = _sizes_of_sample(sample_shape)
    flat = logits if len(logits.shape) == MATRIX else ops.reshape(logits, (-1, classes))
    drawn = keras.random.categorical(flat, math.prod(sizes), seed=seed)
    drawn = ops.reshape(ops.transpose(drawn), (*sizes, *batch_shape))
    return ops.cast(drawn, keras.backend.standardize_dtype(dtype))


def rows_of(embedding: TensorLike) -> Callable[[Tensor], Tensor]:
    """Return the function that gives rows of a matrix of embeddings."""
    matrix = ops.convert_to_tensor(embedding)
    return lambda ids: ops.take(matrix, ids, axis=0)


def _sizes_of_sample(sample_shape: TensorLike) -> tuple[Any, ...]:
    """Return the sizes of a shape that may be a number; in a graph sizes may be tensors."""
    if ops.is_tensor(sample_shape) and len(sample_shape.shape) == 0:
        return (sample_shape,)
    return tuple(sample_shape) if isinstance(sample_shape, (tuple, list)) else sizes_of(sample_shape)


def _generator(seed: TensorLike | None) -> keras.random.SeedGenerator:
    """Return a source of numbers that differ from step to step, and from decoding to decoding."""
    return keras.random.SeedGenerator(None if seed is None else int(seed))


def _tensor(outputs: Any) -> Tensor:
    if not ops.is_tensor(outputs):
        raise TypeError(f"the sampler takes one tensor of outputs, not {type(outputs).__name__}")
    return outputs


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
