"""What the first releases of Keras 2 wrote otherwise than the later ones.

Source: the layers of Keras 2.0.0, 2.0.5, 2.0.9, 2.1.3 and 2.2.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.upgrade import Upgrade, with_config, without

if TYPE_CHECKING:
    from loadstone.blueprint.graph import ObjectSpec, Value


@dataclass(frozen=True, slots=True)
class _Default:
    """An argument that a release did not have yet; ``value`` is what it did."""

    classes: frozenset[str]
    key: str
    value: Value
    why: str


_DEFAULTS = (
    _Default(
        frozenset({"GRU", "GRUCell"}),
        "reset_after",
        value=False,
        why="before Keras 2.2 the reset gate came first, always",
    ),
)


def _add(row: _Default) -> Upgrade:
    def change(spec: ObjectSpec) -> ObjectSpec:
        return with_config(spec, {**spec.config, row.key: row.value})

    return Upgrade(
        name=f"absent-{row.key.replace('_', '-')}",
        summary=f"{row.key}={row.value}: {row.why}",
        applies=lambda spec: spec.name in row.classes and row.key not in spec.config,
        change=change,
    )


def _has_indices(spec: ObjectSpec) -> bool:
    dtype = spec.config.get("dtype")
    return spec.name == "Embedding" and isinstance(dtype, str) and "int" in dtype


EARLY: tuple[Upgrade, ...] = (
    *map(_add, _DEFAULTS),
    Upgrade(
        name="index-dtype",
        summary="the dtype that Keras 2 wrote into an Embedding was that of its indices",
        applies=_has_indices,
        change=lambda spec: without(spec, "dtype"),
    ),
)
