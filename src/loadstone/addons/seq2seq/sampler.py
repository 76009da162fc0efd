"""Samplers: they choose a token from a decoder's output, and give the decoder its next input.

None of them is serialized with a model, as in TensorFlow Addons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from loadstone.addons.seq2seq.sampling import (
    Sampler,
    TokenSampler,
    bernoulli_sample,
    categorical_sample,
    generator,
    rows_of,
)
from loadstone.addons.seq2seq.tracing import as_shape, sizes_of, vector_of
from loadstone.addons.seq2seq.training_sampler import (
    ScheduledEmbeddingTrainingSampler,
    ScheduledOutputTrainingSampler,
    TrainingSampler,
    _check_sequence_is_right_padded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import AcceptableDTypes, Tensor, TensorLike

__all__ = [
    "CustomSampler",
    "GreedyEmbeddingSampler",
    "InferenceSampler",
    "SampleEmbeddingSampler",
    "Sampler",
    "ScheduledEmbeddingTrainingSampler",
    "ScheduledOutputTrainingSampler",
    "TrainingSampler",
    "_check_sequence_is_right_padded",
    "bernoulli_sample",
    "categorical_sample",
]


class CustomSampler(TokenSampler):
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


class GreedyEmbeddingSampler(TokenSampler):
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
        self.seed_generators = [generator(seed)]

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


class InferenceSampler(TokenSampler):
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


def _tensor(outputs: Any) -> Tensor:
    if not ops.is_tensor(outputs):
        raise TypeError(f"the sampler takes one tensor of outputs, not {type(outputs).__name__}")
    return outputs
