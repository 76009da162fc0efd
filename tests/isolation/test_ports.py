"""Whether given arrays fit what a model takes, and how they are converted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loadstone.errors import IsolationError
from loadstone.isolation.ports import Port, described, matched

ANY = Port(name="x", shape=None, dtype="float32")
TEXTS = Port(name="words", shape=(None,), dtype="string")


def port(dtype: str) -> tuple[Port, ...]:
    return (Port(name="x", shape=None, dtype=dtype),)


CONVERTED = [
    ("float32", np.array([1.5]), "float32"),
    ("float32", np.array([1, 2], dtype="uint8"), "float32"),
    ("float32", np.array([True]), "float32"),
    ("float16", np.array([1.5]), "float16"),
    ("int32", np.array([1, -(1 << 31)]), "int32"),
    ("uint8", np.array([0, 255]), "uint8"),
    ("uint8", np.array([], dtype="int64"), "uint8"),
    ("bool", np.array([True]), "bool"),
    ("complex64", np.array([1.5]), "complex64"),
    ("bfloat16", np.array([1.5]), "float32"),
    ("string", np.array(["a"]), "<U1"),
    ("string", np.array(["a", b"b"], dtype=object), "object"),
]


@pytest.mark.parametrize(("dtype", "array", "expected"), CONVERTED)
def test_converted_without_loss(dtype: str, array: Any, expected: str) -> None:
    [(name, converted)] = matched(port(dtype), {"x": array})
    assert (name, converted.dtype) == ("x", np.dtype(expected))
    np.testing.assert_array_equal(converted, array)


@pytest.mark.parametrize(
    ("dtype", "array"),
    [
        ("int32", np.array([1.0])),
        ("int32", np.array([1 << 31])),
        ("uint8", np.array([-1])),
        ("uint8", np.array([256])),
        ("bool", np.array([1])),
        ("float32", np.array([1j])),
        ("float32", np.array(["1"])),
        ("string", np.array([1])),
    ],
)
def test_what_would_lose_something_is_refused(dtype: str, array: Any) -> None:
    with pytest.raises(IsolationError, match="does not convert without loss") as problem:
        matched(port(dtype), {"x": array})
    assert problem.value.reason == "inputs"


@pytest.mark.parametrize(
    ("shape", "given", "fits"),
    [
        (None, (3, 2), True),
        ((None, 2), (3, 2), True),
        ((3, 2), (3, 2), True),
        ((None,), (0,), True),
        ((), (), True),
        ((None, 2), (3, 3), False),
        ((None, 2), (2,), False),
        ((1, None), (2, 2), False),
    ],
)
def test_shapes(shape: tuple[int | None, ...] | None, given: tuple[int, ...], fits: bool) -> None:  # noqa: FBT001 - parametrised
    ports = (Port(name="x", shape=shape, dtype="float32"),)
    if fits:
        assert matched(ports, np.zeros(given))[0][1].shape == given
    else:
        with pytest.raises(IsolationError, match="x was given an array of shape"):
            matched(ports, np.zeros(given))


def test_inputs_come_in_the_ports_order_with_lengths_of_ragged_ones_after_them() -> None:
    ports = (ANY, TEXTS)
    arrays = {"x:row_lengths": np.array([1]), "words": np.array(["a"]), "x": np.array([1.0])}
    assert [name for name, _ in matched(ports, arrays)] == ["x", "words", "x:row_lengths"]


def test_a_model_that_does_not_say_what_it_takes_gets_what_is_given() -> None:
    assert [name for name, _ in matched((), {"b": np.zeros(1), "a": np.zeros(1)})] == ["b", "a"]


def test_one_array_for_two_inputs() -> None:
    with pytest.raises(IsolationError) as problem:
        matched((ANY, TEXTS), np.zeros(1))
    assert str(problem.value) == (
        "one array was given without a name, and the model has 2 inputs; the model takes\n"
        "  x: float32 [?]\n  words: string [None]"
    )


@given(
    hnp.arrays(hnp.integer_dtypes() | hnp.unsigned_integer_dtypes(), st.integers(0, 5)),
    st.sampled_from(["int8", "uint16", "int64"]),
)
def test_whole_numbers_are_converted_exactly_or_not_at_all(array: Any, dtype: str) -> None:
    bounds = np.iinfo(dtype)
    fits = all(bounds.min <= number <= bounds.max for number in array.tolist())
    try:
        [(_, converted)] = matched(port(dtype), {"x": array})
    except IsolationError:
        assert not fits
    else:
        assert fits
        assert (converted.tolist(), converted.dtype) == (array.tolist(), np.dtype(dtype))


def test_a_worker_s_description() -> None:
    loaded = described(
        {
            "inputs": [{"name": "x", "shape": None, "dtype": "string"}],
            "outputs": [{"name": "y", "shape": [None, 3], "dtype": "bfloat16"}],
            "compiled": None,
            "ordered": False,
            "how": "frozen graph",
            "versions": {"python": "3.6.15"},
            "seconds": 1,
            "notes": ["said"],
        }
    )
    assert not loaded.ordered
    assert (loaded.inputs[0].shape, loaded.outputs[0].shape, loaded.compiled) == (None, (None, 3), None)
    assert loaded.notes == ("said", "y is bfloat16, which NumPy lacks: it is returned as float32")
