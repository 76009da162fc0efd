"""Each addon gives the numbers of the real TensorFlow Addons, and behaves as a Keras object.

The rows are the answers in ``tests/golden/data``, written by ``tasks/golden.py``. They hold for every backend; the one
of the process is used.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone import addons

DATA = Path(__file__).parents[1] / "golden" / "data"
BACKEND = keras.backend.backend()
TOLERANCE = 2e-6
# Float32 sums of many terms, and powers close to zero, are not rounded alike on every backend.
LOOSER = {
    "layers/netvlad": 1e-5,
    "layers/nas_projected": 1e-5,
    "layers/nas": 1e-5,
    "optimizers/adabelief": 1e-5,
    "optimizers/adabelief_sparse": 1e-5,
    "optimizers/conditional_nuclear": 1e-5,
    "metrics/r2_adjusted": 1e-5,
}
# What TensorFlow Addons stored and nothing reads; see WeightNormalization.
IGNORED_WEIGHTS = "data_dep_init/"


class Row:
    """One case: its description, and its answers by name."""

    def __init__(self, kind: str, label: str) -> None:
        arrays = archive(kind)
        self.name = f"{kind}/{label}"
        self.answers = {
            key.partition("/")[2]: value for key, value in arrays.items() if key.partition("/")[0] == label
        }
        case = json.loads(str(self.answers.pop("case")))
        self.identity: str = case["object"]
        self.object: Any = addons.REGISTERED[self.identity]
        self.config: dict[str, Any] = case["config"]
        self.weights: list[str] = case.get("weights", [])
        self.is_cell: bool = case.get("cell", False)
        self.tolerance = LOOSER.get(self.name, TOLERANCE)

    def all_of(self, prefix: str) -> list[Any]:
        """Return the answers called ``prefix`` and a number, in order; the cases have fewer than 100."""
        return [self.answers[key] for key in (f"{prefix}{index}" for index in range(100)) if key in self.answers]

    def assert_equal(self, actual: Any, expected: Any, what: str) -> None:
        np.testing.assert_allclose(
            ops.convert_to_numpy(ops.convert_to_tensor(actual)),
            expected,
            rtol=self.tolerance,
            atol=self.tolerance,
            err_msg=f"{self.name}: {what}",
        )


@cache
def archive(kind: str) -> dict[str, Any]:
    with np.load(DATA / f"{kind}.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def labels(kind: str, *, needs: str | None = None, lacks: str | None = None) -> list[str]:
    names = archive(kind)
    every = [name.partition("/")[0] for name in names if name.endswith("/case")]
    having = [label for label in every if needs is None or f"{label}/{needs}" in names]
    return [label for label in having if lacks is None or f"{label}/{lacks}" not in names]


def variable_named(variables: list[Any], name: str) -> Any:
    """Return the variable that shares the most parts at the end of its path with a stored name."""
    stored = name.split("/")

    def shared(variable: Any) -> int:
        parts = variable.path.split("/")
        count = 0
        while count < min(len(parts), len(stored)) and parts[-1 - count] == stored[-1 - count]:
            count += 1
        return count

    ranked = sorted(variables, key=shared, reverse=True)
    assert shared(ranked[0]) > 0, f"no variable for {name} in {[variable.path for variable in variables]}"
    assert len(ranked) == 1 or shared(ranked[0]) > shared(ranked[1]), f"{name} is ambiguous"
    return ranked[0]


def set_weights(layer: Any, row: Row, prefix: str = "weight") -> dict[str, Any]:
    """Set a layer's weights by name; return the variables by stored name."""
    variables = {}
    for name, value in zip(row.weights, row.all_of(prefix), strict=True):
        if IGNORED_WEIGHTS in name:
            continue
        variables[name] = variable_named(layer.weights, name)
        variables[name].assign(value)
    assert len({id(variable) for variable in variables.values()}) == len(layer.weights)
    return variables


def without_keras_2(config: Any) -> Any:
    """Return a configuration without what Keras 2 wrote into that of a wrapped layer and Keras 3 refuses."""
    if isinstance(config, dict):
        obsolete = ("time_major", "batch_input_shape", "input_length", "build_config")
        return {key: without_keras_2(value) for key, value in config.items() if key not in obsolete}
    return config


def build_layer(row: Row) -> Any:
    thing = row.object.from_config(without_keras_2(row.config))
    layer = keras.layers.RNN(thing, return_sequences=True) if row.is_cell else thing
    shapes = [value.shape for value in row.all_of("input")]
    layer.build(shapes[0] if len(shapes) == 1 else shapes)
    return layer


def argument_of(row: Row, values: list[Any] | None = None) -> Any:
    values = [ops.convert_to_tensor(value) for value in row.all_of("input")] if values is None else values
    return values[0] if len(values) == 1 else values


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def gradients(function: Any, values: list[Any]) -> list[Any]:
    """Return the gradients of a scalar function of several arrays, by the process' backend."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            score = function(tensors)
        return list(tape.gradient(score, tensors))
    if BACKEND == "jax":
        import jax

        return list(jax.grad(function)([jax.numpy.asarray(value) for value in values]))
    import torch

    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    return list(torch.autograd.grad(function(tensors), tensors))


@pytest.mark.parametrize("label", labels("layers"))
def test_layer_in_inference(label: str) -> None:
    row = Row("layers", label)
    layer = build_layer(row)
    variables = set_weights(layer, row)
    outputs = listed(layer(argument_of(row)))
    for index, (actual, expected) in enumerate(zip(outputs, row.all_of("output"), strict=True)):
        row.assert_equal(actual, expected, f"output {index}")
    for name, expected in zip(row.weights, row.all_of("after"), strict=True):
        if name in variables:
            row.assert_equal(ops.cast(variables[name], "float32"), expected, name)


@pytest.mark.parametrize("label", labels("layers", needs="gradient0"))
def test_layer_gradient(label: str) -> None:
    row = Row("layers", label)
    layer = build_layer(row)
    set_weights(layer, row)
    layer(argument_of(row))  # what a first call does is not part of a gradient
    set_weights(layer, row, "after")

    def score(values: list[Any]) -> Any:
        outputs = listed(layer(argument_of(row, values)))
        real = next(output for output in outputs if keras.backend.is_float_dtype(output.dtype))
        return ops.sum(real * row.answers["cotangent"])

    for actual, expected in zip(gradients(score, row.all_of("input")), row.all_of("gradient"), strict=True):
        row.assert_equal(actual, expected, "gradient")


@pytest.mark.parametrize("label", labels("layers", needs="trained_output0"))
def test_layer_in_training(label: str) -> None:
    row = Row("layers", label)
    layer = build_layer(row)
    variables = set_weights(layer, row)
    row.assert_equal(layer(argument_of(row), training=True), row.answers["trained_output0"], "output")
    for name, expected in zip(row.weights, row.all_of("trained"), strict=True):
        row.assert_equal(variables[name], expected, name)


@pytest.mark.parametrize("label", labels("functions"))
def test_activation(label: str) -> None:
    row = Row("functions", label)
    row.assert_equal(row.object(row.answers["input0"], **row.config), row.answers["output0"], "output")

    def score(values: list[Any]) -> Any:
        return ops.sum(row.object(values[0], **row.config) * row.answers["cotangent"])

    row.assert_equal(gradients(score, row.all_of("input"))[0], row.answers["gradient0"], "gradient")


def loss_function(row: Row) -> Any:
    if isinstance(row.object, type):
        return row.object.from_config(dict(row.config))
    return lambda y_true, y_pred: row.object(y_true, y_pred, **row.config)


@pytest.mark.parametrize("label", labels("losses"))
def test_loss(label: str) -> None:
    row = Row("losses", label)
    loss = loss_function(row)
    y_true, y_pred = row.answers["y_true"], row.answers["y_pred"]
    row.assert_equal(loss(y_true, y_pred), row.answers["value"], "value")

    def score(values: list[Any]) -> Any:
        return ops.sum(loss(y_true, values[0]))

    row.assert_equal(gradients(score, [y_pred])[0], row.answers["gradient"], "gradient")


@pytest.mark.parametrize("label", labels("losses", needs="reduced_none"))
def test_loss_reductions(label: str) -> None:
    row = Row("losses", label)
    weights = row.answers.get("sample_weight")
    for reduction in ("none", "sum", "sum_over_batch_size"):
        loss = row.object.from_config({**row.config, "reduction": reduction})
        y_true, y_pred = row.answers["y_true"], row.answers["y_pred"]
        row.assert_equal(loss(y_true, y_pred), row.answers[f"reduced_{reduction}"], reduction)
        if weights is not None:
            expected = row.answers[f"weighted_{reduction}"]
            row.assert_equal(loss(y_true, y_pred, sample_weight=weights), expected, f"weighted {reduction}")


@pytest.mark.parametrize("label", labels("metrics"))
def test_metric(label: str) -> None:
    row = Row("metrics", label)
    metric = row.object.from_config(dict(row.config))
    for _ in range(2):  # the second time after a reset
        metric.reset_state()
        for batch, expected in enumerate(row.all_of("result")):
            values = row.all_of(f"batch{batch}_")
            weight = row.answers.get(f"weight_of{batch}")
            if weight is not None and row.identity == "Addons>RSquare":
                weight = weight[:, None]
            metric.update_state(*values, sample_weight=weight)
            row.assert_equal(metric.result(), expected, f"result {batch}")
    for name, expected in zip(row.weights, row.all_of("weight"), strict=True):
        variable = variable_named(metric.variables, name)
        assert tuple(variable.shape) == expected.shape
        row.assert_equal(ops.cast(variable, "float32"), expected.astype("float32"), name)
