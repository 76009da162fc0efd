"""Losses and metrics that ``model.add_loss(tensor)`` and ``add_metric`` put into a graph, beside what leads to outputs.

Keras 3 keeps of a graph what its outputs need. A loss becomes part of that: the layer that adds it passes the model's
first output on. A metric has no place in Keras 3, and no influence on outputs or training.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Call, ModelKind, ObjectSpec, TensorRef
from loadstone.blueprint.traverse import map_references, references
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Blueprint, LayerSpec, Note

ADDS_LOSS = "loadstone>AddLoss"
_ADDS_LOSS, _ADDS_METRIC = "AddLoss", "AddMetric"


def with_added(blueprint: Blueprint) -> tuple[Blueprint, tuple[Note, ...]]:
    """A model whose added losses lead to its first output, without its added metrics."""
    first = next(references(blueprint.outputs), None)
    if blueprint.kind is not ModelKind.FUNCTIONAL or first is None:
        return blueprint, ()
    layers, said, source = [], [], first
    for layer in blueprint.layers:
        match layer.content:
            case ObjectSpec(name=name) as spec if name == _ADDS_METRIC:
                message = f"{spec.config.get('metric_name', layer.name)} of add_metric is not shown any more: {_METRIC}"
                said.append(note("added-metric", message, spec.at))
            case ObjectSpec(name=name) as spec if name == _ADDS_LOSS and layer.calls:
                layers.append(_passing_on(layer, spec, source))
                source = TensorRef(layer=layer.name, call=0, output=0)
                said.append(note("added-loss", f"{layer.name}: {_LOSS}", spec.at))
            case _:
                layers.append(layer)
    outputs = map_references(blueprint.outputs, lambda each: source if each == first else each)
    return replace(blueprint, layers=tuple(layers), outputs=outputs), tuple(said)


def output_of(blueprint: Blueprint, reference: TensorRef) -> TensorRef:
    """The output that a reference stands for: what the layers that add losses pass on."""
    passing = {
        layer.name: next(references(layer.calls[0].args))
        for layer in blueprint.layers
        if isinstance(layer.content, ObjectSpec) and layer.content.name == ADDS_LOSS
    }
    while reference.layer in passing:
        reference = passing[reference.layer]
    return reference


def _passing_on(layer: LayerSpec, spec: ObjectSpec, output: TensorRef) -> LayerSpec:
    config = {key: value for key, value in spec.config.items() if key in {"name", "dtype", "trainable"}}
    call = Call(args=(output, *layer.calls[0].args))
    return replace(
        layer,
        content=replace(spec, name=ADDS_LOSS, config=MappingProxyType(config)),
        calls=(call,),
        stored_class=spec.name,
    )


_METRIC = "Keras 3 has no metrics of tensors within a model"
_LOSS = "what model.add_loss was given is added to the loss by a layer that passes the model's first output on"
