"""What the real TensorFlow Addons decodes, searches and loses: the kind ``seq2seq_decoding`` of golden answers.

Every case has small fixed weights. Random samplers are asked where chance has no say: with a probability of 0 or 1,
and logits so far apart that the largest is drawn.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

if TYPE_CHECKING:
    from numpy.typing import NDArray

KIND = "seq2seq_decoding"
BATCH, TIME, DEPTH, UNITS, VOCABULARY, AUXILIARY, BEAMS = 3, 5, 4, 5, 6, 2, 3
MEMORY_TIME, MEMORY_DEPTH = 4, 3
END = 0
Answers = dict[str, Any]


@dataclass(frozen=True)
class Decode:
    """A decoding by `BasicDecoder`.

    ``extra`` names what is given to the call, ``decoder`` are the decoder's arguments; ``scale`` multiplies the output
    layer's weights, and 0 means that there is none.
    """

    label: str
    sampler: str
    arguments: dict[str, Any] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    decoder: dict[str, Any] = field(default_factory=dict)
    cell: str = "LSTMCell"
    scale: float = 1.0


@dataclass(frozen=True)
class Search:
    """A beam search; ``attention`` is the class of an attention mechanism."""

    label: str
    decoder: dict[str, Any] = field(default_factory=dict)
    cell: str = "LSTMCell"
    attention: str | None = None
    beams: int = BEAMS
    scale: float = 1.0


@dataclass(frozen=True)
class Tree:
    """A call of a function on beams."""

    label: str
    function: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Loss:
    """A `sequence_loss`."""

    label: str
    flags: tuple[bool, bool, bool, bool]
    targets: str = "classes"
    weights: str = "uniform"


EMBEDDING = "ScheduledEmbeddingTrainingSampler"
OUTPUT = "ScheduledOutputTrainingSampler"
DECODES = (
    Decode("training", "TrainingSampler"),
    Decode("training_lengths", "TrainingSampler", extra=("sequence_length",)),
    Decode("training_imputed", "TrainingSampler", extra=("sequence_length",), decoder={"impute_finished": True}),
    Decode("training_mask", "TrainingSampler", extra=("mask",), decoder={"impute_finished": True}),
    Decode(
        "training_time_major",
        "TrainingSampler",
        {"time_major": True},
        ("sequence_length",),
        {"output_time_major": True, "maximum_iterations": 2},
    ),
    Decode("scheduled_embedding_never", EMBEDDING, {"sampling_probability": 0.0}, ("sequence_length", "embedding")),
    Decode("scheduled_embedding_always", EMBEDDING, {"sampling_probability": 1.0}, ("embedding",), scale=5e4),
    Decode("scheduled_output_never", OUTPUT, {"sampling_probability": 0.0}, ("sequence_length",), scale=0.0),
    Decode("scheduled_output_always", OUTPUT, {"sampling_probability": 1.0}, ("auxiliary_inputs",), scale=0.0),
    Decode("scheduled_output_function", OUTPUT, {"sampling_probability": 1.0, "next_inputs_fn": "tanh"}, scale=0.0),
    Decode("greedy", "GreedyEmbeddingSampler", decoder={"maximum_iterations": 7}),
    Decode("greedy_imputed", "GreedyEmbeddingSampler", decoder={"maximum_iterations": 7, "impute_finished": True}),
    Decode("greedy_gru", "GreedyEmbeddingSampler", decoder={"maximum_iterations": 4}, cell="GRUCell"),
    Decode(
        "sampled", "SampleEmbeddingSampler", {"softmax_temperature": 1e-5}, decoder={"maximum_iterations": 6}, scale=3.0
    ),
    Decode("inference", "InferenceSampler", decoder={"maximum_iterations": 6}),
    Decode("custom", "CustomSampler"),
)
SEARCHES = (
    Search("beams", {"maximum_iterations": 6}),
    Search("beams_long", {"maximum_iterations": 12}, scale=3.0),
    Search("beams_gru", {"maximum_iterations": 5}, cell="GRUCell"),
    Search("beams_length_penalty", {"maximum_iterations": 6, "length_penalty_weight": 0.8}),
    Search("beams_all_scores", {"maximum_iterations": 4, "output_all_scores": True, "output_time_major": True}),
    Search("beams_more_than_tokens", {"maximum_iterations": 4}, beams=8),
    Search("beams_attention", {"maximum_iterations": 5}, attention="LuongAttention"),
    Search(
        "beams_coverage",
        {"maximum_iterations": 6, "coverage_penalty_weight": 0.4, "length_penalty_weight": 0.5},
        attention="BahdanauAttention",
    ),
    Search("beams_unordered", {"maximum_iterations": 4, "reorder_tensor_arrays": False}, attention="LuongAttention"),
)
STEP_IDS = [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]], [[-1, -1, -1]]]
PARENTS = [[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]], [[-1, -1, -1]]]
LENGTHS = [[5, 2, 3], [4, 4, 1]]
TREES = (
    Tree("tree", "gather_tree", {"step_ids": STEP_IDS, "parent_ids": PARENTS, "lengths": [3], "end": 10}),
    Tree("tree_ends_early", "gather_tree", {"step_ids": STEP_IDS, "parent_ids": PARENTS, "lengths": [3], "end": 5}),
    Tree("tree_length_0", "gather_tree", {"step_ids": STEP_IDS, "parent_ids": PARENTS, "lengths": [0], "end": 10}),
    Tree("tree_length_1", "gather_tree", {"step_ids": STEP_IDS, "parent_ids": PARENTS, "lengths": [1], "end": 10}),
    Tree(
        "tree_length_beyond",
        "gather_tree",
        {"step_ids": STEP_IDS[:3], "parent_ids": PARENTS[:3], "lengths": [9], "end": 10},
    ),
    Tree(
        "tree_one_step", "gather_tree", {"step_ids": STEP_IDS[:1], "parent_ids": PARENTS[:1], "lengths": [1], "end": 3}
    ),
    Tree("tree_no_batch", "gather_tree", {"step_ids": [[], []], "parent_ids": [[], []], "lengths": [], "end": 3}),
    Tree("tree_random", "gather_tree", {"random": (7, 4, 5), "lengths": [7, 3, 0, 12], "end": 2}),
    Tree("tree_array", "gather_tree_from_array", {"random": (5, 2, 3), "depth": (), "lengths": LENGTHS}),
    Tree("tree_array_deep", "gather_tree_from_array", {"random": (5, 2, 3), "depth": (2, 2), "lengths": LENGTHS}),
    Tree(
        "tree_array_merged",
        "gather_tree_from_array",
        {"random": (4, 2, 3), "depth": (2,), "merged": True, "lengths": [[4, 2, 3], [4, 0, 1]]},
    ),
    Tree("tiled", "tile_batch", {"random": (3, 2), "multiplier": 3}),
    Tree("tiled_vector", "tile_batch", {"random": (3,), "multiplier": 2}),
    Tree("tiled_no_batch", "tile_batch", {"random": (0, 2), "multiplier": 2}),
)
FLAGS = ("average_across_timesteps", "average_across_batch", "sum_over_timesteps", "sum_over_batch")
# An average along one axis goes with no sum, and no axis has both.
ALLOWED = (
    (False, False, False, False),
    (True, False, False, False),
    (False, True, False, False),
    (True, True, False, False),
    (False, False, True, False),
    (False, False, False, True),
    (False, False, True, True),
)
TWICE = tuple(flags for flags in ALLOWED if flags[:2] in {(True, True), (False, False)} and flags[2] == flags[3])
LOSSES = tuple(
    Loss(f"loss_{''.join('01'[flag] for flag in flags)}_{targets}_{weights}", flags, targets, weights)
    for targets, weights, all_flags in (
        ("classes", "padded", ALLOWED),
        ("classes", "uniform", TWICE),
        ("one_hot", "padded", TWICE),
        ("classes", "zero", TWICE),
    )
    for flags in all_flags
)
CASES = (*DECODES, *SEARCHES, *TREES, *LOSSES)


def answer(case: Decode | Search | Tree | Loss) -> Answers:
    """Return a case's inputs, what they give, and its description as ``case``."""
    random = np.random.default_rng(zlib.crc32(f"{KIND}/{case.label}".encode()))
    if isinstance(case, Decode):
        return answer_decode(case, random)
    if isinstance(case, Search):
        return answer_search(case, random)
    return answer_tree(case, random) if isinstance(case, Tree) else answer_loss(case, random)


def draw(random: np.random.Generator, *shape: int, scale: float = 1.0) -> NDArray[Any]:
    """Return normally distributed numbers."""
    return (random.normal(size=shape) * scale).astype("float32")


def set_weights(random: np.random.Generator, layer: Any, scale: float = 1.3) -> list[NDArray[Any]]:
    """Draw the weights of a built layer, and return them."""
    values = [draw(random, *weight.shape, scale=scale if len(weight.shape) > 1 else 0.1) for weight in layer.weights]
    layer.set_weights(values)
    return values


def make_sampler(case: Decode) -> Any:
    """Build the sampler; functions of it are fixed."""
    if case.sampler == "InferenceSampler":
        return tfa.seq2seq.InferenceSampler(
            sample_fn=lambda outputs: tf.argmax(outputs, axis=-1, output_type=tf.int32),
            sample_shape=[],
            sample_dtype=tf.int32,
            end_fn=lambda ids: tf.equal(ids, END),
            next_inputs_fn=lambda ids: tf.one_hot(ids, DEPTH),
        )
    if case.sampler == "CustomSampler":
        return tfa.seq2seq.CustomSampler(
            initialize_fn=lambda inputs: (tf.zeros([BATCH], tf.bool), inputs),
            sample_fn=lambda time, outputs, state: tf.cast(outputs[:, :2] > 0, tf.int32) + time,  # noqa: ARG005
            next_inputs_fn=lambda time, outputs, state, sample_ids: (
                tf.fill([BATCH], time >= TIME - 2),
                outputs[:, :DEPTH] + tf.cast(sample_ids[:, :1], tf.float32),
                state,
            ),
            sample_ids_shape=[2],
        )
    arguments = {key: tf.tanh if value == "tanh" else value for key, value in case.arguments.items()}
    return getattr(tfa.seq2seq, case.sampler)(**arguments)


def answer_decode(case: Decode, random: np.random.Generator) -> Answers:
    """Decode, with the gradients for the inputs and the cell's first weight."""
    depth = UNITS if case.sampler == OUTPUT and case.scale == 0 else DEPTH
    has_embedding = case.sampler in {"GreedyEmbeddingSampler", "SampleEmbeddingSampler"}
    inputs = draw(random, BATCH, TIME, depth)
    if has_embedding:
        inputs = draw(random, VOCABULARY, depth)
    elif case.sampler in {"InferenceSampler", "CustomSampler"}:
        inputs = draw(random, BATCH, depth)
    extra: dict[str, Any] = {}
    if "sequence_length" in case.extra:
        extra["sequence_length"] = np.asarray([4, 0, 2], "int32")
    if "mask" in case.extra:
        extra["mask"] = np.arange(TIME) < np.asarray([[4], [5], [1]])
    if "embedding" in case.extra:
        extra["embedding"] = draw(random, VOCABULARY, depth)
    if "auxiliary_inputs" in case.extra:
        extra["auxiliary_inputs"] = draw(random, BATCH, TIME, AUXILIARY)
    if has_embedding:
        extra |= {"start_tokens": np.asarray([1, 2, 3], "int32"), "end_token": np.asarray(END, "int32")}
    if case.arguments.get("time_major"):
        inputs = inputs.swapaxes(0, 1)
    cell = getattr(tf.keras.layers, case.cell)(UNITS)
    cell.build((None, depth + (AUXILIARY if "auxiliary_inputs" in extra else 0)))
    answers: Answers = {f"cell{i}": value for i, value in enumerate(set_weights(random, cell))}
    layer = None
    if case.scale:
        layer = tf.keras.layers.Dense(VOCABULARY)
        layer.build((None, UNITS))
        answers |= {f"layer{i}": value for i, value in enumerate(set_weights(random, layer, case.scale))}
    state = [draw(random, BATCH, UNITS) for _ in tf.nest.flatten(cell.state_size)]
    answers |= {"inputs": inputs, "start": np.stack(state)}
    answers |= {f"extra_{key}": value for key, value in extra.items()}
    decoder = tfa.seq2seq.BasicDecoder(cell, make_sampler(case), layer, **case.decoder)
    argument = tf.constant(inputs)
    initial = [tf.constant(value) for value in state] if len(state) > 1 else tf.constant(state[0])
    with tf.GradientTape() as tape:
        tape.watch(argument)
        outputs, final, lengths = decoder(argument, initial_state=initial, **extra)
        answers["cotangent"] = draw(random, *outputs.rnn_output.shape)
        score = tf.reduce_sum(outputs.rnn_output * answers["cotangent"])
    gradients = tape.gradient(score, [argument, cell.weights[0]], unconnected_gradients="zero")
    answers |= {"outputs": outputs.rnn_output, "samples": outputs.sample_id, "lengths": lengths}
    answers |= {"state": tf.stack(tf.nest.flatten(final))}
    answers |= {"gradient_inputs": tf.convert_to_tensor(gradients[0]), "gradient_kernel": gradients[1]}
    answers = {key: np.asarray(value) for key, value in answers.items()}
    answers["case"] = {
        "what": "decode",
        "sampler": case.sampler,
        "arguments": case.arguments,
        "decoder": case.decoder,
        "cell": case.cell,
    }
    return answers


def answer_search(case: Search, random: np.random.Generator) -> Answers:
    """Search."""
    cell = getattr(tf.keras.layers, case.cell)(UNITS)
    answers: Answers = {"embedding": draw(random, VOCABULARY, DEPTH), "start_tokens": np.asarray([1, 2, 3], "int32")}
    if case.attention is not None:
        memory, lengths = draw(random, BATCH, MEMORY_TIME, MEMORY_DEPTH), np.asarray([4, 2, 3], "int32")
        answers |= {"memory": memory, "memory_lengths": lengths}
        mechanism = getattr(tfa.seq2seq, case.attention)(UNITS)
        mechanism.setup_memory(tfa.seq2seq.tile_batch(memory, case.beams), tfa.seq2seq.tile_batch(lengths, case.beams))
        cell = tfa.seq2seq.AttentionWrapper(cell, mechanism, attention_layer_size=4, alignment_history=True)
        state = cell.get_initial_state(batch_size=BATCH * case.beams, dtype=tf.float32)
        cell(tf.zeros([BATCH * case.beams, DEPTH]), state)
    else:
        cell.build((None, DEPTH))
        values = [draw(random, BATCH, UNITS) for _ in tf.nest.flatten(cell.state_size)]
        answers["start"] = np.stack(values)
        tiled = tfa.seq2seq.tile_batch([tf.constant(value) for value in values], case.beams)
        state = tiled if len(values) > 1 else tiled[0]
    layer = tf.keras.layers.Dense(VOCABULARY)
    layer.build((None, 4 if case.attention else UNITS))
    names = [weight.name.removesuffix(":0") for weight in cell.weights]
    answers |= {f"cell{i}": value for i, value in enumerate(set_weights(random, cell))}
    answers |= {f"layer{i}": value for i, value in enumerate(set_weights(random, layer, case.scale))}
    if case.attention is not None:  # the keys of the memory were computed with the weights before
        mechanism.setup_memory(tfa.seq2seq.tile_batch(memory, case.beams), tfa.seq2seq.tile_batch(lengths, case.beams))
        state = cell.get_initial_state(batch_size=BATCH * case.beams, dtype=tf.float32)
    decoder = tfa.seq2seq.BeamSearchDecoder(cell, case.beams, output_layer=layer, **case.decoder)
    outputs, final, lengths = decoder(
        tf.constant(answers["embedding"]), start_tokens=answers["start_tokens"], end_token=END, initial_state=state
    )
    answers |= {"beams": outputs.predicted_ids, "lengths": lengths}
    answers |= dict(outputs.beam_search_decoder_output._asdict())
    answers |= {"log_probs": final.log_probs, "finished": final.finished}
    if case.attention is None:
        answers["state"] = tf.stack(tf.nest.flatten(final.cell_state))
    else:
        answers |= {"attention": final.cell_state.attention}
        history = final.cell_state.alignment_history
        answers |= {"history": history.stack() if isinstance(history, tf.TensorArray) else history}
    if not isinstance(final.accumulated_attention_probs, tuple):
        answers["accumulated"] = final.accumulated_attention_probs
    answers = {key: np.asarray(value) for key, value in answers.items()}
    answers["case"] = {
        "what": "search",
        "decoder": case.decoder,
        "cell": case.cell,
        "attention": case.attention,
        "beams": case.beams,
        "weights": names,
    }
    return answers


def answer_tree(case: Tree, random: np.random.Generator) -> Answers:
    """Call a function on beams."""
    arguments = dict(case.arguments)
    shape = arguments.pop("random", None)
    answers: Answers = {}
    if case.function == "tile_batch":
        answers["t"] = draw(random, *shape)
        result = tfa.seq2seq.tile_batch(tf.constant(answers["t"]), arguments["multiplier"])
    else:
        if shape is not None:
            answers["step_ids"] = random.integers(0, 6, size=shape).astype("int32")
            answers["parent_ids"] = random.integers(0, shape[-1], size=shape).astype("int32")
        else:
            shape = (len(arguments["step_ids"]), len(arguments["step_ids"][0]), 3)
            answers["step_ids"] = np.reshape(arguments.pop("step_ids"), shape).astype("int32")
            answers["parent_ids"] = np.reshape(arguments.pop("parent_ids"), shape).astype("int32")
        lengths = answers["sequence_lengths"] = np.asarray(arguments.pop("lengths"), "int32")
        if case.function == "gather_tree":
            result = tfa.seq2seq.gather_tree(answers["step_ids"], answers["parent_ids"], lengths, arguments["end"])
        else:
            time, batch, beams = shape
            lead = (time, batch * beams) if arguments.get("merged") else shape
            answers["t"] = draw(random, *lead, *arguments.pop("depth"))
            result = tfa.seq2seq.gather_tree_from_array(tf.constant(answers["t"]), answers["parent_ids"], lengths)
    answers["result"] = result.numpy()
    return {**answers, "case": {"what": "tree", "function": case.function, **arguments}}


def cotangent_of(value: Any) -> NDArray[Any]:
    """Return the weights of a loss's elements in what is differentiated: 1, 2, 3, and so on."""
    return np.arange(1, np.size(value) + 1, dtype="float32").reshape(np.shape(value))


def answer_loss(case: Loss, random: np.random.Generator) -> Answers:
    """Compute a loss, and its gradient for the logits."""
    logits = draw(random, BATCH, 4, VOCABULARY, scale=2.0)
    targets: NDArray[Any] = random.integers(0, VOCABULARY, size=(BATCH, 4)).astype("int32")
    if case.targets == "one_hot":
        targets = np.eye(VOCABULARY, dtype="float32")[targets]
    weights = random.uniform(0.1, 2, size=(BATCH, 4)).astype("float32")
    if case.weights == "padded":
        weights *= np.arange(4) < np.asarray([[4], [0], [2]])
    if case.weights == "zero":
        weights *= 0
    argument = tf.constant(logits)
    flags = dict(zip(FLAGS, case.flags, strict=True))
    with tf.GradientTape() as tape:
        tape.watch(argument)
        value = tfa.seq2seq.SequenceLoss(**flags)(targets, argument, weights)
        score = tf.reduce_sum(value * cotangent_of(value))
    gradient = tape.gradient(score, argument).numpy()
    answers: Answers = {"logits": logits, "targets": targets, "weights": weights}
    return {**answers, "value": value.numpy(), "gradient": gradient, "case": {"what": "loss", **flags}}
