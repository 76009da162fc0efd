"""JSON of a configuration -> `Value`s: nested objects, nested models, tuples, slices and functions get their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import EllipsisSpec, ObjectSpec, SliceSpec, TensorRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.artifact import Json
    from loadstone.blueprint.graph import Blueprint, Value

_IDENTIFIER_SUFFIXES = ("activation", "_initializer", "_regularizer", "_constraint")
_IDENTIFIER_KEYS = frozenset({"fn", "normalizer_fn"})


def is_identifier_key(key: str) -> bool:
    """Whether a plain string under this configuration key names a class or function."""
    return key in _IDENTIFIER_KEYS or key.endswith(_IDENTIFIER_SUFFIXES)


def child(at: Pointer, *tokens: str | int) -> Pointer:
    """The pointer to a part of the value at ``at``, escaped as RFC 6901 asks."""
    parts = (str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return Pointer(document=at.document, path="/".join((at.path, *parts)))


def identity(value: Mapping[str, Json]) -> str:
    """The name a registry knows the object by: a registered ``Package>Name`` before the class's own name.

    tf.keras 2.11 to 2.15 registered its own optimizers under ``Custom>``; an upgrade drops the package for them.
    """
    class_name = str(value["class_name"])
    registered = value.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return registered
    return class_name


def as_mapping(value: Json) -> Mapping[str, Json]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else MappingProxyType({})


def as_sequence(value: Json) -> Sequence[Json]:
    """The value if it is a JSON array, else an empty one."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def is_model(value: Json) -> bool:
    """Whether the JSON object is a Functional or Sequential model, a subclass of Functional included."""
    entry = as_mapping(value)
    config = as_mapping(entry.get("config"))
    if entry.get("class_name") == "Sequential":
        return bool(as_sequence(config.get("layers")) or as_sequence(entry.get("config")))
    return bool(as_sequence(config.get("layers"))) and "input_layers" in config and "output_layers" in config


def settings_of_model(value: Mapping[str, Json], at: Pointer) -> tuple[Mapping[str, Json], Pointer]:
    """The settings of a model, and where they stand: its ``config``, or all that the file has of it.

    The latter is what ``get_config`` of a model gave, which its author's own ``from_config`` reads.
    """
    return (as_mapping(value["config"]), child(at, "config")) if "config" in value else (value, at)


def parse_value(value: Json, at: Pointer, parse_model: Callable[[Mapping[str, Json], Pointer], Blueprint]) -> Value:
    """Turn one JSON value of a configuration into a `Value`.

    Args:
        value: the JSON.
        at: where it stands.
        parse_model: called for a nested model, so that this module need not know the dialects.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case {"type": "ndarray", "value": array} if len(value) == 2:  # noqa: PLR2004 - so Keras 2 wrote NumPy's arrays
            return parse_value(array, child(at, "value"), parse_model)
        case Mapping() if is_model(value):
            return parse_model(value, at)
        case Mapping() if is_model({"config": value}):
            return parse_model(value, at)
        case Mapping() if isinstance(value.get("class_name"), str):
            return _parse_object(value, at, parse_model)
        case Mapping():
            return MappingProxyType(
                {key: _parse_item(key, item, child(at, key), parse_model) for key, item in value.items()}
            )
        case _:
            return tuple(parse_value(item, child(at, i), parse_model) for i, item in enumerate(value))


def _parse_item(
    key: str, value: Json, at: Pointer, parse_model: Callable[[Mapping[str, Json], Pointer], Blueprint]
) -> Value:
    if isinstance(value, str) and is_identifier_key(key):
        return ObjectSpec(name=value, is_identifier=True, at=at)
    return parse_value(value, at, parse_model)


def _parse_object(
    value: Mapping[str, Json], at: Pointer, parse_model: Callable[[Mapping[str, Json], Pointer], Blueprint]
) -> Value:
    module = value.get("module")
    config = value.get("config")
    match value["class_name"]:
        case "__tuple__":
            return parse_value(as_sequence(value.get("items", config)), child(at, "items"), parse_model)
        case "__slice__":
            start, stop, step = (as_mapping(config).get(key) for key in ("start", "stop", "step"))
            return SliceSpec(
                start=parse_value(start, at, parse_model),
                stop=parse_value(stop, at, parse_model),
                step=parse_value(step, at, parse_model),
            )
        case "__ellipsis__":
            return EllipsisSpec.ELLIPSIS
        case "__numpy__" | "__tensor__" if isinstance(config, Mapping) and "value" in config:
            return parse_value(config["value"], child(at, "config", "value"), parse_model)
        case "__keras_tensor__":
            return _parse_history(as_mapping(config).get("keras_history"))
        case "TensorShape":
            return parse_value(value.get("items"), child(at, "items"), parse_model)
        case "function" if isinstance(config, str):
            registered = value.get("registered_name")
            name = registered if isinstance(registered, str) and ">" in registered else config
            return ObjectSpec(name=name, module=_text(module), is_function=True, at=at)
    parsed = parse_value(config, child(at, "config"), parse_model)
    return ObjectSpec(
        name=identity(value),
        module=_text(module),
        config=parsed if isinstance(parsed, Mapping) else MappingProxyType({} if parsed is None else {"value": parsed}),
        at=at,
    )


def _parse_history(history: Json) -> Value:
    match history:
        case [str(layer), int(call), int(output)]:
            return TensorRef(layer=layer, call=call, output=output)
    return None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
