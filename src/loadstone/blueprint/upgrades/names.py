"""Layer names that Keras 3 refuses, and the input that a Sequential carries in its first layer."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from loadstone.blueprint.graph import Blueprint, LayerSpec, ModelKind, Note, ObjectSpec, Operation, TensorRef
from loadstone.blueprint.traverse import map_call, map_references
from loadstone.blueprint.upgrades.upgrade import note


def rename_layers(blueprint: Blueprint) -> tuple[Blueprint, tuple[Note, ...]]:
    """Rename layers with ``/`` in their names, which Keras 3 refuses; calls and the way to the weights are kept."""
    taken = {layer.name for layer in blueprint.layers if "/" not in layer.name}
    names: dict[str, str] = {}
    for layer in blueprint.layers:
        if "/" in layer.name:
            names[layer.name] = _free_name(layer.name.replace("/", "_"), taken)
    if not names:
        return blueprint, ()

    def reference(old: TensorRef) -> TensorRef:
        return replace(old, layer=names.get(old.layer, old.layer))

    notes = tuple(
        note("layer-name", f"layer {old} is named {new}: Keras 3 refuses '/' in names", blueprint.at)
        for old, new in names.items()
    )
    renamed = replace(
        blueprint,
        layers=tuple(
            replace(
                layer,
                name=names.get(layer.name, layer.name),
                content=_named(layer.content, names.get(layer.name)),
                calls=tuple(map_call(call, reference) for call in layer.calls),
            )
            for layer in blueprint.layers
        ),
        inputs=map_references(blueprint.inputs, reference),
        outputs=map_references(blueprint.outputs, reference),
    )
    return renamed, notes


def _named(content: ObjectSpec | Operation | Blueprint, name: str | None) -> ObjectSpec | Operation | Blueprint:
    match content:
        case ObjectSpec() if name is not None:
            return replace(content, config=MappingProxyType({**content.config, "name": name}))
        case Blueprint() if name is not None:
            return replace(content, name=name)
    return content


def _free_name(wanted: str, taken: set[str]) -> str:
    name, count = wanted, 0
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    taken.add(name)
    return name


def lead_with_input(blueprint: Blueprint) -> Blueprint:
    """A Sequential whose first layer carries the batch shape gets the input layer that Keras 3 wants instead."""
    if blueprint.kind is not ModelKind.SEQUENTIAL or not blueprint.layers:
        return blueprint
    first = blueprint.layers[0].content
    if not isinstance(first, ObjectSpec) or first.name == "InputLayer":
        return blueprint
    shape = first.config.get("batch_input_shape")
    if shape is None:
        return blueprint
    name = f"{blueprint.layers[0].name}_input"
    config = {"batch_shape": shape, "dtype": _input_dtype(first), "name": name}
    content = ObjectSpec(name="InputLayer", config=MappingProxyType(config), at=first.at)
    lead = LayerSpec(name=name, stored_name=name, content=content)
    return replace(blueprint, layers=(lead, *blueprint.layers))


def _input_dtype(first: ObjectSpec) -> str:
    """What the first layer takes: an Embedding takes indices, whatever the dtype it computes in; the rest their own."""
    dtype = first.config.get("dtype")
    return dtype if isinstance(dtype, str) and first.name != "Embedding" else "float32"
