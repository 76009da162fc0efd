"""What is asked of the attention of the real TensorFlow Addons, and what it gives; see ``golden_worker.py``.

The answers of a wrapper are its outputs, alignments and states at a few steps, and the gradients of the outputs. Those
of a function are its value and gradients.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from tensorflow_addons import seq2seq

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 3
UNITS = 3  # of the mechanisms and the cells, as a query has to have the depth of the keys
INPUTS = 2
TINY = 1e-30


@dataclass(frozen=True)
class Attention:
    """Some mechanisms, each a name and arguments, in a wrapper with ``arguments`` around some cells.

    ``memory`` is its shape. ``lengths`` or ``mask`` say what of it counts, ``broken`` what in it is not a number.
    ``initial`` gives the wrapper a state of the cell, ``sequence_mask`` has the steps made by an RNN layer too, and
    ``gradient`` asks for gradients.
    """

    label: str
    mechanisms: tuple[tuple[str, dict[str, Any]], ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    cells: tuple[str, ...] = ("LSTMCell",)
    memory: tuple[int, ...] = (2, 4, 5)
    lengths: tuple[int, ...] | None = None
    mask: tuple[tuple[int, ...], ...] | None = None
    broken: tuple[int, ...] | None = None
    factor: float = 1.0
    initial: bool = False
    sequence_mask: tuple[tuple[int, ...], ...] | None = None
    gradient: bool = False


@dataclass(frozen=True)
class Function:
    """A function of arrays, with the gradients of its value unless it has none."""

    label: str
    function: str
    inputs: tuple[Any, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    gradient: bool = True


LUONG: tuple[str, dict[str, Any]] = ("LuongAttention", {})
BAHDANAU: tuple[str, dict[str, Any]] = ("BahdanauAttention", {})
LENGTHS = (3, 1)
MASK = ((1, 0, 1, 1), (0, 0, 0, 0))
PROBABILITIES = ((0.2, 0.9, 0.0, 0.5), (1.0, 0.3, 0.7, 1.0), (0.0, 0.0, 0.0, 0.0), (TINY, 1e-4, 0.99, 0.5))
PREVIOUS = ((1.0, 0.0, 0.0, 0.0), (0.1, 0.6, 0.0, 0.3), (0.0, 0.0, 1.0, 0.0), (0.25, 0.25, 0.25, 0.25))
CHOSEN = ((0.0, 1.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0))


def monotonic(name: str, **arguments: Any) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return one monotonic mechanism with a bias, which else would start at zero."""
    return ((f"{name}MonotonicAttention", arguments),)


CASES = (
    Attention("luong", (LUONG,)),
    Attention("luong_scaled", (("LuongAttention", {"scale": True}),), {"attention_layer_size": 4}, gradient=True),
    Attention("luong_lengths", (LUONG,), lengths=LENGTHS, gradient=True),
    Attention("luong_mask", (LUONG,), mask=MASK),
    Attention(
        "luong_hardmax",
        (("LuongAttention", {"probability_fn": "hardmax"}),),
        {"attention_layer_size": 2},
        gradient=True,
    ),
    Attention("luong_one_position", (LUONG,), memory=(3, 1, 4)),
    Attention("luong_empty_batch", (LUONG,), memory=(0, 3, 4), gradient=True),
    Attention("luong_extreme", (LUONG,), factor=1e4),
    Attention("luong_not_a_number", (LUONG,), lengths=LENGTHS, broken=(1, 2)),
    Attention("luong_gru", (LUONG,), {"output_attention": False}, cells=("GRUCell",)),
    Attention("luong_initial", (LUONG,), {"alignment_history": True}, initial=True),
    Attention("luong_in_rnn", (LUONG,), {"attention_layer_size": 2}, sequence_mask=((1, 1, 0), (1, 0, 1))),
    Attention("bahdanau", (BAHDANAU,)),
    Attention(
        "bahdanau_normalized", (("BahdanauAttention", {"normalize": True}),), {"attention_layer_size": 4}, gradient=True
    ),
    Attention("bahdanau_lengths", (BAHDANAU,), {"output_attention": False}, lengths=LENGTHS, gradient=True),
    Attention("bahdanau_mask", (("BahdanauAttention", {"probability_fn": "hardmax"}),), mask=MASK),
    Attention("bahdanau_stacked", (BAHDANAU,), cells=("GRUCell", "LSTMCell")),
    Attention("luong_monotonic", monotonic("Luong", score_bias_init=-1.0), gradient=True),
    Attention(
        "luong_monotonic_scaled",
        monotonic("Luong", scale=True, mode="recursive"),
        {"attention_layer_size": 4},
        gradient=True,
    ),
    Attention("luong_monotonic_lengths", monotonic("Luong"), lengths=LENGTHS),
    Attention("luong_monotonic_hard", monotonic("Luong", mode="hard"), mask=MASK, gradient=True),
    Attention("bahdanau_monotonic", monotonic("Bahdanau"), {"alignment_history": True}),
    Attention(
        "bahdanau_monotonic_recursive",
        monotonic("Bahdanau", mode="recursive", normalize=True),
        lengths=LENGTHS,
        gradient=True,
    ),
    Attention("bahdanau_monotonic_hard", monotonic("Bahdanau", mode="hard", normalize=True)),
    Attention("two", (LUONG, BAHDANAU), {"alignment_history": True}, lengths=LENGTHS),
    Attention(
        "two_layers",
        (BAHDANAU, *monotonic("Luong")),
        {"attention_layer_size": [2, 4]},
        cells=("GRUCell",),
        gradient=True,
    ),
    Function("monotonic_recursive", "monotonic_attention", (PROBABILITIES, PREVIOUS), {"mode": "recursive"}),
    Function("monotonic_parallel", "monotonic_attention", (PROBABILITIES, PREVIOUS), {"mode": "parallel"}),
    Function("monotonic_hard", "monotonic_attention", (CHOSEN, PREVIOUS), {"mode": "hard"}, gradient=False),
    Function("cumprod", "safe_cumprod", (PROBABILITIES,)),
    Function("cumprod_exclusive", "safe_cumprod", (PROBABILITIES,), {"axis": 1, "exclusive": True}),
    Function("cumprod_reverse", "safe_cumprod", (PROBABILITIES,), {"axis": -1, "exclusive": True, "reverse": True}),
    Function("hardmax", "hardmax", (((0.1, 0.7, 0.7), (-1.0, -3.0, -2.0)),), gradient=False),
)


def answer(case: Attention | Function) -> dict[str, Any]:
    """Return a case's answers by name."""
    random = np.random.default_rng(zlib.crc32(f"attention/{case.label}".encode()))
    return answer_function(case, random) if isinstance(case, Function) else answer_attention(case, random)


def answer_function(case: Function, random: np.random.Generator) -> dict[str, Any]:
    """Call a function, with the gradients of its value."""
    arguments = [tf.constant(value, tf.float32) for value in case.inputs]
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        output = getattr(seq2seq, case.function)(*arguments, **case.arguments)
        cotangent = random.normal(size=output.shape).astype("float32")
        score = tf.reduce_sum(output * cotangent)
    answers = {"output": output, "cotangent": cotangent}
    answers |= {f"input{index}": value for index, value in enumerate(arguments)}
    if case.gradient:
        answers |= {f"gradient{index}": value for index, value in enumerate(tape.gradient(score, arguments))}
    answers["case"] = {"function": case.function, "arguments": case.arguments}
    return answers


def answer_attention(case: Attention, random: np.random.Generator) -> dict[str, Any]:
    """Make steps with a wrapper whose weights are drawn."""
    batch = case.memory[0]
    memory = case.factor * random.normal(size=case.memory)
    if case.broken is not None:
        memory[case.broken] = np.nan
    answers: dict[str, Any] = {"memory": memory.astype("float32"), "inputs": draw(random, STEPS, batch, INPUTS)}
    masking: dict[str, Any] = {}
    if case.lengths is not None:
        masking["memory_sequence_length"] = answers["lengths"] = np.asarray(case.lengths, "int32")
    if case.mask is not None:
        masking["memory_mask"] = answers["mask"] = np.asarray(case.mask, "bool")
    mechanisms = [getattr(seq2seq, name)(UNITS, **arguments) for name, arguments in case.mechanisms]
    for mechanism in mechanisms:
        mechanism.setup_memory(answers["memory"], **masking)
    cells = [getattr(tf.keras.layers, name)(UNITS) for name in case.cells]
    cell = cells[0] if len(cells) == 1 else tf.keras.layers.StackedRNNCells(cells)
    arguments = dict(case.arguments)
    if case.initial:
        answers |= {f"initial{index}": draw(random, batch, UNITS) for index in range(2)}
        arguments["initial_cell_state"] = [answers["initial0"], answers["initial1"]]
    multiple = len(mechanisms) > 1
    wrapper = seq2seq.AttentionWrapper(cell, mechanisms if multiple else mechanisms[0], **arguments)
    make_steps(wrapper, tf.constant(answers["inputs"]))  # builds it
    weights = [draw(random, *weight.shape) for weight in wrapper.weights]
    wrapper.set_weights(weights)
    answers["weights"] = joined(weights)
    answers |= answer_steps(case, wrapper, masking, answers, random)
    if case.sequence_mask is not None:
        answers["sequence_mask"] = np.asarray(case.sequence_mask, "bool")
        layer = tf.keras.layers.RNN(wrapper, return_sequences=True, zero_output_for_mask=True)
        sequence = answers["inputs"].swapaxes(0, 1)
        answers["sequence"] = layer(tf.constant(sequence), mask=tf.constant(answers["sequence_mask"]))
    answers["case"] = {
        "mechanisms": [[type(mechanism).__name__, mechanism.get_config()] for mechanism in mechanisms],
        "cells": case.cells,
        "arguments": case.arguments,
        "weights": [weight.name.removesuffix(":0") for weight in wrapper.weights],
        "shapes": [weight.shape.as_list() for weight in wrapper.weights],
    }
    return answers


def answer_steps(
    case: Attention, wrapper: Any, masking: dict[str, Any], given: dict[str, Any], random: np.random.Generator
) -> dict[str, Any]:
    """Make the steps, with the gradients of their outputs."""
    mechanisms = wrapper._attention_mechanisms  # noqa: SLF001 - there is no other way to them
    memory, inputs = tf.constant(given["memory"]), tf.constant(given["inputs"])
    with tf.GradientTape() as tape:
        tape.watch([memory, inputs])
        for mechanism in mechanisms:
            mechanism.setup_memory(memory, **masking)
        outputs, states = make_steps(wrapper, inputs)
        cotangent = draw(random, *outputs.shape)
        score = tf.reduce_sum(outputs * cotangent)
    answers: dict[str, Any] = {"output": outputs}
    if case.gradient:
        sources = [memory, inputs, *wrapper.weights]
        gradients = tape.gradient(score, sources, unconnected_gradients="zero")
        answers |= {"cotangent": cotangent, "gradient_memory": gradients[0], "gradient_inputs": gradients[1]}
        answers["gradient_weights"] = joined([value.numpy() for value in gradients[2:]])
    for index in range(len(mechanisms)):
        kept = [state.alignments if len(mechanisms) == 1 else state.alignments[index] for state in states]
        answers[f"alignments{index}"] = tf.stack(kept)
    answers["attention"] = states[-1].attention
    answers |= {f"state{index}": value for index, value in enumerate(tf.nest.flatten(states[-1].cell_state))}
    return answers


def joined(values: list[NDArray[Any]]) -> NDArray[Any]:
    """Return all elements of some arrays in one."""
    return np.concatenate([value.ravel() for value in values])


def make_steps(wrapper: Any, inputs: Any) -> tuple[Any, list[Any]]:
    """Return the outputs of all steps and the states, the initial one first.

    Histories are not among the answers, as they are the alignments. They are stacked because TensorFlow complains else.
    """
    state = wrapper.get_initial_state(inputs=inputs[0])
    states, outputs = [state], []
    for step in range(STEPS):
        output, state = wrapper(inputs[step], state)
        outputs.append(output)
        states.append(state)
    tf.nest.map_structure(lambda history: history.stack(), state.alignment_history)
    return tf.stack(outputs), states


def draw(random: np.random.Generator, *shape: int) -> NDArray[Any]:
    """Return moderate numbers."""
    return random.normal(loc=0.1, scale=0.6, size=shape).astype("float32")
