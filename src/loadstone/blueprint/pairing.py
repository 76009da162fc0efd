"""Which layers of a model the layers of a file of weights are, decided by their names and their order. Pure.

Keras numbers its layers anew in each process, so that the weights of ``dense_3`` may be those of ``dense_1`` of a model
that was built again; `keras.Model.load_weights` of Keras 1 and 2 went by the order alone. Here names go first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
