"""Each addon gives the numbers of the real TensorFlow Addons.

The rows are the answers in ``tests/golden/data``, written by ``tasks/golden.py``. They hold for every backend; the one
of the process is used.
"""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import ops

from loadstone import addons

BACKEND = keras.backend.backend()
RENAMED = {"Addons>GeLU": "Addons>GELU"}  # of releases that the answers are not from


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def gradients(function: Any, values: list[Any], wanted: list[int] | None = None, *, pure: bool = False) -> list[Any]:
    """Return the gradients of a scalar function of several arrays, or of the ``wanted``, by the process' backend.

    A pure function is compiled on JAX, which is faster there than to compile each of its operations.
    """
    if wanted is not None:
        chosen = [values[index] for index in wanted]

        def of_chosen(tensors: list[Any]) -> Any:
            given = dict(zip(wanted, tensors, strict=True))
            return function([given.get(index, ops.convert_to_tensor(value)) for index, value in enumerate(values)])

        return gradients(of_chosen, chosen, pure=pure)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            score = function(tensors)
        return list(tape.gradient(score, tensors))
    if BACKEND == "jax":
        import jax

        gradient = jax.jit(jax.grad(function)) if pure else jax.grad(function)
        return list(gradient([jax.numpy.asarray(value) for value in values]))
    import torch

    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    return list(torch.autograd.grad(function(tensors), tensors))


def test_every_addon_has_a_row(golden_objects: set[str]) -> None:
    assert set(addons.REGISTERED) == golden_objects | set(RENAMED)
    for earlier, later in RENAMED.items():
        renamed: Any = addons.REGISTERED[earlier]
        assert renamed.__bases__ == (addons.REGISTERED[later],)
        assert not [name for name in vars(renamed) if not name.startswith("__")]


@pytest.mark.golden("layers")
def test_layer_in_inference(row: Any) -> None:
    layer = row.built_layer()
    variables = row.set_weights(layer)
    outputs = listed(row.call(layer))
    for index, (actual, expected) in enumerate(zip(outputs, row.all_of("output"), strict=True)):
        row.assert_equal(actual, expected, f"output {index}")
    for index, name in enumerate(row.weights):
        if name in variables:
            after = row.answers.get(f"after{index}", row.answers[f"weight{index}"])
            row.assert_equal(ops.cast(variables[name], "float32"), after, name)


@pytest.mark.golden("layers", needs="gradient0")
def test_layer_gradient(row: Any) -> None:
    layer = row.built_layer()
    row.set_weights(layer)
    row.call(layer)  # what a first call does is not part of a gradient
    row.set_weights(layer, "after")

    def score(values: list[Any]) -> Any:
        outputs = listed(row.call(layer, values))
        real = next(output for output in outputs if keras.backend.is_float_dtype(output.dtype))
        return ops.sum(real * ops.convert_to_tensor(row.answers["cotangent"]))

    wanted = [index for index in range(len(row.all_of("input"))) if f"gradient{index}" in row.answers]
    for index, actual in zip(wanted, gradients(score, row.all_of("input"), wanted), strict=True):
        row.assert_equal(actual, row.answers[f"gradient{index}"], f"gradient {index}")


@pytest.mark.golden("layers", needs="trained_output0")
def test_layer_in_training(row: Any) -> None:
    layer = row.built_layer()
    variables = row.set_weights(layer)
    row.assert_equal(row.call(layer, training=True), row.answers["trained_output0"], "output")
    for name, expected in zip(row.weights, row.all_of("trained"), strict=True):
        row.assert_equal(variables[name], expected, name)


@pytest.mark.golden("functions")
def test_function(row: Any) -> None:
    row.assert_equal(row.object(*row.all_of("input"), **row.config), row.answers["output0"], "output")


@pytest.mark.golden("functions", needs="gradient0")
def test_function_gradient(row: Any) -> None:
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
