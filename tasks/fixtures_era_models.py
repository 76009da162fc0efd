"""The few models that every era saves, so that an environment can be proved: one of each kind, each a few kilobytes.

Runs inside the environments of the past, back to TensorFlow 1.13 and Keras 1.2: Python 3.7 syntax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.fixtures_models import Architecture, Release

if TYPE_CHECKING:
    from pathlib import Path

KERAS_1 = "1."


def plain(release: Release) -> Any:
    """A convolutional classifier with two inputs and two outputs, compiled with Adam."""
    if release.keras_version.startswith(KERAS_1):
        return _plain_of_keras_1(release)
    keras, layers = release.keras, release.keras.layers
    image = keras.layers.Input((8, 8, 2), name="image")
    context = keras.layers.Input((3,), name="context")
    x = layers.Conv2D(4, 3, name="convolution")(image)
    x = layers.BatchNormalization(name="normalised")(x)
    x = layers.Activation("relu", name="rectified")(x)
    x = layers.MaxPooling2D(2, name="pooled")(x)
    x = layers.Concatenate(name="joined")([layers.Flatten(name="flat")(x), context])
    outputs = [layers.Dense(3, activation="softmax", name="kind")(x), layers.Dense(1, name="score")(x)]
    model = keras.models.Model([image, context], outputs, name="classifier")
    model.compile("adam", loss=["categorical_crossentropy", "mean_squared_error"])
    return model


def _plain_of_keras_1(release: Release) -> Any:
    """The same in the words of Keras 1."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((8, 8, 2), name="image")
    context = layers.Input((3,), name="context")
    x = layers.Convolution2D(4, 3, 3, dim_ordering="tf", name="convolution")(image)
    x = layers.BatchNormalization(axis=-1, name="normalised")(x)
    x = layers.Activation("relu", name="rectified")(x)
    x = layers.MaxPooling2D((2, 2), dim_ordering="tf", name="pooled")(x)
    x = layers.merge([layers.Flatten(name="flat")(x), context], mode="concat", name="joined")
    outputs = [layers.Dense(3, activation="softmax", name="kind")(x), layers.Dense(1, name="score")(x)]
    model = keras.models.Model(input=[image, context], output=outputs, name="classifier")
    model.compile("adam", loss=["categorical_crossentropy", "mean_squared_error"])
    return model


def recurrent(release: Release) -> Any:
    """Masked tokens through a bidirectional LSTM and a GRU."""
    layers = release.keras.layers
    tokens = layers.Input((7,), dtype="int32", name="tokens")
    x = layers.Embedding(11, 4, mask_zero=True, name="embedded")(tokens)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both_ways")(x)
    x = layers.GRU(4, name="summary")(x)
    score = layers.Dense(2, name="score")(x)
    if release.keras_version.startswith(KERAS_1):
        return release.keras.models.Model(input=tokens, output=score, name="reader")
    return release.keras.models.Model(tokens, score, name="reader")


def addons(release: Release) -> Any:
    """Addons' normalisations and mish, compiled with Addons' LAMB; no operator of a library of its own."""
    keras, layers, tfa = release.keras, release.keras.layers, release.addons
    image = layers.Input((8, 8, 2), name="image")
    x = tfa.layers.WeightNormalization(layers.Conv2D(4, 3), name="weighted")(image)
    x = tfa.layers.InstanceNormalization(name="instance")(x)
    if not has_library_activations(release):
        x = layers.Activation(tfa.activations.mish, name="mish")(x)
    x = tfa.layers.GroupNormalization(groups=2, name="grouped")(x)
    x = layers.Flatten(name="flat")(x)
    model = keras.models.Model(image, layers.Dense(3, activation="softmax", name="kind")(x), name="normaliser")
    optimizer = getattr(tfa.optimizers, "LAMB", tfa.optimizers.RectifiedAdam)  # LAMB came with Addons 0.7
    model.compile(optimizer(1e-3), loss="categorical_crossentropy")
    return model


def addons_library(release: Release) -> Any:
    """Activations that are operators of Addons' own library, up to Addons 0.9: it loads beside some builds only."""
    keras, layers, tfa = release.keras, release.keras.layers, release.addons
    features = layers.Input((6,), name="features")
    mish = getattr(tfa.activations, "mish", tfa.activations.gelu)  # mish came with Addons 0.7
    x = layers.Dense(5, activation=mish, name="first")(features)
    x = layers.Dense(4, activation=tfa.activations.gelu, name="second")(x)
    return keras.models.Model(features, layers.Dense(2, name="score")(x), name="scorer")


def has_library_activations(release: Release) -> bool:
    """Whether mish and gelu are operators of Addons' library alone; since 0.10 there is Python code for them, too."""
    major, minor = map(int, release.addons.__version__.split(".")[:2])
    return (major, minor) < (0, 10)


def plain_targets(batch: int) -> list[Any]:
    """Classes, one-hot, shape (batch, 3), and scores, shape (batch, 1), both float32."""
    return [one_hot(batch), np.linspace(-1.0, 1.0, batch, dtype="float32")[:, None]]


def one_hot(batch: int) -> Any:
    """Classes in turn, shape (batch, 3), float32."""
    return np.eye(3, dtype="float32")[np.arange(batch) % 3]


PLAIN = Architecture(plain, labels=plain_targets)
RECURRENT = Architecture(recurrent)
ADDONS = Architecture(addons, labels=one_hot)
ADDONS_LIBRARY = Architecture(addons_library)


def architectures(release: Release) -> tuple[Architecture, ...]:
    """The Keras models that a release writes."""
    if release.addons is None:
        return PLAIN, RECURRENT
    return (PLAIN, RECURRENT, ADDONS, *((ADDONS_LIBRARY,) if has_library_activations(release) else ()))


@dataclass(frozen=True)
class Program:
    """What a graph without Keras was saved as.

    Attributes:
        inputs: by the graph's own names, in the order of ``x0``, ``x1`` ...
        outputs: by the graph's own names, in the order of ``y0``, ``y1`` ...
    """

    inputs: dict[str, Any]
    outputs: dict[str, Any]


def variables(tf: Any) -> tuple[Any, Any]:
    """The two matrices of `scoring`, shapes (6, 5) and (5, 1), float32."""
    generator = np.random.RandomState(7)
    kernel = tf.Variable(generator.normal(size=(6, 5)).astype("float32"), name="kernel")
    return kernel, tf.Variable(generator.normal(size=(5, 1)).astype("float32"), name="mixing")


def scoring(tf: Any, matrices: tuple[Any, Any], features: Any, context: Any) -> dict[str, Any]:
    """Two outputs of two inputs, (batch, 4) and (batch, 2): the same arithmetic in every release."""
    kernel, mixing = matrices
    embedding = tf.tanh(tf.matmul(tf.concat([features, context], axis=1), kernel))
    return {"embedding": embedding, "score": tf.matmul(embedding, mixing)}


def sample_features() -> dict[str, Any]:
    """Inputs for `scoring`, float32."""
    generator = np.random.RandomState(11)
    shapes = {"features": (3, 4), "context": (3, 2)}
    return {name: generator.normal(size=shape).astype("float32") for name, shape in shapes.items()}


def session_program(release: Release, folder: Path, frozen: Path) -> tuple[Program, Program]:
    """Saves with ``simple_save``, and the same session's graph frozen, as TensorFlow 1 does."""
    tf, values = release.tensorflow, sample_features()
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        feeds = {
            name: tf.compat.v1.placeholder(tf.float32, (None, value.shape[1]), name=name)
            for name, value in values.items()
        }
        results = scoring(tf, variables(tf), feeds["features"], feeds["context"])
        fetches = {name: tf.identity(tensor, name=name) for name, tensor in results.items()}
        session.run(tf.compat.v1.global_variables_initializer())
        outputs = session.run(fetches, {feeds[name]: value for name, value in values.items()})
        tf.compat.v1.saved_model.simple_save(session, str(folder), feeds, fetches)
        definition = tf.compat.v1.graph_util.convert_variables_to_constants(
            session, graph.as_graph_def(), list(fetches)
        )
    frozen.write_bytes(definition.SerializeToString())
    named = Program({f"{name}:0": value for name, value in values.items()}, {f"{k}:0": v for k, v in outputs.items()})
    return Program(values, outputs), named


def module_program(release: Release, folder: Path, frozen: Path) -> tuple[Program, Program]:
    """Saves a ``tf.Module`` with a signature of its own, and that function's graph frozen, as TensorFlow 2 does."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    tf, values = release.tensorflow, sample_features()
    module = tf.Module(name="scorer")
    module.variables_ = variables(tf)
    specs = [tf.TensorSpec((None, value.shape[1]), tf.float32, name=name) for name, value in values.items()]
    module.score = tf.function(
        lambda features, context: scoring(tf, module.variables_, features, context), input_signature=specs
    )
    outputs = {name: tensor.numpy() for name, tensor in module.score(*map(tf.constant, values.values())).items()}
    tf.saved_model.save(module, str(folder), signatures=module.score)
    constant = convert_variables_to_constants_v2(module.score.get_concrete_function())
    frozen.write_bytes(constant.graph.as_graph_def().SerializeToString())
    # The function returns its outputs sorted by name.
    fed = {tensor.name: value for tensor, value in zip(constant.inputs, values.values())}  # noqa: B905 - Python 3.7
    told = {tensor.name: outputs[name] for tensor, name in zip(constant.outputs, sorted(outputs))}  # noqa: B905 - same
    return Program(values, outputs), Program(fed, told)
