"""What the real TensorFlow Addons gives for ``text``, the CRF layer and the callbacks; called by the worker.

``text.npz`` holds the arguments ``data/<setting>/<name>``, the answers ``<function>/<setting>/<what>`` of the CRF's
functions, the answers of layers and models ``<label>/<what>`` with their descriptions as in the other kinds, and among
the descriptions the tables ``times`` and ``skips``.
"""

from __future__ import annotations

import inspect
import json
import zlib
from typing import TYPE_CHECKING, Any

import golden_answers as answers_file  # type: ignore[import-not-found,unused-ignore]  # beside this script
import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Answers = dict[str, Any]
TAGS, FEATURES = 4, 3
# Batch, time, scale of the scores, lengths, and whether some scores are not numbers.
SETTINGS: dict[str, tuple[int, int, float, list[int], bool]] = {
    "plain": (4, 5, 1.0, [5, 2, 1, 0], False),
    "one_step": (3, 1, 1.0, [1, 1, 0], False),
    "extreme": (4, 5, 3e4, [5, 4, 2, 1], False),
    "empty": (0, 2, 1.0, [], False),
    "nan": (4, 5, 1.0, [5, 2, 2, 4], True),
}
# With scores that are not numbers, what is largest is not defined; and the real ones cannot move by no steps.
LEFT_OUT = {
    "nan": {"crf_decode", "crf_constrained_decode", "crf_decode_forward", "crf_decode_backward"},
    "one_step": {"crf_decode_forward", "crf_decode_backward", "crf_forward"},
}
FUNCTIONS = (
    "crf_binary_score",
    "crf_constrained_decode",
    "crf_decode",
    "crf_decode_backward",
    "crf_decode_forward",
    "crf_filtered_inputs",
    "crf_forward",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_multitag_sequence_score",
    "crf_sequence_score",
    "crf_unary_score",
)
LAYERS: dict[str, dict[str, Any]] = {
    "crf": {"units": TAGS},
    "crf_masked": {"units": TAGS, "boundary_initializer": "ones"},
    "crf_no_boundary": {"units": TAGS, "use_boundary": False, "chain_initializer": "glorot_uniform"},
    "crf_no_kernel": {"units": FEATURES, "use_kernel": False},
    "crf_no_kernel_masked": {"units": FEATURES, "use_kernel": False},
}
MASK = [[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]
DAY = "2019-05-17T23:56:09"
TIMES = (
    (f"{DAY}.05Z", "%Y-%m-%dT%H:%M:%E*S%Ez"),
    (f"{DAY}.123456789123456789+05:30", "%Y-%m-%dT%H:%M:%E*S%Ez"),
    (f"  {DAY}-0700 ", "%Y-%m-%dT%H:%M:%S%z"),
    ("1969-12-31 23:59:59.9999999999", "%Y-%m-%d %H:%M:%E*S"),
    ("1969-12-31 23:59:58.5", "%Y-%m-%d %H:%M:%E3S"),
    ("0001-02-03", "%E4Y-%m-%d"),
    ("12019-02-03", "%E4Y-%m-%d"),
    ("2016-12-31 23:59:60.75", "%Y-%m-%d %H:%M:%E*S"),
    ("15:45", "%H:%M"),
    ("3:07:09 pm", "%I:%M:%S %p"),
    ("12:00 AM", "%I:%M %p"),
    ("15 PM", "%H %p"),
    ("Fri, 17 May 2019 01:02:03 GMT", "%a, %d %b %Y %H:%M:%S %Z"),
    ("friday 17 MAY 69", "%A %d %B %y"),
    ("17/05/68", "%d/%m/%y"),
    ("05/17/19 10:11:12", "%D %T"),
    ("2019-05-17 10:11", "%F %R"),
    ("10:11:12 PM", "%r"),
    ("Fri May 17 10:11:12 2019", "%c"),
    ("05/17/19 10:11:12", "%x %X"),
    ("1558137369", "%s"),
    ("-1558137369", "%s"),
    ("100%", "%S0%%"),
    ("10%", "%S%%"),
    ("2019-05-17t01", "%Y-%m-%d%ET%H"),
    ("2019 137", "%Y %j"),
    ("Oct 32, 2013", "%b %d, %Y"),
    ("2019-02-29", "%Y-%m-%d"),
    ("2020-02-29", "%Y-%m-%d"),
    ("2019-13-01", "%Y-%m-%d"),
    ("24:00", "%H:%M"),
    ("2019-05-17 trailing", "%Y-%m-%d"),
    ("INVALID", "%Y-%m-%d"),
    ("2019", "INVALID"),
    ("2019", "%Q"),
    ("2019", "%Y%"),
    ("-5-01-01", "%Y-%m-%d"),
    ("2019-1-1 1:2:3", "%Y-%m-%d %H:%M:%S"),
    ("20190517", "%E4Y%m%d"),
    ("1.25", "%E*S"),
    ("5 .250", "%S .%E*f"),
    ("5 .", "%S .%E*f"),
    ("+01", "%z"),
    ("+1", "%z"),
    ("+01:02:03", "%::z"),
    ("z", "%Ez"),
    ("infinite-past", "%Y"),
    ("infinite-future", "%Y"),
    ("12 2019 1", "%U %Y %w"),
    ("12 2019 1", "%W %Y %u"),
    ("5 17", "%e %k"),
    ("", "%Y"),
    ("", ""),
    ("2019-05-17 10", "%Y-%m-%d%n%H"),
    ("2019-05-17 10 UTC", "%Y-%m-%d %H %Z"),
    ("20 19", "%C %y"),
    ("-0", "%S"),
    ("1.5", "%E1S"),
    ("1.57", "%E1S"),
    ("5", "%OS"),
    ("7", "%Om"),
)
UNITS = ("SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND")
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog")
VOCABULARY = {"the": 30, "quick": 20, "brown": 8, "fox": 40, "jumps": 2, "dog": 25}
SKIPS: tuple[dict[str, Any], ...] = (
    {"min_skips": 2, "max_skips": 2},
    {"min_skips": 1, "max_skips": 5, "seed": 9},
    {"min_skips": 0, "max_skips": 3, "seed": 7, "emit_self_as_target": True},
    {"min_skips": 1, "max_skips": 2, "seed": 3, "start": 2, "limit": 4},
    {"min_skips": 1, "max_skips": 1, "vocab_min_count": 8},
    {"min_skips": 1, "max_skips": 2, "vocab_min_count": 3, "vocab_subsampling": 0.05, "corpus_size": 125, "seed": 9},
    {"min_skips": 1, "max_skips": 4, "vocab_subsampling": 0.01, "corpus_size": 125, "seed": 123},
)
GLOBAL_SEED = 42


def source(label: str) -> np.random.Generator:
    """Return the source of a case's numbers, the same at every run."""
    return np.random.default_rng(zlib.crc32(f"text/{label}".encode()))


def draw(setting: str) -> Answers:
    """Return the arguments of one setting, under the names of parameters."""
    batch, time, scale, lengths, has_nan = SETTINGS[setting]
    random = source(setting)
    inputs = (scale * random.normal(size=(batch, time, TAGS))).astype("float32")
    if has_nan:
        inputs[0, 1, 2] = inputs[1, 1] = np.nan
    bitmap = random.uniform(size=inputs.shape) > 0.5  # noqa: PLR2004 - a half
    bitmap[..., 0] |= ~bitmap.any(axis=-1)
    return {
        "inputs": inputs,
        "tag_indices": random.integers(0, TAGS, size=(batch, time)).astype("int32"),
        "tag_bitmap": bitmap,
        "sequence_lengths": np.array(lengths, "int32"),
        "transition_params": (scale * random.normal(size=(TAGS, TAGS))).astype("float32"),
        "backpointers": random.integers(0, TAGS, size=(batch, time - 1, TAGS)).astype("int32"),
        "last": random.integers(0, TAGS, size=(batch, 1)).astype("int32"),
    }


def arguments(function: str, parameters: list[str], data: Answers) -> Answers:
    """Return the arguments of one function."""
    if function == "crf_decode_backward":
        return {"inputs": data["backpointers"], "state": data["last"]}
    values = {**data, "potentials": data["inputs"], "sequence_length": data["sequence_lengths"]}
    if "state" in parameters:
        values |= {"inputs": data["inputs"][:, 1:], "state": data["inputs"][:, 0]}
    return {name: values[name] for name in parameters}


def answer_function(function: str, setting: str) -> Answers:
    """Call a function, with the gradients of its scores."""
    thing = getattr(tfa.text, function)
    values = arguments(function, list(inspect.signature(thing).parameters), draw(setting))
    tensors = {name: tf.constant(value) for name, value in values.items()}
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        outputs = thing(**tensors)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        score = tf.add_n([tf.reduce_sum(output) for output in outputs if output.dtype.is_floating] or [0.0])
    answers: Answers = {f"output{index}": output.numpy() for index, output in enumerate(outputs)}
    gradients = tape.gradient(score, tensors) if setting not in {"nan", "empty"} else {}
    return answers | {f"gradient_{name}": value.numpy() for name, value in gradients.items() if value is not None}


def answer_layer(label: str) -> Answers:
    """Call the CRF layer, with the gradients of the likelihood of random labels."""
    random = source(label)
    layer = tfa.layers.CRF(**LAYERS[label])
    inputs = random.normal(size=(3, 4, FEATURES)).astype("float32")
    mask = tf.constant(np.array(MASK, "bool")) if "masked" in label else None
    layer(inputs, mask=mask)
    for weight in layer.weights:
        weight.assign(random.normal(size=weight.shape))
    labels = random.integers(0, layer.units, size=(3, 4)).astype("int32")
    argument = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(argument)
        outputs = layer(argument, mask=mask)
        likelihood, _ = tfa.text.crf_log_likelihood(outputs[1], labels, *outputs[2:])
        loss = -tf.reduce_mean(likelihood)
    gradients = tape.gradient(loss, [argument, *layer.weights])
    answers: Answers = {"input0": inputs, "labels": labels, "likelihood": likelihood.numpy()}
    answers |= {f"weight{index}": weight.numpy() for index, weight in enumerate(layer.weights)}
    answers |= {f"output{index}": output.numpy() for index, output in enumerate(outputs)}
    answers |= {f"gradient{index}": value.numpy() for index, value in enumerate(gradients)}
    if mask is not None:
        answers["mask"] = mask.numpy()
    names = [weight.name.removesuffix(":0") for weight in layer.weights]
    answers["case"] = {"object": "Addons>CRF", "config": layer.get_config(), "weights": names}
    return answers


def answer_model() -> Answers:
    """Train a wrapped model for three steps, with and without sample weights."""
    random = source("wrapper")
    features = tf.keras.Input((4, FEATURES))
    hidden = tf.keras.layers.Dense(5, "tanh", kernel_regularizer="l2")(tf.keras.layers.Masking()(features))
    model = tfa.text.CRFModelWrapper(tf.keras.Model(features, hidden), TAGS, name="tagger")
    inputs = random.normal(size=(6, 4, FEATURES)).astype("float32")
    inputs[1, 2:] = inputs[2, 1:] = 0.0
    labels = random.integers(0, TAGS, size=(6, 4)).astype("int32")
    sample_weight = random.uniform(size=6).astype("float32")
    model(inputs)
    for weight in model.weights:
        weight.assign(random.normal(size=weight.shape))
    answers: Answers = {"input": inputs, "labels": labels, "sample_weight": sample_weight}
    answers |= {f"weight{index}": weight.numpy() for index, weight in enumerate(model.weights)}
    # The losses of the layers are added up in a graph alone when the model was called before it was compiled.
    model.compile(tf.keras.optimizers.SGD(0.1), metrics=[tf.keras.metrics.Accuracy(name="accuracy")])
    answers["decoded"] = model.predict(inputs, verbose=0)
    for step in range(3):
        weights = {"sample_weight": sample_weight} if step else {}
        model.reset_metrics()
        results = model.train_on_batch(inputs, labels, **weights, return_dict=True)
        answers |= {f"step{step}_{name}": value for name, value in results.items()}
    answers |= {f"after{index}": weight.numpy() for index, weight in enumerate(model.weights)}
    results = model.test_on_batch(inputs, labels, reset_metrics=True, return_dict=True)
    answers |= {f"test_{name}": value for name, value in results.items()}
    names = [weight.name.removesuffix(":0") for weight in model.weights]
    answers["case"] = {"object": "Addons>CRFModelWrapper", "config": model.get_config(), "weights": names}
    return answers


def answer_callback(cls: type) -> Answers:
    """Return a callback's settings and their defaults; it cannot be asked for its configuration."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc,unused-ignore]
    defaults = {parameter.name: parameter.default for parameter in parameters}
    return {"case": {"object": f"Addons>{cls.__name__}", "config": defaults}}


def answer_time(text: str, time_format: str) -> list[Any]:
    """Return the time in every unit, or nothing where it is refused."""
    try:
        return [text, time_format, [int(tfa.text.parse_time(text, time_format, unit)) for unit in UNITS]]
    except tf.errors.InvalidArgumentError:
        return [text, time_format, None]


def answer_skips(settings: dict[str, Any]) -> list[Any]:
    """Return the pairs that are sampled with the settings."""
    tf.random.set_seed(GLOBAL_SEED)
    table = None
    if "vocab_min_count" in settings or "vocab_subsampling" in settings:
        initializer = tf.lookup.KeyValueTensorInitializer(list(VOCABULARY), tf.constant(list(VOCABULARY.values())))
        table = tf.lookup.StaticHashTable(initializer, -1)
    pairs = tfa.text.skip_gram_sample(tf.constant(WORDS), vocab_freq_table=table, **settings)
    return [settings, *([text.decode() for text in values.numpy()] for values in pairs)]


def default(value: Any) -> Any:
    """Return a JSON value for the NumPy numbers that configurations hold."""
    return value.tolist() if hasattr(value, "tolist") else value.numpy().tolist()


def write(path: Path) -> None:
    """Write ``text.npz``."""
    arrays: Answers = {}
    texts: dict[str, str] = {}
    for setting in SETTINGS:
        arrays |= {f"data/{setting}/{name}": value for name, value in draw(setting).items()}
        for function in FUNCTIONS:
            if function not in LEFT_OUT.get(setting, ()):
                answers = answer_function(function, setting)
                arrays |= {f"{function}/{setting}/{what}": value for what, value in answers.items()}
                print("text", function, setting, flush=True)
    rows: dict[str, Callable[[], Answers]] = {label: lambda label=label: answer_layer(label) for label in LAYERS}  # type: ignore[misc]
    rows["wrapper"] = answer_model
    rows["time_stopping"] = lambda: answer_callback(tfa.callbacks.TimeStopping)
    rows["tqdm"] = lambda: answer_callback(tfa.callbacks.TQDMProgressBar)
    for label, answer in rows.items():
        answers = answer()
        texts[label] = json.dumps(answers.pop("case"), sort_keys=True, default=default)
        arrays |= {f"{label}/{what}": value for what, value in answers.items()}
        print("text", label, flush=True)
    texts["times"] = json.dumps([answer_time(*time) for time in TIMES])
    texts["skips"] = json.dumps([answer_skips(settings) for settings in SKIPS])
    answers_file.save(path / "text.npz", {name: np.asarray(value) for name, value in arrays.items()}, texts)
