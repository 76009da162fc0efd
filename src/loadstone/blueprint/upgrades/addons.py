"""Objects of TensorFlow Addons 0.5 and 0.6, which registered them by their bare names.

Whether a bare name is one of theirs is told by who wrote the file (`loadstone.needs.addons_names`). What they computed
in another way than all later releases is a row of `loadstone.knowledge.own`, and in `loadstone.legacy.addons`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.upgrade import Upgrade
from loadstone.knowledge.own import FIRST_ADDONS

if TYPE_CHECKING:
    from loadstone.blueprint.graph import ObjectSpec


def with_package(names: frozenset[str]) -> Upgrade:
    """The upgrade that gives the objects of these bare names their package."""

    def changed(spec: ObjectSpec) -> ObjectSpec:
        package = "Addons0.6" if spec.name in FIRST_ADDONS else "Addons"
        return replace(spec, name=f"{package}>{spec.name}")

    return Upgrade(
        name="addons-package",
        summary="TensorFlow Addons 0.5 and 0.6 registered their objects without a package",
        applies=lambda spec: spec.name in names and spec.module is None,
        change=changed,
    )
