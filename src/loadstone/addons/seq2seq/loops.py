"""The three ways to make the steps of a decoder: in Python, in a graph of TensorFlow, and in a scan of JAX."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops, tree

from loadstone.addons.seq2seq.tracing import is_array_of_steps, repack, sizes_of
from loadstone.addons.utils.values import known, on_tensorflow, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.addons.seq2seq.decoder import BaseDecoder, Decoder
    from loadstone.addons.utils.types import Shape, Tensor

RANK_OF_SERIES = 2  # batch and time


class Position(NamedTuple):
    """Where a decoding stands before a step."""

    time: Tensor
    state: Any
    inputs: Any
    finished: Tensor
    lengths: Tensor


class GraphOptions(NamedTuple):
    """What only a graph of TensorFlow heeds."""

    parallel_iterations: int = 32
    swap_memory: bool = False
    is_flat: bool = False  # TFLite's arrays have elements of one axis


@dataclass(frozen=True)
class Loop:
    """The steps of one decoding."""

    decoder: Decoder | BaseDecoder
    impute_finished: bool
    training: bool | None

    def run(self, start: tuple[Tensor, Any, Any], limit: Any, options: GraphOptions) -> tuple[Any, Any, Tensor]:
        """Make all steps from what ``initialize`` gave; return outputs (time first), the state and the lengths."""
        position = _first(start)
        with _fresh_dropout_masks(self.decoder):
            if options.is_flat or (known(ops.all(position.finished)) is None and on_tensorflow()):
                outputs, position = self._run_in_graph(position, limit, options)
            elif known(ops.all(position.finished)) is None:
                outputs, position = self._run_in_scan(position, limit)
            else:
                outputs, position = self._run_in_python(position, limit)
        return outputs, position.state, position.lengths

    def advance(self, at: Position) -> tuple[Any, Position]:
        """Make one step; return its outputs and the new position."""
        outputs, state, inputs, finished = self.decoder.step(at.time, at.inputs, at.state, self.training)
        state = repack(at.state, state)
        lengths = getattr(state, "lengths", None) if self.decoder.tracks_own_finished else None
        if lengths is None:
            lengths = ops.where(at.finished, at.lengths, at.time + 1)
        if not self.decoder.tracks_own_finished:
            finished = ops.logical_or(finished, at.finished)
        if self.impute_finished:
            outputs = tree.map_structure(lambda new: _choose(at.finished, ops.zeros_like(new), new), outputs)
            state = tree.map_structure(lambda old, new: _choose(at.finished, old, new), at.state, state)
        return outputs, Position(
            at.time + 1, state, repack(at.inputs, inputs), finished, ops.cast(lengths, at.lengths.dtype)
        )

    def finalize(self, outputs: Any, state: Any, lengths: Tensor) -> tuple[Any, Any]:
        """Return what the decoder makes of all outputs (time first) and the last state, if anything."""
        with suppress(NotImplementedError):
            outputs, state = self.decoder.finalize(outputs, state, lengths)
        return outputs, state

    def _run_in_python(self, at: Position, limit: int | None) -> tuple[Any, Position]:
        steps: list[Any] = []
        while not known(ops.all(at.finished)) and (limit is None or len(steps) < limit):
            outputs, at = self.advance(at)
            steps.append(outputs)
        if not steps:
            return self._no_steps(), at
        return tree.map_structure(lambda *values: ops.stack(values), *steps), at

    def _no_steps(self) -> Any:
        """Return the outputs of a decoding that was finished before its first step."""
        batch = self.decoder.batch_size
        empty = [
            ops.zeros((0, batch, *sizes), dtype=keras.backend.standardize_dtype(dtype))
            for sizes, dtype in output_specs(self.decoder)
        ]
        return tree.pack_sequence_as(self.decoder.output_dtype, empty)

    def _run_in_graph(self, at: Position, limit: Any, options: GraphOptions) -> tuple[Any, Position]:
        # ops.while_loop takes neither TensorArrays of unknown length nor these options.
        import tensorflow as tf  # noqa: PLC0415 - runs on TensorFlow alone

        is_bounded = options.is_flat or _is_compiled_by_xla()
        if is_bounded and limit is None:
            raise ValueError("maximum_iterations is needed for XLA and TFLite, whose arrays have a fixed size")
        if options.is_flat:
            require(ops.equal(self.decoder.batch_size, 1), "conversion to TFLite needs a batch size of 1")
        if any(getattr(layer, "get_dropout_mask", None) for layer in layers_of(self.decoder)):
            self.advance(at)  # creates the masks of dropout, which all steps share, outside the loop
        batch = self.decoder.batch_size if isinstance(self.decoder.batch_size, int) else None
        arrays = [
            tf.TensorArray(
                dtype=dtype,
                size=limit if is_bounded else 0,
                dynamic_size=not is_bounded,
                element_shape=(sizes or (1,)) if options.is_flat else (batch, *sizes),
            )
            for sizes, dtype in output_specs(self.decoder)
        ]

        def advance(at: Position, arrays: list[Any]) -> tuple[Position, list[Any]]:
            outputs, after = self.advance(at)
            values = tree.flatten(outputs)
            if options.is_flat:
                values = [ops.reshape(value, (-1,)) for value in values]
            return after, [array.write(at.time, value) for array, value in zip(arrays, values, strict=True)]

        at, arrays = tf.while_loop(
            lambda at, _: ops.logical_not(ops.all(at.finished)),
            advance,
            (at, arrays),
            maximum_iterations=limit,
            parallel_iterations=options.parallel_iterations,
            swap_memory=options.swap_memory,
        )
        outputs = tree.pack_sequence_as(self.decoder.output_dtype, [array.stack() for array in arrays])
        return outputs, at

    def _run_in_scan(self, at: Position, limit: int | None) -> tuple[Any, Position]:
        # A scan has a gradient in JAX, which a while_loop has not.
        steps = getattr(self.decoder, "maximum_steps", None) if limit is None else limit
        if steps is None:
            raise ValueError("maximum_iterations is needed in jax.jit, which must know how many steps to make")
        self.advance(at)  # creates weights, and the masks of dropout that all steps share, outside the scan
        variables = list(getattr(self.decoder, "non_trainable_variables", ()))
        like = at.state
        tensors, histories = _without_histories(like)

        def advance(carry: tuple[Position, list[Any]], _: None) -> tuple[tuple[Position, list[Any]], Any]:
            at, values = carry
            _assign(variables, values)
            state = _with_histories(like, at.state, [_Written() for _ in histories])
            outputs, after = self.advance(at._replace(state=state))
            state, written = _without_histories(after.state)
            after = after._replace(state=state)
            is_over = ops.all(at.finished)
            given = tree.map_structure(
                lambda new: ops.where(is_over, ops.zeros_like(new), new), (outputs, [one.value for one in written])
            )
            after = tree.map_structure(lambda old, new: ops.where(is_over, old, new), at, after)
            return (after, [variable.value for variable in variables]), given

        start = (at._replace(state=tensors), [variable.value for variable in variables])
        (at, values), (outputs, written) = ops.scan(advance, start, length=int(steps))
        _assign(variables, values)  # the last ones, in place of those that exist within the scan only
        for step in range(int(steps)):
            histories = [kept.write(kept.size(), new[step]) for kept, new in zip(histories, written, strict=True)]
        return outputs, at._replace(state=_with_histories(like, at.state, histories))


class _Written:
    """Stands for a history within a scan, which carries tensors alone: it takes what one step writes."""

    def __init__(self, value: Tensor = None) -> None:
        self.value = value

    def size(self) -> int:
        """Return 0."""
        return 0

    def write(self, index: Any, value: Tensor) -> _Written:
        """Take what the step writes."""
        del index
        return _Written(value)

    def stack(self) -> Tensor:
        """Return what was written as the only step."""
        return ops.expand_dims(self.value, 0)


def _without_histories(state: Any) -> tuple[list[Tensor], list[Any]]:
    """Return the tensors of a state, and what it keeps of each step."""
    leaves = tree.flatten(state)
    histories = [leaf for leaf in leaves if is_array_of_steps(leaf)]
    return [leaf for leaf in leaves if not is_array_of_steps(leaf)], histories


def _with_histories(like: Any, tensors: list[Tensor], histories: list[Any]) -> Any:
    """Return the state that these are parts of, in the containers of ``like``."""
    of_tensors, of_histories = iter(tensors), iter(histories)
    leaves = [next(of_histories if is_array_of_steps(leaf) else of_tensors) for leaf in tree.flatten(like)]
    return tree.pack_sequence_as(like, leaves)


def outline(
    decoder: BaseDecoder, start: tuple[Tensor, Any, Any], output_time_major: bool, training: bool | None
) -> tuple[Any, Any, Tensor]:
    """Return what a decoding of one step gives, with as few operations as there can be."""
    loop = Loop(decoder, impute_finished=False, training=training)
    with _fresh_dropout_masks(decoder):
        outputs, at = loop.advance(_first(start))
    outputs, state = loop.finalize(tree.map_structure(lambda value: value[None], outputs), at.state, at.lengths)
    return outputs if output_time_major else batch_first(outputs), state, at.lengths


def without_time(outputs: Any, output_time_major: bool) -> Any:
    """Return symbolic outputs of an unknown number of steps."""
    axis = 0 if output_time_major else 1

    def forget(value: Any) -> Any:
        return keras.KerasTensor((*value.shape[:axis], None, *value.shape[axis + 1 :]), dtype=value.dtype)

    return tree.map_structure(forget, outputs)


def batch_first(outputs: Any, *, flat: bool = False) -> Any:
    """Return outputs with the first two axes exchanged; ``flat`` ones get their batch axis back first."""
    if flat:
        outputs = tree.map_structure(lambda value: ops.expand_dims(value, 1), outputs)
    return tree.map_structure(transpose_batch_time, outputs)


def transpose_batch_time(value: Tensor) -> Tensor:
    """Return a tensor with its first two axes exchanged, or as it is if it has fewer."""
    return value if len(value.shape) < RANK_OF_SERIES else ops.swapaxes(value, 0, 1)


def output_specs(decoder: Decoder | BaseDecoder) -> list[tuple[Shape, Any]]:
    """Return shape (without the batch axis) and dtype of each of a step's outputs, in order."""
    return _specs(decoder.output_size, decoder.output_dtype)


def _specs(size: Any, dtype: Any) -> list[tuple[Shape, Any]]:
    if not isinstance(dtype, (tuple, list)):
        return [(sizes_of(size), dtype)]
    return [spec for pair in zip(size, dtype, strict=True) for spec in _specs(*pair)]


def layers_of(decoder: Decoder | BaseDecoder) -> list[Any]:
    """Return the layers within a decoder; those of one that is no layer cannot be known."""
    if not isinstance(decoder, keras.layers.Layer):
        return []
    return list(decoder._flatten_layers(include_self=False))  # noqa: SLF001 - Keras has no public way to ask for them


def _first(start: tuple[Tensor, Any, Any]) -> Position:
    finished, inputs, state = start
    finished = ops.convert_to_tensor(finished, dtype="bool")
    time = ops.convert_to_tensor(0, dtype="int32")
    return Position(time, state, inputs, finished, ops.zeros_like(finished, dtype="int32"))


def _choose(condition: Tensor, if_true: Any, if_false: Any) -> Any:
    """Choose between two tensors by batch entry; a scalar or an array of steps is taken from the second."""
    if is_array_of_steps(if_false) or len(if_false.shape) == 0:
        return if_false
    missing = len(if_false.shape) - len(condition.shape)
    condition = ops.reshape(condition, (*ops.shape(condition), *(1,) * missing))
    return ops.where(condition, if_true, if_false)


@contextmanager
def _fresh_dropout_masks(decoder: Decoder | BaseDecoder) -> Iterator[None]:
    """Make cells draw new masks for the decoding, and forget them after it, as Keras' RNN layer does."""
    cells = [layer for layer in layers_of(decoder) if hasattr(layer, "get_dropout_mask")]
    for cell in cells:
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
    try:
        yield
    finally:
        for cell in cells:
            cell.reset_dropout_mask()
            cell.reset_recurrent_dropout_mask()


def _assign(variables: list[Any], values: list[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _is_compiled_by_xla() -> bool:
    """Return whether the graph being built is for XLA; TensorFlow has no public way to ask."""
    import tensorflow as tf  # noqa: PLC0415 - runs on TensorFlow alone
    from tensorflow.python.ops import control_flow_util  # noqa: PLC0415 - same

    graph = tf.compat.v1.get_default_graph()
    return not tf.executing_eagerly() and bool(control_flow_util.GraphOrParentsInXlaContext(graph))
