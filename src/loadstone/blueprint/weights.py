"""Which stored array belongs to which variable, decided by names, shapes and order alone. Pure.

Keras 2 read its own files by order: a layer's trainable weights, then the others, layer by layer. Names say the same
in another way, but for numbers: Keras numbers its layers differently in each process (``lstm_cell_3``). So a layer's
arrays and variables are grouped by name, from the most telling way to the least, and the first way counts in which
every group has as many of both, of equal shapes in one order. When none is found, nothing is guessed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

_NUMBERS = re.compile(r"(_\d+)+$")


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


# What TensorFlow and Keras 3 call a variable without a name.
_UNNAMED = frozenset({"Variable", "variable"})

# Last parts of stored names that Keras 3 calls otherwise, unless the same place holds the companion (a SeparableConv).
_RENAMED = {"depthwise_kernel": ("kernel", "pointwise_kernel")}

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


def rename(names: Sequence[str], variables: Sequence[Slot]) -> tuple[str, ...]:
    """The stored names as the layer calls them."""
    here = {parts(name) for name in names}
    known = {parts(variable.name)[-1] for variable in variables}
    renamed = []
    for name in names:
        *path, last = parts(name)
        new, companion = _RENAMED.get(last, (last, last))
        stays = new == last or (*path, companion) in here or (new not in known and last in known)
        renamed.append(name if stays else "/".join((*path, new)))
    return _named(renamed, variables)


def _named(names: Sequence[str], variables: Sequence[Slot]) -> tuple[str, ...]:
    """Arrays of variables that had no name of their own take that of their layer's only variable which is not there."""
    stored: dict[Hashable, set[str]] = defaultdict(set)
    for name in names:
        stored[_scope(name)].add(parts(name)[-1])
    free: dict[Hashable, list[str]] = defaultdict(list)
    for variable in variables:
        if parts(variable.name)[-1] not in stored[_scope(variable.name)]:
            free[_scope(variable.name)].append(variable.name)
    unnamed = {scope: [last for last in there if _bare(last) in _UNNAMED] for scope, there in stored.items()}
    return tuple(
        free[_scope(name)][0] if [parts(name)[-1]] == unnamed[_scope(name)] and len(free[_scope(name)]) == 1 else name
        for name in names
    )


def _scope(name: str) -> Hashable:
    return parts(name)[-2:-1]


def parts(name: str) -> tuple[str, ...]:
    """The parts of a stored name or variable path, without TensorFlow's output number (``kernel:0``)."""
    return tuple(part for part in name.rpartition(":")[0 if ":" in name else 2].split("/") if part)


def _bare(part: str) -> str:
    """A part without the numbers by which Keras, or TensorFlow's scopes, tell equal ones apart."""
    return _NUMBERS.sub("", part)


def _whole(name: str) -> Hashable:
    return parts(name)


def _but_for_numbers(name: str) -> Hashable:
    *scope, last = parts(name)
    return (*map(_bare, scope), last)


def _innermost(name: str) -> Hashable:
    *scope, last = parts(name)
    return (*map(_bare, scope[-1:]), last)


def _last(name: str) -> Hashable:
    return parts(name)[-1]


def _bare_last(name: str) -> Hashable:
    return _bare(parts(name)[-1])


# Ways to group names, the most telling first.
_WAYS: tuple[Callable[[str], Hashable], ...] = (_whole, _but_for_numbers, _innermost, _last, _bare_last)


@dataclass(frozen=True, slots=True)
class Matching:
    """Which stored array goes to which variable.

    Attributes:
        pairs: for each stored name the index of its variable.
        mismatches: what stands in the way of a complete one: both ends are named.
    """

    pairs: Mapping[str, int]
    mismatches: tuple[Mismatch, ...]


def match(stored: Sequence[Slot], variables: Sequence[Slot]) -> Matching:
    """Pair the arrays of one layer with its variables, all of them or none.

    Args:
        stored: the arrays of the layer, in the file's order, their names as Keras 3 calls them.
        variables: the variables of the rebuilt layer, in the order in which Keras 2 would write them.
    """
    for way in _WAYS:
        pairs = _in_order(stored, variables, way)
        if pairs is not None:
            return Matching(pairs=pairs, mismatches=())
    pairs = _by_structure(stored, variables)
    if pairs is not None:
        return Matching(pairs=pairs, mismatches=())
    return Matching(pairs={}, mismatches=_explained(stored, variables))


def _in_order(
    stored: Sequence[Slot], variables: Sequence[Slot], way: Callable[[str], Hashable]
) -> dict[str, int] | None:
    """Pair group by group in order; None unless every group has as many arrays as variables, of equal shapes."""
    arrays: dict[Hashable, list[Slot]] = defaultdict(list)
    places: dict[Hashable, list[int]] = defaultdict(list)
    for slot in stored:
        arrays[way(slot.name)].append(slot)
    for index, variable in enumerate(variables):
        places[way(variable.name)].append(index)
    if arrays.keys() != places.keys():
        return None
    pairs: dict[str, int] = {}
    for key, slots in arrays.items():
        if [slot.shape for slot in slots] != [variables[index].shape for index in places[key]]:
            return None
        pairs |= {slot.name: index for slot, index in zip(slots, places[key], strict=True)}
    return pairs


def _by_structure(stored: Sequence[Slot], variables: Sequence[Slot]) -> dict[str, int] | None:
    """Pair places whose weights' names and shapes occur once among the arrays and once among the variables."""
    arrays, places = _places(stored), _places(variables)
    if arrays is None or places is None or arrays.keys() != places.keys():
        return None
    return {stored[index].name: places[key][last] for key in arrays for last, index in arrays[key].items()}


def _places(slots: Sequence[Slot]) -> dict[Hashable, dict[str, int]] | None:
    """The indices of the slots by the structure of their place, then by last part; None when two places are alike."""
    scopes: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for index, slot in enumerate(slots):
        *scope, last = parts(slot.name)
        scopes[tuple(scope)][last] = index
    found: dict[Hashable, dict[str, int]] = {
        frozenset((last, slots[index].shape) for last, index in scope.items()): scope for scope in scopes.values()
    }
    return found if sum(map(len, found.values())) == len(slots) else None


def _explained(stored: Sequence[Slot], variables: Sequence[Slot]) -> tuple[Mismatch, ...]:
    """Why no complete pairing is certain: what has no counterpart of its last part and shape, else what is alike."""
    spare = Counter((_last(variable.name), variable.shape) for variable in variables)
    found: list[Mismatch] = []
    for slot in stored:
        key = (_last(slot.name), slot.shape)
        if spare[key]:
            spare[key] -= 1
        else:
            named = [variable for variable in variables if _last(variable.name) == key[0]]
            found.append(Mismatch(slot.name, _no_place(slot, named)))
    for variable in reversed(variables):
        key = (_last(variable.name), variable.shape)
        if spare[key]:
            spare[key] -= 1
            found.append(no_array(variable))
    if found:
        return tuple(found)
    names = ", ".join(variable.name for variable in variables)
    return tuple(Mismatch(slot.name, f"{slot.name} of shape {slot.shape} is any of {names}") for slot in stored)


def _no_place(slot: Slot, named: Iterable[Slot]) -> str:
    where = ", ".join(f"{variable.name} has shape {variable.shape}" for variable in named)
    return f"{slot.name} of shape {slot.shape} has no variable" + (f": {where}" if where else "")


def no_array(variable: Slot) -> Mismatch:
    """A variable that nothing in the file sets."""
    return Mismatch(variable.name, f"{variable.name} of shape {variable.shape} has no array in the file")
