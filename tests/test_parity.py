from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from loadstone.finding import Verdict
from loadstone.parity import compare

ARRAYS = arrays(
    np.float32, array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e3, 1e3, width=32) | st.just(np.nan)
)


@given(st.lists(ARRAYS, max_size=3))
def test_arrays_equal_themselves(outputs: list[np.ndarray]) -> None:
    parity = compare(outputs, outputs)
    assert parity.verdict is Verdict.EXACT
    assert parity.max_abs == 0


@given(ARRAYS, st.floats(1e-3, 10))
def test_a_difference_is_found_whichever_way_it_goes(output: np.ndarray, difference: float) -> None:
    finite = np.nan_to_num(output)
    scale = max(1.0, float(np.abs(finite).max()))
    other = finite + difference * scale
    for one, two in ((finite, other), (other, finite)):
        parity = compare([one], [two], tolerance=1e-5)
        assert parity.verdict is Verdict.DIVERGES
        assert parity.first_divergence == "y0"


def test_small_differences_are_within() -> None:
    parity = compare([np.array([1.0, 2.0])], [np.array([1.0, 2.0 + 1e-6])])
    assert parity.verdict is Verdict.WITHIN
    assert parity.max_abs == pytest.approx(1e-6)
    assert parity.max_rel == pytest.approx(5e-7)


def test_the_tolerance_grows_with_the_outputs() -> None:
    assert compare([np.array([1000.0])], [np.array([1000.005])]).verdict is Verdict.WITHIN


@pytest.mark.parametrize("other", [np.nan, np.inf])
def test_a_number_is_not_nan_and_not_infinite(other: float) -> None:
    assert compare([np.array([1.0])], [np.array([other])]).verdict is Verdict.DIVERGES


def test_empty_outputs_are_equal() -> None:
    assert compare([np.zeros((0, 3))], [np.zeros((0, 3))]).verdict is Verdict.EXACT


def test_the_first_output_that_differs_is_named() -> None:
    same, other = np.zeros(2), np.ones(2)
    assert compare([same, same, same], [same, other, other]).first_divergence == "y1"


def test_other_shapes_and_other_numbers_of_outputs_diverge() -> None:
    assert compare([np.zeros(2)], [np.zeros(3)]).why == "y0 was recorded with shape (2,), and is (3,) now"
    assert compare([np.zeros(2)], []).why == "1 outputs were recorded, the model has 0"
