from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.blueprint.weights import Slot, absent, layout, match, no_array, parts, rename, superfluous

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


def test_arrays_find_their_variables_by_name_whatever_their_order() -> None:
    stored = [
        Slot("both/backward_lstm/lstm_cell_7/kernel:0", (2, 8)),
        Slot("both/forward_lstm/lstm_cell_6/kernel:0", (2, 8)),
    ]
    variables = [
        Slot("both/forward_lstm/lstm_cell/kernel", (2, 8)),
        Slot("both/backward_lstm/lstm_cell/kernel", (2, 8)),
    ]
    matching = match(stored, variables)
    assert matching.pairs == {stored[0].name: 1, stored[1].name: 0}
    assert matching.unplaced == ()
    assert matching.unset == ()


def test_equally_named_arrays_go_in_order() -> None:
    stored = [Slot(f"rnn/cell_{number}/kernel:0", (2, 2)) for number in (3, 4)]
    variables = [Slot("rnn/cell/kernel", (2, 2)), Slot("rnn/cell_1/kernel", (2, 2))]
    assert match(stored, variables).pairs == {"rnn/cell_3/kernel:0": 0, "rnn/cell_4/kernel:0": 1}


def test_a_shape_that_differs_is_named_at_both_ends() -> None:
    matching = match([Slot("dense/kernel:0", (3, 4))], [Slot("dense/kernel", (4, 3))])
    assert matching.pairs == {}
    assert [mismatch.message for mismatch in matching.unplaced] == [
        "dense/kernel:0 of shape (3, 4) has no variable: dense/kernel has shape (4, 3)"
    ]
    assert matching.unset == (0,)
    assert no_array(Slot("dense/kernel", (4, 3))).message == "dense/kernel of shape (4, 3) has no array in the file"


def test_an_array_of_an_unknown_name_has_no_place() -> None:
    (mismatch,) = match([Slot("dense/gain:0", (3,))], [Slot("dense/bias", (3,))]).unplaced
    assert mismatch.name == "dense/gain:0"
    assert mismatch.message == "dense/gain:0 of shape (3,) has no variable"


@given(SLOTS, SLOTS)
def test_every_array_and_every_variable_is_accounted_for_once(stored: list[Slot], variables: list[Slot]) -> None:
    matching = match(stored, variables)
    assert len(matching.pairs) + len(matching.unplaced) == len(stored)
    assert sorted((*matching.pairs.values(), *matching.unset)) == list(range(len(variables)))
    for slot in stored:
        if slot.name in matching.pairs:
            variable = variables[matching.pairs[slot.name]]
            assert (parts(variable.name)[-1], variable.shape) == (parts(slot.name)[-1], slot.shape)


@given(SLOTS)
def test_a_layer_finds_all_its_own_weights(slots: list[Slot]) -> None:
    assert match(slots, slots).unset == ()


def test_a_renamed_weight_keeps_its_name_where_the_layer_still_has_it() -> None:
    assert rename("depthwise/depthwise_kernel:0", [Slot("depthwise/kernel", (1,))]) == "depthwise/kernel"
    separable = [Slot("separable/depthwise_kernel", (1,)), Slot("separable/pointwise_kernel", (1,))]
    assert rename("separable/depthwise_kernel:0", separable) == "separable/depthwise_kernel:0"


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
