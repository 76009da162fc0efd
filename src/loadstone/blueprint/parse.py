"""Artifact -> Blueprint. One place to add a dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.artifact import Dialect, Format
from loadstone.blueprint import keras2, keras3
from loadstone.blueprint.graph import Blueprint, LayerSpec, ModelKind, ObjectSpec, Training
from loadstone.blueprint.values import as_mapping, child, is_model, parse_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.artifact import Artifact, Json, Pointer
    from loadstone.blueprint.graph import Value

    ParseModel = Callable[[Mapping[str, Json], Pointer], Blueprint]

_FUNCTIONAL = MappingProxyType(
    {
        Dialect.KERAS_1: keras2.parse_functional,
        Dialect.KERAS_2: keras2.parse_functional,
        Dialect.KERAS_3: keras3.parse_functional,
    }
)

# The containers whose models are rebuilt; the others are read and diagnosed.
REBUILT = frozenset({Format.HDF5_MODEL, Format.KERAS_ARCHIVE, Format.TENSORFLOW_JS})

_NOT_OPTIONS = frozenset(
    # Keras 2 writes these; the loss's or metric's own settings hold them in Keras 3.
    {"optimizer", "optimizer_config", "loss", "metrics", "weighted_metrics", "loss_weights", "sample_weight_mode"}
)


def parse(artifact: Artifact) -> Blueprint:
    """The model of an artifact as a neutral graph.

    Args:
        artifact: one with a configuration.

    Raises:
        ValueError: it has no configuration; the caller asks ``artifact.config`` first.
    """
    if artifact.config is None or artifact.config_at is None:
        raise ValueError(f"{artifact.source} holds no model configuration")
    dialect = artifact.dialect or Dialect.KERAS_2
    blueprint = _parse_root(artifact.config, artifact.config_at, _model_parser(dialect))
    if artifact.training is None or not artifact.training.config:  # Keras 3 writes {} for a model never compiled
        return blueprint
    training = parse_training(artifact.training.config, artifact.training.at, _model_parser(dialect))
    return replace(blueprint, training=training)


def _model_parser(dialect: Dialect) -> ParseModel:
    def parse_model(value: Mapping[str, Json], at: Pointer) -> Blueprint:
        if value.get("class_name") == "Sequential":
            return keras2.parse_sequential(value, at, parse_model)
        return _FUNCTIONAL[dialect](value, at, parse_model)

    return parse_model


def _parse_root(value: Mapping[str, Json], at: Pointer, parse_model: ParseModel) -> Blueprint:
    if is_model(value):
        return parse_model(value, at)
    content = parse_value(value, at, parse_model)
    name = keras2.layer_name(value)
    built_with = as_mapping(value.get("build_config"))
    return Blueprint(
        name=name,
        kind=ModelKind.SUBCLASSED,
        layers=(
            LayerSpec(
                name=name,
                stored_name=name,
                content=content if isinstance(content, ObjectSpec) else ObjectSpec(name=name, at=at),
            ),
        ),
        input_shape=parse_value(built_with.get("input_shape"), child(at, "build_config", "input_shape"), parse_model),
        at=at,
    )


def parse_training(config: Mapping[str, Json], at: Pointer, parse_model: ParseModel) -> Training:
    """The compile state; legacy HDF5 calls the optimizer ``optimizer_config``, archives ``optimizer``."""
    key = "optimizer_config" if "optimizer_config" in config else "optimizer"

    def part(name: str) -> Value:
        return parse_value(config.get(name), child(at, name), parse_model)

    optimizer = part(key)
    if isinstance(optimizer, str):
        optimizer = ObjectSpec(name=optimizer, is_identifier=True, at=child(at, key))
    return Training(
        optimizer=optimizer if isinstance(optimizer, ObjectSpec) else None,
        loss=_identifiers(part("loss"), child(at, "loss")),
        metrics=_identifiers(part("metrics"), child(at, "metrics")),
        weighted_metrics=_identifiers(part("weighted_metrics"), child(at, "weighted_metrics")),
        loss_weights=part("loss_weights"),
        options=MappingProxyType({name: part(name) for name in config if name not in _NOT_OPTIONS}),
    )


def _identifiers(value: Value, at: Pointer) -> Value:
    """The same structure with every plain string as the identifier that it is."""
    match value:
        case str():
            return ObjectSpec(name=value, is_identifier=True, at=at)
        case Mapping():
            return MappingProxyType({key: _identifiers(item, child(at, key)) for key, item in value.items()})
        case tuple():
            return tuple(_identifiers(item, child(at, i)) for i, item in enumerate(value))
    return value
