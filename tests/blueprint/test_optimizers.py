"""Which stored array is which part of an optimizer's state; `tests.runtime.test_training` has files of every era."""

from __future__ import annotations

import pytest

from loadstone.artifact import Dialect
from loadstone.blueprint.optimizers import (
    CACHE,
    LAYOUTS,
    STEP,
    Kind,
    Order,
    Rows,
    chosen,
    decode,
    kind_of,
    steps_of,
)
from loadstone.blueprint.weights import Slot

KERNEL, BIAS = Slot("dense/kernel:0", (2, 3)), Slot("dense/bias:0", (3,))
VARIABLES = (KERNEL, BIAS)


def slots(*named: tuple[str, tuple[int, ...]]) -> list[Slot]:
    """Stored arrays by name and shape."""
    return [Slot(name, shape) for name, shape in named]


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("Adam/dense", ("kernel/m:0", "bias/m:0", "kernel/v:0", "bias/v:0")),
        ("training/Adam/dense", ("kernel/m:0", "bias/m:0", "kernel/v_1:0", "bias/v_1:0")),
        ("Adam", ("m/dense/kernel:0", "m/dense/bias:0", "v/dense/kernel:0", "v/dense/bias:0")),
        ("adam", ("dense_kernel_momentum", "dense_bias_momentum", "dense_kernel_velocity", "dense_bias_velocity")),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_names_tell_slot_and_variable_in_any_order(scope: str, names: tuple[str, ...], *, turned: bool) -> None:
    stored = [Slot(f"{scope}/{name}", shape) for name, shape in zip(names, [(2, 3), (3,)] * 2, strict=True)]
    step = Slot(f"{scope}/iter:0", ())
    (state,) = decode(LAYOUTS["Adam"], [step, *(stored[::-1] if turned else stored)], VARIABLES, Order.BY_SLOT)
    assert state.scalars == {STEP: step.name}
    assert state.slots == {
        "m": (stored[0].name, stored[1].name),
        "v": (stored[2].name, stored[3].name),
    }


def test_a_variable_that_had_no_gradient_has_no_slot() -> None:
    stored = slots(("SGD/iter:0", ()), ("SGD/dense/bias/momentum:0", (3,)))
    (state,) = decode(LAYOUTS["SGD"], stored, VARIABLES, Order.BY_SLOT)
    assert state.slots == {"momentum": (None, "SGD/dense/bias/momentum:0")}


def test_without_names_the_order_tells() -> None:
    arrays = [("a", ()), ("b", (2, 3)), ("c", (3,)), ("d", (2, 3)), ("e", (3,))]
    by_slot = chosen(decode(LAYOUTS["Adam"], slots(*arrays), VARIABLES, Order.BY_SLOT), ["m", "v"])
    assert by_slot is not None
    assert by_slot.slots == {"m": ("b", "c"), "v": ("d", "e")}
    arrays = [("a", ()), ("b", (2, 3)), ("c", (2, 3)), ("d", (3,)), ("e", (3,))]
    (by_group,) = decode(LAYOUTS["Adam"], slots(*arrays), VARIABLES, Order.BY_GROUP)
    assert by_group.slots == {"m": ("b", "d"), "v": ("c", "e")}


def test_stand_ins_of_keras_2_are_passed_over() -> None:
    arrays = [("a", ()), ("b", (2, 3)), ("c", (3,)), ("d", (2, 3)), ("e", (3,)), ("f", (1,)), ("g", (1,))]
    states = decode(LAYOUTS["Adam"], slots(*arrays), VARIABLES, Order.BY_SLOT)
    state = chosen(states, ["m", "v"])
    assert state is not None
    assert state.slots == {"m": ("b", "c"), "v": ("d", "e")}


def test_nadam_of_keras_2_3_has_its_product_of_momentums() -> None:
    arrays = [("a", ()), ("p", ()), ("b", (2, 3)), ("c", (3,)), ("d", (2, 3)), ("e", (3,))]
    (state,) = decode(LAYOUTS["Nadam"], slots(*arrays), VARIABLES, Order.BY_SLOT)
    assert state.scalars == {STEP: "a", CACHE: "p"}


def test_what_fits_in_no_way_or_in_two_is_not_chosen() -> None:
    assert decode(LAYOUTS["Adam"], slots(("a", ()), ("b", (7,))), VARIABLES, Order.BY_SLOT) == ()
    arrays = slots(("a", ()), ("b", (2, 3)), ("c", (3,)))
    states = decode(LAYOUTS["RMSprop"], arrays, VARIABLES, Order.BY_GROUP)
    assert len(states) > 1
    assert chosen(states, []) is None
    state = chosen(states, ["rms"])
    assert state is not None
    assert state.slots == {"rms": ("b", "c")}


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"lr": 0.1}, Kind.FIRST),
        ({"name": "SGD", "learning_rate": 0.1}, Kind.SECOND),
        ({"name": "SGD", "is_legacy_optimizer": False}, Kind.THIRD),
        ({"inner_optimizer": {"class_name": "SGD", "config": {"name": "SGD", "jit_compile": True}}}, Kind.THIRD),
    ],
)
def test_settings_tell_the_generation(settings: dict[str, object], kind: Kind) -> None:
    config = {"class_name": "SGD", "config": settings}
    assert kind_of(config, Dialect.KERAS_2) is kind  # type: ignore[arg-type]  # JSON, as the settings are
    assert kind_of(config, Dialect.KERAS_3) is Kind.KERAS_3  # type: ignore[arg-type]  # the same


def test_steps_that_were_taken_in_another_way() -> None:
    assert steps_of("SGD", Kind.SECOND, {"momentum": 0.9}).rows is Rows.KEPT
    assert steps_of("SGD", Kind.SECOND, {"momentum": 0.0}).rows is Rows.SUMMED
    assert steps_of("RMSprop", Kind.SECOND, {"momentum": 0.0}).own_rule
    assert not steps_of("RMSprop", Kind.SECOND, {"momentum": 0.9}).own_rule
    assert steps_of("Adagrad", Kind.FIRST, {"epsilon": 1e-7}).own_rule
    assert not steps_of("Adagrad", Kind.SECOND, {"epsilon": 1e-7, "initial_accumulator_value": 0.1}).own_rule
    assert steps_of("Nadam", Kind.FIRST, {"schedule_decay": 0.01}).schedule_decay == 0.01
    assert not steps_of("Nadam", Kind.THIRD, {}).own_rule
