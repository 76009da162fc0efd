"""Which stored array belongs to which variable, decided by names and shapes alone. Pure.

Stored names and variable paths are compared part by part. The last part (``kernel``) must be equal, the shape too.
Among several the one that shares most of the other parts is taken, and of those that share as many the first in order:
Keras numbers its layers differently in each process (``lstm_cell_3``), but creates their weights in one order.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_NUMBER = re.compile(r"_\d+$")


@dataclass(frozen=True, slots=True)
class Slot:
    """A name with the shape of what it names: a stored array, or a variable."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A stored array without a variable, a variable without a stored array, or two shapes that differ."""

    name: str
    message: str


# Last parts of stored names that Keras 3 calls otherwise, used where the layer has no variable of the stored name.
_RENAMED = {"depthwise_kernel": "kernel"}

# Stored arrays that Keras 3 has no use for: the class that wrote them, a part of their name, and why.
_SUPERFLUOUS = (
    ("Addons>WeightNormalization", "data_dep_init", "a copy of the layer, read only before the first call"),
)

# Variables that older releases did not have: the class, the last part of the name, the value that stands for their
# absence, and why.
_ABSENT = tuple(
    (
        "Addons>NoisyDense",
        name,
        0.0,
        "TensorFlow Addons 0.12 to 0.14 drew new noise at every call and stored none; here there is none",
    )
    for name in ("eps_kernel", "eps_bias")
)

# How tf.keras 2.12 to 2.15 laid out layers in a `.keras` archive whose variables are not simply the layer's own:
# path within the layer -> name of the weight, None for a second copy of an array stored elsewhere too.
_LAYOUTS: Mapping[str, Mapping[str, str | None]] = {
    "Addons>WeightNormalization": {
        "vars/0": "g",
        "vars/1": "kernel",
        "vars/2": "initialized",
        "layer/vars/0": "bias",
        "_naked_clone_layer/vars/0": None,
        "_naked_clone_layer/vars/1": None,
    },
    "Addons>SpectralNormalization": {
        "vars/0": None,
        "vars/1": "sn_u",
        "layer/vars/0": "kernel",
        "layer/vars/1": "bias",
    },
}


def layout(class_name: str) -> Callable[[str], str | None] | None:
    """How a class of the Keras 2 age lays out its weights in an archive, None when they are simply its own."""
    names = _LAYOUTS.get(class_name)
    return None if names is None else lambda path: names.get(path, path)


def superfluous(name: str, classes: frozenset[str]) -> bool:
    """Whether a stored array of a layer made of these classes has no use in Keras 3."""
    return any(owner in classes and part in parts(name) for owner, part, _ in _SUPERFLUOUS)


def absent(variable: str, classes: frozenset[str]) -> tuple[float, str] | None:
    """The value of a variable that the release which wrote the file did not have yet, and why; None when it had it."""
    for owner, last, value, why in _ABSENT:
        if owner in classes and parts(variable)[-1] == last:
            return value, why
    return None


def rename(name: str, variables: Sequence[Slot]) -> str:
    """The stored name as the layer calls it."""
    *path, last = parts(name)
    if last in _RENAMED and all(parts(variable.name)[-1] != last for variable in variables):
        return "/".join((*path, _RENAMED[last]))
    return name


def parts(name: str) -> tuple[str, ...]:
    """The parts of a stored name or variable path, without TensorFlow's output number (``kernel:0``)."""
    return tuple(part for part in name.rpartition(":")[0 if ":" in name else 2].split("/") if part)


def _likeness(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many parts are equal, exactly and but for numbers."""
    exact = sum((Counter(one) & Counter(other)).values())
    loose = (Counter(_NUMBER.sub("", part) for part in one) & Counter(_NUMBER.sub("", part) for part in other)).values()
    return exact, sum(loose)


@dataclass(frozen=True, slots=True)
class Matching:
    """Which stored array goes to which variable.

    Attributes:
        pairs: for each stored name the index of its variable.
        unplaced: stored arrays without a variable.
        unset: indices of the variables without an array.
    """

    pairs: Mapping[str, int]
    unplaced: tuple[Mismatch, ...]
    unset: tuple[int, ...]


def match(stored: Iterable[Slot], variables: Sequence[Slot]) -> Matching:
    """Pair stored arrays with variables.

    Args:
        stored: the arrays of one layer, in the file's order, their names already as Keras 3 calls them.
        variables: the variables of the rebuilt layer, in order.
    """
    free = dict(enumerate(variables))
    pairs: dict[str, int] = {}
    unplaced: list[Mismatch] = []
    for slot in stored:
        *path, last = parts(slot.name)
        named = {index: variable for index, variable in free.items() if parts(variable.name)[-1] == last}
        fitting = {index: variable for index, variable in named.items() if variable.shape == slot.shape}
        if not fitting:
            unplaced.append(Mismatch(slot.name, _no_place(slot, tuple(named.values()))))
            continue
        best = max(fitting, key=lambda index: (_likeness(path, parts(fitting[index].name)[:-1]), -index))
        pairs[slot.name] = best
        del free[best]
    return Matching(pairs=pairs, unplaced=tuple(unplaced), unset=tuple(free))


def _no_place(slot: Slot, named: Sequence[Slot]) -> str:
    where = ", ".join(f"{variable.name} has shape {variable.shape}" for variable in named)
    return f"{slot.name} of shape {slot.shape} has no variable" + (f": {where}" if where else "")


def no_array(variable: Slot) -> Mismatch:
    """A variable that nothing in the file sets."""
    return Mismatch(variable.name, f"{variable.name} of shape {variable.shape} has no array in the file")
