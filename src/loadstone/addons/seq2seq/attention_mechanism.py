"""What all attention mechanisms have: a memory, and alignments of a query with it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loadstone.addons.utils.types import AcceptableDTypes, Config, Shape, Tensor, TensorLike

QUERY_INPUTS = (2, 3)  # query, state, prepared memory


class AttentionMechanism(keras.layers.Layer):
    """Base of attention mechanisms, layers that are called in two ways.

    With ``setup_memory=True`` they are given a memory (batch, memory time, ...), or a list of it and the lengths
    (batch,), and return it with zeros where it is masked. Otherwise they are given a list of a query (batch, query
    depth) and the state of the step before (batch, memory time), and return the alignments (batch, memory time), which
    sum to 1 where they are probabilities, and the next state. The memory may also be given to the constructor, or to
    `setup_memory`, and can be replaced. It is kept between calls, as tensors of the trace in which it was set up: in
    compiled code, set it up in the same function that queries it, and in training in every step. It is neither saved
    nor in the configuration.

    A subclass implements ``_calculate_attention(query, state)``, with ``self.keys``, ``self.values`` and
    ``self.probability_fn``. Weights of its own belong into ``build``, which is called for the memory and for the query.

    ``keras.layers.Attention`` and ``keras.layers.AdditiveAttention`` compare all queries of a sequence at once instead
    of one step's, and do not project them.

    Args:
        memory: the memory, or None.
        probability_fn: function of the score (batch, memory time) and the state that returns the alignments.
        query_layer: layer that projects the query, or None.
        memory_layer: layer that projects the memory to the keys, or None.
        memory_sequence_length: lengths of the memories, integers (batch,), all positive.
        **kwargs: arguments of ``keras.layers.Layer``.
    """

    def __init__(
        self,
        memory: TensorLike | None,
        probability_fn: Callable[[Tensor, Tensor], Tensor],
        query_layer: keras.layers.Layer | None = None,
        memory_layer: keras.layers.Layer | None = None,
        memory_sequence_length: TensorLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.query_layer = query_layer
        self.memory_layer = memory_layer
        self.default_probability_fn = probability_fn
        self.probability_fn = probability_fn
        self.supports_masking = True
        self.keys: Tensor = None
        self.values: Tensor = None
        self.batch_size: Any = None
        self._alignments_size: Any = None
        self._memory_mask: Tensor = None
        self._memory_initialized = False
        self._memory_shape: Shape | None = None
        self._query_shape: Shape | None = None
        if memory is not None:
            inputs = memory if memory_sequence_length is None else [memory, memory_sequence_length]
            self.values = self(inputs, setup_memory=True)

    @property
    def memory_initialized(self) -> bool:
        """Whether there is a memory."""
        return self._memory_initialized

    @property
    def memory_depth(self) -> int | None:
        """Size of the memory's last axis; None if no memory was ever set up."""
        return None if self._memory_shape is None else self._memory_shape[-1]

    @property
    def alignments_size(self) -> int | None:
        """Number of the memory's time steps, None while it is not known."""
        if isinstance(self._alignments_size, int):
            return self._alignments_size
        return None if self._memory_initialized or self._memory_shape is None else self._memory_shape[1]

    @property
    def state_size(self) -> Any:
        """Size of the state: that of the alignments."""
        return self.alignments_size

    @property
    def output(self) -> Any:
        """Symbolic outputs of the last call; Keras' first ones, the memory alone, make it lose the second output."""
        return self._inbound_nodes[-1].outputs if self._inbound_nodes else super().output

    def build(self, input_shape: Any) -> None:
        """Build the memory layer from the memory's shape, or the query layer, once there is a memory."""
        if self._memory_initialized:
            self._build_query_layer(input_shape[0])
        else:
            with_lengths = isinstance(input_shape[0], (list, tuple))
            self._build_memory_layer(tuple(input_shape[0]) if with_lengths else tuple(input_shape))

    def _build_memory_layer(self, shape: Shape) -> None:
        self._memory_shape = (None, *shape[1:])
        if self.memory_layer is not None and not self.memory_layer.built:
            self.memory_layer.build(tuple(shape))

    def _build_query_layer(self, shape: Shape) -> None:
        self._query_shape = (None, *shape[1:])
        if self.query_layer is not None and not self.query_layer.built:
            self.query_layer.build(tuple(shape))

    def get_build_config(self) -> Config | None:
        """Return the shapes of memory and query, as far as they are known."""
        if self._memory_shape is None:
            return None
        return {"memory_shape": self._memory_shape, "query_shape": self._query_shape}

    def build_from_config(self, config: Config) -> None:
        """Build all weights for the shapes that `get_build_config` returned."""
        if config:
            self.build(tuple(config["memory_shape"]))
            if config["query_shape"] is not None:
                self._build_query_layer(tuple(config["query_shape"]))

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Set up the memory, or query it; see the class.

        Raises:
            ValueError: when there is a memory, and ``inputs`` are not a query and a state.
        """
        if isinstance(inputs, (list, tuple)):
            inputs = [_as_tensor(value) for value in inputs]
        if kwargs.get("setup_memory"):
            self._memory_initialized = False
            values = super().__call__(inputs, **kwargs)
            self.built = False  # there still is the query layer
            return values
        if self._memory_initialized:
            if len(inputs) not in QUERY_INPUTS:
                raise ValueError(f"expected a query and a state, got {len(inputs)} inputs")
            # A functional model has to see that what it was given as memory is used.
            inputs = [*inputs[:2], inputs[2] if len(inputs) > 2 else self.values]  # noqa: PLR2004 - query and state
        return super().__call__(inputs, **kwargs)

    def call(self, inputs: Any, mask: Any = None, setup_memory: bool = False) -> Any:
        """Set up the memory, or query it; see the class.

        Args:
            inputs: memory, or list of memory and lengths; or list of query, state and prepared memory.
            mask: boolean mask of the memory, (batch, memory time).
            setup_memory: which of the two it is.

        Raises:
            ValueError: when the memory is queried before there is one, or there are too many or too few inputs.
        """
        if setup_memory:
            memory, *lengths = inputs if isinstance(inputs, (list, tuple)) else [inputs]
            if len(lengths) > 1:
                raise ValueError(f"expected a memory and perhaps its lengths, got {len(inputs)} inputs")
            masks = [value for value in keras.tree.flatten(mask) if value is not None]
            self.setup_memory(memory, lengths[0] if lengths else None, masks[0] if masks else None)
            return self.values
        if not self._memory_initialized:
            raise ValueError("the attention mechanism has no memory to query; set it up first")
        if len(inputs) not in QUERY_INPUTS:
            raise ValueError(f"expected a query and a state, got {len(inputs)} inputs")
        if self.keys is not None:
            return self._calculate_attention(inputs[0], inputs[1])
        try:  # outputs are inferred for a symbolic memory
            self.keys = self._project(inputs[2])
            return self._calculate_attention(inputs[0], inputs[1])
        finally:
            self.keys = None

    def compute_output_spec(self, inputs: Any, mask: Any = None, setup_memory: bool = False) -> Any:
        """Return symbolic outputs, without keeping the tensors of the trace that they are inferred in."""
        if not setup_memory:
            return super().compute_output_spec(inputs, mask=mask)
        self.values = super().compute_output_spec(inputs, mask=mask, setup_memory=True)
        self.batch_size, self._alignments_size = self.values.shape[:2]
        self.keys = self._memory_mask = None
        self.probability_fn = self.default_probability_fn
        return self.values

    def setup_memory(
        self,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        memory_mask: TensorLike | None = None,
    ) -> None:
        """Prepare a memory, which replaces the one before.

        Args:
            memory: (batch, memory time, ...), usually the outputs of an encoder.
            memory_sequence_length: integers (batch,), all positive: what is after them has no part.
            memory_mask: booleans (batch, memory time): what is False has no part.

        Raises:
            ValueError: when there are lengths as well as a mask, a length is not positive, or an axis of the memory
                after the first two is not known.
        """
        if memory_sequence_length is not None and memory_mask is not None:
            raise ValueError("a memory has either memory_sequence_length or memory_mask, not both")
        memory = ops.convert_to_tensor(memory, dtype=self.compute_dtype)
        if None in memory.shape[2:]:
            raise ValueError(f"only batch and time of a memory may be unknown, but its shape is {tuple(memory.shape)}")
        if memory_sequence_length is not None:
            memory_mask = _sequence_mask(memory_sequence_length, ops.shape(memory)[1])
        self._memory_mask = None if memory_mask is None else ops.cast(memory_mask, "bool")
        self.probability_fn = self.default_probability_fn
        if self._memory_mask is not None:
            self.probability_fn = self._masked_probability
            extra = [1] * (len(memory.shape) - 2)
            mask = ops.reshape(self._memory_mask, (*ops.shape(self._memory_mask), *extra))
            memory = memory * ops.cast(mask, memory.dtype)
        self._memory_shape = (None, *memory.shape[1:])
        self.values = memory
        self.keys = self._project(memory)
        self.batch_size, self._alignments_size = ops.shape(self.keys)[:2]
        self._memory_initialized = True

    def _project(self, values: Tensor) -> Tensor:
        return values if self.memory_layer is None else self.memory_layer(values)

    def _masked_probability(self, score: Tensor, state: Tensor) -> Tensor:
        lowest = limits(score.dtype).min
        score = ops.where(self._memory_mask, score, ops.full_like(score, lowest))
        return self.default_probability_fn(score, state)

    def _calculate_attention(self, query: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the alignments and the next state for a query and a state."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it compares a query with the memory")

    def compute_mask(self, inputs: Any, mask: Any = None) -> tuple[None, None]:
        """Return no masks: the memory's is not one of the alignments."""
        del inputs, mask
        return None, None

    def initial_alignments(self, batch_size: Any, dtype: AcceptableDTypes) -> Tensor:
        """Return the alignments before the first step, zeros (batch_size, memory time)."""
        return ops.zeros((batch_size, self._alignments_size), keras.backend.standardize_dtype(dtype))

    def initial_state(self, batch_size: Any, dtype: AcceptableDTypes) -> Any:
        """Return the state before the first step: the initial alignments."""
        return self.initial_alignments(batch_size, dtype)

    def get_config(self) -> Config:
        """Return the constructor's arguments, without the memory: it is None."""
        config = {**super().get_config(), "memory": None}
        for name in ("query_layer", "memory_layer"):
            layer = getattr(self, name)
            if layer is not None:
                # Its shape belongs to this layer's build configuration.
                serialized = keras.layers.serialize(layer)
                config[name] = {key: value for key, value in serialized.items() if key != "build_config"}
        return config

    @classmethod
    def from_config(cls, config: Config, custom_objects: Mapping[str, Any] | None = None) -> AttentionMechanism:
        """Build a mechanism from a configuration, of this package or of TensorFlow Addons.

        Raises:
            ValueError: for a setting that the class does not have, or a memory.
        """
        if config.get("memory") is not None:
            raise ValueError("the configuration of an attention mechanism does not hold its memory")
        return cls(**cls.deserialize_inner_layer_from_config(config, custom_objects))

    @classmethod
    def deserialize_inner_layer_from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> Config:
        """Return a configuration with layers in place of the configurations of query layer and memory layer."""
        config = dict(config)
        for name in ("query_layer", "memory_layer"):
            layer = config.pop(name, None)
            if layer:
                if hasattr(keras.layers, layer["class_name"]):  # as Keras 2 wrote it: without the module
                    layer = {"module": "keras.layers", "registered_name": None, **layer}
                config[name] = keras.layers.deserialize(layer, custom_objects=custom_objects)
        return config

    def _process_probability_fn(self, func_name: str) -> Callable[[Tensor], Tensor]:
        """Return the function of a name.

        Raises:
            ValueError: for an unknown one.
        """
        functions: dict[str, Callable[[Tensor], Tensor]] = {"softmax": _softmax, "hardmax": hardmax}
        if func_name not in functions:
            raise ValueError(f"probability_fn must be one of {', '.join(functions)}, not {func_name!r}")
        return functions[func_name]


def hardmax(logits: TensorLike, name: str | None = None) -> Tensor:
    """Return, for the last axis, 1 at the largest element, the first one if there are several, and 0 elsewhere.

    Args:
        logits: numbers.
        name: ignored.
    """
    del name
    logits = ops.convert_to_tensor(logits)
    return ops.one_hot(ops.argmax(logits, axis=-1), ops.shape(logits)[-1], dtype=logits.dtype)


def _softmax(score: Tensor) -> Tensor:
    # Keras warns of an axis of size 1, which here is a memory of one step.
    return ops.exp(score - score) if score.shape[-1] == 1 else ops.softmax(score, axis=-1)


def _as_tensor(value: Any) -> Any:
    return value if value is None or isinstance(value, keras.KerasTensor) else ops.convert_to_tensor(value)


def _sequence_mask(lengths: TensorLike, size: Any) -> Tensor:
    """Return which of ``size`` steps are within each length, booleans (batch, size)."""
    lengths = ops.cast(ops.convert_to_tensor(lengths), "int32")
    try:
        smallest = operator.index(ops.min(lengths)) if 0 not in lengths.shape else 1
    except (TypeError, NotImplementedError, RuntimeError):  # not known in a trace; `int` would stay a tensor there
        smallest = 1
    if smallest < 1:
        raise ValueError("all of memory_sequence_length must be positive")
    return ops.expand_dims(ops.arange(size, dtype="int32"), 0) < ops.expand_dims(lengths, 1)
