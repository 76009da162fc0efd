"""The Keras 3 dialect: how Keras 3 writes a functional graph.

An entry of ``inbound_nodes`` is ``{"args": [...], "kwargs": {...}}``; a tensor in it is a ``__keras_tensor__`` whose
``keras_history`` names the layer, its call and the output. Calls count from zero within the model; only the outputs
of the model count a nested Functional model's own creation as its call 0 (measured in Keras 3.4.1, 3.9.0 and 3.15.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import KERAS_OPERATION, Blueprint, Call, LayerSpec, ModelKind, ObjectSpec, TensorRef
from loadstone.blueprint.keras2 import layer_name, parse_call
from loadstone.blueprint.traverse import map_references
from loadstone.blueprint.values import as_mapping, as_sequence, child, parse_value, settings_of_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.artifact import Json, Pointer
    from loadstone.blueprint.graph import Value

    ParseModel = Callable[[Mapping[str, Json], Pointer], Blueprint]


def parse_functional(value: Mapping[str, Json], at: Pointer, parse_model: ParseModel) -> Blueprint:
    """A Functional model of the Keras 3 dialect."""
    config, at = settings_of_model(value, at)
    entries = [as_mapping(entry) for entry in as_sequence(config["layers"])]
    names = frozenset(layer_name(entry) for entry in entries)
    layers = tuple(_parse_layer(entry, child(at, "layers", i), parse_model, names) for i, entry in enumerate(entries))
    return Blueprint(
        name=str(config.get("name", "functional")),
        kind=ModelKind.FUNCTIONAL,
        class_name=str(value.get("class_name", "Functional")),
        layers=layers,
        inputs=_boundary(config.get("input_layers")),
        outputs=map_references(_boundary(config.get("output_layers")), _created(layers)),
        trainable=config.get("trainable") is not False,
        is_bare="config" not in value,
        at=at,
    )


def _created(layers: tuple[LayerSpec, ...]) -> Callable[[TensorRef], TensorRef]:
    """The references of outputs without the creation of nested Functional models, as the others are."""
    nested = {
        layer.name
        for layer in layers
        if isinstance(layer.content, Blueprint) and layer.content.kind is ModelKind.FUNCTIONAL
    }

    def counted(reference: TensorRef) -> TensorRef:
        return (
            replace(reference, call=reference.call - 1) if reference.layer in nested and reference.call else reference
        )

    return counted


def _parse_layer(entry: Mapping[str, Json], at: Pointer, parse_model: ParseModel, names: frozenset[str]) -> LayerSpec:
    name = layer_name(entry)
    content = _told_apart(parse_value(entry, at, parse_model))
    calls = []
    for i, node in enumerate(as_sequence(entry.get("inbound_nodes"))):
        if isinstance(node, Mapping):
            where = child(at, "inbound_nodes", i)
            arguments = parse_value(node.get("args"), child(where, "args"), parse_model)
            keywords = parse_value(node.get("kwargs"), child(where, "kwargs"), parse_model)
            calls.append(
                Call(
                    args=arguments if isinstance(arguments, tuple) else (),
                    kwargs=keywords if isinstance(keywords, Mapping) else MappingProxyType({}),
                )
            )
        elif node:
            calls.append(parse_call(node, names))
    return LayerSpec(
        name=name,
        stored_name=name,
        content=content if isinstance(content, ObjectSpec | Blueprint) else ObjectSpec(name=name, at=at),
        calls=tuple(calls),
    )


def _told_apart(content: Value) -> Value:
    """Layers and operations share names (Reshape, Add); every layer says whether it is trainable, no operation does."""
    match content:
        case ObjectSpec(module=None, config=config) if "trainable" not in config and content.name != "InputLayer":
            return replace(content, module=KERAS_OPERATION)
    return content


def _boundary(value: Json) -> Value:
    match value:
        case [str(layer), int(call), int(output)]:
            return TensorRef(layer=layer, call=call, output=output)
        case [only]:
            return _boundary(only)
        case Mapping():
            return MappingProxyType({key: _boundary(item) for key, item in value.items()})
        case list() | tuple():
            return tuple(_boundary(item) for item in value)
    return None
