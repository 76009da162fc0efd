"""Which stored array is which part of an optimizer's state, for every release. Pure.

An optimizer keeps a step count, a few scalars, and *slots*: one array for each of the model's trainable variables.
Files say which is which by name (``Adam/dense/kernel/m:0`` in TensorFlow 1.14 to 2.10, ``Adam/m/dense/kernel:0`` in
2.11 to 2.15, ``adam/dense_kernel_momentum`` in Keras 3), or by order alone (Keras 1 and 2 with ``Variable_7:0``,
archives with ``vars/7``). `LAYOUTS` has a row for each class; slots have the names of TensorFlow 2.10. What cannot be
told is not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from loadstone.artifact import Dialect
from loadstone.blueprint.values import as_mapping
from loadstone.blueprint.weights import Slot, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from loadstone.artifact import Json

Shape: TypeAlias = "tuple[int, ...]"

_NUMBER = re.compile(r"_\d+$")
_MATRIX = 2  # Adafactor factors what has as many axes


def _same(shape: Shape) -> Shape | None:
    return shape


def _rows(shape: Shape) -> Shape | None:
    return shape[:-1] if len(shape) >= _MATRIX else None


def _columns(shape: Shape) -> Shape | None:
    return shape[:-2] + shape[-1:] if len(shape) >= _MATRIX else None


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One array that an optimizer keeps for each variable.

    Attributes:
        name: as TensorFlow 1.14 to 2.10 named it.
        attribute: where a Keras 3 optimizer of the class keeps the list of them.
        others: its names in the files of other releases.
        shape: from the variable's; None for a variable that has no such array.
    """

    name: str
    attribute: str
    others: tuple[str, ...] = ()
    shape: Callable[[Shape], Shape | None] = _same


Layout: TypeAlias = "tuple[tuple[SlotRow, ...], ...]"

_FIRST = SlotRow("m", "_momentums", ("momentum",))
_SECOND = SlotRow("v", "_velocities", ("velocity",))
_MOMENTS: Layout = ((_FIRST, _SECOND),)

AVERAGE = SlotRow("average", "_model_variables_moving_average")

#: What each class keeps. Since TensorFlow 2.11 the slots of a group alternate, variable by variable; before, each slot
#: went through all variables. A slot of a later group is there only where a setting of the optimizer asks for it.
LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "SGD": ((SlotRow("momentum", "momentums", ("m",)),),),
        "RMSprop": (
            (SlotRow("rms", "_velocities", ("velocity",)),),
            (SlotRow("momentum", "_momentums"),),
            (SlotRow("mg", "_average_gradients", ("average_gradient",)),),
        ),
        "Adam": (*_MOMENTS, (SlotRow("vhat", "_velocity_hats", ("velocity_hat",)),)),
        "Nadam": _MOMENTS,
        "Lamb": _MOMENTS,
        "Adamax": ((SlotRow("m", "_m", ("momentum",)), SlotRow("v", "_u", ("u", "norm"))),),
        "Adadelta": (
            (
                SlotRow("accum_grad", "_accumulated_grads", ("accumulated_grad",)),
                SlotRow("accum_var", "_accumulated_delta_vars", ("accumulated_delta_var",)),
            ),
        ),
        "Adagrad": ((SlotRow("accumulator", "_accumulators"),),),
        "Ftrl": ((SlotRow("accumulator", "_accumulators"), SlotRow("linear", "_linears")),),
        "Lion": ((_FIRST,),),
        "Adafactor": (
            (
                SlotRow("r", "_r", shape=_rows),
                SlotRow("c", "_c", shape=_columns),
                SlotRow("v", "_v", ("velocity",)),
            ),
        ),
    }
)

STEP, RATE, CACHE = "iterations", "learning_rate", "momentum_cache"
_SCALARS: Mapping[str, str] = MappingProxyType(
    {
        "iter": STEP,
        "iterations": STEP,
        "iteration": STEP,
        "learning_rate": RATE,
        "momentum_cache": CACHE,
        "current_loss_scale": "dynamic_scale",
        "good_steps": "step_counter",
        "dynamic_scale": "dynamic_scale",
        "step_counter": "step_counter",
    }
)


class Kind(Enum):
    """The generations of Keras' optimizers, told by what stands in their configurations."""

    FIRST = "first"  # Keras 1 and 2, TensorFlow 1.13
    SECOND = "second"  # TensorFlow 1.14 to 2.10, ``legacy`` after that, and TensorFlow Addons
    THIRD = "third"  # TensorFlow 2.11 to 2.15
    KERAS_3 = "keras-3"


_OF_THIRD = frozenset({"is_legacy_optimizer", "jit_compile"})
_WRAPPED = ("inner_optimizer", "optimizer")


def kind_of(config: Mapping[str, Json], dialect: Dialect | None) -> Kind:
    """The generation of a stored optimizer.

    Args:
        config: the entry of the compile state, with ``class_name`` and ``config``.
        dialect: that of the file.
    """
    if dialect is Dialect.KERAS_3:
        return Kind.KERAS_3
    settings = settings_of(config)
    if not _OF_THIRD.isdisjoint(settings):
        return Kind.THIRD
    return Kind.SECOND if "name" in settings else Kind.FIRST


def settings_of(config: Json) -> Mapping[str, Json]:
    """The settings of a stored optimizer, of the innermost where one wraps another."""
    settings = as_mapping(as_mapping(config).get("config"))
    for key in _WRAPPED:
        if as_mapping(settings.get(key)):
            return settings_of(settings[key])
    return settings


class Rows(Enum):
    """What an optimizer does with TensorFlow's gradients of embeddings, which name rows, some several times."""

    AS_THEY_ARE = "as-they-are"  # each by itself: Keras 3
    SUMMED_FIRST = "summed-first"  # made plain before they are clipped
    SUMMED = "summed"
    KEPT = "kept"  # rows that are not named stay, and their state too
    KEPT_BUT_STATE = "kept-but-state"


@dataclass(frozen=True, slots=True)
class Steps:
    """How a stored optimizer took its steps, where that is not Keras 3's way.

    Attributes:
        rows: what it did with gradients that name rows.
        own_rule: whether its update rule is one that `loadstone.legacy.optimizers` has.
        schedule_decay: Nadam's setting that Keras 3 has not.
    """

    rows: Rows = Rows.AS_THEY_ARE
    own_rule: bool = False
    schedule_decay: float = 1.0


_KEPT: Mapping[str, Rows] = MappingProxyType(
    {
        "Adadelta": Rows.KEPT,
        "Adamax": Rows.KEPT,
        "Ftrl": Rows.KEPT,
        "Nadam": Rows.KEPT_BUT_STATE,
    }
)
_WITH_MOMENTUM = frozenset({"SGD", "RMSprop"})
_EPSILON = 1e-6  # what added to a root, or under it, is the same in float32, where the root is no smaller than ...
_ROOT = 1e-2  # ... the square of this


def steps_of(class_name: str, kind: Kind, settings: Mapping[str, Json]) -> Steps:
    """How an optimizer took its steps.

    Args:
        class_name: Keras' name of its class.
        kind: its generation.
        settings: as they are stored.
    """
    if kind is Kind.KERAS_3:
        return Steps()
    if kind is Kind.THIRD:
        return Steps(rows=Rows.SUMMED)
    momentum = bool(settings.get("momentum"))
    rows = Rows.SUMMED_FIRST
    if kind is Kind.SECOND:
        rows = Rows.KEPT if class_name in _WITH_MOMENTUM and momentum else _KEPT.get(class_name, Rows.SUMMED)
    match class_name:
        case "RMSprop":
            return Steps(rows=rows, own_rule=kind is Kind.FIRST or not momentum)
        case "Adagrad":
            return Steps(rows=rows, own_rule=not _hides_epsilon(settings))
        case "Nadam":
            decay = settings.get("schedule_decay", settings.get("decay"))
            return Steps(
                rows=rows, own_rule=True, schedule_decay=float(decay) if isinstance(decay, int | float) else 0.004
            )
    return Steps(rows=rows)


def _hides_epsilon(settings: Mapping[str, Json]) -> bool:
    """Whether Adagrad's sums are so large from the start that it does not matter where epsilon stands."""
    start, epsilon = settings.get("initial_accumulator_value"), settings.get("epsilon")
    return (
        isinstance(start, int | float) and isinstance(epsilon, int | float) and start >= _ROOT and epsilon <= _EPSILON
    )


class Order(Enum):
    """How arrays without names follow each other."""

    BY_SLOT = "by-slot"  # of the first two kinds
    BY_GROUP = "by-group"


@dataclass(frozen=True, slots=True)
class State:
    """An optimizer's stored state.

    Attributes:
        scalars: the arrays of single numbers by what they are (`STEP`, `RATE`, `CACHE`).
        slots: for each slot the array of each variable, None where the file has none.
        left: arrays that are no state of this optimizer.
    """

    scalars: Mapping[str, str]
    slots: Mapping[str, tuple[str | None, ...]] = field(default_factory=lambda: MappingProxyType({}))
    left: tuple[str, ...] = ()


def decode(layout: Layout, stored: Sequence[Slot], variables: Sequence[Slot], order: Order) -> tuple[State, ...]:
    """What the stored arrays can be, by their names or else by their order: one state, several, or none.

    Args:
        layout: the slots of the optimizer's class.
        stored: its arrays in the file's order.
        variables: the model's trainable variables as the file calls them, in the order of its writer.
        order: how arrays follow each other whose names say nothing.
    """
    named = _by_name([row for group in layout for row in group], stored, variables)
    if named is not None:
        return (named,)
    found: list[State] = []
    for state in _by_order(layout, stored, variables, order):
        if state not in found:
            found.append(state)
    if not found and _ends_with_stand_ins(stored, variables):
        return decode(layout, stored[: -len(variables)], variables, order)
    return tuple(found)


def _ends_with_stand_ins(stored: Sequence[Slot], variables: Sequence[Slot]) -> bool:
    """Whether there is one array of one element for each variable, which Keras 2 stored in place of Adam's ``vhat``."""
    last = stored[-len(variables) :]
    return bool(variables) and len(stored) > len(last) and all(slot.shape == (1,) for slot in last)


def chosen(states: Sequence[State], wanted: Collection[str]) -> State | None:
    """The state that has the slots which the optimizer has here; else the only one; else none is certain."""
    fitting = [state for state in states if set(state.slots) == set(wanted)] or list(states)
    return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class _Labelled:
    """An array with its slot, and what its name calls the variable."""

    slot: str
    label: tuple[str, ...]
    array: Slot


def _last_part(name: tuple[str, ...], known: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """``Adam/dense/kernel/m``; TensorFlow numbers what is created twice (``m_1``)."""
    last = name[-1] if name[-1] in known else _NUMBER.sub("", name[-1])
    return (known[last], name[:-1]) if last in known and len(name) > 1 else None


def _first_part(name: tuple[str, ...], known: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """``Adam/m/dense/kernel``, and ``m/dense/kernel`` within another optimizer."""
    for index, part in enumerate(name[:-1]):
        if part in known:
            return known[part], name[index + 1 :]
    return None


def _ending(name: tuple[str, ...], known: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """``adam/dense_kernel_momentum``, where the variable's path has lost its slashes."""
    for called in sorted(known, key=len, reverse=True):
        if name[-1].endswith(f"_{called}"):
            return known[called], (name[-1].removesuffix(f"_{called}"),)
    return None


_FORMS = (_last_part, _first_part, _ending)


def _scalar(slot: Slot) -> str | None:
    last = parts(slot.name)[-1]
    return None if slot.shape else _SCALARS.get(last) or _SCALARS.get(_NUMBER.sub("", last))


def _by_name(rows: Sequence[SlotRow], stored: Sequence[Slot], variables: Sequence[Slot]) -> State | None:
    known = {called: row.name for row in rows for called in (row.name, *row.others)}
    scalars = {kind: slot.name for slot in stored if (kind := _scalar(slot)) is not None}
    others = [slot for slot in stored if slot.name not in scalars.values()]
    if not others:
        return State(MappingProxyType(scalars)) if scalars else None
    for form in _FORMS:
        found = [(form(parts(slot.name), known), slot) for slot in others]
        labelled = [_Labelled(told[0], told[1], slot) for told, slot in found if told is not None]
        left = tuple(slot.name for told, slot in found if told is None)
        slots = {
            name: _placed([each for each in labelled if each.slot == name], variables)
            for name in dict.fromkeys(each.slot for each in labelled)
        }
        complete = {name: places for name, places in slots.items() if places is not None}
        if complete and len(complete) == len(slots) and all(not _shape(others, name) for name in left):
            return State(MappingProxyType(scalars), MappingProxyType(complete), left)
    return None


def _shape(slots: Sequence[Slot], name: str) -> Shape:
    return next(slot.shape for slot in slots if slot.name == name)


def _placed(labelled: Sequence[_Labelled], variables: Sequence[Slot]) -> tuple[str | None, ...] | None:
    """The array of each variable: by the variables' names where each is one's, else in order."""
    called = [[index for index, each in enumerate(variables) if _calls(item.label, each)] for item in labelled]
    if all(len(found) == 1 for found in called) and len({found[0] for found in called}) == len(called):
        by_index = {found[0]: item.array.name for found, item in zip(called, labelled, strict=True)}
        return tuple(by_index.get(index) for index in range(len(variables)))
    return tuple(item.array.name for item in labelled) if len(labelled) == len(variables) else None


def _calls(label: tuple[str, ...], variable: Slot) -> bool:
    """Whether a label is a variable's name, behind scopes or not; a path without slashes is a label of one part."""
    name = parts(variable.name)
    return label[-len(name) :] == name or label == ("_".join(name),)


# The single numbers before the slots.
_HEADS: Mapping[Order, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        Order.BY_SLOT: ((STEP,), (), (STEP, CACHE)),
        Order.BY_GROUP: ((STEP,), (STEP, RATE), (STEP, RATE, CACHE)),
    }
)


def _by_order(layout: Layout, stored: Sequence[Slot], variables: Sequence[Slot], order: Order) -> Iterator[State]:
    """Every state whose arrays have the shapes that are stored.

    The step count comes first, where there is one, the learning rate, and Nadam's product of momentums; a setting
    decides whether a slot exists.
    """
    groups: Layout = tuple((row,) for group in layout for row in group) if order is Order.BY_SLOT else layout
    shapes = [slot.shape for slot in stored]
    for kept in product((True, False), repeat=len(groups)):
        rows = [group for group, is_kept in zip(groups, kept, strict=True) if is_kept]
        places = [
            (row.name, index, shape)
            for group in rows
            for index, variable in enumerate(variables)
            for row in group
            if (shape := row.shape(variable.shape)) is not None
        ]
        for scalars in _HEADS[order]:
            if [()] * len(scalars) + [shape for _, _, shape in places] == shapes:
                yield _numbered(scalars, places, stored, len(variables))


def _numbered(
    scalars: Sequence[str], places: Sequence[tuple[str, int, Shape]], stored: Sequence[Slot], count: int
) -> State:
    slots: dict[str, list[str | None]] = {name: [None] * count for name, _, _ in places}
    for (name, index, _), slot in zip(places, stored[len(scalars) :], strict=True):
        slots[name][index] = slot.name
    heads = {kind: slot.name for kind, slot in zip(scalars, stored, strict=False)}
    return State(MappingProxyType(heads), MappingProxyType({name: tuple(found) for name, found in slots.items()}))
