"""Each function of images gives the numbers of the real TensorFlow Addons, on the backend of the process.

The rows are the answers in ``tests/golden/data/image.npz``, written by ``tasks/golden_image.py``. With JAX the
functions are compiled, which is how they are used there, and faster than one operation at a time.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import image
from tasks.golden_answers import recorded

BACKEND = keras.backend.backend()
RECORDED = recorded("image")
# Relative to the largest value of an array.
TOLERANCES = {"float16": 2e-3, "float32": 1e-5, "float64": 1e-12 if BACKEND == "tensorflow" else 1e-5}
Answers = dict[str, Any]


def numbered(answers: Answers, prefix: str) -> dict[int, Any]:
    return {index: answers[f"{prefix}{index}"] for index in range(9) if f"{prefix}{index}" in answers}


def call(answers: Answers, values: list[Any]) -> tuple[Any, ...]:
    case = answers["case"]
    if case["listed"]:
        values = [values]
    elif case["object"].endswith("filter2d"):  # sizes of filters are no tensors
        values = [values[0], *(tuple(answers[f"input{index}"].tolist()) for index in range(1, len(values)))]
    outputs = getattr(image, case["object"])(*values, **case["config"])
    return outputs if isinstance(outputs, tuple) else (outputs,)


def outputs_and_gradients(answers: Answers) -> tuple[tuple[Any, ...], dict[int, Any]]:
    """Return the outputs, and the gradients that the answers have."""
    values = list(numbered(answers, "input").values())
    places = list(numbered(answers, "gradient"))
    first = answers["output0"]
    weights = np.cos(np.arange(first.size)).reshape(first.shape).astype(first.dtype) if places else None
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(value) for value in values]
        watched = [tensors[place] for place in places]
        with tf.GradientTape() as tape:
            tape.watch(watched)
            outputs = call(answers, tensors)
        gradients = tape.gradient(outputs[0], watched, weights) if places else []
    elif BACKEND == "jax":
        outputs, gradients = compiled(answers, values, places, weights)
    else:
        import torch

        tensors = [torch.tensor(value, requires_grad=place in places) for place, value in enumerate(values)]
        outputs = call(answers, tensors)
        watched = [tensors[place] for place in places]
        gradients = torch.autograd.grad(outputs[0], watched, torch.tensor(weights)) if places else []
    return outputs, dict(zip(places, gradients, strict=True))


def compiled(answers: Answers, values: list[Any], places: list[int], weights: Any) -> Any:
    import jax

    @jax.jit  # type: ignore[untyped-decorator,unused-ignore]  # only where it is the backend
    def run(values: list[Any]) -> Any:
        def with_watched(watched: list[Any]) -> Any:
            given = dict(enumerate(values)) | dict(zip(places, watched, strict=True))
            return call(answers, list(given.values()))

        if not places:
            return with_watched([]), []
        outputs, pull_back = jax.vjp(with_watched, [values[place] for place in places])
        cotangents = (jax.numpy.asarray(weights, outputs[0].dtype), *(jax.numpy.zeros_like(x) for x in outputs[1:]))
        return outputs, pull_back(cotangents)[0]

    arrays = [jax.numpy.asarray(value) for value in values]
    # Compiling takes the most of the time, and nothing is won by optimizing what runs once.
    return run.lower(arrays).compile({"xla_backend_optimization_level": 0})(arrays)


def assert_equal(actual: Any, expected: Any, what: str) -> None:
    """Compare with an answer: its dtype, where the backend has it, and its values."""
    array = ops.convert_to_numpy(actual)
    if BACKEND != "jax":  # which has no 64 bits unless it is told to
        assert array.dtype == expected.dtype
    assert array.shape == expected.shape
    if np.issubdtype(expected.dtype, np.floating):
        tolerance = max(TOLERANCES[str(expected.dtype)], TOLERANCES[str(array.dtype)])
    else:
        tolerance = 1e-6 if expected.dtype == "int32" else 0.0  # int32 pixels are computed in float32
    largest = np.nanmax(np.abs(expected), initial=1.0)
    np.testing.assert_allclose(array, expected, rtol=tolerance, atol=tolerance * largest, err_msg=what)


def test_every_function_has_a_case() -> None:
    asked = {case["object"] for case in RECORDED.cases.values()}
    assert asked == set(image.__all__) - {"random_cutout"}  # whose draws have no answer


@pytest.mark.parametrize("label", RECORDED.cases)
def test_function(label: str) -> None:
    answers = RECORDED.below(label)
    if BACKEND == "jax" and any(value.dtype == "float64" for value in answers.values()):
        pytest.skip("JAX has no float64 unless it is told to")
    outputs, gradients = outputs_and_gradients({**answers, "case": RECORDED.cases[label]})
    for index, output in enumerate(outputs):
        assert_equal(output, answers[f"output{index}"], f"output {index}")
    for place, gradient in gradients.items():
        assert_equal(gradient, answers[f"gradient{place}"], f"gradient by argument {place}")
