"""Calls that changed: functions on tensors, and recurrent layers' states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import (
    Call,
    EllipsisSpec,
    LayerSpec,
    Note,
    ObjectSpec,
    Obstacle,
    Operation,
    Problem,
    SliceSpec,
)
from loadstone.blueprint.operators import IGNORED, Operator, operator, why_absent
from loadstone.blueprint.upgrades.nodes import upgrade_node
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Value

_FUNCTION_LAYERS = frozenset({"TFOpLambda", "SlicingOpLambda"})
# Of the classes that are no plain tensors: ``tf.RaggedTensor.from_row_splits``, ``x.flat_values``, ``x.with_values``.
_METHOD_LAYERS = frozenset({"ClassMethod", "InstanceMethod", "InstanceProperty"})
_NODE_LAYER = "TensorFlowOpLayer"
_GET_ITEM = "__operators__.getitem"
_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional"})


# Keyword arguments of calls that are gone, by class, each with why nothing is lost.
_GONE_KEYWORDS = {
    "Addons>NoisyDense": {
        "remove_noise": "the noise, which TensorFlow Addons 0.12 to 0.14 did not store, is left out",
        "reset_noise": "the noise, which TensorFlow Addons 0.12 to 0.14 did not store, is left out",
    },
}


def upgrade_calls(layer: LayerSpec) -> tuple[LayerSpec, tuple[Note | Problem, ...]]:
    """The layer as Keras 3 calls it, with what was changed or what stands in the way."""
    match layer.content:
        case ObjectSpec(name=name) as spec if name in _FUNCTION_LAYERS:
            return _upgrade_function(layer, spec)
        case ObjectSpec(name=name) as spec if name == _NODE_LAYER:
            return upgrade_node(layer, spec)
        case ObjectSpec(name=name) as spec if name in _METHOD_LAYERS:
            return layer, (_no_operator(spec, _method(spec), "only ragged and sparse tensors are asked in this way"),)
        case ObjectSpec(name=name) if name in _RECURRENT:
            return _upgrade_states(layer)
        case ObjectSpec(name=name) if name in _GONE_KEYWORDS:
            return _without_keywords(layer, _GONE_KEYWORDS[name])
    return layer, ()


def with_scores(layer: LayerSpec) -> tuple[LayerSpec, tuple[Note, ...]]:
    """A MultiHeadAttention that returns scores as one that knows their shape, unless they are square in any case."""
    match layer.content:
        case ObjectSpec(name="MultiHeadAttention") as spec if any(
            _has_oblong_scores(spec, call) for call in layer.calls
        ):
            own = replace(layer, content=replace(spec, name="loadstone>MultiHeadAttention"))
            message = f"{layer.stored_name} returns scores, whose shape Keras 3 does not know; loadstone's layer does"
            return own, (note("attention-scores", message, spec.at),)
    return layer, ()


def _has_oblong_scores(spec: ObjectSpec, call: Call) -> bool:
    queries = call.args[0] if call.args else call.kwargs.get("query")
    is_over_itself = call.kwargs.get("value") == queries and spec.config.get("attention_axes") is None
    return bool(call.kwargs.get("return_attention_scores")) and not is_over_itself


def _method(spec: ObjectSpec) -> str:
    parts = (spec.config.get(key) for key in ("cls_symbol", "method_name", "attr_name"))
    return ".".join(part for part in parts if isinstance(part, str)) or spec.name


def _upgrade_function(layer: LayerSpec, spec: ObjectSpec) -> tuple[LayerSpec, tuple[Note | Problem, ...]]:
    function = spec.config.get("function")
    if not isinstance(function, str):
        return layer, (_no_operator(spec, repr(function)),)
    if function == _GET_ITEM:
        return _as_operation(layer, spec, "_getitem", tuple(map(_bind_index, layer.calls)))
    row = operator(function)
    if row is None:
        return layer, (_no_operator(spec, f"tf.{function}", why_absent(function)),)
    bound = [_bind(row, call) for call in layer.calls]
    unknown = tuple(_no_argument(spec, function, name) for _, names in bound for name in names)
    if unknown:
        return layer, unknown
    if any(row.needed - call.kwargs.keys() for call, _ in bound):
        return layer, (_no_operator(spec, f"tf.{function}", "the file lacks an argument, which tf.keras did not save"),)
    return _as_operation(layer, spec, row.op, tuple(call for call, _ in bound))


def _as_operation(
    layer: LayerSpec, spec: ObjectSpec, op: str, calls: tuple[Call, ...]
) -> tuple[LayerSpec, tuple[Note, ...]]:
    function = spec.config["function"]
    message = f"tf.{function} is composed of keras.ops" if op.startswith("_") else f"tf.{function} is keras.ops.{op}"
    operation = replace(layer, content=Operation(op=op, at=spec.at), calls=calls)
    return operation, (note("tensor-function", message, spec.at),)


def _bind(row: Operator, call: Call) -> tuple[Call, tuple[str, ...]]:
    """The call with the operation's parameter names, and the arguments that it has no place for."""
    targets = dict(row.parameters)
    bound: dict[str, Value] = dict(row.fixed)
    if call.args:
        bound[row.parameters[0][1]] = call.args[0]
    unknown = []
    for name, value in call.kwargs.items():
        target = targets.get(name)
        if name == "name" or target == IGNORED or (value is None and target not in row.with_none):
            continue
        if target is None:
            unknown.append(name)
        else:
            bound[target] = value
    return Call(kwargs=MappingProxyType(bound)), tuple(unknown)


def _bind_index(call: Call) -> Call:
    index = call.kwargs.get("slice_spec")
    items = index if isinstance(index, tuple) else (index,)
    return Call(args=(*call.args, tuple(map(_index_item, items))))


def _index_item(item: Value) -> Value:
    match item:
        case Mapping() if "start" in item or "stop" in item or "step" in item:
            return SliceSpec(start=item.get("start"), stop=item.get("stop"), step=item.get("step"))
        case Mapping() if item.get("class_name") == "__ellipsis__":
            return EllipsisSpec.ELLIPSIS
        case "...":
            return EllipsisSpec.ELLIPSIS
    return item


def _upgrade_states(layer: LayerSpec) -> tuple[LayerSpec, tuple[Note | Problem, ...]]:
    """A recurrent layer called on a list got its initial states in it; Keras 3 takes them by keyword."""
    calls = tuple(_separate_states(call) for call in layer.calls)
    if calls == layer.calls:
        return layer, ()
    return replace(layer, calls=calls), (
        note("initial-state", f"{layer.stored_name} takes its initial state by keyword", layer.content.at),
    )


def _separate_states(call: Call) -> Call:
    match call.args:
        case ((sequence, *states),) if states:
            return Call(args=(sequence,), kwargs=MappingProxyType({**call.kwargs, "initial_state": tuple(states)}))
    return call


def _without_keywords(layer: LayerSpec, gone: Mapping[str, str]) -> tuple[LayerSpec, tuple[Note, ...]]:
    said = {key: why for key, why in gone.items() if any(key in call.kwargs for call in layer.calls)}
    calls = tuple(
        replace(call, kwargs=MappingProxyType({key: item for key, item in call.kwargs.items() if key not in gone}))
        for call in layer.calls
    )
    notes = (
        note("dropped-keyword", f"{layer.stored_name} is called without {key}: {why}", layer.content.at)
        for key, why in said.items()
    )
    return replace(layer, calls=calls), tuple(notes)


def _no_operator(spec: ObjectSpec, name: str, why: str | None = None) -> Problem:
    return Problem(
        obstacle=Obstacle.UNKNOWN_OPERATOR,
        subject=name,
        message=f"{name} on a tensor has no counterpart in {'Keras 3' if why else 'the table of operations'}"
        + (f": {why}" if why else ""),
        at=spec.at,
    )


def _no_argument(spec: ObjectSpec, function: str, argument: str) -> Problem:
    return Problem(
        obstacle=Obstacle.UNKNOWN_OPERATOR,
        subject=f"tf.{function}",
        message=f"tf.{function} is called with {argument}, which its counterpart in keras.ops does not take",
        at=spec.at,
    )
