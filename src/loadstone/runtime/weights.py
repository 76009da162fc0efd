"""Stored arrays -> the variables of a rebuilt model, each by its name; what has no counterpart is an error.

First every variable's way from the file is settled, by names and shapes alone; only then are arrays read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.blueprint.graph import Blueprint, Note, ObjectSpec
from loadstone.blueprint.layouts import Row, translate
from loadstone.blueprint.traverse import objects
from loadstone.blueprint.weights import Mismatch, Slot, absent, match, rename, superfluous
from loadstone.runtime.variables import give

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadstone.blueprint.graph import LayerSpec, Value
    from loadstone.formats.arrays import LayerWeights
    from loadstone.runtime.replay import Built

    Arrays = Mapping[str, Any]  # of what has a shape and becomes an array when NumPy asks for it


@dataclass(frozen=True, slots=True)
class Assignment:
    """A variable, and the row of the table that gives its value."""

    variable: Any
    row: Row


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for a model, and what there is to say about it.

    Attributes:
        assignments: in the order of the variables.
        others: what sets the state of objects that load it in their own way (a vocabulary), called after the arrays.
        said: mismatches, of which one is enough to do nothing, and notes.
    """

    assignments: list[Assignment] = field(default_factory=list)
    others: list[Callable[[], None]] = field(default_factory=list)
    said: list[Mismatch | Note] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether every array has its variable, and every variable its array."""
        return not any(isinstance(item, Mismatch) for item in self.said)


def _as_stored(arrays: Arrays) -> Arrays:
    return arrays


@dataclass(slots=True)
class Settled:
    """Where the weights of a model came from, for what belongs to them (an optimizer's state) to follow.

    Attributes:
        assignments: each variable and the row that gave its value.
        groups: the file's layers and arrays in the order of its writer; none where the model's layers tell it.
        shapes: of these arrays.
        laid_out: gives the arrays that the rows take their sources from, of arrays by the file's names.
    """

    assignments: list[Assignment] = field(default_factory=list)
    groups: tuple[LayerWeights, ...] = ()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    laid_out: Callable[[Arrays], Arrays] = _as_stored


def classes(value: Value) -> frozenset[str]:
    """The class of every object in a configuration tree."""
    return frozenset(spec.name for spec in objects(value))


def set_by_name(
    built: Built, stored: Sequence[LayerWeights], arrays: Arrays, settled: Settled | None = None
) -> tuple[Mismatch | Note, ...]:
    """Set the weights of a model from a legacy HDF5 file, whose groups are layers and whose arrays have names.

    Args:
        built: the rebuilt model.
        stored: the layers of the file with the names of their arrays.
        arrays: the arrays by full name, read when asked for.
        settled: is told what came from where.

    Returns:
        Every array without a variable and every variable without an array; nothing stays at its initial value unsaid.
    """
    plan = plan_by_name(built, stored, arrays)
    if plan.fits:
        carry_out(plan, built, arrays)
    if settled is not None:
        settled.assignments.extend(plan.assignments)
    return tuple(plan.said)


def plan_by_name(built: Built, stored: Sequence[LayerWeights], arrays: Arrays) -> Plan:
    """Settle what goes where; see `set_by_name`."""
    groups = {group.layer: group for group in stored}
    plan = Plan()
    for spec, layer in built.layers:
        group = groups.pop(spec.stored_name, None)
        slots = (
            {}
            if group is None
            else {name: Slot(within(name, group.layer), shape_of(arrays[name])) for name in group.names}
        )
        variables = _in_keras_2_order(spec, layer, built.nested)
        _plan_layer(plan, spec, variables, slots)
    for group in groups.values():
        plan.said.extend(
            Mismatch(name, f"{name} belongs to a layer {group.layer} that the model has not") for name in group.names
        )
    return plan


def carry_out(plan: Plan, built: Built, arrays: Arrays) -> None:
    """Read the arrays and set the variables, one after the other."""
    for assignment in plan.assignments:
        row = assignment.row
        give(assignment.variable, row.transform([np.asarray(arrays[name]) for name in row.sources]))
    for load in plan.others:
        load()
    _finalize(built)


def shape_of(array: Any) -> tuple[int, ...]:
    """The shape of an array or variable."""
    return tuple(int(size) for size in array.shape)


def in_order(built: Built) -> list[Any]:
    """The trainable variables of a model in the order of its layers, as its writer had them."""
    return [variable for spec, layer in built.layers for variable in _split(spec, layer, built.nested)[0]]


def _in_keras_2_order(spec: LayerSpec, layer: Any, nested: Mapping[str, Built]) -> list[Any]:
    """The weights of a layer or nested model as Keras 2 wrote them: all trainable ones, then the others."""
    trainable, others = _split(spec, layer, nested)
    return trainable + others


def _split(spec: LayerSpec, layer: Any, nested: Mapping[str, Built]) -> tuple[list[Any], list[Any]]:
    if spec.name in nested:
        inner = nested[spec.name]
        halves = [_split(*pair, inner.nested) for pair in inner.layers]
        trainable = [variable for half, _ in halves for variable in half]
        others = [variable for _, half in halves for variable in half]
        is_frozen = isinstance(spec.content, Blueprint) and not spec.content.trainable
    else:
        trainable = [variable for variable in weights_of(layer) if variable.trainable]
        others = [variable for variable in weights_of(layer) if not variable.trainable]
        is_frozen = isinstance(spec.content, ObjectSpec) and spec.content.config.get("trainable") is False
        if is_frozen:
            trainable, others = weights_of(layer), []
    return ([], trainable + others) if is_frozen else (trainable, others)


def _finalize(built: Built) -> None:
    """Layers that compute with something derived from their variables (Normalization) derive it anew."""
    for _, layer in built.layers:
        derive = getattr(layer, "finalize_state", None)
        if callable(derive):
            derive()
    for nested in built.nested.values():
        _finalize(nested)


def within(full_name: str, layer: str) -> str:
    """An array's name within its layer's group."""
    return full_name.removeprefix("model_weights/").removeprefix(f"{layer}/")


def _new_names(spec: LayerSpec) -> dict[str, str]:
    """Stored layer names that were changed, with their new ones, in this layer and the models inside it."""
    names = {spec.stored_name: spec.name} if spec.stored_name != spec.name else {}
    if isinstance(spec.content, Blueprint):
        for inner in spec.content.layers:
            names |= _new_names(inner)
    return names


def _plan_layer(plan: Plan, spec: LayerSpec, variables: Sequence[Any], stored: Mapping[str, Slot]) -> None:
    if not isinstance(spec.content, ObjectSpec | Blueprint):
        return
    content = classes(spec.content)
    new_names = _new_names(spec)
    wanted = {
        name: Slot(_with_new_layer(slot.name, new_names), slot.shape)
        for name, slot in stored.items()
        if not superfluous(slot.name, content)
    }
    plan_variables(plan, variables, translate(wanted, spec.content), content)


def plan_variables(
    plan: Plan,
    variables: Sequence[Any],
    rows: Sequence[Row],
    content: frozenset[str],
) -> None:
    """Settle the variables of one layer by name; ``content`` holds the classes of the layer that they belong to."""
    names = rename([row.target.name for row in rows], [slot_of(variable) for variable in variables])
    targets = [Slot(name, row.target.shape) for name, row in zip(names, rows, strict=True)]
    there = {name.rpartition("/")[2].partition(":")[0] for name in names}
    wanted = []
    for variable in variables:
        slot = slot_of(variable)
        known = absent(slot.name, content) if slot.name.rpartition("/")[2] not in there else None
        if known is None:
            wanted.append(variable)
        else:
            value, why = known
            plan.assignments.append(Assignment(variable, Row((), slot, _constant(value, slot.shape))))
            note = Note(upgrade="absent-variable", message=f"{slot.name} is {value}: {why}", at=slot.name)
            plan.said.append(note)
    matching = match(targets, [slot_of(variable) for variable in wanted])
    plan.said.extend(matching.mismatches)
    by_name = dict(zip(names, rows, strict=True))
    for name, index in matching.pairs.items():
        plan.assignments.append(Assignment(wanted[index], by_name[name]))


def slot_of(variable: Any) -> Slot:
    """A variable's path and shape."""
    return Slot(variable.path, shape_of(variable))


def _constant(value: float, shape: tuple[int, ...]) -> Callable[[Sequence[Any]], Any]:
    return lambda _: np.full(shape, value)


def _with_new_layer(name: str, new_names: Mapping[str, str]) -> str:
    for old, new in new_names.items():
        if name.startswith(f"{old}/"):
            return new + name[len(old) :]
    return name


def weights_of(layer: Any) -> list[Any]:
    """A layer's variables, none where it is an operation."""
    return list(getattr(layer, "weights", ()))
