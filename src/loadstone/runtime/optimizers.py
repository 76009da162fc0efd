"""The state of an optimizer, from a file into the one that was compiled here, so that training goes on where it was.

All of it or nothing: what cannot be told with certainty leaves a fresh optimizer, and a note that says why. A model is
never refused for its optimizer's state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.artifact import Dialect
from loadstone.blueprint.graph import Note
from loadstone.blueprint.layouts import alone
from loadstone.blueprint.optimizers import (
    CACHE,
    STEP,
    Kind,
    Order,
    State,
    chosen,
    decode,
)
from loadstone.blueprint.weights import Slot
from loadstone.errors import NotAModel
from loadstone.formats import arrays as stored_arrays
from loadstone.formats.arrays import StoredArray
from loadstone.runtime.optimizer_steps import Unknown, innermost, kind_here, layout_of, slots_here, stored_optimizer
from loadstone.runtime.weights import in_order, shape_of, within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from loadstone.artifact import Artifact
    from loadstone.formats.arrays import Arrays, LayerWeights
    from loadstone.runtime.replay import Built
    from loadstone.runtime.weights import Assignment, Settled

_NAME = "optimizer-state"


class _Fresh(Unknown):
    """Why the optimizer stays as it is."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a variable's value came from.

    Attributes:
        sources: the arrays by the file's names.
        index: for each element its place among those of the sources; None where the only source is the value.
    """

    sources: tuple[str, ...]
    index: NDArray[Any] | None = None

    def follow(self, arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """The value that arrays of the sources' shapes give."""
        if self.index is None:
            return alone(arrays)
        return np.asarray(np.concatenate([array.reshape(-1) for array in arrays])[self.index])


def restore(
    path: Path, artifact: Artifact, built: Built, settled: Settled, count: Callable[[int], None]
) -> tuple[Note, ...]:
    """Carry the optimizer's state over; returns what could not be.

    Args:
        path: the file.
        artifact: what is in it.
        built: the model, compiled, with its weights.
        settled: where these came from.
        count: is called with the bytes of each array that was read.
    """
    training, optimizer = artifact.training, getattr(built.model, "optimizer", None)  # which comes with compile()
    if training is None or optimizer is None or not optimizer.built:
        return ()
    at = str(training.at)
    if not training.optimizer_tensors:
        # Either it took no step, or it is of the old kind, whose state tf.keras 2.15 left out of archives.
        message = "the file holds no state of the optimizer: training goes on with a fresh one"
        return (Note(upgrade=_NAME, message=message, at=at),)
    with stored_arrays.open_arrays(path, count=count) as arrays:
        try:
            groups = sorted(stored_arrays.optimizer_names(path), key=lambda group: group.layer.count("/"))
            said = _restored(artifact, built, settled, groups, arrays)
        except (Unknown, NotAModel, KeyError, ValueError, IndexError) as why:  # the latter of arrays that do not fit
            message = (
                f"{training.optimizer_tensors} arrays of optimizer state are not carried over, and training goes on "
                f"with a fresh optimizer, with the saved weights and settings: {why}"
            )
            return (Note(upgrade=_NAME, message=message, at=at),)
    return tuple(Note(upgrade=_NAME, message=message, at=at) for message in said)


def _restored(
    artifact: Artifact, built: Built, settled: Settled, groups: Sequence[LayerWeights], arrays: Arrays
) -> tuple[str, ...]:
    optimizer = built.model.optimizer
    if not stored_optimizer(artifact):
        raise _Fresh("the file does not say which optimizer they are of")
    trainable = list(built.model.trainable_variables)
    stored = [[Slot(name, arrays.shape(name)) for name in group.names] for group in groups]
    wanted = [shape_of(variable) for variable in optimizer.variables]
    same_order = _same_order(built, settled, trainable)
    if artifact.dialect is Dialect.KERAS_3 and same_order and [slot.shape for slot in stored[0]] == wanted:
        values = [arrays[slot.name] for slot in stored[0]]
        for variable, value in zip(optimizer.variables, values, strict=True):
            variable.assign(value)
        return ()
    return _decoded(artifact, built, settled, stored, arrays)


def _same_order(built: Built, settled: Settled, trainable: Sequence[Any]) -> bool:
    """Whether the model has its variables in the order that they had for the writer."""
    if settled.groups:
        places = {name: place for place, name in enumerate(_names(settled))}
        known = {id(each.variable): places.get(each.row.sources[0]) for each in settled.assignments if each.row.sources}
        order = [known.get(id(variable)) for variable in trainable]
        numbers = [place for place in order if place is not None]
        return len(numbers) == len(order) and numbers == sorted(numbers)
    return [id(variable) for variable in in_order(built)] == [id(variable) for variable in trainable]


def _names(settled: Settled) -> tuple[str, ...]:
    return tuple(name for group in settled.groups for name in group.names)


def _decoded(
    artifact: Artifact, built: Built, settled: Settled, stored: Sequence[Sequence[Slot]], arrays: Arrays
) -> tuple[str, ...]:
    optimizer = innermost(built.model.optimizer)
    ways = _ways(settled, built)
    order = _writers_order(artifact, settled, built, ways)
    slots = slots_here(optimizer)
    layout = layout_of(optimizer)
    states = decode(layout, _of_inner(stored), [slot for _, slot in order], _arrangement(artifact))
    state = chosen(states, slots)
    if state is None:
        why = "what they are cannot be told" if states else "they are not what this optimizer keeps"
        raise _Fresh(f"{type(optimizer).__name__}: {why}")
    places = {name: index for index, (name, _) in enumerate(order)}
    values = _values(slots, state, ways, places, built.model.trainable_variables, arrays)
    for variable, value in values:
        variable.assign(value)
    _set_steps(built.model.optimizer, state, arrays, kind_here(artifact))
    return tuple(_said(optimizer, slots, state))


def _ways(settled: Settled, built: Built) -> dict[int, _Way]:
    """Each trainable variable's way; a value that is computed of several elements has none of its own.

    Archives hold variables as they are; there a source is the variable's own path.
    """
    if not settled.groups:
        return {id(variable): _Way((variable.path,)) for variable in in_order(built)}
    known = set(_names(settled))
    trainable = {id(variable) for variable in built.model.trainable_variables}
    ways: dict[int, _Way] = {}
    others: list[Assignment] = []
    for each in settled.assignments:
        if id(each.variable) not in trainable:
            continue
        if each.row.transform is alone and set(each.row.sources) <= known:
            ways[id(each.variable)] = _Way(each.row.sources)
        else:
            others.append(each)
    return ways | (_traced(settled, others) if others else {})


def _traced(settled: Settled, assignments: Sequence[Assignment]) -> dict[int, _Way]:
    """The ways of values that are put together, found by sending numbered elements on them."""
    coded: dict[str, StoredArray] = {}
    begins: list[tuple[int, str]] = []
    begin = 0
    for name, shape in settled.shapes.items():
        size = int(np.prod(shape))
        numbers = np.arange(begin, begin + size, dtype="float64").reshape(shape)
        coded[name] = StoredArray(shape, lambda numbers=numbers: numbers)  # type: ignore[misc]  # mypy sees no default
        begins.append((begin, name))
        begin += size
    values = settled.laid_out(coded)
    starts = np.array([start for start, _ in begins])
    found: dict[int, _Way] = {}
    for each in assignments:
        numbers = np.asarray(each.row.transform([np.asarray(values[name]) for name in each.row.sources]))
        if np.unique(numbers).size != numbers.size or not np.array_equal(numbers, np.floor(numbers)):
            continue
        owners = np.unique(np.searchsorted(starts, numbers.reshape(-1), side="right") - 1)
        sources = [begins[owner][1] for owner in owners]
        sizes = [int(np.prod(settled.shapes[name])) for name in sources]
        if sum(sizes) != numbers.size:
            continue
        index = np.zeros(numbers.shape, "int64")
        offset = 0
        for owner, size in zip(owners, sizes, strict=True):
            inside = (numbers >= starts[owner]) & (numbers < starts[owner] + size)
            index[inside] = numbers[inside].astype("int64") - starts[owner] + offset
            offset += size
        found[id(each.variable)] = _Way(tuple(sources), index)
    return found


def _writers_order(
    artifact: Artifact, settled: Settled, built: Built, ways: Mapping[int, _Way]
) -> list[tuple[str, Slot]]:
    """The file's trainable arrays in the order that they had for the writer's optimizer, as the writer called them."""
    if not settled.groups:
        return [(variable.path, Slot(variable.path, shape_of(variable))) for variable in in_order(built)]
    missing = [variable.path for variable in built.model.trainable_variables if id(variable) not in ways]
    if missing:
        raise _Fresh(f"{', '.join(missing)} came into being in another way")
    trainable = {name for way in ways.values() for name in way.sources}
    order = [
        (name, Slot(within(name, group.layer), settled.shapes[name]))
        for group in settled.groups
        for name in group.names
        if name in trainable
    ]
    # Keras 1 sorted the variables by their names before it handed them to the optimizer.
    return sorted(order, key=lambda each: each[1].name) if artifact.dialect is Dialect.KERAS_1 else order


def _of_inner(stored: Sequence[Sequence[Slot]]) -> Sequence[Slot]:
    """The arrays of the optimizer that takes the steps: of the last group, which is the innermost."""
    return stored[-1]


def _arrangement(artifact: Artifact) -> Order:
    return Order.BY_SLOT if kind_here(artifact) in {Kind.FIRST, Kind.SECOND} else Order.BY_GROUP


def _values(
    slots: Mapping[str, Sequence[Any]],
    state: State,
    ways: Mapping[int, _Way],
    places: Mapping[str, int],
    trainable: Sequence[Any],
    arrays: Arrays,
) -> list[tuple[Any, NDArray[Any]]]:
    """Each state variable with its value.

    Raises:
        _Fresh: one has another shape.
    """
    found = []
    for name, variables in slots.items():
        if name not in state.slots:
            continue
        for variable, target in zip(trainable, variables, strict=True):
            way = ways[id(variable)]
            sources = [state.slots[name][places[source]] for source in way.sources]
            there = [source for source in sources if source is not None]
            if target is None or not there:
                continue
            if len(there) != len(sources):
                raise _Fresh(f"{name} of {variable.path} is there in parts only")
            value = way.follow([arrays[source] for source in there])
            if value.shape != shape_of(target):
                raise _Fresh(f"{name} of {variable.path} has the shape {value.shape}, not {shape_of(target)}")
            found.append((target, value))
    return found


def _set_steps(optimizer: Any, state: State, arrays: Arrays, kind: Kind) -> None:
    """The number of steps taken, in an optimizer and in those inside it, and what follows from it."""
    if STEP not in state.scalars:
        return
    steps = int(arrays[state.scalars[STEP]])
    while optimizer is not None:
        if type(optimizer).__name__ != "LossScaleOptimizer":
            optimizer.iterations.assign(steps)
        if hasattr(optimizer, "_u_product"):
            product = getattr(optimizer, "_u_product")  # noqa: B009 - Keras has no public name for it
            cache = state.scalars.get(CACHE)
            product.assign(_products(optimizer, steps, kind) if cache is None else arrays[cache])
        optimizer = getattr(optimizer, "inner_optimizer", None)


def _products(optimizer: Any, steps: int, kind: Kind) -> float:
    """What Nadam multiplies up from step to step, which most releases did not store.

    That of TensorFlow 2.11 to 2.15 multiplied at every variable, but for the one that is counted as the step is.
    """
    momentums = optimizer.beta_1 * (
        1 - 0.5 * 0.96 ** (np.arange(1, steps + 1) * getattr(optimizer, "schedule_decay", 1))
    )
    if kind is not Kind.THIRD:
        return float(np.prod(momentums))
    count = len(optimizer._trainable_variables)  # noqa: SLF001 - Keras has no public name for them
    times = np.where(np.arange(1, steps + 1) < count, count - 1, count)
    return float(np.prod(momentums**times))


def _said(optimizer: Any, slots: Mapping[str, Sequence[Any]], state: State) -> list[str]:
    said = []
    if STEP not in state.scalars:  # Keras 2 stored none for RMSprop, Adagrad and Adadelta before 2.3
        said.append("the file does not say how many steps the optimizer took: a learning rate that falls begins anew")
    absent = [name for name in slots if name not in state.slots]
    if absent and STEP in state.scalars:
        said.append(f"the file has no {', '.join(absent)} of the optimizer, which start anew")
    # TensorFlow 2.11 to 2.15, and Keras before, kept a momentum that a setting of 0 leaves without effect.
    idle = {"momentum"} if getattr(optimizer, "momentum", None) == 0 else set()
    unused = [name for name in state.slots if name not in slots and name not in idle]
    if unused:
        said.append(f"the optimizer here keeps no {', '.join(unused)}, which the file has")
    return said
