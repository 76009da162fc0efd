"""Optimizers and schedules take the steps of the real TensorFlow Addons', with every option, and keep their state.

The rows are the answers in ``tests/golden/data``, written by ``tasks/golden.py``. They hold for every backend; the one
of the process is used.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

BACKEND = keras.backend.backend()
SLOT_NAMES = {"m": "momentum", "v": "velocity", "vhat": "velocity_hat"}  # of Keras' own Adam
ON_EVERY_BACKEND = None if BACKEND == "tensorflow" else "rows"  # only TensorFlow has gradients that name their rows
EPOCH: dict[str, Any] = {"epochs": 1, "batch_size": 4, "shuffle": False, "verbose": 0}
random = np.random.default_rng(0)
VALUES, TARGETS = random.normal(size=(8, 3)).astype("float32"), random.normal(size=(8, 2)).astype("float32")


def without_gradients() -> Any:
    if BACKEND == "torch":
        import torch

        return torch.no_grad()
    return nullcontext()


def third(count: Any) -> Any:
    return 1 / (1 + count / 3)


def state_of(optimizer: Any, name: str) -> Any:
    """Return the variable of an optimizer's state that TensorFlow Addons calls ``name``."""
    *_, layer, variable, slot = name.split("/")
    variable = f"{layer}_{variable}"
    names = {f"{variable}_{slot}", f"{variable}_{SLOT_NAMES.get(slot, slot)}"}
    (found,) = [state for state in optimizer.variables if state.path.rpartition("/")[2] in names]
    return found


def gradient_of_kernel(row: Any, step: int) -> Any:
    gradient = row.answers["gradients0"][step]
    if "rows" not in row.answers:
        return ops.convert_to_tensor(gradient)
    import tensorflow as tf

    return tf.IndexedSlices(gradient, row.answers["rows"][step], row.answers["initial0"].shape)


def kernel_and_bias(row: Any) -> list[Any]:
    dtype = row.answers["initial0"].dtype
    if dtype == np.float64 and BACKEND == "jax":
        pytest.skip("JAX has no float64 unless it is asked for at its start")
    with keras.name_scope("dense"):
        values = [row.answers["initial0"], row.answers["initial1"]]
        names = ("kernel", "bias")
        return [keras.Variable(value, dtype=str(dtype), name=name) for value, name in zip(values, names, strict=True)]


def assert_same_steps(row: Any) -> None:
    """Take the case's steps and compare the variables after each, and the state after the last."""
    optimizer, variables = row.make(), kernel_and_bias(row)
    with without_gradients():
        if "shadow" in row.name:
            optimizer.shadow_copy(variables)
        for step in range(len(row.answers["trajectory0"])):
            gradient = ops.convert_to_tensor(row.answers["gradients1"][step])
            optimizer.apply([gradient_of_kernel(row, step), gradient], variables)
            for index, variable in enumerate(variables):
                expected = row.answers[f"trajectory{index}"][step]
                row.assert_equal(variable, expected, f"variable {index} after step {step}")
    for name, expected in zip(row.weights, row.all_of("weight"), strict=True):
        row.assert_equal(state_of(optimizer, name), expected, name)
    if row.weights:  # in the order of files
        for name, actual, expected in zip(row.weights, optimizer.get_weights()[1:], row.all_of("weight"), strict=True):
            row.assert_equal(actual, expected, f"{name} in its place")
    assert len(optimizer.variables) == len({id(variable) for variable in optimizer.variables})


@pytest.mark.golden("optimizers", lacks=ON_EVERY_BACKEND)
def test_optimizer(row: Any) -> None:
    assert_same_steps(row)


@pytest.mark.golden("optimizer_options", lacks=ON_EVERY_BACKEND)
def test_optimizer_with_options(row: Any) -> None:
    assert_same_steps(row)


@pytest.mark.golden("schedules")
def test_schedule(row: Any) -> None:
    with keras.saving.custom_object_scope({"third": third}):
        schedule = row.make()
    for step, expected in zip(row.answers["steps"], row.answers["values"], strict=True):
        row.assert_equal(schedule(ops.convert_to_tensor(step)), expected, f"at step {step}")
        row.assert_equal(schedule(ops.cast(int(step), "int32")), expected, f"at step {int(step)}")
        row.assert_equal(schedule(int(step)), expected, f"at the number {int(step)}")
