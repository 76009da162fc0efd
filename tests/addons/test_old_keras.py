"""Keras 3 takes what code of TensorFlow Addons' time says to it, for as long as that was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import old_keras
from loadstone.addons.old_keras.names import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Iterator

INPUTS = np.ones((2, 4), "float32")


@pytest.fixture
def accepted() -> Iterator[None]:
    old_keras.accept()
    old_keras.accept()  # which does nothing
    yield
    old_keras.refuse()


def test_old_calls_of_cells() -> None:
    cell, single = keras.layers.LSTMCell(3), keras.layers.GRUCell(3)
    with pytest.raises(TypeError):
        cell.get_initial_state(batch_size=2, dtype="float16")
    old_keras.accept()
    try:
        old_keras.accept()
        state = cell.get_initial_state(batch_size=2, dtype="float16")
        assert [keras.backend.standardize_dtype(value.dtype) for value in state] == ["float16"] * 2
        assert single.get_initial_state(INPUTS).shape == (2, 3)
        assert single.get_initial_state(inputs=INPUTS).shape == (2, 3)
        assert [value.shape for value in single.get_initial_state(batch_size=3)] == [(3, 3)]
        assert [value.shape for value in single.get_initial_state(3)] == [(3, 3)]
    finally:
        old_keras.refuse()
    with pytest.raises(TypeError):
        single.get_initial_state(batch_size=2, dtype="float16")


@pytest.mark.usefixtures("accepted")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_legacy_optimizers_are_those_of_keras(name: str) -> None:
    legacy, own = getattr(keras.optimizers.legacy, name), getattr(keras.optimizers, name)
    assert type(legacy(lr=0.5)) is type(own(0.5))
    assert legacy(lr=0.5, name="of").get_config() == own(learning_rate=0.5, name="of").get_config()
    assert legacy(name="of").get_config() == own(name="of").get_config()
    assert legacy(0.25, name="of").get_config() == own(0.25, name="of").get_config()
    decayed = legacy(0.5, decay=0.1)
    assert float(decayed.learning_rate) == 0.5
    saved = json.loads(json.dumps(keras.optimizers.serialize(decayed)))
    assert saved["config"]["learning_rate"]["class_name"] == "InverseTimeDecay"
    assert isinstance(keras.optimizers.deserialize(saved), own)

    class Own(legacy):  # type: ignore[misc,valid-type]  # a variable, to the checker
        pass

    assert isinstance(Own(0.5), own)
    assert type(Own(0.5)) is Own


@pytest.mark.usefixtures("accepted")
def test_legacy_arguments_by_position() -> None:
    assert keras.optimizers.legacy.SGD(0.1, 0.9, True).get_config()["nesterov"]  # noqa: FBT003 - as old code has it
    assert keras.optimizers.legacy.Optimizer is keras.optimizers.Optimizer


@pytest.mark.usefixtures("accepted")
def test_a_cell_of_ones_own() -> None:
    class Sum(keras.layers.AbstractRNNCell):  # type: ignore[misc]  # Keras has no types
        @property
        def state_size(self) -> int:
            return 4

        @property
        def output_size(self) -> int:
            return 4

        def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
            total = states[0] + inputs
            return total, [total]

    sequence = np.ones((2, 3, 4), "float32")
    np.testing.assert_array_equal(ops.convert_to_numpy(keras.layers.RNN(Sum())(sequence)), np.full((2, 4), 3.0))
    assert Sum().get_initial_state(batch_size=2, dtype="float32").shape == (2, 4)
    bare = keras.layers.AbstractRNNCell()
    with pytest.raises(NotImplementedError, match=r"AbstractRNNCell has no call\(\)"):
        bare.call(INPUTS, [])
    for name in ("state_size", "output_size"):
        with pytest.raises(NotImplementedError, match=f"AbstractRNNCell has no {name}"):
            getattr(bare, name)


def test_all_is_taken_back() -> None:
    before = keras.optimizers.legacy.Adam
    old_keras.accept()
    assert keras.optimizers.legacy.Adam is not before
    assert keras._tf_keras.keras.layers.AbstractRNNCell is keras.layers.AbstractRNNCell
    old_keras.refuse()
    assert keras.optimizers.legacy.Adam is before
    assert not hasattr(keras.layers, "AbstractRNNCell")
    assert not hasattr(keras.optimizers.legacy, "Nadam")
