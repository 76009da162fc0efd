"""Conditional random fields: functions, layer and model give the numbers of the real TensorFlow Addons.

The answers are in ``tests/golden/data/text.npz``, written by ``tasks/golden_text.py``.
"""

from __future__ import annotations

import inspect
import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone import addons
from loadstone.addons import text
from tasks.golden_answers import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BACKEND = keras.backend.backend()
RECORDED = recorded("text")
OTHER_SHAPES = ("one_step", "empty")
SETTINGS = ("plain", "one_step", "extreme", "empty", "nan")
FUNCTIONS = [name for name in text.__all__ if name.startswith("crf_")]
only_on_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has graphs")


def cases() -> list[tuple[str, str]]:
    # JAX compiles each shape, which takes seconds; two functions call most of the others.
    quick = FUNCTIONS if BACKEND != "jax" else ["crf_constrained_decode", "crf_log_likelihood"]
    pairs = [pair for pair in itertools.product(FUNCTIONS, SETTINGS) if pair[0] in quick or pair[1] not in OTHER_SHAPES]
    return [(function, setting) for function, setting in pairs if RECORDED.below(f"{function}/{setting}")]


def arguments(function: str, setting: str) -> dict[str, Any]:
    data = RECORDED.below(f"data/{setting}")
    if function == "crf_decode_backward":
        return {"inputs": data["backpointers"], "state": data["last"]}
    values = {**data, "potentials": data["inputs"], "sequence_length": data["sequence_lengths"]}
    names = inspect.signature(getattr(text, function)).parameters
    if "state" in names:
        values |= {"inputs": data["inputs"][:, 1:], "state": data["inputs"][:, 0]}
    return {name: values[name] for name in names}


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def total(outputs: Any) -> Any:
    return sum(ops.sum(output) for output in listed(outputs) if keras.backend.is_float_dtype(output.dtype))


def with_gradients(function: Callable[..., Any], values: dict[str, Any], names: list[str]) -> tuple[list[Any], Any]:
    """Return a function's outputs, and the gradients of their sum with respect to some arguments."""
    if BACKEND == "jax":
        outputs, gradients = compiled(function, tuple(names))(values)
        return outputs, gradients
    if not names:
        return listed(function(**values)), {}
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = {name: tf.constant(values[name]) for name in names}
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = listed(function(**{**values, **tensors}))
            score = total(outputs)
        return outputs, tape.gradient(score, tensors)
    import torch

    tensors = {name: torch.tensor(values[name], requires_grad=True) for name in names}
    outputs = listed(function(**{**values, **tensors}))
    gradients = torch.autograd.grad(total(outputs), list(tensors.values()))
    return [output.detach() for output in outputs], dict(zip(names, gradients, strict=True))


@cache
def compiled(function: Callable[..., Any], names: tuple[str, ...]) -> Any:
    """Return a function for JAX, which is quick with what it has compiled only."""
    import jax

    def scored(tensors: dict[str, Any], others: dict[str, Any]) -> tuple[Any, Any]:
        outputs = listed(function(**tensors, **others))
        return total(outputs), outputs

    def run(values: dict[str, Any]) -> tuple[Any, Any]:
        tensors = {name: values[name] for name in names}
        others = {name: value for name, value in values.items() if name not in names}
        if not names:
            return scored({}, others)[1], {}
        (_, outputs), gradients = jax.value_and_grad(scored, has_aux=True)(tensors, others)
        return outputs, gradients

    return jax.jit(run)


def called(function: Callable[..., Any], **values: Any) -> list[Any]:
    return with_gradients(function, values, [])[0]


def assert_close(actual: Any, expected: Any, what: str) -> None:
    actual = ops.convert_to_numpy(actual)
    assert actual.shape == expected.shape, what
    assert actual.dtype.kind == expected.dtype.kind, what
    np.testing.assert_allclose(actual, expected, rtol=2e-6, atol=2e-6, err_msg=what)


@pytest.mark.parametrize(("function", "setting"), cases())
def test_crf_function(function: str, setting: str) -> None:
    answers = RECORDED.below(f"{function}/{setting}")
    # Those of the plain ones for every setting, to be compiled once.
    names = [key.removeprefix("gradient_") for key in RECORDED.below(f"{function}/plain") if "gradient_" in key]
    outputs, gradients = with_gradients(getattr(text, function), arguments(function, setting), names)
    for index, output in enumerate(outputs):
        assert_close(output, answers[f"output{index}"], f"output {index}")
    for name in (name for name in names if f"gradient_{name}" in answers):
        assert_close(gradients[name], answers[f"gradient_{name}"], f"gradient of {name}")


def test_steps_of_no_transitions() -> None:  # which the real ones fail at
    data = RECORDED.below("data/one_step")
    inputs, state, lengths = data["inputs"][:, 1:], data["inputs"][:, 0], data["sequence_lengths"]
    alphas = text.crf_forward(inputs, state, data["transition_params"], lengths)
    backpointers, scores = text.crf_decode_forward(inputs, state, data["transition_params"], lengths - 1)
    assert_close(alphas, state, "alphas")
    assert_close(scores, state, "scores")
    assert backpointers.shape == (3, 0, 4)
    assert tuple(text.crf_decode_backward(backpointers, data["last"]).shape) == (3, 0, 1)


def test_probabilities_of_all_sequences_add_up_to_one() -> None:
    data = RECORDED.below("data/plain")
    every = np.array(list(itertools.product(range(4), repeat=2)))
    inputs = np.repeat(data["inputs"][:1, :2], len(every), axis=0)
    likelihoods, _ = called(
        text.crf_log_likelihood,
        inputs=inputs,
        tag_indices=every,
        sequence_lengths=np.full(len(every), 2),
        transition_params=data["transition_params"],
    )
    assert np.exp(ops.convert_to_numpy(likelihoods)).sum() == pytest.approx(1, abs=1e-6)


def test_padding_has_no_effect() -> None:
    values = arguments("crf_log_likelihood", "plain")
    is_padding = np.arange(5) >= values["sequence_lengths"][:, None]
    inputs = np.where(is_padding[..., None], np.nan, values["inputs"])
    for label in (-1, 99):
        labels = np.where(is_padding, label, values["tag_indices"])
        actual, _ = called(text.crf_log_likelihood, **{**values, "inputs": inputs, "tag_indices": labels})
        assert_close(actual, RECORDED.arrays["crf_log_likelihood/plain/output0"], f"label {label}")


def test_ruled_out_padding_has_gradients() -> None:
    data = RECORDED.below("data/plain")
    bitmap = data["tag_bitmap"] & (np.arange(5) < data["sequence_lengths"][:, None])[..., None]
    bitmap[:, 0] = True  # of the sequence without steps as well

    def score(inputs: Any) -> Any:
        lengths = data["sequence_lengths"]
        return text.crf_multitag_sequence_score(inputs, bitmap, lengths, data["transition_params"])

    _, gradients = with_gradients(score, {"inputs": data["inputs"]}, ["inputs"])
    assert np.isfinite(ops.convert_to_numpy(gradients["inputs"])).all()


def test_transitions_are_drawn_where_there_are_none() -> None:
    values = arguments("crf_log_likelihood", "plain")
    del values["transition_params"]
    likelihood, transitions = called(text.crf_log_likelihood, **values)
    assert tuple(transitions.shape) == (4, 4)
    again, _ = called(text.crf_log_likelihood, **values, transition_params=ops.convert_to_numpy(transitions))
    assert_close(likelihood, ops.convert_to_numpy(again), "likelihood")


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_dtype_of_scores(dtype: str) -> None:
    data = RECORDED.below("data/plain")
    inputs, transitions = data["inputs"].astype(dtype), data["transition_params"]

    def run(inputs: Any, lengths: Any) -> Any:
        likelihood, cast = text.crf_log_likelihood(inputs, data["tag_indices"], lengths, transitions)
        return likelihood, cast, *text.crf_decode(inputs, transitions, lengths)

    outputs = called(run, inputs=inputs, lengths=data["sequence_lengths"].astype("int64"))
    assert [keras.backend.standardize_dtype(value.dtype) for value in outputs] == [dtype, dtype, "int32", dtype]
    likelihood = outputs[0]
    assert np.isfinite(ops.convert_to_numpy(likelihood)).all()


def test_viterbi_decode_is_crf_decode_of_one_sample() -> None:
    data = RECORDED.below("data/plain")
    tags, score = text.viterbi_decode(data["inputs"][0], data["transition_params"])
    every, scores = called(text.crf_decode, **arguments("crf_decode", "plain"))
    np.testing.assert_array_equal(tags, ops.convert_to_numpy(every)[0])
    assert score == pytest.approx(float(scores[0]))
    assert len(text.viterbi_decode(data["inputs"][0, :1], data["transition_params"])[0]) == 1


def test_cell_in_a_recurrent_layer() -> None:
    data = RECORDED.below("data/plain")
    cell = text.CrfDecodeForwardRnnCell(data["transition_params"])
    cell = text.CrfDecodeForwardRnnCell.from_config(cell.get_config())
    layer = keras.layers.RNN(cell, return_sequences=True, return_state=True, zero_output_for_mask=True)

    def run(inputs: Any, state: Any, mask: Any) -> Any:
        return layer(ops.convert_to_tensor(inputs), initial_state=[ops.convert_to_tensor(state)], mask=mask)

    mask = np.arange(4) < data["sequence_lengths"][:, None] - 1
    inputs, state = data["inputs"][:, 1:], data["inputs"][:, 0]
    backpointers, scores = called(run, inputs=inputs, state=state, mask=ops.convert_to_tensor(mask))
    lengths = data["sequence_lengths"] - 1
    values = {**arguments("crf_decode_forward", "plain"), "sequence_lengths": lengths}
    expected = called(text.crf_decode_forward, **values)
    np.testing.assert_array_equal(ops.convert_to_numpy(backpointers), ops.convert_to_numpy(expected[0]))
    assert_close(scores, ops.convert_to_numpy(expected[1]), "scores")


@only_on_tensorflow
@pytest.mark.parametrize("setting", ["plain", "one_step", "empty"])
def test_crf_in_a_graph_of_unknown_shape(setting: str) -> None:
    import tensorflow as tf

    data = RECORDED.below(f"data/{setting}")
    scores = tf.TensorSpec([None, None, 4])
    transitions, lengths, labels = (
        tf.TensorSpec([None, 4]),
        tf.TensorSpec([None], "int32"),
        tf.TensorSpec([None, None], "int32"),
    )

    def run(inputs: Any, transitions: Any, lengths: Any, labels: Any) -> Any:
        likelihood, _ = text.crf_log_likelihood(inputs, labels, lengths, transitions)
        bitmap = tf.ones_like(inputs, "bool")
        score = text.crf_multitag_sequence_score(inputs, bitmap, lengths, transitions)
        return likelihood, score, *text.crf_decode(inputs, transitions, lengths)

    names = ("inputs", "transition_params", "sequence_lengths", "tag_indices")
    likelihood, score, tags, best = tf.function(run, input_signature=[scores, transitions, lengths, labels])(
        *(data[name] for name in names)
    )
    assert_close(likelihood, RECORDED.arrays[f"crf_log_likelihood/{setting}/output0"], "likelihood")
    assert score.shape == likelihood.shape
    assert_close(tags, RECORDED.arrays[f"crf_decode/{setting}/output0"], "tags")
    assert_close(best, RECORDED.arrays[f"crf_decode/{setting}/output1"], "score")


@pytest.mark.parametrize("name", text.__all__)
def test_every_name_is_documented(name: str) -> None:
    assert inspect.getdoc(getattr(addons.text, name))


@pytest.mark.golden("text", needs="likelihood")
def test_layer(row: Any) -> None:
    layer = row.built_layer()
    mask = row.answers.get("mask")
    labels = row.answers["labels"]

    names = {id(variable): name for name, variable in row.set_weights(layer).items()}
    order = [names[id(variable)] for variable in layer.trainable_variables]

    def run(**values: Any) -> Any:
        inputs = ops.convert_to_tensor(values["input"])
        outputs, _ = layer.stateless_call([values[name] for name in order], [], inputs, mask=mask)
        likelihood, _ = text.crf_log_likelihood(outputs[1], labels, *outputs[2:])
        return -ops.mean(likelihood), *map(ops.stop_gradient, (likelihood, *outputs))

    values = {"input": row.answers["input0"], **dict(zip(row.weights, row.all_of("weight"), strict=True))}
    (_, likelihood, *outputs), gradients = with_gradients(run, values, list(values))
    row.assert_equal(likelihood, row.answers["likelihood"], "likelihood")
    for index, (output, expected) in enumerate(zip(outputs, row.all_of("output"), strict=True)):
        assert_close(output, expected, f"output {index}")
    for name, expected in zip(values, row.all_of("gradient"), strict=True):
        row.assert_equal(gradients[name], expected, f"gradient of {name}")


def golden_model() -> Any:
    """Return the model that was trained, with its first weights, from the configuration of the real one."""
    case = RECORDED.cases["wrapper"]
    model = text.CRFModelWrapper.from_config(case["config"])
    answers = RECORDED.below("wrapper")
    model.build((None, 4, 3))
    assert len(model.weights) == len(case["weights"])
    for index, variable in enumerate(model.weights):
        variable.assign(answers[f"weight{index}"])
    model.compile(keras.optimizers.SGD(0.1), metrics=[keras.metrics.Accuracy(name="accuracy")])
    return model


def test_model_is_trained() -> None:
    model, answers = golden_model(), RECORDED.below("wrapper")
    inputs, labels = answers["input"], answers["labels"]
    np.testing.assert_array_equal(model.predict_on_batch(inputs), answers["decoded"])
    for step in range(3):
        model.reset_metrics()
        weights = {"sample_weight": answers["sample_weight"]} if step else {}
        results = model.train_on_batch(inputs, labels, **weights, return_dict=True)
        expected = {name: float(answers[f"step{step}_{name}"]) for name in ("loss", "crf_loss", "accuracy")}
        assert results == pytest.approx(expected, rel=1e-5)
    for index, variable in enumerate(model.weights):
        np.testing.assert_allclose(ops.convert_to_numpy(variable.value), answers[f"after{index}"], rtol=1e-5, atol=1e-5)
    expected = {name: float(answers[f"test_{name}"]) for name in ("loss", "crf_loss", "accuracy")}
    assert model.evaluate(inputs, labels, return_dict=True, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert model.get_metrics_result().keys() == expected.keys()


def test_model_is_saved(tmp_path: Path) -> None:
    model = golden_model()
    values = RECORDED.below("wrapper")["input"]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.get_config() == model.get_config()
    np.testing.assert_array_equal(loaded.predict_on_batch(values), model.predict_on_batch(values))
    model.save_weights(tmp_path / "model.weights.h5")
    loaded.load_weights(tmp_path / "model.weights.h5")


class Tagger(text.CRFModelWrapper):
    """Takes its data as a mapping and returns potentials as well, as TensorFlow Addons documents it."""

    def unpack_training_data(self, data: Any) -> Any:
        return data["words"], data["tags"], None

    def call(self, inputs: Any, training: Any = None, mask: Any = None, return_crf_internal: Any = None) -> Any:
        hidden = self.base_model(inputs, training=training, mask=mask)
        decoded, potentials, lengths, kernel = self.crf_layer(hidden)
        outputs = (potentials, lengths, kernel), decoded, potentials
        return outputs if return_crf_internal else outputs[1:]


def test_model_of_a_subclass() -> None:
    base = keras.Sequential([keras.Input((None,), dtype="int32"), keras.layers.Embedding(9, 4, mask_zero=True)])
    model = Tagger(base, 3)
    model.compile("sgd")
    words = np.array([[1, 2, 3], [4, 0, 0], [0, 0, 0], [5, 6, 0]], "int32")
    tags, potentials = model(words)
    assert tuple(tags.shape) == (4, 3)
    assert tuple(potentials.shape) == (4, 3, 3)
    assert ops.convert_to_numpy(tags)[1, 1:].tolist() == [0, 0]
    history = model.fit({"words": words, "tags": words % 3}, epochs=2, verbose=0).history
    assert history["loss"] == history["crf_loss"]
    assert history["loss"][1] < history["loss"][0]
    again = Tagger.from_config(model.get_config())
    assert isinstance(again.base_model, keras.Sequential)


def test_loss_of_compile_is_not_used() -> None:
    model, answers = golden_model(), RECORDED.below("wrapper")
    model.compile("sgd", loss="mse", metrics=[keras.metrics.Accuracy()])
    results = model.evaluate(answers["input"], answers["labels"], return_dict=True, verbose=0)
    assert results["crf_loss"] == pytest.approx(float(answers["step0_crf_loss"]), rel=1e-5)
    assert results["loss"] == pytest.approx(float(answers["step0_loss"]), rel=1e-5)


def test_model_without_a_base() -> None:
    with pytest.raises(ValueError, match="base_model"):
        text.CRFModelWrapper.from_config({"units": 3})


def test_layer_in_a_model(tmp_path: Path) -> None:
    words = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(words)
    outputs = addons.layers.CRF(3, boundary_initializer="random_normal", name="crf")(embedded)
    assert [output.shape for output in outputs] == [(None, None), (None, None, 3), (None,), (3, 3)]
    model = keras.Model(words, outputs[:3])
    values = np.array([[1, 2, 3, 4], [5, 6, 0, 0], [0, 0, 0, 0]], "int32")
    decoded, potentials, lengths = model.predict_on_batch(values)
    assert [output.dtype for output in outputs] == [
        "int32",
        "float32",
        keras.backend.standardize_dtype(lengths.dtype),
        "float32",
    ]
    assert lengths.tolist() == [4, 2, 0]
    assert decoded[1, 2:].tolist() == [0, 0]
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").predict_on_batch(values)
    np.testing.assert_allclose(again[1], potentials, rtol=1e-6)


def test_layer_in_mixed_precision() -> None:
    layer = addons.layers.CRF(3, dtype="mixed_float16")
    with keras.name_scope("outer"):
        outputs = layer(ops.ones((2, 4, 5), "float16"))
    dtypes = [keras.backend.standardize_dtype(output.dtype) for output in outputs]
    assert [dtypes[index] for index in (0, 1, 3)] == ["int32", "float32", "float32"]
    assert [variable.dtype for variable in layer.weights] == ["float32"] * 5


def test_layer_refuses() -> None:
    layer = addons.layers.CRF(3)
    inputs = ops.ones((2, 3, 4))
    with pytest.raises(NotImplementedError, match="left padding"):
        layer(inputs, mask=np.array([[True, True, False], [False, True, True]]))
    with pytest.raises(ValueError, match="dim 2"):
        layer(inputs, mask=np.ones((2, 3, 1), "bool"))
    with pytest.raises(ValueError, match="units"):
        addons.layers.CRF(0)
    with pytest.raises(ValueError, match="learn_mode"):
        addons.layers.CRF.from_config({"units": 3, "learn_mode": "join"})  # of another library's CRF
    decoded, *_ = layer(inputs, mask=np.array([[1, 1, 0], [0, 0, 0]]))  # no padding on the left of anything
    assert tuple(decoded.shape) == (2, 3)


def test_boundaries_differ_from_each_other() -> None:
    layer = addons.layers.CRF(4, boundary_initializer="random_normal")
    left, right = (ops.convert_to_numpy(variable.value) for variable in (layer.left_boundary, layer.right_boundary))
    assert left.tolist() != right.tolist()
    assert layer.compute_output_shape((2, None, 7))[1] == (2, None, 4)
