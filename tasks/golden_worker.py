"""Runs the cases of ``golden_cases.py`` with the real TensorFlow Addons and writes what they give.

Runs in an environment of TensorFlow 2.15.1 and TensorFlow Addons 0.23.0: ``python golden_worker.py DIRECTORY``.
Each kind of object becomes one ``<kind>.npz`` (``golden_answers.py``): the array ``<label>/<what>`` for every answer,
and for each label the object's name, its configuration as TensorFlow Addons writes it, and the names of weights.
"""

from __future__ import annotations

import importlib
import json
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import golden_answers as answers_file  # type: ignore[import-not-found,unused-ignore]  # beside this script
import golden_attention as attention  # type: ignore[import-not-found,unused-ignore]  # beside this script
import golden_cases as cases  # type: ignore[import-not-found,unused-ignore]  # beside this script
import golden_decoding as decoding  # type: ignore[import-not-found,unused-ignore]  # same
import golden_image as image  # type: ignore[import-not-found,unused-ignore]  # same
import golden_measures as measures  # type: ignore[import-not-found,unused-ignore]  # same
import golden_optimizers as optimizers  # type: ignore[import-not-found,unused-ignore]  # same
import golden_text as text  # type: ignore[import-not-found,unused-ignore]  # beside this script
import golden_training as training  # type: ignore[import-not-found,unused-ignore]  # same
import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

STEPS = 20
HALF = 0.5
GRID = 1024
Answers = dict[str, Any]


def generator(kind: str, label: str) -> np.random.Generator:
    """Return the source of a case's numbers, the same at every run."""
    return np.random.default_rng(zlib.crc32(f"{kind}/{label}".encode()))


def resolve(name: str) -> Any:
    """Return the object called ``name`` below tensorflow_addons."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(f"tensorflow_addons.{module}"), attribute)


def registered(thing: Any) -> str:
    """Return the name of an object in the table of addons: its registered one, for the few that have none as well."""
    name = str(tf.keras.saving.get_registered_name(thing))
    return name if name.startswith("Addons>") else f"Addons>{name}"


def default(value: Any) -> Any:
    """Return a JSON value for the NumPy numbers and the objects that configurations hold, as Keras 2 wrote them."""
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    return value.tolist() if hasattr(value, "tolist") else value.numpy().tolist()


def answer_layer(case: cases.Layer) -> Answers:
    """Call a layer in inference (and training), with the gradient of its first output."""
    random = generator("layer", case.label)
    cls = resolve(case.object)
    if case.wrap is not None:
        thing = cls(tf.keras.layers.deserialize(case.wrap), **case.arguments)
    else:
        thing = cls(**case.arguments)
    layer = recurrent(thing, case) if case.cell else thing
    bounds = case.integers if isinstance(case.integers, tuple) else [case.integers] * len(case.inputs)
    inputs = [draw_input(random, shape, bound) for shape, bound in zip(case.inputs, bounds, strict=True)]
    if case.special:
        inputs = [with_special(value) for value in inputs]
    mask = None if case.mask is None else generator("mask", case.label).uniform(size=case.mask) > HALF
    keywords = {} if mask is None else {"mask": tf.constant(mask)}

    def call(values: list[Any], **more: Any) -> Any:
        if case.separate:
            return layer(*values, **keywords, **more)
        return layer(values[0] if len(values) == 1 else values, **keywords, **more)

    arguments = [tf.constant(value) for value in inputs]
    call(arguments)
    weights = [*layer.trainable_weights, *layer.non_trainable_weights]
    names = [weight.name.removesuffix(":0") for weight in weights]
    for name, weight in zip(names, weights, strict=True):
        weight.assign(draw_weight(random, name, weight, case.set))
    for name, weight in zip(names, weights, strict=True):
        if "/data_dep_init/" in name:  # a copy of the wrapped layer, which equals it until the first call
            weight.assign(weights[names.index(name.replace("/data_dep_init/", "/"))])
    answers: Answers = {f"input{index}": value for index, value in enumerate(inputs)}
    answers |= {f"weight{index}": weight.numpy() for index, weight in enumerate(weights)}
    if mask is not None:
        answers["mask"] = mask
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        outputs = call(arguments)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        real = next(output for output in outputs if output.dtype.is_floating)
        cotangent = random.normal(size=real.shape).astype("float32")
        score = tf.reduce_sum(real * cotangent)
    answers |= {f"output{index}": output.numpy() for index, output in enumerate(outputs)}
    answers["cotangent"] = cotangent
    gradients = tape.gradient(score, arguments) if case.gradient and has_gradient(case) else []
    answers |= {f"gradient{i}": value.numpy() for i, value in enumerate(gradients) if value is not None}
    after = {f"after{index}": weight.numpy() for index, weight in enumerate(weights)}
    # Few layers write into their weights in a call.
    answers |= {k: v for k, v in after.items() if (v != answers[k.replace("after", "weight")]).any()}
    if case.training:
        answers["trained_output0"] = call(arguments, training=True).numpy()
        answers |= {f"trained{index}": weight.numpy() for index, weight in enumerate(weights)}
    answers["case"] = {
        "object": registered(cls),
        "config": thing.get_config(),
        "cell": case.cell,
        "rnn": case.rnn,
        "bidirectional": case.bidirectional,
        "separate": case.separate,
        "weights": names,
    }
    return answers


def recurrent(cell: Any, case: cases.Layer) -> Any:
    """Return the recurrent layer of a cell."""
    layer = tf.keras.layers.RNN(cell, **case.rnn, name="rnn")
    return tf.keras.layers.Bidirectional(layer, name="both") if case.bidirectional else layer


def has_gradient(case: cases.Layer | cases.Function) -> bool:
    """Return whether the gradients of a case say something: not where there is no sample, or no number."""
    return not case.special and case.inputs[0][0] > 0


def with_special(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers of which the first are NaN, infinities, huge and zero."""
    special = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 0.0], "float32")[: values.size]
    return np.concatenate([special, values.ravel()[len(special) :]]).reshape(values.shape)


def draw_input(random: np.random.Generator, shape: tuple[int, ...], integers: int | None) -> NDArray[Any]:
    """Return an input of ``shape``: normally distributed, or integers below a bound."""
    if integers is not None:
        return random.integers(0, integers, size=shape).astype("int32")
    return random.normal(size=shape).astype("float32")


def draw_weight(random: np.random.Generator, name: str, weight: Any, fixed: dict[str, Any]) -> NDArray[Any]:
    """Return a weight's value: what the case fixes, else moderate numbers."""
    value = fixed.get(name.rpartition("/")[2])
    if value is not None:
        return np.asarray(value, weight.dtype.as_numpy_dtype)
    drawn: NDArray[Any] = random.normal(loc=0.1, scale=0.6, size=weight.shape).astype("float32")
    return drawn


def answer_function(case: cases.Function) -> Answers:
    """Call a function, with the gradients of its output."""
    random = generator("function", case.label)
    function = resolve(case.object)
    drawn = [random.normal(size=shape).astype("float32") for shape in case.inputs]
    arguments = [tf.constant(with_special(value) if case.special else value) for value in drawn]
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        output = function(*arguments, **case.arguments)
        cotangent = random.normal(size=output.shape).astype("float32")
        score = tf.reduce_sum(output * cotangent)
    answers: Answers = {"output0": output.numpy(), "cotangent": cotangent}
    answers |= {f"input{index}": argument.numpy() for index, argument in enumerate(arguments)}
    gradients = tape.gradient(score, arguments) if has_gradient(case) else []
    answers |= {f"gradient{index}": value.numpy() for index, value in enumerate(gradients)}
    answers["case"] = {"object": registered(function), "config": case.arguments}
    return answers


def draw_labels(random: np.random.Generator, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return labels, predictions or weights of one kind."""
    real, uniform = random.normal(size=shape), random.uniform(0.02, 0.98, size=shape)
    real, uniform = (np.round(values * GRID) / GRID for values in (real, uniform))  # which makes small files
    if kind == "boxes":
        return np.sort(uniform.reshape(*shape[:-1], 2, 2), axis=-2).reshape(shape).astype("float32")
    one_hot = np.eye(max(shape[-1], 1))[random.integers(0, max(shape[-1], 1), size=shape[:-1])]
    index = np.arange(uniform.size).reshape(shape)
    values = {
        "real": real,
        "extreme": real * 1e3,
        "with_nan": np.where(index == 1, np.nan, uniform),
        "with_infinity": np.where(index % 5 == 1, -np.inf, real),
        "with_zero": np.where(index == 1, 0.0, uniform),
        "probability": uniform,
        "positive": uniform,
        "magnitude": uniform * 3,
        "certain": np.round(uniform),
        "simplex": uniform / uniform.sum(axis=-1, keepdims=True),
        "binary": uniform > HALF,
        "classes": random.integers(0, 3, size=shape),
        "distinct": index,
        "zeros": np.zeros(shape),
        "ones": np.ones(shape),
        "first_class": np.broadcast_to(np.arange(shape[-1]) == 0, shape),
        "one_hot": one_hot,
        "multi_hot": np.where(one_hot, one_hot, uniform > HALF) if shape[-1] else uniform,
    }
    return np.asarray(values[kind], "float32")


def answer_loss(case: cases.Loss) -> Answers:
    """Compute a loss with each reduction, with sample weights, and its gradient."""
    random = generator("loss", case.label)
    thing = resolve(case.object)
    y_true = draw_labels(random, *case.y_true)
    y_pred = draw_labels(random, *case.y_pred).astype(case.dtype)
    answers: Answers = {"y_true": y_true, "y_pred": y_pred}
    argument = tf.constant(y_pred)
    is_class = isinstance(thing, type)
    with tf.GradientTape() as tape:
        tape.watch(argument)
        value = thing(**case.arguments)(y_true, argument) if is_class else thing(y_true, argument, **case.arguments)
    answers["value"] = value.numpy()
    answers["gradient"] = tape.gradient(value, argument).numpy()
    config = thing(**case.arguments).get_config() if is_class else case.arguments
    for reduction in case.reductions if is_class else ():
        reduced = thing(**case.arguments, reduction=reduction)
        answers[f"reduced_{reduction}"] = reduced(y_true, y_pred).numpy()
        if answers["reduced_none"].shape == (len(y_true),):
            weights = answers.setdefault("sample_weight", random.uniform(size=len(y_true)).astype("float32"))
            answers[f"weighted_{reduction}"] = reduced(y_true, y_pred, sample_weight=weights).numpy()
    answers["case"] = {"object": registered(thing), "config": config}
    return answers


def answer_metric(case: cases.Metric) -> Answers:
    """Feed a metric batch by batch; its result after each, and of a stream its state after the last."""
    random = generator("metric", case.label)
    cls = resolve(case.object)
    metric = cls(**case.arguments)
    drawn = [case.y_true] if case.y_pred is None else [case.y_true, case.y_pred]
    answers: Answers = {
        f"values{index}": np.stack([draw_labels(random, *kind) for _ in range(case.batches)])
        for index, kind in enumerate(drawn)
    }
    if case.weights is not None:
        shape = (case.batches, *case.y_true[1][:1])
        answers["sample_weight"] = draw_labels(random, case.weights, shape)
    results = []
    for batch in range(case.batches):
        arguments = [tf.constant(answers[f"values{index}"][batch]) for index in range(len(drawn))]
        keywords = {}
        if case.weights is not None:
            weights = answers["sample_weight"][batch]
            # R squared needs weights of the rank of what they weight
            by_sample = weights.reshape(-1, *[1] * (arguments[0].shape.rank - 1))
            keywords = {"sample_weight": by_sample if cls.__name__ == "RSquare" else weights}
        metric.update_state(*arguments, **keywords)
        results.append(np.asarray(metric.result()))
    answers["results"] = np.stack(results)
    variables = metric.variables if case.batches == cases.STREAM else []
    answers |= {f"weight{index}": weight.numpy() for index, weight in enumerate(variables)}
    config = {**metric.get_config(), **{k: v for k, v in case.arguments.items() if k == "num_regressors"}}
    names = [variable.name.removesuffix(":0") for variable in variables]
    name, changes = case.stands_for or (registered(cls), {})
    answers["case"] = {"object": name, "config": {**config, **changes}, "weights": names}
    return answers


def answer_optimizer(case: cases.Optimizer) -> Answers:
    """Take 20 steps on fixed gradients; the variables after each, and the state after the last."""
    random = generator("optimizer", case.label)
    cls = getattr(tfa.optimizers, case.object)
    arguments = {key: argument(key, value) for key, value in case.arguments.items()}
    optimizer = cls(**arguments)
    kernel_shape = (5, 2) if case.sparse else (3, 2)
    initial = [random.normal(size=kernel_shape), np.zeros(2) if case.sparse else random.normal(size=2)]
    names = ["dense/kernel", "dense/bias"]
    variables = [tf.Variable(value.astype(case.dtype), name=name) for name, value in zip(names, initial, strict=True)]
    answers: Answers = {f"initial{index}": variable.numpy() for index, variable in enumerate(variables)}
    # Some arguments are not written into configurations.
    config = json.loads(json.dumps({**case.arguments, **optimizer.get_config()}, default=default))
    kernel_gradients = random.normal(size=(STEPS, *((2, 2) if case.sparse else kernel_shape))).astype(case.dtype)
    bias_gradients = random.normal(size=(STEPS, 2)).astype(case.dtype)
    if case.gradients == "zero":
        kernel_gradients, bias_gradients = np.zeros_like(kernel_gradients), np.zeros_like(bias_gradients)
    if case.gradients == "nan":
        kernel_gradients[10, 0, 0] = bias_gradients[15, 1] = np.nan
    if case.shadow:
        optimizer.shadow_copy(variables)
    rows = random.integers(0, 5, size=(STEPS, 2)).astype("int32")
    trajectories: list[list[NDArray[Any]]] = [[], []]
    for step in range(STEPS):
        kernel_gradient = tf.constant(kernel_gradients[step])
        if case.sparse:
            kernel_gradient = tf.IndexedSlices(kernel_gradient, tf.constant(rows[step]), tf.constant(kernel_shape))
        gradients = [kernel_gradient, tf.constant(bias_gradients[step])]
        if optimizer.get_config().get("clipnorm") is not None:
            gradients = [tf.clip_by_norm(gradient, optimizer.get_config()["clipnorm"]) for gradient in gradients]
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        for trajectory, variable in zip(trajectories, variables, strict=True):
            trajectory.append(variable.numpy())
    answers |= {f"trajectory{index}": np.stack(values) for index, values in enumerate(trajectories)}
    answers |= {"gradients0": kernel_gradients, "gradients1": bias_gradients}
    if case.sparse:
        answers["rows"] = rows
    weights = [weight for weight in optimizer.weights if "iter" not in weight.name]
    answers |= {f"weight{index}": weight.numpy() for index, weight in enumerate(weights)}
    answers["case"] = {
        "object": registered(cls),
        "config": config,
        "weights": [weight.name.removesuffix(":0") for weight in weights],
    }
    return answers


def argument(key: str, value: Any) -> Any:
    """Build what an optimizer's argument stands for in a case."""
    if key == "optimizer_specs":
        return [{**spec, "optimizer": legacy(spec["optimizer"])} for spec in value]
    return legacy(value) if key == "optimizer" else schedule(value)


def legacy(config: dict[str, Any]) -> Any:
    """Build a nested optimizer: TensorFlow Addons' or Keras' legacy one."""
    return tf.keras.optimizers.deserialize(config, use_legacy_optimizer=True)


def schedule(value: Any) -> Any:
    """Build the schedule of a learning rate that is given by its configuration."""
    return tf.keras.optimizers.schedules.deserialize(value) if isinstance(value, dict) else value


def write(path: Path, kind: str, rows: Iterable[Any], answer: Callable[[Any], Answers]) -> None:
    """Write the answers of all cases of one kind."""
    arrays: dict[str, NDArray[Any]] = {}
    texts: dict[str, str] = {}
    for case in rows:
        answers = answer(case)
        texts[case.label] = json.dumps(answers.pop("case"), sort_keys=True, default=default)
        arrays |= {f"{case.label}/{what}": np.asarray(value) for what, value in answers.items()}
        print(kind, case.label, flush=True)
    answers_file.save(path / f"{kind}.npz", arrays, texts)


def main(directory: str) -> None:
    """Write every kind's answers into ``directory``."""
    path = Path(directory)
    write(path, "layers", cases.LAYERS, answer_layer)
    write(path, "functions", cases.FUNCTIONS, answer_function)
    write(path, "losses", measures.LOSSES, answer_loss)
    write(path, "metrics", measures.METRICS, answer_metric)
    write(path, "optimizers", training.OPTIMIZERS, answer_optimizer)
    write(path, "optimizer_options", optimizers.OPTIONS, answer_optimizer)
    write(path, "schedules", optimizers.SCHEDULES, optimizers.answer_schedule)
    write(path, "seq2seq_attention", attention.CASES, attention.answer)
    write(path, decoding.KIND, decoding.CASES, decoding.answer)
    text.write(path)
    write(path, "image", image.CASES, image.answer)


if __name__ == "__main__":
    main(sys.argv[1])
