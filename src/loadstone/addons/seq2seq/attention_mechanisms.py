"""Mechanisms that compare by a product (Luong) or a sum (Bahdanau), each of them also as one that moves forward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.seq2seq.attention_mechanism import AttentionMechanism
from loadstone.addons.seq2seq.monotonic import monotonic_probability
from loadstone.addons.utils.keras_utils import fresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import AcceptableDTypes, Config, FloatTensorLike, Initializer, Tensor, TensorLike


class _Scored(AttentionMechanism):
    """A mechanism that has a score of its own, and makes alignments of it by the probability function."""

    units: int

    def _score(self, query: Tensor) -> Tensor:
        """Return the score of each position of the memory, (batch, memory time)."""
        raise NotImplementedError

    def _calculate_attention(self, query: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        alignments = self.probability_fn(self._score(query), state)
        return alignments, alignments

    def _projection(self, name: str, layer: keras.layers.Layer | None, dtype: AcceptableDTypes) -> keras.layers.Layer:
        """Return a given layer, or a dense one without a bias."""
        return layer or keras.layers.Dense(self.units, name=name, use_bias=False, dtype=dtype)


class _BaseMonotonicAttentionMechanism(_Scored):
    """A mechanism whose attention begins at the first position and only moves forward."""

    def initial_alignments(self, batch_size: Any, dtype: AcceptableDTypes) -> Tensor:
        """Return the alignments before the first step: 1 for the first position, (batch_size, memory time)."""
        first = ops.zeros((batch_size,), "int32")
        return ops.one_hot(first, self._alignments_size, dtype=keras.backend.standardize_dtype(dtype))

    def _set_monotonic(self, noise: FloatTensorLike, seed: Any, bias: FloatTensorLike, mode: str) -> None:
        self.sigmoid_noise = float(noise)
        self.sigmoid_noise_seed = None if seed is None else int(seed)
        self.score_bias_init = float(bias)
        self.mode = mode
        self.attention_score_bias: Any = None
        self._noise = keras.random.SeedGenerator(self.sigmoid_noise_seed) if self.sigmoid_noise > 0 else None

    def _monotonic_config(self) -> Config:
        return {
            "sigmoid_noise": self.sigmoid_noise,
            "sigmoid_noise_seed": self.sigmoid_noise_seed,
            "score_bias_init": self.score_bias_init,
            "mode": self.mode,
        }

    def _calculate_attention(self, query: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        alignments = self.probability_fn(self._score(query) + self.attention_score_bias, state)
        return alignments, alignments

    def _monotonic_probability(self, score: Tensor, state: Tensor) -> Tensor:
        return monotonic_probability(score, state, self.sigmoid_noise, self.mode, self._noise)

    def _build_score_bias(self) -> None:
        if self.attention_score_bias is None:
            initializer = keras.initializers.Constant(self.score_bias_init)
            self.attention_score_bias = self.add_weight(name="attention_score_bias", shape=(), initializer=initializer)


class _Luong(_Scored):
    """Score that is the product of the query with each key, and perhaps a learned factor."""

    scale: bool
    attention_g: Any

    def _set_luong(self, units: Any, scale: bool) -> None:
        self.units = int(units)
        self.scale = scale
        self.attention_g = None

    def _build_scale(self) -> None:
        if self.scale and self.attention_g is None:
            self.attention_g = self.add_weight(name="attention_g", shape=(), initializer="ones")

    def _score(self, query: Tensor) -> Tensor:
        depth, expected = query.shape[-1], self.keys.shape[-1]
        if depth != expected:
            raise ValueError(
                f"a query of depth {depth} cannot be compared with keys of depth {expected}: units is wrong"
            )
        score = ops.squeeze(ops.matmul(ops.expand_dims(query, 1), ops.transpose(self.keys, (0, 2, 1))), 1)
        return score if self.attention_g is None else self.attention_g * score


class _Bahdanau(_Scored):
    """Score that is a weighted sum of the hyperbolic tangents of query plus key, perhaps with normalized weights."""

    normalize: bool
    attention_v: Any

    def _set_bahdanau(self, units: Any, normalize: bool, kernel_initializer: Initializer) -> None:
        self.units = int(units)
        self.normalize = normalize
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.attention_v = None
        self.attention_g: Any = None
        self.attention_b: Any = None

    def _build_v(self) -> None:
        if self.attention_v is None:
            initializer = fresh(self.kernel_initializer)
            self.attention_v = self.add_weight(name="attention_v", shape=(self.units,), initializer=initializer)

    def _build_normalization(self) -> None:
        if self.normalize and self.attention_g is None:
            length = keras.initializers.Constant(math.sqrt(1.0 / self.units))
            self.attention_g = self.add_weight(name="attention_g", shape=(), initializer=length)
            self.attention_b = self.add_weight(name="attention_b", shape=(self.units,), initializer="zeros")

    def _score(self, query: Tensor) -> Tensor:
        if self.query_layer is not None:
            query = self.query_layer(query)
        summed = self.keys + ops.expand_dims(query, 1)
        v = ops.convert_to_tensor(self.attention_v)
        if self.normalize:
            v = self.attention_g * v * ops.rsqrt(ops.sum(ops.square(v)))
            summed = summed + self.attention_b
        return ops.sum(v * ops.tanh(summed), axis=2)


@keras.saving.register_keras_serializable(package="Addons")
class LuongAttention(_Luong):
    """Attention by products (Luong et al. 2015, arXiv:1508.04025): the query with projected positions of the memory.

    See `AttentionMechanism` for how it is called. ``keras.layers.Attention`` has no projection, and compares whole
    sequences.

    Args:
        units: depth of the keys; the query must have it too.
        memory: memory (batch, memory time, depth), or None to set it up later.
        memory_sequence_length: lengths of the memories, integers (batch,).
        scale: whether there is a learned factor of the score.
        probability_fn: ``softmax`` or ``hardmax``.
        dtype: dtype or policy, of the memory layer as well.
        name: name of the layer.
        **kwargs: ``memory_layer``, and arguments of ``keras.layers.Layer``.

    Variables: ``attention_g`` () with ``scale``; ``memory_layer/kernel`` (depth, units).

    Raises:
        ValueError: for another probability function; when called, for a query of another depth.
    """

    def __init__(
        self,
        units: TensorLike,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        probability_fn: str = "softmax",
        dtype: AcceptableDTypes = None,
        name: str = "LuongAttention",
        **kwargs: Any,
    ) -> None:
        self._set_luong(units, scale)
        self.probability_fn_name = probability_fn
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            memory_layer=self._projection("memory_layer", kwargs.pop("memory_layer", None), dtype),
            probability_fn=_of_score(self._process_probability_fn(probability_fn)),
            name=name,
            dtype=dtype,
            **kwargs,
        )

    @property
    def scale_weight(self) -> Any:
        """The learned factor of the score, None without ``scale``."""
        return self.attention_g

    def build(self, input_shape: Any) -> None:
        """Build the memory layer and the factor; see `AttentionMechanism`."""
        super().build(input_shape)
        self._build_scale()

    def get_config(self) -> Config:
        """Return the constructor's arguments, without the memory: it is None."""
        settings = {"units": self.units, "scale": self.scale, "probability_fn": self.probability_fn_name}
        return {**super().get_config(), **settings}


@keras.saving.register_keras_serializable(package="Addons")
class BahdanauAttention(_Bahdanau):
    """Attention by sums (Bahdanau et al. 2015, arXiv:1409.0473): projected query plus projected memory, then ``tanh``.

    See `AttentionMechanism` for how it is called. ``keras.layers.AdditiveAttention`` has no projections, and compares
    whole sequences.

    Args:
        units: depth of the projected query and of the keys.
        memory: memory (batch, memory time, depth), or None to set it up later.
        memory_sequence_length: lengths of the memories, integers (batch,).
        normalize: whether the weights of the sum have a learned length, and there is a bias before ``tanh``.
        probability_fn: ``softmax`` or ``hardmax``.
        kernel_initializer: initializer of the weights of the sum.
        dtype: dtype or policy, of both layers as well.
        name: name of the layer.
        **kwargs: ``query_layer``, ``memory_layer``, and arguments of ``keras.layers.Layer``.

    Variables: ``attention_v`` (units,); ``attention_g`` () and ``attention_b`` (units,) with ``normalize``;
    ``query_layer/kernel`` (query depth, units); ``memory_layer/kernel`` (depth, units).

    Raises:
        ValueError: for another probability function.
    """

    def __init__(
        self,
        units: TensorLike,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        probability_fn: str = "softmax",
        kernel_initializer: Initializer = "glorot_uniform",
        dtype: AcceptableDTypes = None,
        name: str = "BahdanauAttention",
        **kwargs: Any,
    ) -> None:
        self._set_bahdanau(units, normalize, kernel_initializer)
        self.probability_fn_name = probability_fn
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            query_layer=self._projection("query_layer", kwargs.pop("query_layer", None), dtype),
            memory_layer=self._projection("memory_layer", kwargs.pop("memory_layer", None), dtype),
            probability_fn=_of_score(self._process_probability_fn(probability_fn)),
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def build(self, input_shape: Any) -> None:
        """Build the layers and the weights of the sum; see `AttentionMechanism`."""
        super().build(input_shape)
        self._build_v()
        self._build_normalization()

    def get_config(self) -> Config:
        """Return the constructor's arguments, without the memory: it is None."""
        settings = {
            "units": self.units,
            "normalize": self.normalize,
            "probability_fn": self.probability_fn_name,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
        return {**super().get_config(), **settings}


@keras.saving.register_keras_serializable(package="Addons")
class LuongMonotonicAttention(_Luong, _BaseMonotonicAttentionMechanism):
    """`LuongAttention` that only moves forward (Raffel et al. 2017, arXiv:1704.00784).

    A position is chosen with the probability that is the sigmoid of its score plus a learned bias. On JAX,
    ``keras.layers.RNN`` cannot have noise drawn in its steps.

    Args:
        units: depth of the keys; the query must have it too.
        memory: memory (batch, memory time, depth), or None to set it up later.
        memory_sequence_length: lengths of the memories, integers (batch,).
        scale: whether there is a learned factor of the score.
        sigmoid_noise: standard deviation of noise that is added to the scores, in inference as well.
        sigmoid_noise_seed: seed of the noise.
        score_bias_init: initial value of the bias; a negative one suits long memories.
        mode: ``recursive``, ``parallel`` or ``hard``; see `monotonic_attention`.
        dtype: dtype or policy, of the memory layer as well.
        name: name of the layer.
        **kwargs: ``memory_layer``, and arguments of ``keras.layers.Layer``.

    Variables: ``attention_g`` () with ``scale``; ``attention_score_bias`` (); ``memory_layer/kernel`` (depth, units).

    Raises:
        ValueError: when called, for another mode or a query of another depth.
    """

    def __init__(
        self,
        units: TensorLike,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        sigmoid_noise: FloatTensorLike = 0.0,
        sigmoid_noise_seed: FloatTensorLike | None = None,
        score_bias_init: FloatTensorLike = 0.0,
        mode: str = "parallel",
        dtype: AcceptableDTypes = None,
        name: str = "LuongMonotonicAttention",
        **kwargs: Any,
    ) -> None:
        self._set_luong(units, scale)
        self._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            memory_layer=self._projection("memory_layer", kwargs.pop("memory_layer", None), dtype),
            probability_fn=self._monotonic_probability,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def build(self, input_shape: Any) -> None:
        """Build the memory layer, the factor and the bias; see `AttentionMechanism`."""
        super().build(input_shape)
        self._build_scale()
        self._build_score_bias()

    def get_config(self) -> Config:
        """Return the constructor's arguments, without the memory: it is None."""
        return {**super().get_config(), "units": self.units, "scale": self.scale, **self._monotonic_config()}


@keras.saving.register_keras_serializable(package="Addons")
class BahdanauMonotonicAttention(_Bahdanau, _BaseMonotonicAttentionMechanism):
    """`BahdanauAttention` that only moves forward (Raffel et al. 2017, arXiv:1704.00784).

    A position is chosen with the probability that is the sigmoid of its score plus a learned bias. On JAX,
    ``keras.layers.RNN`` cannot have noise drawn in its steps.

    Args:
        units: depth of the projected query and of the keys.
        memory: memory (batch, memory time, depth), or None to set it up later.
        memory_sequence_length: lengths of the memories, integers (batch,).
        normalize: whether the weights of the sum have a learned length, and there is a bias before ``tanh``.
        sigmoid_noise: standard deviation of noise that is added to the scores, in inference as well.
        sigmoid_noise_seed: seed of the noise.
        score_bias_init: initial value of the bias; a negative one suits long memories.
        mode: ``recursive``, ``parallel`` or ``hard``; see `monotonic_attention`.
        kernel_initializer: initializer of the weights of the sum.
        dtype: dtype or policy, of both layers as well.
        name: name of the layer.
        **kwargs: ``query_layer``, ``memory_layer``, and arguments of ``keras.layers.Layer``.

    Variables: those of `BahdanauAttention`, with ``attention_score_bias`` () after ``attention_v``.

    Raises:
        ValueError: when called, for another mode.
    """

    def __init__(
        self,
        units: TensorLike,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        sigmoid_noise: FloatTensorLike = 0.0,
        sigmoid_noise_seed: FloatTensorLike | None = None,
        score_bias_init: FloatTensorLike = 0.0,
        mode: str = "parallel",
        kernel_initializer: Initializer = "glorot_uniform",
        dtype: AcceptableDTypes = None,
        name: str = "BahdanauMonotonicAttention",
        **kwargs: Any,
    ) -> None:
        self._set_bahdanau(units, normalize, kernel_initializer)
        self._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            query_layer=self._projection("query_layer", kwargs.pop("query_layer", None), dtype),
            memory_layer=self._projection("memory_layer", kwargs.pop("memory_layer", None), dtype),
            probability_fn=self._monotonic_probability,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def build(self, input_shape: Any) -> None:
        """Build the layers, the weights of the sum and the bias; see `AttentionMechanism`."""
        super().build(input_shape)
        self._build_v()
        self._build_score_bias()
        self._build_normalization()

    def get_config(self) -> Config:
        """Return the constructor's arguments, without the memory: it is None."""
        return {
            **super().get_config(),
            "units": self.units,
            "normalize": self.normalize,
            **self._monotonic_config(),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _of_score(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a probability function that does without the state."""
    return lambda score, _state: function(score)
