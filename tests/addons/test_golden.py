"""Each addon gives the numbers of the real TensorFlow Addons.

The rows are the answers in ``tests/golden/data``, written by ``tasks/golden.py``. They hold for every backend; the one
of the process is used.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import keras
import pytest
from keras import ops

from loadstone import addons

BACKEND = keras.backend.backend()
SLOT_NAMES = {"m": "momentum", "v": "velocity", "vhat": "velocity_hat"}  # of Keras' own Adam


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def gradients(function: Any, values: list[Any], *, pure: bool = False) -> list[Any]:
    """Return the gradients of a scalar function of several arrays, by the process' backend.

    A pure function is compiled on JAX, which is faster there than to compile each of its operations.
    """
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            score = function(tensors)
        return list(tape.gradient(score, tensors))
    if BACKEND == "jax":
        import jax  # type: ignore[import-not-found,unused-ignore]  # only where it is the backend

        gradient = jax.jit(jax.grad(function)) if pure else jax.grad(function)
        return list(gradient([jax.numpy.asarray(value) for value in values]))
    import torch  # type: ignore[import-not-found,unused-ignore]  # only where it is the backend

    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    return list(torch.autograd.grad(function(tensors), tensors))


def without_gradients() -> Any:
    if BACKEND == "torch":
        import torch

        return torch.no_grad()
    return nullcontext()


def test_every_addon_has_a_row(golden_objects: set[str]) -> None:
    assert set(addons.REGISTERED) == golden_objects


@pytest.mark.golden("layers")
def test_layer_in_inference(row: Any) -> None:
    layer = row.built_layer()
    variables = row.set_weights(layer)
    outputs = listed(layer(row.argument()))
    for index, (actual, expected) in enumerate(zip(outputs, row.all_of("output"), strict=True)):
        row.assert_equal(actual, expected, f"output {index}")
    after = dict(zip(row.weights, row.all_of("after"), strict=True))
    for name, variable in variables.items():
        row.assert_equal(ops.cast(variable, "float32"), after[name], name)


@pytest.mark.golden("layers", needs="gradient0")
def test_layer_gradient(row: Any) -> None:
    layer = row.built_layer()
    row.set_weights(layer)
    layer(row.argument())  # what a first call does is not part of a gradient
    row.set_weights(layer, "after")

    def score(values: list[Any]) -> Any:
        outputs = listed(layer(row.argument(values)))
        real = next(output for output in outputs if keras.backend.is_float_dtype(output.dtype))
        return ops.sum(real * ops.convert_to_tensor(row.answers["cotangent"]))

    for actual, expected in zip(gradients(score, row.all_of("input")), row.all_of("gradient"), strict=True):
        row.assert_equal(actual, expected, "gradient")


@pytest.mark.golden("layers", needs="trained_output0")
def test_layer_in_training(row: Any) -> None:
    layer = row.built_layer()
    variables = row.set_weights(layer)
    row.assert_equal(layer(row.argument(), training=True), row.answers["trained_output0"], "output")
    for name, expected in zip(row.weights, row.all_of("trained"), strict=True):
        row.assert_equal(variables[name], expected, name)


@pytest.mark.golden("functions")
def test_function(row: Any) -> None:
    row.assert_equal(row.object(*row.all_of("input"), **row.config), row.answers["output0"], "output")

    def score(values: list[Any]) -> Any:
        return ops.sum(row.object(*values, **row.config) * ops.convert_to_tensor(row.answers["cotangent"]))

    for actual, expected in zip(gradients(score, row.all_of("input"), pure=True), row.all_of("gradient"), strict=True):
        row.assert_equal(actual, expected, "gradient")


@pytest.mark.golden("losses")
def test_loss(row: Any) -> None:
    y_true, y_pred = row.answers["y_true"], row.answers["y_pred"]
    loss = row.make() if isinstance(row.object, type) else lambda *labels: row.object(*labels, **row.config)
    row.assert_equal(loss(y_true, y_pred), row.answers["value"], "value")

    def score(values: list[Any]) -> Any:
        return ops.sum(loss(y_true, values[0]))

    row.assert_equal(gradients(score, [y_pred], pure=True)[0], row.answers["gradient"], "gradient")


@pytest.mark.golden("losses", needs="reduced_none")
def test_loss_reductions(row: Any) -> None:
    y_true, y_pred = row.answers["y_true"], row.answers["y_pred"]
    weights = row.answers.get("sample_weight")
    for reduction in ("none", "sum", "sum_over_batch_size"):
        loss = row.make(reduction=reduction)
        row.assert_equal(loss(y_true, y_pred), row.answers[f"reduced_{reduction}"], reduction)
        if weights is not None:
            expected = row.answers[f"weighted_{reduction}"]
            row.assert_equal(loss(y_true, y_pred, sample_weight=weights), expected, f"weighted {reduction}")


@pytest.mark.golden("metrics")
def test_metric(row: Any) -> None:
    metric = row.make()
    for _ in range(2):  # the second time after a reset
        metric.reset_state()
        for batch, expected in enumerate(row.answers["results"]):
            values = [each[batch] for each in row.all_of("values")]
            weights = {"sample_weight": row.answers["sample_weight"][batch]} if "sample_weight" in row.answers else {}
            metric.update_state(*values, **weights)
            row.assert_equal(metric.result(), expected, f"result {batch}")
    states = {variable.path.rpartition("/")[2]: variable for variable in metric.variables}
    for name, expected in zip(row.weights, row.all_of("weight"), strict=True):
        assert tuple(states[name].shape) == expected.shape
        row.assert_equal(ops.cast(states[name], "float32"), expected.astype("float32"), name)


def state_of(optimizer: Any, name: str) -> Any:
    """Return the variable of an optimizer's state that TensorFlow Addons calls ``name``."""
    variable, slot = "_".join(name.split("/")[1:-1]), name.rpartition("/")[2]
    names = {f"{variable}_{slot}", f"{variable}_{SLOT_NAMES.get(slot, slot)}"}
    (found,) = [state for state in optimizer.variables if state.path.rpartition("/")[2] in names]
    return found


def gradient_of_kernel(row: Any, step: int) -> Any:
    gradient = row.answers["gradients0"][step]
    if "rows" not in row.answers:
        return ops.convert_to_tensor(gradient)
    import tensorflow as tf

    return tf.IndexedSlices(gradient, row.answers["rows"][step], row.answers["initial0"].shape)


# Only TensorFlow has gradients that name their rows.
@pytest.mark.golden("optimizers", lacks=None if BACKEND == "tensorflow" else "rows")
def test_optimizer(row: Any) -> None:
    optimizer = row.make()
    with keras.name_scope("dense"):
        kernel = keras.Variable(row.answers["initial0"], name="kernel")
        bias = keras.Variable(row.answers["initial1"], name="bias")
    with without_gradients():
        for step in range(len(row.answers["trajectory0"])):
            gradient = ops.convert_to_tensor(row.answers["gradients1"][step])
            optimizer.apply([gradient_of_kernel(row, step), gradient], [kernel, bias])
            row.assert_equal(kernel, row.answers["trajectory0"][step], f"kernel after step {step}")
            row.assert_equal(bias, row.answers["trajectory1"][step], f"bias after step {step}")
    for name, expected in zip(row.weights, row.all_of("weight"), strict=True):
        row.assert_equal(state_of(optimizer, name), expected, name)
    assert len(optimizer.variables) == len({id(variable) for variable in optimizer.variables})
