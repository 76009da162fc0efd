"""Arguments of a constructor that Keras 3 takes in each call instead. A moved argument is a row here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Call, LayerSpec, Note, ObjectSpec
from loadstone.blueprint.upgrades.upgrade import note, without

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Value


@dataclass(frozen=True, slots=True)
class _Moved:
    """A constructor's argument, the value of it that says something, and the keyword of Keras 3's call that says it."""

    classes: frozenset[str]
    key: str
    value: Value
    keyword: str


_MOVED = (_Moved(frozenset({"Attention", "AdditiveAttention"}), "causal", True, "use_causal_mask"),)  # noqa: FBT003


def move_to_calls(layer: LayerSpec) -> tuple[LayerSpec, tuple[Note, ...]]:
    """The layer without such arguments, and each of its calls with them."""
    notes = []
    for row in _MOVED:
        match layer.content:
            case ObjectSpec(name=name, config=config) as spec if (
                name in row.classes and config.get(row.key) is row.value
            ):
                calls = tuple(_with(call, row) for call in layer.calls)
                layer = replace(layer, content=without(spec, row.key), calls=calls)
                message = f"{name}: {row.key}={row.value!r} is {row.keyword}={row.value!r} in each call"
                notes.append(note(f"moved-{row.key.replace('_', '-')}", message, spec.at))
    return layer, tuple(notes)


def _with(call: Call, row: _Moved) -> Call:
    return replace(call, kwargs=MappingProxyType({**call.kwargs, row.keyword: row.value}))
