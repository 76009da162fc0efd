"""Models of TensorFlow.js, as its converter wrote them: whole, and in three kinds of quantization.

``python tasks/fixtures_tfjs.py`` runs this file (Python 3.9 syntax) with tensorflowjs 3.18.0 on TensorFlow 2.8, and
packs what it writes into ``tests/golden/tfjs.tar.xz``: in a folder each, ``model.json`` and its shards, and ``io.npz``
with the input ``x0`` and the output ``y0`` of the model with the arrays as the converter itself reads them again.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "tests" / "golden" / "tfjs.tar.xz"
SHARD_BYTES = 512


def main() -> None:
    """Write the files: in an old environment when a folder is given, else pack what that writes."""
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
        return
    sys.path.insert(0, str(ROOT))
    from tasks.fixtures import interpreter, pack, run
    from tasks.fixtures_eras import TENSORFLOW_KERAS, Era

    # tensorflowjs asks for packages that only its other converters use.
    era = Era(
        name="tf28-tfjs",
        python="3.9",
        as_of="2022-07-01",
        requirements=("tensorflow-cpu==2.8.2", "packaging==20.9"),
        alone=("tensorflowjs==3.18.0", "tensorflow-hub==0.12.0"),
        loader=TENSORFLOW_KERAS,
    )
    with tempfile.TemporaryDirectory() as scratch:
        run([str(interpreter(era)), "-W", "ignore", str(Path(__file__)), scratch])
        pack(Path(scratch), ARCHIVE)


def write(folder: Path) -> None:
    """Save one model in each way, and what it gives for random inputs."""
    import numpy as np
    import tensorflow as tf

    conversion = import_module("tensorflowjs.converters.keras_h5_conversion")
    read_weights = import_module("tensorflowjs.read_weights").read_weights

    model = classifier(tf.keras)
    random = np.random.RandomState(0)
    weights = [np.abs(random.normal(0, 0.5, array.shape)) + 0.05 for array in model.get_weights()]
    model.set_weights(weights)
    inputs = random.normal(size=(3, 6, 5, 2)).astype("float32")
    kinds: dict[str, dict[str, Any] | None] = {
        "plain": None,
        "float16": {"float16": True},
        "uint8": {"uint8": True},
        "uint16": {"uint16": "*kernel*"},
    }
    for name, kind in kinds.items():
        target = folder / name
        conversion.save_keras_model(
            model, str(target), quantization_dtype_map=kind, weight_shard_size_bytes=SHARD_BYTES
        )
        manifest = json.loads((target / "model.json").read_text())["weightsManifest"]
        again = {entry["name"]: entry["data"] for entry in read_weights(manifest, str(target), flatten=True)}
        model.set_weights([again[weight.name.partition(":")[0]] for weight in model.weights])
        np.savez_compressed(str(target / "io.npz"), x0=inputs, y0=model.predict(inputs))
        model.set_weights(weights)


def classifier(keras: Any) -> Any:
    """An image to three classes: convolution, normalization, a recurrent branch both ways, a nested model; compiled."""
    layers = keras.layers
    image = layers.Input((6, 5, 2), name="image")
    x = layers.Conv2D(3, 2, activation="relu")(image)
    x = layers.BatchNormalization()(x)
    rows = layers.Reshape((5, 12))(x)
    y = layers.Bidirectional(layers.LSTM(2))(rows)
    head = keras.Sequential([layers.Dense(4, activation="tanh", input_shape=(4,)), layers.Dense(3)], name="head")
    z = layers.Concatenate()([layers.Flatten()(x), head(y), layers.GRU(2)(rows)])
    model = keras.Model(image, layers.Dense(3, activation="softmax")(z))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main()
