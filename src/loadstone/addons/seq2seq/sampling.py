"""What samplers have in common, and the random numbers that they draw."""

from __future__ import annotations

import abc
import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.seq2seq.tracing import as_shape, sizes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import AcceptableDTypes, Tensor, TensorLike

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


class TokenSampler(Sampler):
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


def generator(seed: TensorLike | None) -> keras.random.SeedGenerator:
    """Return a source of numbers that differ from step to step, and from decoding to decoding."""
    return keras.random.SeedGenerator(None if seed is None else int(seed))


def _sizes_of_sample(sample_shape: TensorLike) -> tuple[Any, ...]:
    """Return the sizes of a shape that may be a number; in a graph sizes may be tensors."""
    if ops.is_tensor(sample_shape) and len(sample_shape.shape) == 0:
        return (sample_shape,)
    return tuple(sample_shape) if isinstance(sample_shape, (tuple, list)) else sizes_of(sample_shape)
