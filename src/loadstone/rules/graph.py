"""The calls between layers as Keras 2 and the HDF5 files of Keras 3 store them: ``inbound_nodes``.

A node is a list of ``[layer, node index, tensor index, keywords]``, one for each tensor that goes into the call.
(``keras/engine/node.py`` of 2.4 to 2.15, ``serialize_node`` of Keras 3's ``models/functional.py``.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Artifact, Json

_WITH_KEYWORDS = 4
_GRAPHS = frozenset({"Functional", "Model", "Network"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One tensor that goes into a call: the output ``tensor`` of call number ``node`` of ``layer``."""

    layer: str
    node: int
    keywords: Mapping[str, Json]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The layers of one functional model by name, how often each is called, and the tensors between them."""

    path: str
    calls: Mapping[str, int]
    references: tuple[Reference, ...]


def graphs(artifact: Artifact) -> Iterator[Graph]:
    """Every functional model of a configuration, nested ones included."""
    for item in artifact.objects:
        layers = item.config.get("layers")
        if item.class_name in _GRAPHS and is_list(layers):
            base = f"{item.at.path}/config/layers"
            stored = [(f"{base}/{index}", layer) for index, layer in enumerate(layers) if isinstance(layer, Mapping)]
            yield Graph(
                path=item.at.path,
                calls={_name(layer): len(_nodes(layer)) for _, layer in stored},
                references=tuple(found for path, layer in stored for found in _references(path, layer)),
            )


def tensor_keywords(reference: Reference, graph: Graph) -> Iterator[tuple[str, str]]:
    """Keywords of a call whose value is a reference to a layer of the graph: the keyword and that layer."""
    for keyword, value in reference.keywords.items():
        layer = _referred(value, graph)
        if layer is not None:
            yield keyword, layer


def _referred(value: Json, graph: Graph) -> str | None:
    """The layer that a value refers to: ``["dense", 0, 0]``, or the first such in nested lists."""
    match value:
        case [str() as layer, int(), int(), *_] if layer in graph.calls:
            return layer
        case [*children]:
            return next((found for child in children if (found := _referred(child, graph)) is not None), None)
        case _:
            return None


def _references(path: str, layer: Mapping[str, Json]) -> Iterator[Reference]:
    for node, tensors in enumerate(_nodes(layer)):
        for index, tensor in enumerate(tensors if is_list(tensors) else ()):
            if is_list(tensor) and len(tensor) > 1 and isinstance(tensor[0], str) and isinstance(tensor[1], int):
                keywords = tensor[3] if len(tensor) >= _WITH_KEYWORDS else None
                yield Reference(
                    layer=tensor[0],
                    node=tensor[1],
                    keywords=keywords if isinstance(keywords, Mapping) else {},
                    at=f"{path}/inbound_nodes/{node}/{index}",
                )


def _nodes(layer: Mapping[str, Json]) -> Sequence[Json]:
    nodes = layer.get("inbound_nodes")
    return nodes if is_list(nodes) else ()


def _name(layer: Mapping[str, Json]) -> str:
    name = layer.get("name")
    if isinstance(name, str):
        return name
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, Mapping) else None
    return inner if isinstance(inner, str) else ""


def is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    """Tell whether a JSON value is an array."""
    return isinstance(value, Sequence) and not isinstance(value, str)
