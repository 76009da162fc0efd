"""How stored arrays become values: cuDNN's cells, against the arithmetic that reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import ObjectSpec
from loadstone.blueprint.layouts import Row, translate
from loadstone.blueprint.weights import Slot

CONTENT = ObjectSpec(name="LSTM", at=Pointer(document="model_config", path=""))


def rows(arrays: dict[str, Any]) -> dict[str, Row]:
    slots = {name: Slot(name, array.shape) for name, array in arrays.items()}
    return {row.target.name: row for row in translate(slots, CONTENT)}


def values(arrays: dict[str, Any]) -> dict[str, Any]:
    return {name: row.transform([arrays[source] for source in row.sources]) for name, row in rows(arrays).items()}


@given(st.sampled_from([4, 3]), st.integers(1, 4), st.integers(1, 4))
def test_a_cudnn_cell_multiplies_with_the_matrices_that_cudnn_has(gates: int, inputs: int, units: int) -> None:
    """cuDNN reads a gate's bytes as a matrix of (units, inputs), and multiplies it from the left."""
    generator = np.random.default_rng(gates)
    stored = {
        "cell/kernel:0": generator.normal(size=(inputs, gates * units)),
        "cell/recurrent_kernel:0": generator.normal(size=(units, gates * units)),
        "cell/bias:0": generator.normal(size=2 * gates * units),
    }
    new = values(stored)
    x, h = generator.normal(size=inputs), generator.normal(size=units)
    for gate in range(gates):
        columns = slice(gate * units, (gate + 1) * units)
        kernel = np.frombuffer(stored["cell/kernel:0"][:, columns].tobytes()).reshape(units, inputs)
        np.testing.assert_allclose(x @ new["cell/kernel:0"][:, columns], kernel @ x)
        recurrent = stored["cell/recurrent_kernel:0"][:, columns]
        np.testing.assert_allclose(h @ new["cell/recurrent_kernel:0"][:, columns], recurrent @ h)
    halves = stored["cell/bias:0"].reshape(2, -1)
    np.testing.assert_array_equal(new["cell/bias:0"], halves.sum(0) if gates == 4 else halves)
    assert all(row.target.shape == new[name].shape for name, row in rows(stored).items())


@pytest.mark.parametrize("bias", [(8,), (2, 6)], ids=["LSTM", "GRU"])
def test_the_cells_of_keras_itself_stay(bias: tuple[int, ...]) -> None:
    gates = bias[-1] // 2
    stored = {
        "cell/kernel:0": np.arange(2.0 * gates * 3).reshape(3, 2 * gates),
        "cell/recurrent_kernel:0": np.arange(4.0 * gates).reshape(2, 2 * gates),
        "cell/bias:0": np.zeros(bias),
    }
    for name, value in values(stored).items():
        np.testing.assert_array_equal(value, stored[name])
