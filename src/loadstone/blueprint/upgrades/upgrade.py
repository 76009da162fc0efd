"""What an upgrade is: one thing that changed between Keras 2 and Keras 3, as a pure function with a note."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Note, ObjectSpec, Obstacle, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loadstone.artifact import Pointer
    from loadstone.blueprint.graph import Value


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One change of an object.

    Attributes:
        name: stands in the audit trail.
        summary: what is done and why it is right, one sentence.
        applies: whether this object needs it.
        change: the object as Keras 3 wants it, or the reason it cannot be had.
    """

    name: str
    summary: str
    applies: Callable[[ObjectSpec], bool]
    change: Callable[[ObjectSpec], ObjectSpec | Problem]


def without(spec: ObjectSpec, *keys: str) -> ObjectSpec:
    """The object without some of its arguments."""
    return with_config(spec, {key: value for key, value in spec.config.items() if key not in keys})


def with_config(spec: ObjectSpec, config: Mapping[str, Value]) -> ObjectSpec:
    """The object with another configuration."""
    return replace(spec, config=MappingProxyType(dict(config)))


def renamed(spec: ObjectSpec, key: str, target: str) -> ObjectSpec:
    """The object with one argument under its new name, in the same place."""
    return with_config(spec, {target if name == key else name: value for name, value in spec.config.items()})


def refuse(spec: ObjectSpec, key: str, why: str) -> Problem:
    """The problem that an argument's value has no equivalent in Keras 3."""
    return refuse_value(spec, key, spec.config[key], why)


def refuse_value(spec: ObjectSpec, key: str, value: object, why: str) -> Problem:
    """As `refuse`, of a value that the configuration has under another name, or inside of another one."""
    return Problem(
        obstacle=Obstacle.UNKNOWN_ARGUMENT,
        subject=f"{spec.name}.{key}",
        message=f"{spec.name} has {key}={value!r}: {why}",
        at=spec.at,
    )


def note(upgrade: str, message: str, at: Pointer) -> Note:
    """An entry of the audit trail."""
    return Note(upgrade=upgrade, message=message, at=str(at))
