"""The Keras 2 dialect: how Keras 2.x, tf.keras and their `.keras` archives up to 2.15 write a graph.

A layer's ``inbound_nodes`` has one entry a call. An entry is a tensor reference ``[layer, node, output, kwargs]`` or a
list or mapping of such references; the keyword arguments stand in the references. ``["_CONSTANT_VALUE", -1, value]`` is
a constant in a tensor's place, and a list of three or four items that begins with a layer's name is a tensor among the
keyword arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Blueprint, Call, LayerSpec, ModelKind, ObjectSpec, TensorRef
from loadstone.blueprint.traverse import map_call, map_references, references
from loadstone.blueprint.values import as_mapping, as_sequence, child, parse_value, settings_of_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.artifact import Json, Pointer
    from loadstone.blueprint.graph import Value

    ParseModel = Callable[[Mapping[str, Json], Pointer], Blueprint]

# The stored name of a nested model whose configuration has none.
NAMELESS = ""

_CONSTANT = "_CONSTANT_VALUE"

# Layers that stand for a function: where the file has None among their arguments, the author may have written it.
_FUNCTIONS = frozenset({"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty"})
_REFERENCE_LENGTHS = (3, 4)


def parse_functional(value: Mapping[str, Json], at: Pointer, parse_model: ParseModel) -> Blueprint:
    """A Functional model of the Keras 2 dialect."""
    config, at = settings_of_model(value, at)
    entries = [as_mapping(entry) for entry in as_sequence(config["layers"])]
    names = frozenset(layer_name(entry) for entry in entries)
    layers = tuple(parse_layer(entry, child(at, "layers", i), parse_model, names) for i, entry in enumerate(entries))
    inputs = _boundary(config.get("input_layers"), names)
    outputs = _boundary(config.get("output_layers"), names)
    shift = _first_calls(layers, (inputs, outputs))
    return Blueprint(
        name=str(config.get("name", "model")),
        kind=ModelKind.FUNCTIONAL,
        class_name=str(value.get("class_name", "Functional")),
        layers=tuple(replace(layer, calls=tuple(map_call(call, shift) for call in layer.calls)) for layer in layers),
        inputs=map_references(inputs, shift),
        outputs=map_references(outputs, shift),
        trainable=config.get("trainable") is not False,
        is_bare="config" not in value,
        at=at,
    )


def layer_name(entry: Mapping[str, Json]) -> str:
    """The name of a layer entry: its own, else its configuration's, else its class."""
    return _stored_name(entry) or str(entry.get("class_name", "layer")).lower()


def _stored_name(entry: Mapping[str, Json]) -> str:
    name = entry.get("name", as_mapping(entry.get("config")).get("name"))
    return name if isinstance(name, str) else NAMELESS


def parse_layer(entry: Mapping[str, Json], at: Pointer, parse_model: ParseModel, names: frozenset[str]) -> LayerSpec:
    """One entry of ``layers`` with its calls."""
    name = layer_name(entry)
    content = parse_value(entry, at, parse_model)
    calls = tuple(parse_call(node, names) for node in as_sequence(entry.get("inbound_nodes")) if node)
    if entry.get("class_name") not in _FUNCTIONS:
        calls = tuple(map(_given, calls))
    return LayerSpec(
        name=name,
        stored_name=_stored_name(entry) if isinstance(content, Blueprint) else name,
        content=content if isinstance(content, ObjectSpec | Blueprint) else ObjectSpec(name=name, at=at),
        calls=calls,
    )


def parse_call(node: Json, names: frozenset[str]) -> Call:
    """One entry of ``inbound_nodes``: the structure of the first argument, and the keyword arguments beside it."""
    keywords: dict[str, Value] = {}
    argument = _argument(node, names, keywords)
    if isinstance(argument, tuple) and len(argument) == 1 and isinstance(argument[0], TensorRef):
        argument = argument[0]
    return Call(args=(argument,), kwargs=MappingProxyType(keywords))


def _given(call: Call) -> Call:
    """The call without the arguments that are None, which is every layer's own default: it was not given them."""
    return replace(call, kwargs=MappingProxyType({key: item for key, item in call.kwargs.items() if item is not None}))


def _argument(data: Json, names: frozenset[str], keywords: dict[str, Value]) -> Value:
    match data:
        case [str(name), int(), value, *rest] if name == _CONSTANT:
            _collect(rest, names, keywords)
            return _keyword(value, names)
        case [str(layer), int(node), int(output), *rest] if layer in names:
            _collect(rest, names, keywords)
            return TensorRef(layer=layer, call=node, output=output)
        case Mapping():
            return MappingProxyType({key: _argument(item, names, keywords) for key, item in data.items()})
        case list() | tuple():
            return tuple(_argument(item, names, keywords) for item in data)
        case _:
            return _keyword(data, names)


def _collect(rest: list[Json], names: frozenset[str], keywords: dict[str, Value]) -> None:
    if rest and isinstance(rest[0], Mapping):
        keywords.update({key: _keyword(item, names) for key, item in rest[0].items()})


def _keyword(value: Json, names: frozenset[str]) -> Value:
    """A keyword argument: constants, with tensor references wherever a list begins with a known layer's name."""
    match value:
        case [str(name), int(), constant, *_] if name == _CONSTANT:
            return _keyword(constant, names)
        case [str(layer), int(node), int(output), *rest] if layer in names and len(rest) <= 1:
            return TensorRef(layer=layer, call=node, output=output)
        case Mapping():
            return MappingProxyType({key: _keyword(item, names) for key, item in value.items()})
        case None | bool() | int() | float() | str():
            return value
        case _:
            return tuple(_keyword(item, names) for item in as_sequence(value))


def _boundary(value: Json, names: frozenset[str]) -> Value:
    """``input_layers`` or ``output_layers``: one reference, or a list or mapping of them."""
    boundary = _keyword(value, names)
    return boundary[0] if isinstance(boundary, tuple) and len(boundary) == 1 else boundary


def _first_calls(layers: tuple[LayerSpec, ...], boundary: Value) -> Callable[[TensorRef], TensorRef]:
    """How references count the calls of each layer, as a function that makes them count from zero.

    A nested model that was itself built from inputs counts its own creation as call 0 in files of tf.keras 2.2 and
    newer, and does not in older ones; the references in the file tell which.
    """
    used: dict[str, set[int]] = defaultdict(set)
    values = [boundary, *(call.args for layer in layers for call in layer.calls)]
    values += [call.kwargs for layer in layers for call in layer.calls]
    for value in values:
        for reference in references(value):
            used[reference.layer].add(reference.call)
    shifts = {layer.name: 1 for layer in layers if isinstance(layer.content, Blueprint) and 0 not in used[layer.name]}

    def shift(reference: TensorRef) -> TensorRef:
        first = shifts.get(reference.layer, 0)
        return TensorRef(layer=reference.layer, call=reference.call - first, output=reference.output)

    return shift


def parse_sequential(value: Mapping[str, Json], at: Pointer, parse_model: ParseModel) -> Blueprint:
    """A Sequential model of either dialect; before Keras 2.2.3 its configuration was the bare list of layers."""
    at = child(at, "config")
    settings = as_mapping(value["config"])
    entries, where = (settings["layers"], child(at, "layers")) if settings else (value["config"], at)
    layers = tuple(
        parse_layer(as_mapping(entry), child(where, i), parse_model, frozenset())
        for i, entry in enumerate(as_sequence(entries))
    )
    shape = parse_value(settings.get("build_input_shape"), child(at, "build_input_shape"), parse_model)
    return Blueprint(
        name=str(settings.get("name", "sequential")),
        kind=ModelKind.SEQUENTIAL,
        class_name=str(value["class_name"]),
        layers=_told_apart(layers),
        trainable=settings.get("trainable") is not False,
        input_shape=shape,
        at=at,
    )


def _told_apart(layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
    """Nested models without a name get one: before Keras 2.2.3 the configuration of a Sequential held none.

    What they are called in the file is unknown until `loadstone.blueprint.pairing.adopted` finds it.
    """
    taken = {layer.name for layer in layers if not _is_nameless(layer)}
    told: list[LayerSpec] = []
    for layer in layers:
        if not _is_nameless(layer) or not isinstance(layer.content, Blueprint):
            told.append(layer)
            continue
        name, count = layer.name, 0
        while name in taken:
            count += 1
            name = f"{layer.name}_{count}"
        taken.add(name)
        told.append(replace(layer, name=name, stored_name=NAMELESS, content=replace(layer.content, name=name)))
    return tuple(told)


def _is_nameless(layer: LayerSpec) -> bool:
    return isinstance(layer.content, Blueprint) and layer.stored_name == NAMELESS
