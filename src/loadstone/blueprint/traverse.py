"""Walking and rebuilding `Value`s. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Blueprint, Call, ObjectSpec, Operation, SliceSpec, TensorRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loadstone.blueprint.graph import Value


def references(value: Value) -> Iterator[TensorRef]:
    """Every tensor reference inside a value, in order."""
    match value:
        case TensorRef():
            yield value
        case SliceSpec(start=start, stop=stop, step=step):
            for part in (start, stop, step):
                yield from references(part)
        case Mapping():
            for item in value.values():
                yield from references(item)
        case tuple():
            for item in value:
                yield from references(item)


def objects(value: Value) -> Iterator[ObjectSpec]:
    """Every object inside a value, nested models included, outermost first."""
    match value:
        case ObjectSpec():
            yield value
            for item in value.config.values():
                yield from objects(item)
        case Blueprint():
            for layer in value.layers:
                if not isinstance(layer.content, Operation):
                    yield from objects(layer.content)
        case Mapping():
            for item in value.values():
                yield from objects(item)
        case tuple():
            for item in value:
                yield from objects(item)


def map_references(value: Value, change: Callable[[TensorRef], TensorRef]) -> Value:
    """The same value with every tensor reference replaced."""
    match value:
        case TensorRef():
            return change(value)
        case SliceSpec(start=start, stop=stop, step=step):
            return SliceSpec(
                start=map_references(start, change),
                stop=map_references(stop, change),
                step=map_references(step, change),
            )
        case Mapping():
            return MappingProxyType({key: map_references(item, change) for key, item in value.items()})
        case tuple():
            return tuple(map_references(item, change) for item in value)
        case _:
            return value


def inputs_of(call: Call) -> tuple[TensorRef, ...]:
    """Every tensor reference of a call, in order."""
    return (*references(call.args), *references(call.kwargs))


def map_call(call: Call, change: Callable[[TensorRef], TensorRef]) -> Call:
    """The same call with every tensor reference replaced."""
    return Call(
        args=tuple(map_references(item, change) for item in call.args),
        kwargs=MappingProxyType({key: map_references(item, change) for key, item in call.kwargs.items()}),
    )


def map_objects(
    value: Value, change: Callable[[ObjectSpec], Value], change_model: Callable[[Blueprint], Blueprint]
) -> Value:
    """The same value with every nested object changed, innermost first, and every nested model replaced."""
    match value:
        case ObjectSpec():
            config = {key: map_objects(item, change, change_model) for key, item in value.config.items()}
            return change(replace(value, config=MappingProxyType(config)))
        case Blueprint():
            return change_model(value)
        case Mapping():
            return MappingProxyType({key: map_objects(item, change, change_model) for key, item in value.items()})
        case tuple():
            return tuple(map_objects(item, change, change_model) for item in value)
        case _:
            return value
