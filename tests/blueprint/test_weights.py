from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.blueprint.weights import Slot, absent, layout, match, parts, rename, superfluous

if TYPE_CHECKING:
    from random import Random

NAMES = st.lists(
    st.sampled_from(["dense", "dense_1", "lstm_cell", "forward_lstm", "kernel", "bias"]), min_size=1, max_size=4
)
SLOTS = st.lists(
    st.builds(Slot, NAMES.map("/".join), st.tuples(st.integers(1, 3))), max_size=6, unique_by=lambda slot: slot.name
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("dense/kernel:0", ("dense", "kernel")), ("dense/kernel", ("dense", "kernel")), ("g:0", ("g",))],
)
def test_parts_leave_out_the_output_number(name: str, expected: tuple[str, ...]) -> None:
    assert parts(name) == expected


def pairs(stored: list[str], variables: list[str]) -> dict[str, str]:
    """The pairs of names, all of one shape; none where the matching is not certain."""
    matching = match([Slot(name, (2, 2)) for name in stored], [Slot(name, (2, 2)) for name in variables])
    return {name: variables[index] for name, index in matching.pairs.items()}


@pytest.mark.parametrize(
    ("stored", "variables"),
    [
        pytest.param(
            ["both/backward_lstm/lstm_cell_7/kernel:0", "both/forward_lstm/lstm_cell_6/kernel:0"],
            ["both/backward_lstm/lstm_cell/kernel", "both/forward_lstm/lstm_cell/kernel"],
            id="names-whatever-their-order",
        ),
        pytest.param(
            ["rnn/cell_3/kernel:0", "rnn/cell_4/kernel:0"], ["rnn/cell/kernel", "rnn/cell_1/kernel"], id="numbers"
        ),
        # A second model in one session: every scope has a number more than its layer, so that the first one's scope is
        # the second one's name.
        pytest.param(
            ["dense_1/kernel:0", "dense_1_1/kernel:0"], ["dense/kernel", "dense_1/kernel"], id="scopes-of-a-session"
        ),
        pytest.param(
            ["rnn_1/kernel:0", "rnn_1/kernel_1:0"],
            ["rnn/cells/lstm_cell/kernel", "rnn/cells/lstm_cell_1/kernel"],
            id="one-scope-for-all-cells",
        ),
        pytest.param(
            ["bidirectional/forward_lstm/kernel:0", "bidirectional/backward_lstm/kernel:0"],
            ["bidirectional/forward_lstm/lstm_cell/kernel", "bidirectional/backward_lstm/lstm_cell/kernel"],
            id="weights-without-their-cell",
        ),
    ],
)
def test_arrays_find_their_variables(stored: list[str], variables: list[str]) -> None:
    for order in (stored, stored[::-1]) if "both/" in stored[0] else (stored,):
        assert pairs(order, variables) == dict(zip(stored, variables, strict=True))


def test_whole_names_count_more_than_the_order() -> None:
    stored = ["model/dense_2/kernel:0", "model/dense_1/kernel:0"]
    assert pairs(stored, ["model/dense_1/kernel", "model/dense_2/kernel"]) == {
        "model/dense_2/kernel:0": "model/dense_2/kernel",
        "model/dense_1/kernel:0": "model/dense_1/kernel",
    }


def test_places_are_told_by_their_structure_where_names_and_order_say_nothing() -> None:
    stored = [Slot("a/kernel:0", (3, 4)), Slot("a/bias:0", (4,)), Slot("b/kernel:0", (4, 5)), Slot("b/bias:0", (5,))]
    variables = [Slot("x/kernel", (4, 5)), Slot("x/bias", (5,)), Slot("y/kernel", (3, 4)), Slot("y/bias", (4,))]
    assert list(match(stored, variables).pairs.values()) == [2, 3, 0, 1]


def test_what_may_be_either_is_refused() -> None:
    stored = [Slot("a/kernel:0", (2, 2)), Slot("b/kernel:0", (2, 2)), Slot("c/kernel:0", (2, 3))]
    variables = [Slot("x/kernel", (2, 3)), Slot("y/kernel", (2, 2)), Slot("z/kernel", (2, 2))]
    matching = match(stored, variables)
    assert matching.pairs == {}
    assert [mismatch.name for mismatch in matching.mismatches] == ["a/kernel:0", "b/kernel:0", "c/kernel:0"]
    assert matching.mismatches[0].message == "a/kernel:0 of shape (2, 2) is any of x/kernel, y/kernel, z/kernel"


def test_a_shape_that_differs_is_named_at_both_ends() -> None:
    matching = match([Slot("dense/kernel:0", (3, 4))], [Slot("dense/kernel", (4, 3))])
    assert matching.pairs == {}
    assert [mismatch.message for mismatch in matching.mismatches] == [
        "dense/kernel:0 of shape (3, 4) has no variable: dense/kernel has shape (4, 3)",
        "dense/kernel of shape (4, 3) has no array in the file",
    ]


def test_an_array_of_an_unknown_name_has_no_place() -> None:
    matching = match([Slot("dense/gain:0", (3,)), Slot("dense/bias:0", (3,))], [Slot("dense/bias", (3,))])
    assert [(mismatch.name, mismatch.message) for mismatch in matching.mismatches] == [
        ("dense/gain:0", "dense/gain:0 of shape (3,) has no variable")
    ]


@given(SLOTS, SLOTS)
def test_all_arrays_and_all_variables_are_paired_or_it_is_said_why(stored: list[Slot], variables: list[Slot]) -> None:
    matching = match(stored, variables)
    if matching.mismatches:
        assert matching.pairs == {}
        known = {slot.name for slot in (*stored, *variables)}
        assert {mismatch.name for mismatch in matching.mismatches} <= known
        return
    assert list(matching.pairs) == [slot.name for slot in stored]
    assert sorted(matching.pairs.values()) == list(range(len(variables)))
    assert all(variables[matching.pairs[slot.name]].shape == slot.shape for slot in stored)


@given(SLOTS, st.randoms(use_true_random=False))
def test_a_layer_finds_all_its_own_weights_in_any_order(slots: list[Slot], random: Random) -> None:
    shuffled = random.sample(slots, len(slots))
    assert {name: slots[index].name for name, index in match(shuffled, slots).pairs.items()} == {
        slot.name: slot.name for slot in slots
    }


LAYERS = st.lists(st.sampled_from(["dense", "batch_normalization", "lstm_cell"]), min_size=1, max_size=5)


@given(LAYERS, st.integers(0, 12), st.booleans())
def test_numbers_that_a_process_gave_do_not_matter(classes: list[str], begin: int, in_one_scope: bool) -> None:  # noqa: FBT001 - drawn
    """Layers numbered from anywhere, in one scope or without one, go to the layers numbered from nothing in order."""
    prefix = "model/" if in_one_scope else ""
    stored = [f"{prefix}{name}_{begin + number}/kernel:0" for number, name in enumerate(classes, start=1)]
    variables = [f"{name}_{number}/kernel" if number else f"{name}/kernel" for number, name in enumerate(classes)]
    assert pairs(stored, variables) == dict(zip(stored, variables, strict=True))


def test_a_renamed_weight_keeps_its_name_where_the_layer_still_has_it() -> None:
    assert rename(["depthwise/depthwise_kernel:0"], [Slot("depthwise/kernel", (1,))]) == ("depthwise/kernel",)
    both = ["separable/depthwise_kernel:0", "separable/pointwise_kernel:0", "depthwise/depthwise_kernel:0"]
    variables = [Slot(f"separable/{name}_kernel", (1,)) for name in ("depthwise", "pointwise")]
    assert rename(both, [*variables, Slot("depthwise/kernel", (1,))]) == (*both[:2], "depthwise/kernel")
    assert rename(["own/depthwise_kernel:0"], [Slot("own/depthwise_kernel", (1,))]) == ("own/depthwise_kernel:0",)


def test_superfluous_arrays_are_those_of_the_classes_that_wrote_them() -> None:
    name = "normalized/data_dep_init/kernel:0"
    assert superfluous(name, frozenset({"Addons>WeightNormalization", "Dense"}))
    assert not superfluous(name, frozenset({"Dense"}))


def test_absent_variables_have_a_value_and_a_reason() -> None:
    known = absent("noisy/eps_kernel", frozenset({"Addons>NoisyDense"}))
    assert known is not None
    assert known[0] == 0.0
    assert "noise" in known[1]
    assert absent("noisy/mu_kernel", frozenset({"Addons>NoisyDense"})) is None


def test_a_layout_names_what_a_path_holds() -> None:
    places = layout("Addons>SpectralNormalization")
    assert places is not None
    assert [places(path) for path in ("vars/0", "vars/1", "layer/vars/0", "elsewhere/vars/0")] == [
        None,
        "sn_u",
        "kernel",
        "elsewhere/vars/0",
    ]
    assert layout("Dense") is None


def test_a_variable_without_a_name_is_the_only_one_that_its_layer_lacks() -> None:
    def named(names: list[str], *variables: str) -> tuple[str, ...]:
        return rename(names, [Slot(variable, (1,)) for variable in variables])

    assert named(["scale/Variable:0"], "scale/gamma") == ("scale/gamma",)
    assert named(["a/variable_3", "b/variable_7"], "a/gamma", "b/gamma") == ("a/gamma", "b/gamma")
    assert named(["a/kernel", "a/variable"], "a/kernel", "a/gain") == ("a/kernel", "a/gain")
    assert named(["a/variable", "a/variable_1"], "a/gain", "a/shift") == ("a/variable", "a/variable_1")
    assert named(["a/variable"], "a/gain", "a/shift") == ("a/variable",)
    assert named(["a/variable"], "a/variable") == ("a/variable",)
    assert named(["a/other"], "a/gain") == ("a/other",)
