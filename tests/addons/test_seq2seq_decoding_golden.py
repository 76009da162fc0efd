"""Decodings, beam searches and losses of sequences give what TensorFlow Addons gave."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import seq2seq
from tasks.golden_answers import recorded

RECORDED = recorded("seq2seq_decoding")
TOLERANCE = 1e-5
DEPTH, TIME, END = 4, 5, 0
BACKEND = keras.backend.backend()


def cases(what: str) -> list[str]:
    return [label for label, case in RECORDED.cases.items() if case["what"] == what]


class Case:
    """The answers of one case by name, and its description."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.answers = RECORDED.below(label)
        self.config: dict[str, Any] = RECORDED.cases[label]

    def __getitem__(self, what: str) -> Any:
        return self.answers[what]

    def all_of(self, prefix: str) -> list[Any]:
        return [self[f"{prefix}{index}"] for index in range(20) if f"{prefix}{index}" in self.answers]

    def check(self, actual: Any, what: str) -> None:
        actual, expected = ops.convert_to_numpy(actual), self[what]
        assert actual.shape == expected.shape, f"{self.label}: {what}"
        finite = expected[np.isfinite(expected)]
        absolute = TOLERANCE * max(1, *abs(finite).ravel()) if finite.size else TOLERANCE
        np.testing.assert_allclose(actual, expected, TOLERANCE, absolute, err_msg=f"{self.label}: {what}")


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def of(what: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases(what), indirect=True)


def gradients_of(function: Any, value: Any, variables: list[Any]) -> tuple[list[Any], Any]:
    """Return the gradients of the first thing that ``function`` returns, and the second.

    The gradients are for ``value``, its argument, and for the values of the variables.
    """
    if BACKEND == "jax":
        import jax

        def stateless(value: Any, weights: list[Any]) -> Any:
            with keras.StatelessScope(state_mapping=list(zip(variables, weights, strict=True))):
                return function(value)

        weights = [variable.value for variable in variables]
        found, others = jax.grad(stateless, argnums=(0, 1), has_aux=True)(ops.convert_to_tensor(value), weights)
        return [found[0], *found[1]], others
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensor = tf.constant(value)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            score, others = function(tensor)
        sources = [tensor, *(variable.value for variable in variables)]
        found = tape.gradient(score, sources, unconnected_gradients="zero")
        return [tf.convert_to_tensor(gradient) for gradient in found], others
    import torch

    tensor = ops.convert_to_tensor(value).requires_grad_()
    sources = [tensor, *(variable.value for variable in variables)]
    score, others = function(tensor)
    found = torch.autograd.grad(score, sources, allow_unused=True)
    return [torch.zeros_like(of) if new is None else new for of, new in zip(sources, found, strict=True)], others


def sampler_of(case: Case) -> seq2seq.Sampler:
    name = case.config["sampler"]
    if name == "InferenceSampler":
        return seq2seq.InferenceSampler(
            sample_fn=lambda outputs: ops.cast(ops.argmax(outputs, axis=-1), "int32"),
            sample_shape=[],
            sample_dtype="int32",
            end_fn=lambda ids: ops.equal(ids, END),
            next_inputs_fn=lambda ids: ops.cast(ops.equal(ids[:, None], ops.arange(DEPTH)), "float32"),
        )
    if name == "CustomSampler":
        return seq2seq.CustomSampler(
            initialize_fn=lambda inputs: (ops.zeros((inputs.shape[0],), "bool"), inputs),
            sample_fn=lambda time, outputs, state: ops.cast(outputs[:, :2] > 0, "int32") + time,  # noqa: ARG005
            next_inputs_fn=lambda time, outputs, state, sample_ids: (
                ops.broadcast_to(time >= TIME - 2, ops.shape(outputs)[:1]),
                outputs[:, :DEPTH] + ops.cast(sample_ids[:, :1], "float32"),
                state,
            ),
            sample_ids_shape=[2],
        )
    arguments = {key: ops.tanh if value == "tanh" else value for key, value in case.config["arguments"].items()}
    sampler: seq2seq.Sampler = getattr(seq2seq, name)(**arguments)
    return sampler


def cell_of(case: Case, depth: int) -> Any:
    cell = getattr(keras.layers, case.config["cell"])(case["cell1"].shape[0])
    cell.build((None, depth))
    cell.set_weights(case.all_of("cell"))
    return cell


def output_layer_of(case: Case) -> Any:
    weights = case.all_of("layer")
    if not weights:
        return None
    layer = keras.layers.Dense(weights[0].shape[1])
    layer.build((None, weights[0].shape[0]))
    layer.set_weights(weights)
    return layer


@of("decode")
def test_decodings(case: Case) -> None:
    cell = cell_of(case, case["cell0"].shape[0])
    decoder = seq2seq.BasicDecoder(cell, sampler_of(case), output_layer_of(case), **case.config["decoder"])
    extra = {key.removeprefix("extra_"): value for key, value in case.answers.items() if key.startswith("extra_")}
    state = [ops.convert_to_tensor(value) for value in case["start"]]

    def score(inputs: Any) -> Any:
        outputs, final, lengths = decoder(inputs, initial_state=state, **extra)
        cotangent = ops.convert_to_tensor(case["cotangent"])
        return ops.sum(outputs.rnn_output * cotangent), (outputs, final, lengths)

    gradients, (outputs, final, lengths) = gradients_of(score, case["inputs"], [cell.trainable_variables[0]])
    case.check(gradients[0], "gradient_inputs")
    case.check(gradients[1], "gradient_kernel")
    case.check(outputs.rnn_output, "outputs")
    case.check(outputs.sample_id, "samples")
    case.check(lengths, "lengths")
    case.check(ops.stack(final), "state")


def attentional_cell_of(case: Case) -> Any:
    """Return the cell with attention, whose memory is set up once it has its weights."""
    beams = case.config["beams"]
    memory, lengths = seq2seq.tile_batch([case["memory"], case["memory_lengths"]], beams)
    units = case.answers[f"cell{case.config['weights'].index(recurrent_kernel(case))}"].shape[0]
    mechanism = getattr(seq2seq, case.config["attention"])(units)
    mechanism.setup_memory(memory, memory_sequence_length=lengths)
    cell = seq2seq.AttentionWrapper(
        getattr(keras.layers, case.config["cell"])(units), mechanism, attention_layer_size=4, alignment_history=True
    )
    state = cell.get_initial_state(batch_size=len(case["memory"]) * beams, dtype="float32")
    cell(ops.zeros((len(case["memory"]) * beams, DEPTH)), state)
    cell.set_weights(case.all_of("cell"))
    mechanism.setup_memory(memory, memory_sequence_length=lengths)
    return cell


def recurrent_kernel(case: Case) -> str:
    return next(str(name) for name in case.config["weights"] if "recurrent_kernel" in name)


@of("search")
def test_beam_searches(case: Case) -> None:
    beams = case.config["beams"]
    if case.config["attention"]:
        cell = attentional_cell_of(case)
        state = cell.get_initial_state(batch_size=len(case["memory"]) * beams, dtype="float32")
    else:
        cell = cell_of(case, DEPTH)
        state = [seq2seq.tile_batch(value, beams) for value in case["start"]]
    decoder = seq2seq.BeamSearchDecoder(cell, beams, output_layer=output_layer_of(case), **case.config["decoder"])
    outputs, final, lengths = decoder(case["embedding"], case["start_tokens"], END, state)
    case.check(outputs.predicted_ids, "beams")
    case.check(lengths, "lengths")
    case.check(final.lengths, "lengths")
    for name, value in outputs.beam_search_decoder_output._asdict().items():
        case.check(value, name)
    case.check(final.log_probs, "log_probs")
    case.check(final.finished, "finished")
    if case.config["attention"]:
        history = final.cell_state.alignment_history
        case.check(history.stack() if hasattr(history, "stack") else history, "history")
        case.check(final.cell_state.attention, "attention")
    else:
        case.check(ops.stack(final.cell_state), "state")
    if "accumulated" in case.answers:
        case.check(final.accumulated_attention_probs, "accumulated")
    else:
        assert final.accumulated_attention_probs == ()


@of("tree")
def test_functions_of_beams(case: Case) -> None:
    if case.config["function"] == "tile_batch":
        result = seq2seq.tile_batch(case["t"], case.config["multiplier"])
    elif case.config["function"] == "gather_tree":
        result = seq2seq.gather_tree(case["step_ids"], case["parent_ids"], case["sequence_lengths"], case.config["end"])
    else:
        result = seq2seq.gather_tree_from_array(case["t"], case["parent_ids"], case["sequence_lengths"])
    case.check(result, "result")


@of("loss")
def test_losses(case: Case) -> None:
    flags = {key: value for key, value in case.config.items() if key != "what"}

    def score(logits: Any) -> Any:
        value = seq2seq.SequenceLoss(**flags)(case["targets"], logits, case["weights"])
        weights = np.arange(1, case["value"].size + 1, dtype="float32").reshape(case["value"].shape)
        return ops.sum(value * ops.convert_to_tensor(weights)), value

    gradients, value = gradients_of(score, case["logits"], [])
    case.check(gradients[0], "gradient")
    case.check(value, "value")
