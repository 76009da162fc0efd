"""A recurrent cell with attention, and all that goes with it: ``tfa.seq2seq.attention_wrapper``."""

from __future__ import annotations

import inspect
import operator
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.seq2seq.attention_mechanism import AttentionMechanism, hardmax
from loadstone.addons.seq2seq.attention_mechanisms import (
    BahdanauAttention,
    BahdanauMonotonicAttention,
    LuongAttention,
    LuongMonotonicAttention,
    _BaseMonotonicAttentionMechanism,
)
from loadstone.addons.seq2seq.attention_state import AlignmentHistory, AttentionWrapperState, new_history
from loadstone.addons.seq2seq.monotonic import monotonic_attention, safe_cumprod
from loadstone.addons.utils.keras_utils import assert_like_rnncell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from loadstone.addons.utils.types import AcceptableDTypes, Config, Number, Shape, Tensor, TensorLike

__all__ = [
    "AlignmentHistory",
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "BahdanauMonotonicAttention",
    "LuongAttention",
    "LuongMonotonicAttention",
    "_BaseMonotonicAttentionMechanism",
    "hardmax",
    "monotonic_attention",
    "safe_cumprod",
]

TILED = "for a beam search, tile them by tile_batch with multiplier=beam_width, and batch_size accordingly"


@keras.saving.register_keras_serializable(package="Addons")
class AttentionWrapper(keras.layers.Layer):
    """A recurrent cell that attends to a memory at every step.

    A step feeds the inputs and the attention of the step before to the wrapped cell, queries the mechanism with the
    cell's output, and averages the memory by the alignments. That average, the context, is the attention, or with an
    attention layer that layer's output for the cell's output and the context. The state is an
    `AttentionWrapperState`.

    The mechanism's memory has to be set up before an RNN layer or a decoder uses the cell; a symbolic one cannot be
    used. It is not saved; nor is ``initial_cell_state``. With ``alignment_history`` the cell is for decoders:
    ``keras.layers.RNN`` of Keras 3 carries nothing that grows. On JAX that layer takes a mask only with
    ``zero_output_for_mask`` or ``unroll``: it else expects the first state to be the output.

    Args:
        cell: a cell, such as ``keras.layers.LSTMCell``.
        attention_mechanism: an `AttentionMechanism`, or a list of them.
        attention_layer_size: size of the attention layer, a dense one without bias, which there is not for None; a list
            for a list of mechanisms.
        alignment_history: whether the state keeps the alignments of all steps.
        cell_input_fn: function of the inputs and the attention that returns the cell's inputs; concatenates by default.
        output_attention: whether the attention is the output, else the cell's output is.
        initial_cell_state: what `get_initial_state` returns as the cell's state; zeros by default.
        name: name of the layer.
        attention_layer: the attention layer, instead of ``attention_layer_size``; a list for a list of mechanisms.
        attention_fn: function of the mechanism, the cell's output, the mechanism's state and the attention layer, that
            returns attention, alignments and the mechanism's next state.
        **kwargs: arguments of ``keras.layers.Layer``.

    Variables: those of the attention layers, the cell and the mechanisms, in this order.

    Raises:
        TypeError: when ``cell`` is no cell, or something else is given as a mechanism.
        ValueError: when both a size and a layer are given, there are not as many as mechanisms, or
            ``initial_cell_state`` does not fit to the memory.
    """

    def __init__(
        self,
        cell: keras.layers.Layer,
        attention_mechanism: AttentionMechanism | Sequence[AttentionMechanism],
        attention_layer_size: Number | Sequence[Number] | None = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[[Tensor, Tensor], Tensor] | None = None,
        output_attention: bool = True,
        initial_cell_state: TensorLike | None = None,
        name: str | None = None,
        attention_layer: keras.layers.Layer | Sequence[keras.layers.Layer] | None = None,
        attention_fn: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        mechanisms = _listed(attention_mechanism)
        for mechanism in mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    f"attention_mechanism must be an AttentionMechanism or a list of them, not {mechanism!r}"
                )
        if attention_layer_size is not None and attention_layer is not None:
            raise ValueError("either attention_layer_size or attention_layer can be given, not both")
        self._given_layer_size = attention_layer_size
        layers = attention_layer
        if attention_layer_size is not None:
            layers = [
                keras.layers.Dense(int(size), name="attention_layer", use_bias=False, dtype=kwargs.get("dtype"))
                for size in _listed(attention_layer_size)
            ]
        self._attention_layers = None if layers is None else _listed(layers)
        if self._attention_layers is not None and len(self._attention_layers) != len(mechanisms):
            raise ValueError(
                f"{len(self._attention_layers)} attention layers do not fit to {len(mechanisms)} mechanisms"
            )
        self._cell = cell
        self._attention_mechanisms = mechanisms
        self._cell_input_fn = _concatenated if cell_input_fn is None else cell_input_fn
        self._attention_fn = _attention if attention_fn is None else attention_fn
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        self._cell_input_shape: Any = None
        self._initial_cell_state = None
        if initial_cell_state is not None:
            self._initial_cell_state = keras.tree.map_structure(ops.convert_to_tensor, initial_cell_state)
            batch_size = keras.tree.flatten(self._initial_cell_state)[-1].shape[0]
            self._check_batch_size(batch_size, "initial_cell_state")

    @property
    def output_size(self) -> Any:
        """Size of the output.

        Raises:
            ValueError: when it depends on a memory that was never set up.
        """
        return self._attention_size() if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """Sizes of the parts of the state; None where the memory's time is not known.

        Raises:
            ValueError: when a memory was never set up.
        """
        attention_size = self._attention_size()
        mechanisms = self._attention_mechanisms
        sizes = [mechanism.alignments_size for mechanism in mechanisms]
        return AttentionWrapperState(
            cell_state=_plain(self._cell.state_size),
            attention=attention_size,
            alignments=self._one_or_all(sizes),
            alignment_history=self._one_or_all(size if self._alignment_history else () for size in sizes),
            attention_state=self._one_or_all(mechanism.state_size for mechanism in mechanisms),
        )

    def _attention_size(self) -> int:
        depths = [mechanism.memory_depth for mechanism in self._attention_mechanisms]
        if None in depths:
            raise ValueError("the attention mechanism has no memory yet; give it one, or call its setup_memory()")
        if self._attention_layers is None:
            return sum(depths)
        inputs = [(None, self._cell.output_size + depth) for depth in depths]
        pairs = zip(self._attention_layers, inputs, strict=True)
        return sum(layer.compute_output_shape(shape)[-1] for layer, shape in pairs)

    def _one_or_all(self, values: Iterable[Any]) -> Any:
        """Return all values if there is a list of mechanisms, else the only one."""
        values = tuple(values)
        return values if self._is_multi else values[0]

    def _check_batch_size(self, batch_size: Any, what: str) -> None:
        """Compare a batch size with those of the memories, as far as they are known.

        Raises:
            TypeError: when a memory is symbolic.
            ValueError: when they differ, or there is no memory.
        """
        for mechanism in self._attention_mechanisms:
            if not mechanism.memory_initialized:
                raise ValueError("the attention mechanism has no memory yet; give it one, or call its setup_memory()")
            if isinstance(mechanism.values, keras.KerasTensor):
                raise TypeError("a cell cannot attend to a symbolic memory; call setup_memory() in a model's call()")
            sizes = _known(batch_size), _known(mechanism.batch_size)
            if None not in sizes and sizes[0] != sizes[1]:
                raise ValueError(
                    f"{self.name}: the batch size of {what} is {sizes[0]}, that of the memory {sizes[1]}; {TILED}"
                )

    def build(self, input_shape: Any) -> None:
        """Build cell, mechanisms and attention layers; without a memory the first call builds them."""
        mechanisms = self._attention_mechanisms
        if any(mechanism.memory_depth is None for mechanism in mechanisms):
            return
        self._cell_input_shape = self._shape_of_cell_input(input_shape)
        if not self._cell.built:
            self._cell.build(self._cell_input_shape)
        query_shape = (None, self._cell.output_size)
        for index, mechanism in enumerate(mechanisms):
            if mechanism.memory_initialized:
                mechanism.build([query_shape, (None, mechanism.alignments_size)])
            if self._attention_layers is not None and not self._attention_layers[index].built:
                self._attention_layers[index].build((None, query_shape[-1] + mechanism.memory_depth))

    def _shape_of_cell_input(self, input_shape: Any) -> Any:
        attention_size = self._attention_size()
        if self._cell_input_fn is _concatenated:
            return (*input_shape[:-1], input_shape[-1] + attention_size)

        def zeros(shape: Shape) -> Tensor:
            return ops.zeros((1, *shape[1:]), self.compute_dtype)

        result = self._cell_input_fn(_map_shapes(zeros, input_shape), zeros((None, attention_size)))
        return keras.tree.map_structure(lambda value: (None, *value.shape[1:]), result)

    def get_initial_state(
        self, inputs: Tensor = None, batch_size: Any = None, dtype: AcceptableDTypes = None
    ) -> AttentionWrapperState:
        """Return the state before the first step; new masks for dropout in the cell are drawn.

        Args:
            inputs: inputs of the cell, which give the batch size and the dtype.
            batch_size: the batch size, when there are no inputs.
            dtype: dtype of the state; the compute dtype by default.

        Raises:
            ValueError: when there is no memory, or its batch size is another one.
        """
        if inputs is not None:
            inputs = ops.convert_to_tensor(inputs)
            batch_size, dtype = ops.shape(inputs)[0], inputs.dtype
        dtype = keras.backend.standardize_dtype(self.compute_dtype if dtype is None else dtype)
        self._check_batch_size(batch_size, "the state")
        if self._initial_cell_state is None:
            cell_state = _initial_state(self._cell, batch_size, dtype)
        else:
            cell_state = _plain(self._initial_cell_state)
        _draw_dropout_masks(self._cell, self._cell_input_shape, batch_size, dtype)
        mechanisms = self._attention_mechanisms
        alignments = [mechanism.initial_alignments(batch_size, dtype) for mechanism in mechanisms]
        return AttentionWrapperState(
            cell_state=cell_state,
            attention=ops.zeros((batch_size, self._attention_size()), dtype),
            alignments=self._one_or_all(alignments),
            alignment_history=self._one_or_all(
                new_history(dtype, value.shape) if self._alignment_history else () for value in alignments
            ),
            attention_state=self._one_or_all(mechanism.initial_state(batch_size, dtype) for mechanism in mechanisms),
        )

    def __call__(self, inputs: Tensor, state: Any, **kwargs: Any) -> tuple[Tensor, Any]:
        """Make one step; see `call`. The state is returned as what it was given: loops insist on that."""
        given, state = type(state), _as_state(state)
        history = state.alignment_history  # kept from the layer, which takes nothing but tensors
        outputs, next_state = super().__call__(inputs, state._replace(alignment_history=()), **kwargs)
        if self._alignment_history:
            pairs = zip(self._all(history), self._all(next_state.alignments), strict=True)
            history = self._one_or_all(kept.write(kept.size(), alignments) for kept, alignments in pairs)
        next_state = next_state._replace(alignment_history=history)
        return outputs, next_state if given is AttentionWrapperState else given(next_state)

    def _all(self, values: Any) -> Sequence[Any]:
        return list(values) if self._is_multi else [values]

    def call(self, inputs: Tensor, state: Any, **kwargs: Any) -> tuple[Tensor, AttentionWrapperState]:
        """Make one step.

        Args:
            inputs: inputs of the step, (batch, depth), or what ``cell_input_fn`` takes.
            state: the `AttentionWrapperState` of the step before, or its fields in order.
            **kwargs: keyword arguments of the cell.

        Returns:
            The attention (batch, attention size) or the cell's output, and the next state.

        Raises:
            TypeError: when ``state`` is something else.
            ValueError: when there is no memory, or its batch size is another one.
        """
        state = _as_state(state)
        cell_inputs = self._cell_input_fn(inputs, state.attention)
        cell_output, cell_state = self._cell(cell_inputs, state.cell_state, **kwargs)
        self._check_batch_size(cell_output.shape[0], "the query")
        attentions: list[Any] = []
        alignments: list[Any] = []
        states: list[Any] = []
        for index, previous in enumerate(self._all(state.attention_state)):
            layer = None if self._attention_layers is None else self._attention_layers[index]
            results = self._attention_fn(self._attention_mechanisms[index], cell_output, previous, layer)
            for values, value in zip((attentions, alignments, states), results, strict=True):
                values.append(value)
        attention = ops.concatenate(attentions, axis=1)
        next_state = AttentionWrapperState(
            cell_state=keras.tree.pack_sequence_as(state.cell_state, keras.tree.flatten(cell_state)),
            attention=attention,
            alignments=self._one_or_all(alignments),
            alignment_history=state.alignment_history,
            attention_state=self._one_or_all(states),
        )
        return (attention if self._output_attention else cell_output), next_state

    def get_config(self) -> Config:
        """Return the constructor's arguments; the tensors of ``initial_cell_state`` are left out."""
        serialize = keras.saving.serialize_keras_object
        size = self._given_layer_size
        layers = None if size is not None or self._attention_layers is None else self._attention_layers
        return {
            **super().get_config(),
            "cell": serialize(self._cell),
            "attention_mechanism": self._one_or_all(map(serialize, self._attention_mechanisms)),
            "attention_layer_size": size if size is None else self._one_or_all(map(int, _listed(size))),
            "alignment_history": self._alignment_history,
            "cell_input_fn": None if self._cell_input_fn is _concatenated else serialize(self._cell_input_fn),
            "output_attention": self._output_attention,
            "attention_layer": layers if layers is None else self._one_or_all(map(serialize, layers)),
            "attention_fn": None if self._attention_fn is _attention else serialize(self._attention_fn),
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Mapping[str, Any] | None = None) -> AttentionWrapper:
        """Build a wrapper from what `get_config` returned; TensorFlow Addons wrote no configuration of one."""
        config = dict(config)
        for key in ("cell", "attention_mechanism", "cell_input_fn", "attention_layer", "attention_fn"):
            config[key] = _deserialized(config.get(key), custom_objects)
        return cls(**config)


def _deserialized(value: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    if isinstance(value, (list, tuple)):
        return [_deserialized(element, custom_objects) for element in value]
    if value is None:
        return None
    return keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)


def _concatenated(inputs: Tensor, attention: Tensor) -> Tensor:
    return ops.concatenate([inputs, attention], axis=-1)


def _attention(
    mechanism: AttentionMechanism, cell_output: Tensor, state: Any, layer: keras.layers.Layer | None
) -> tuple[Tensor, Tensor, Any]:
    """Query a mechanism: attention (batch, attention size), alignments (batch, memory time) and the next state."""
    alignments, next_state = mechanism([cell_output, state])
    context = ops.squeeze(ops.matmul(ops.expand_dims(alignments, 1), mechanism.values), 1)
    attention = context if layer is None else layer(ops.concatenate([cell_output, context], axis=1))
    return attention, alignments, next_state


def _as_state(state: Any) -> AttentionWrapperState:
    if isinstance(state, AttentionWrapperState):
        return state
    try:
        return AttentionWrapperState(*state)
    except TypeError as error:
        raise TypeError(f"state must be an AttentionWrapperState or its fields, not {type(state).__name__}") from error


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _plain(structure: Any) -> Any:
    """Return a structure with lists in place of the lists that Keras makes of a layer's attributes."""
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*map(_plain, structure))
    if isinstance(structure, tuple):
        return tuple(map(_plain, structure))
    return list(map(_plain, structure)) if isinstance(structure, list) else structure


def _map_shapes(function: Callable[[Shape], Any], shapes: Any) -> Any:
    """Apply a function to each shape of a structure of them."""
    if isinstance(shapes, (list, tuple)) and not all(isinstance(size, int | None) for size in shapes):
        return type(shapes)(_map_shapes(function, shape) for shape in shapes)
    return function(shapes)


def _known(size: Any) -> int | None:
    """Return a size, None if it is known only when a graph runs."""
    try:
        return None if size is None else operator.index(size)
    except TypeError:
        return None


def _initial_state(cell: keras.layers.Layer, batch_size: Any, dtype: str) -> Any:
    """Return a cell's initial state; cells of Keras 3 are not asked for a dtype."""
    if "dtype" in inspect.signature(cell.get_initial_state).parameters:
        return _plain(cell.get_initial_state(batch_size=batch_size, dtype=dtype))
    state = cell.get_initial_state(batch_size=batch_size)
    return keras.tree.map_structure(lambda value: ops.cast(value, dtype), _plain(state))


def _draw_dropout_masks(cell: keras.layers.Layer, input_shape: Any, batch_size: Any, dtype: str) -> None:
    """Draw the masks that a cell keeps for a sequence, as ``keras.layers.RNN`` does for a cell of its own.

    A compiled loop must not draw them. While the cell's inputs are not known, it draws them itself at the first step.
    """
    for inner in getattr(cell, "cells", [cell]):
        if hasattr(inner, "reset_dropout_mask"):
            inner.reset_dropout_mask()
            inner.reset_recurrent_dropout_mask()
            if input_shape is not None:
                inner.get_dropout_mask(ops.zeros((batch_size, *input_shape[1:]), dtype))
                state_size = keras.tree.flatten(inner.state_size)[0]
                inner.get_recurrent_dropout_mask(ops.zeros((batch_size, state_size), dtype))
        input_shape = None if input_shape is None else (None, inner.output_size)
