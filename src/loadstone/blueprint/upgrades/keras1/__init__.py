"""The Keras 1 dialect: a blueprint of Keras 1 as Keras 2 would have written it, so that every later upgrade applies.

The graph is written as in Keras 2 (`loadstone.blueprint.keras2`); what differs are classes and arguments (`classes`,
`values`), a Sequential that begins with merged branches (`branches`), and the names and layout of the arrays
(`weights`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Blueprint, LayerSpec, Note, ObjectSpec, Operation, Problem
from loadstone.blueprint.traverse import map_objects, objects
from loadstone.blueprint.upgrades.keras1.branches import joined
from loadstone.blueprint.upgrades.keras1.classes import in_keras_2, is_legacy, is_unstored
from loadstone.blueprint.upgrades.keras1.values import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.version import Version

__all__ = ["to_keras_2", "without_legacy"]

_FIRST_OF_TENSORFLOW_ORDER = (1, 1)


@dataclass(frozen=True, slots=True)
class _Trail:
    applies: Callable[[ObjectSpec], bool]
    data_format: str | None
    said: list[Note | Problem]


def to_keras_2(blueprint: Blueprint, release: Version | None = None) -> tuple[Blueprint, tuple[Note | Problem, ...]]:
    """A blueprint of Keras 1 in the words of Keras 2.

    Args:
        blueprint: as it was parsed.
        release: the Keras that wrote it, where the file says it; it decides which channel axis was the default.
    """
    said: list[Note | Problem] = []
    data_format = _data_format(blueprint, release, said)
    return _model(blueprint, _Trail(lambda _: True, data_format, said)), tuple(said)


def without_legacy(blueprint: Blueprint) -> tuple[Blueprint, tuple[Note | Problem, ...]]:
    """A blueprint of Keras 2 without the layers of Keras 1 that Keras 2 still had."""
    if not any(is_legacy(spec) for spec in objects(blueprint)):
        return blueprint, ()
    said: list[Note | Problem] = []
    return _model(blueprint, _Trail(is_legacy, None, said)), tuple(said)


def _model(blueprint: Blueprint, trail: _Trail) -> Blueprint:
    opened = joined(blueprint)
    if isinstance(opened, Problem):
        trail.said.append(opened)
        return blueprint
    if opened is not blueprint:
        message = f"{blueprint.name} is a graph: in Keras 3 a Sequential has no branches that are merged"
        trail.said.append(Note(upgrade="merged-branches", message=message, at=str(blueprint.at)))
    return replace(opened, layers=tuple(_layer(layer, trail) for layer in opened.layers))


def _layer(layer: LayerSpec, trail: _Trail) -> LayerSpec:
    if isinstance(layer.content, Operation):
        return layer
    content = map_objects(layer.content, lambda spec: _object(spec, trail), lambda model: _model(model, trail))
    return replace(layer, content=content) if isinstance(content, ObjectSpec | Blueprint) else layer


def _object(spec: ObjectSpec, trail: _Trail) -> ObjectSpec:
    if not trail.applies(spec):
        return spec
    changed = in_keras_2(spec, trail.data_format)
    if isinstance(changed, Problem):
        trail.said.append(changed)
        return spec
    if changed != spec:
        renamed = "" if changed.name == spec.name else f" is {changed.name}"
        message = f"{spec.name} of Keras 1{renamed or ' has its arguments by their later names'}"
        trail.said.append(Note(upgrade="keras-1", message=message, at=str(spec.at)))
    return changed


def _data_format(blueprint: Blueprint, release: Version | None, said: list[Note | Problem]) -> str | None:
    """The channel axis of layers that do not store theirs: that of those that do; else what was the default then."""
    specs = tuple(objects(blueprint))
    stored = {ordering for spec in specs if isinstance(ordering := spec.config.get("dim_ordering"), str)}
    if len(stored) == 1:
        return CHANNELS.get(stored.pop())
    if stored:
        return None
    ordering = "th" if release is not None and release.release[:2] < _FIRST_OF_TENSORFLOW_ORDER else "tf"
    if any(is_unstored(spec) for spec in specs):
        message = f"no layer stores its dim_ordering; {ordering} is assumed, the default of the Keras that wrote it"
        said.append(Note(upgrade="dim-ordering", message=message, at=str(blueprint.at)))
    return CHANNELS[ordering]
