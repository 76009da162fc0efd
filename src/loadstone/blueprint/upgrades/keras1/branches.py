"""A Sequential of Keras 1 that begins with a Merge of other models, as the graph that it is.

Keras 1 wrote the branches into the configuration of the Merge, and the arrays of their layers beside those of the rest,
so that the layers of all branches become layers of one graph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import (
    Blueprint,
    Call,
    LayerSpec,
    ModelKind,
    ObjectSpec,
    Obstacle,
    Problem,
    TensorRef,
)
from loadstone.blueprint.traverse import references
from loadstone.blueprint.upgrades.names import lead_with_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.blueprint.graph import Value


@dataclass(frozen=True, slots=True)
class _Part:
    """Layers of a graph with the tensors that go in and the one that comes out."""

    layers: tuple[LayerSpec, ...]
    inputs: tuple[TensorRef, ...]
    output: TensorRef


class _Unopened(Exception):  # noqa: N818 - carries a sentence, is caught in this module
    """A branch that cannot be taken apart."""


def joined(blueprint: Blueprint) -> Blueprint | Problem:
    """The blueprint itself, or as a graph if it is a Sequential that begins with a Merge of models."""
    if not _merges(blueprint):
        return blueprint
    try:
        part = _opened(blueprint)
    except _Unopened as failure:
        message = f"the branches that {blueprint.name} merges {failure}"
        return Problem(
            obstacle=Obstacle.UNSUPPORTED_MODEL,
            subject=blueprint.name,
            message=message,
            at=blueprint.layers[0].content.at,
        )
    names = [layer.name for layer in part.layers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"the branches that {blueprint.name} merges have layers of one name: {', '.join(twice)}"
        return Problem(obstacle=Obstacle.UNSUPPORTED_MODEL, subject=blueprint.name, message=message, at=blueprint.at)
    return replace(
        blueprint,
        kind=ModelKind.FUNCTIONAL,
        class_name="Functional",
        layers=part.layers,
        inputs=part.inputs[0] if len(part.inputs) == 1 else part.inputs,
        outputs=part.output,
    )


def _merges(blueprint: Blueprint) -> bool:
    if blueprint.kind is not ModelKind.SEQUENTIAL or not blueprint.layers:
        return False
    first = blueprint.layers[0].content
    return isinstance(first, ObjectSpec) and first.name == "Merge" and isinstance(first.config.get("layers"), tuple)


def _opened(content: Value) -> _Part:
    """A branch as a part of the graph around it."""
    match content:
        case Blueprint(kind=ModelKind.FUNCTIONAL):
            outputs = tuple(references(content.outputs))
            if len(outputs) != 1:
                raise _Unopened(f"have a model with {len(outputs)} outputs: {content.name}")
            return _Part(content.layers, tuple(references(content.inputs)), outputs[0])
        case Blueprint() if _merges(content):
            merge = content.layers[0]
            branches = merge.content.config["layers"] if isinstance(merge.content, ObjectSpec) else ()
            parts = [_opened(branch) for branch in (branches if isinstance(branches, tuple) else ())]
            start = _call(merge, tuple(part.output for part in parts))
            layers = (*(layer for part in parts for layer in part.layers), start)
            inputs = tuple(tensor for part in parts for tensor in part.inputs)
            return _chained(layers, inputs, content.layers[1:])
        case Blueprint():
            first, *rest = _with_input(content)
            return _chained((first,), (_output(first),), tuple(rest))
        case ObjectSpec() if isinstance(name := content.config.get("name"), str):
            layer = LayerSpec(name=name, stored_name=name, content=content)
            return _opened(Blueprint(name=name, kind=ModelKind.SEQUENTIAL, layers=(layer,), at=content.at))
    raise _Unopened("are not all models or layers")


def _with_input(blueprint: Blueprint) -> tuple[LayerSpec, ...]:
    """The layers of a Sequential, an input first."""
    layers = lead_with_input(blueprint).layers
    first = layers[0].content
    if isinstance(first, ObjectSpec) and first.name == "InputLayer":
        return layers
    inner = tuple(_inputs(first)) if isinstance(first, Blueprint) else ()
    if len(inner) != 1:
        raise _Unopened(f"have a Sequential without one input of a known shape: {blueprint.name}")
    name = f"{layers[0].name}_input"
    config = MappingProxyType({**inner[0].config, "name": name})
    return (LayerSpec(name=name, stored_name=name, content=replace(inner[0], config=config)), *layers)


def _inputs(model: Blueprint) -> Iterator[ObjectSpec]:
    """The input layers of a nested model."""
    for layer in lead_with_input(model).layers:
        if isinstance(layer.content, ObjectSpec) and layer.content.name == "InputLayer":
            yield layer.content
        elif isinstance(layer.content, Blueprint) and model.kind is ModelKind.SEQUENTIAL:
            yield from _inputs(layer.content)


def _chained(layers: tuple[LayerSpec, ...], inputs: tuple[TensorRef, ...], rest: tuple[LayerSpec, ...]) -> _Part:
    for layer in rest:
        layers = (*layers, _call(layer, _output(layers[-1])))
    return _Part(layers, inputs, _output(layers[-1]))


def _call(layer: LayerSpec, argument: Value) -> LayerSpec:
    return replace(layer, calls=(Call(args=(argument,)),))


def _output(layer: LayerSpec) -> TensorRef:
    return TensorRef(layer=layer.name, call=0, output=0)
