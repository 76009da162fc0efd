"""Attention gives the numbers of the real TensorFlow Addons; the answers are of ``tasks/golden_attention.py``."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import seq2seq
from tasks.golden_answers import recorded

BACKEND = keras.backend.backend()
RECORDED = recorded("seq2seq_attention")
STEPS = 3
TOLERANCE = 3e-6
# Backends differ in the softmax of numbers and others.
NOT_FINITE = "luong_not_a_number"
EMPTY = "luong_empty_batch"


def cases(key: str) -> list[str]:
    """Return the labels of the cases whose description has ``key``."""
    return [label for label, case in RECORDED.cases.items() if key in case]


class Case:
    """One case: its description and its answers."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.answers = RECORDED.below(label)
        self.description: dict[str, Any] = RECORDED.cases[label]

    def assert_equal(self, actual: Any, what: str) -> None:
        expected = self.answers[what]
        scale = max(1.0, float(np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))))
        actual = ops.convert_to_numpy(actual)
        np.testing.assert_allclose(actual, expected, rtol=TOLERANCE, atol=TOLERANCE * scale, err_msg=what)

    def assert_gradients(self, function: Any, inputs: dict[str, Any]) -> None:
        """Compare the gradients of the sum of an output that is weighted by the cotangent."""
        cotangent = ops.convert_to_tensor(self.answers["cotangent"])
        values = gradients(lambda values: ops.sum(function(values) * cotangent), list(inputs.values()))
        for name, value in zip(inputs, values, strict=True):
            self.assert_equal(value, name)

    def wrapper(self) -> Any:
        """Build the wrapper, with a memory, and its weights, which have the names and the order of files."""
        mechanisms = [
            getattr(seq2seq, name).from_config(json.loads(json.dumps(config)))
            for name, config in self.description["mechanisms"]
        ]
        cells = [getattr(keras.layers, name)(3) for name in self.description["cells"]]
        cell = cells[0] if len(cells) == 1 else keras.layers.StackedRNNCells(cells)
        self.set_up(mechanisms, self.answers["memory"])
        arguments = dict(self.description["arguments"])
        if "initial0" in self.answers:
            arguments["initial_cell_state"] = [self.answers["initial0"], self.answers["initial1"]]
        wrapper = seq2seq.AttentionWrapper(cell, mechanisms if len(mechanisms) > 1 else mechanisms[0], **arguments)
        wrapper.build(self.answers["inputs"].shape[1:])
        stored = [name.rpartition("/")[2] for name in self.description["weights"]]
        assert [weight.name for weight in wrapper.weights] == stored
        wrapper.set_weights(self.split(self.answers["weights"]))
        self.set_up(mechanisms, self.answers["memory"])
        return wrapper

    def split(self, joined: Any) -> list[Any]:
        """Return the single weights."""
        shapes = self.description["shapes"]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
        return [ops.reshape(part, shape) for part, shape in zip(ops.split(joined, ends), shapes, strict=True)]

    def set_up(self, mechanisms: list[Any], memory: Any) -> None:
        for mechanism in mechanisms:
            mechanism.setup_memory(memory, self.answers.get("lengths"), self.answers.get("mask"))


def make_steps(wrapper: Any, inputs: Any) -> tuple[Any, list[Any]]:
    state = wrapper.get_initial_state(inputs=inputs[0])
    states, outputs = [state], []
    for step in range(STEPS):
        output, state = wrapper(inputs[step], state)
        outputs.append(output)
        states.append(state)
    return ops.stack(outputs), states


def gradients(function: Any, values: list[Any]) -> list[Any]:
    """Return the gradients of a scalar function of several arrays, by the process' backend."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            score = function(tensors)
        return list(tape.gradient(score, tensors, unconnected_gradients="zero"))
    if BACKEND == "jax":
        import jax

        return list(jax.jit(jax.grad(function))([jax.numpy.asarray(value) for value in values]))
    import torch

    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    return list(torch.autograd.grad(function(tensors), tensors, materialize_grads=True))


def skip_where_cells_need_samples(label: str) -> None:
    if label == EMPTY and BACKEND == "tensorflow":
        pytest.skip("Keras 3 takes a batch of no samples for a bias there, in its own LSTM cell")


@pytest.mark.parametrize("label", cases("function"))
def test_function(label: str) -> None:
    case = Case(label)
    function = getattr(seq2seq, case.description["function"])
    arguments = case.description["arguments"]
    inputs = {key: value for key, value in case.answers.items() if key.startswith("input")}
    case.assert_equal(function(*inputs.values(), **arguments), "output")
    if "gradient0" in case.answers:
        by_gradient = {f"gradient{key.removeprefix('input')}": value for key, value in inputs.items()}
        case.assert_gradients(lambda values: function(*values, **arguments), by_gradient)


@pytest.mark.parametrize("label", [label for label in cases("mechanisms") if label != NOT_FINITE])
def test_steps(label: str) -> None:
    skip_where_cells_need_samples(label)
    case = Case(label)
    wrapper = case.wrapper()
    outputs, states = make_steps(wrapper, ops.convert_to_tensor(case.answers["inputs"]))
    case.assert_equal(outputs, "output")
    case.assert_equal(states[-1].attention, "attention")
    multiple = len(case.description["mechanisms"]) > 1
    for index in range(len(case.description["mechanisms"])):
        alignments = ops.stack([state.alignments[index] if multiple else state.alignments for state in states])
        case.assert_equal(alignments, f"alignments{index}")
        if wrapper.get_config()["alignment_history"]:
            history = states[-1].alignment_history
            history = (history[index] if multiple else history).stack()
            np.testing.assert_array_equal(ops.convert_to_numpy(history), ops.convert_to_numpy(alignments[1:]))
    for index, value in enumerate(keras.tree.flatten(states[-1].cell_state)):
        case.assert_equal(value, f"state{index}")


def test_what_is_no_number_beyond_the_length_has_no_weight_but_is_in_the_sum() -> None:
    case = Case(NOT_FINITE)
    outputs, states = make_steps(case.wrapper(), ops.convert_to_tensor(case.answers["inputs"]))
    case.assert_equal(outputs, "output")
    np.testing.assert_allclose(ops.convert_to_numpy(states[1].alignments), case.answers["alignments0"][1], rtol=1e-6)


@pytest.mark.parametrize("label", [label for label in cases("mechanisms") if f"{label}/cotangent" in RECORDED.arrays])
def test_gradients(label: str) -> None:
    skip_where_cells_need_samples(label)
    case = Case(label)
    wrapper = case.wrapper()
    variables = wrapper.weights

    def outputs(values: list[Any]) -> Any:
        memory, inputs, weights = values
        with keras.StatelessScope(zip(variables, case.split(weights), strict=True)):
            case.set_up(wrapper._attention_mechanisms, memory)
            return make_steps(wrapper, inputs)[0]

    names = ("memory", "inputs", "weights")
    case.assert_gradients(outputs, {f"gradient_{name}": case.answers[name] for name in names})


@pytest.mark.parametrize("label", [label for label in cases("mechanisms") if f"{label}/sequence" in RECORDED.arrays])
def test_recurrent_layer(label: str) -> None:
    case = Case(label)
    layer = keras.layers.RNN(case.wrapper(), return_sequences=True, zero_output_for_mask=True)
    inputs = case.answers["inputs"].swapaxes(0, 1)
    case.assert_equal(layer(inputs, mask=ops.convert_to_tensor(case.answers["sequence_mask"])), "sequence")
