"""A Sequential that begins with feature columns takes a dictionary, which in Keras 3 a graph alone does."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Call, LayerSpec, ModelKind, ObjectSpec, TensorRef
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.blueprint.graph import Blueprint, Note, Value

#: What a feature's values are, by the column that takes them, where the column's settings do not say it.
_DTYPES = MappingProxyType({"CrossedColumn": "string", "IdentityCategoricalColumn": "int64"})


def with_features(blueprint: Blueprint) -> tuple[Blueprint, tuple[Note, ...]]:
    """A graph of the layers of a Sequential that begins with DenseFeatures, with an input for each feature."""
    first = blueprint.layers[0].content if blueprint.layers else None
    if blueprint.kind is not ModelKind.SEQUENTIAL or not isinstance(first, ObjectSpec) or first.name != "DenseFeatures":
        return blueprint, ()
    taken = {layer.name for layer in blueprint.layers}
    stored = blueprint.input_shape if isinstance(blueprint.input_shape, MappingProxyType) else {}
    found = _features(first.config.get("feature_columns"))
    # What a crossing takes by name alone counts as words where no other column tells what it is.
    features = dict(sorted(found, key=lambda each: (each[0], each[1][0] != "string")))
    inputs, lead = {}, []
    for key, (dtype, shape) in features.items():
        name = f"{key}_input" if key in taken else key
        config = {"batch_shape": stored.get(key, (None, *shape)), "dtype": dtype, "name": name}
        content = ObjectSpec(name="InputLayer", config=MappingProxyType(config), at=first.at)
        lead.append(LayerSpec(name=name, stored_name=name, content=content))
        inputs[key] = TensorRef(layer=name, call=0, output=0)
    given: Value = MappingProxyType(inputs)
    layers = []
    for layer in blueprint.layers:
        layers.append(replace(layer, calls=(Call(args=(given,)),)))
        given = TensorRef(layer=layer.name, call=0, output=0)
    graph = replace(
        blueprint,
        kind=ModelKind.FUNCTIONAL,
        layers=(*lead, *layers),
        inputs=MappingProxyType(inputs),
        outputs=given,
        input_shape=None,
    )
    message = (
        f"{blueprint.name} is a graph now, which takes a dictionary of {', '.join(features)}, as the Sequential did"
    )
    return graph, (note("features", message, first.at),)


def _features(columns: Value) -> Iterator[tuple[str, tuple[str, tuple[Value, ...]]]]:
    """The features that columns take: name, dtype and shape without the batch; of categories, one value."""
    match columns:
        case tuple():
            for each in columns:
                yield from _features(each)
        case ObjectSpec(name=name, config=config):
            dtype, shape = config.get("dtype", _DTYPES.get(name, "float32")), config.get("shape")
            match config:
                case {"weight_feature_key": str(key)}:
                    yield key, ("float32", (1,))
                case {"key": str(key)}:
                    yield key, (str(dtype), shape if isinstance(shape, tuple) else (1,))
                case {"keys": tuple(keys)}:
                    yield from ((key, (str(dtype), (1,))) for key in keys if isinstance(key, str))
            for value in config.values():
                if isinstance(value, ObjectSpec | tuple):
                    yield from _features(value)
