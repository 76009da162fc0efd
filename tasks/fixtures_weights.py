"""Weights and architectures in files of their own, as the releases wrote them from Keras 1 on.

``python tasks/fixtures_weights.py`` runs this file (Python 3.7 syntax) in each of `ERAS`, and packs what they write
into ``tests/golden/weights.tar.xz``: in a folder each, ``legacy.h5`` and ``model.weights.h5`` by ``save_weights`` (the
second by releases that have its layout), ``model.json`` and ``model.yaml`` of the architecture, and ``io.npz`` with the
inputs ``x0`` and ``x1`` and the output ``y0``.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "tests" / "golden" / "weights.tar.xz"
ERAS = ("tf113-keras12", "tf113-keras22", "tf115", "tf24", "tf212", "tf215", "tf218", "tf221-tf_keras")
BATCH = 3


def main() -> None:
    """Write the files: in an old environment when a folder is given, else pack what those write."""
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]), sys.argv[2])
        return
    sys.path.insert(0, str(ROOT))
    from tasks.fixtures import interpreter, pack, run
    from tasks.fixtures_eras import ALL_ERAS

    with tempfile.TemporaryDirectory() as scratch:
        for era in ALL_ERAS:
            if era.name in ERAS:
                folder = Path(scratch) / era.name
                folder.mkdir()
                command = [str(interpreter(era)), "-W", "ignore", str(Path(__file__)), str(folder), era.loader]
                run(command, variables=dict(era.variables))
        pack(Path(scratch), ARCHIVE)


def write(folder: Path, loader: str) -> None:
    """Save a model's weights and its architecture, each alone, and what it gives for random inputs."""
    import numpy as np

    keras = (
        importlib.import_module("tensorflow").keras if loader == "tensorflow.keras" else importlib.import_module(loader)
    )
    model = of_keras_1(keras) if getattr(keras, "__version__", "2").startswith("1.") else of_later(keras)
    random = np.random.RandomState(0)
    inputs = [random.normal(size=(BATCH, 6, 5, 2)).astype("float32"), random.randint(0, 7, (BATCH, 4))]
    model.predict(inputs)
    for layer in model.layers:
        # Variances are positive; nothing else here has to be.
        layer.set_weights([np.abs(random.normal(0, 0.7, array.shape)) + 0.1 for array in layer.get_weights()])
    np.savez_compressed(str(folder / "io.npz"), x0=inputs[0], x1=inputs[1], y0=model.predict(inputs))
    written = json.loads(model.to_json())
    (folder / "model.json").write_text(json.dumps(written))
    try:
        (folder / "model.yaml").write_text(model.to_yaml())
    except (AttributeError, ImportError, RuntimeError) as error:  # from TensorFlow 2.6 on
        print("  no YAML:", str(error)[:80], file=sys.stderr)
    try:
        model.save_weights(str(folder / "legacy.h5"))
    except ValueError as error:  # Keras 3
        print("  no legacy weights:", str(error)[:80], file=sys.stderr)
    if has_numbered(keras):
        model.save_weights(str(folder / "model.weights.h5"))


def has_numbered(keras: Any) -> bool:
    """Whether ``.weights.h5`` has a layout of its own: since Keras 2.12."""
    version = getattr(keras, "__version__", None) or importlib.import_module("keras").__version__
    major, minor = (int(part) for part in version.split("-")[0].split(".")[:2])
    return (major, minor) >= (2, 12)


def of_later(keras: Any) -> Any:
    """An image and four words, to one number: two branches, a nested model, and layers of most kinds."""
    layers, models = keras.layers, keras.models
    image, words = layers.Input((6, 5, 2), name="image"), layers.Input((4,), name="words")
    x = layers.Conv2D(3, 2, activation="relu")(image)
    x = layers.BatchNormalization()(x)
    x = layers.Flatten()(x)
    y = layers.Embedding(7, 3)(words)
    y = layers.Bidirectional(layers.LSTM(2))(y)
    head = models.Sequential([layers.Dense(4, activation="tanh", input_shape=(4,)), layers.Dense(3)], name="head")
    z = layers.Concatenate()([x, head(y)])
    return models.Model([image, words], layers.Dense(2)(z))


def of_keras_1(keras: Any) -> Any:
    """The same in the words of Keras 1."""
    layers, models = keras.layers, keras.models
    image, words = layers.Input((6, 5, 2), name="image"), layers.Input((4,), dtype="int32", name="words")
    x = layers.Convolution2D(3, 2, 2, activation="relu", dim_ordering="tf")(image)
    x = layers.BatchNormalization(axis=-1)(x)
    x = layers.Flatten()(x)
    y = layers.Embedding(7, 3)(words)
    y = layers.Bidirectional(layers.LSTM(2))(y)
    head = models.Sequential([layers.Dense(4, activation="tanh", input_dim=4), layers.Dense(3)], name="head")
    z = layers.merge([x, head(y)], mode="concat")
    return models.Model(input=[image, words], output=layers.Dense(2)(z))


if __name__ == "__main__":
    main()
