"""Which layers of a model the layers of a file are, decided by their names and their order. Pure.

Keras numbers its layers anew in each process, so that the weights of ``dense_3`` may be those of ``dense_1`` of a model
that was built again; `keras.Model.load_weights` of Keras 1 and 2 went by the order alone. Here names go first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Operation
from loadstone.blueprint.keras2 import NAMELESS
from loadstone.blueprint.traverse import objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.blueprint.graph import LayerSpec

_NUMBER = re.compile(r"_\d+$")
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The layer of the file for each layer of the model, and why they are not paired by their names.

    Attributes:
        stored: names in the file by names in the model.
        in_order: they are paired in their order, because some names differ.
    """

    stored: Mapping[str, str]
    in_order: bool


class Ambiguous(Exception):  # noqa: N818 - a sentence for the user, made a finding by who asked
    """The layers of the file cannot be told from each other."""


def paired(layers: Sequence[str], stored: Sequence[str]) -> Pairing:
    """Pair the layers of a model with those of a file; only those that have weights.

    Args:
        layers: names in the model, in its order.
        stored: names in the file, in its order.

    Raises:
        Ambiguous: neither names nor order tell.
    """
    if set(layers) == set(stored):
        return Pairing(stored={name: name for name in layers}, in_order=False)
    only_here = [name for name in layers if name not in stored]
    only_there = [name for name in stored if name not in layers]
    told = f"only in the model: {_listed(only_here)}; only in the file: {_listed(only_there)}"
    if len(layers) != len(stored):
        raise Ambiguous(f"the model has {len(layers)} layers with weights, the file {len(stored)} ({told})")
    for name, other in zip(layers, stored, strict=True):
        renumbered = _NUMBER.sub("", name) == _NUMBER.sub("", other)
        if not renumbered and (name in stored or other in layers):
            raise Ambiguous(
                f"the order of the layers would pair {name} of the model with {other} of the file, "
                f"but one of them has its namesake elsewhere ({told})"
            )
    return Pairing(stored=dict(zip(layers, stored, strict=True)), in_order=True)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "none") + more


def adopted(layers: Sequence[LayerSpec], groups: Sequence[str]) -> tuple[LayerSpec, ...]:
    """The layers, those without a stored name with the names of the groups that are left for them, in order.

    Before Keras 2.2.3 the configuration of a Sequential in a Sequential had no name, but its weights did.

    Args:
        layers: those of the model.
        groups: the names of all groups of the file.
    """
    known = {layer.stored_name for layer in layers}
    orphans = iter([group for group in groups if group not in known])
    return tuple(
        replace(layer, stored_name=next(orphans, NAMELESS)) if layer.stored_name == NAMELESS else layer
        for layer in layers
    )


def owned(layers: Sequence[LayerSpec], names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The arrays of each layer, of a file that does not say which layer's they are.

    An array is that of the layer whose name its path holds, or the name of a layer inside it; the first part of the
    path that is such a name decides. One that is nobody's stands under the empty name.

    Args:
        layers: those of the model.
        names: those of the arrays, each a path.
    """
    homes: dict[str, list[str]] = {}
    for layer in layers:
        inner = () if isinstance(layer.content, Operation) else objects(layer.content)
        for name in {layer.stored_name, *(str(spec.config.get("name")) for spec in inner)}:
            homes.setdefault(name, []).append(layer.stored_name)
    found: dict[str, list[str]] = {}
    for name in names:
        part = next((part for part in name.split("/") if part in homes), None)
        owners = homes.get(part, []) if part is not None else []
        home = next((owner for owner in owners if owner == part), owners[0] if len(owners) == 1 else "")
        found.setdefault(home, []).append(name)
    return {home: tuple(arrays) for home, arrays in found.items()}
