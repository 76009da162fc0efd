"""Models saved with TensorFlow Addons 0.6.0, which registers no package: one for each object that such a file can name.

``python tasks/fixtures_bare_addons.py`` builds TensorFlow 2.0.4 with it, runs this file there (Python 3.7 syntax), and
packs what it writes into ``tests/golden/bare_addons.tar.xz``: ``<label>.h5``, and ``<label>.npz`` with inputs ``x``,
outputs ``y`` and, of a compiled model, ``targets`` and the ``loss`` of the outputs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ERA = "tf20"
ARCHIVE = ROOT / "tests" / "golden" / "bare_addons.tar.xz"
IMAGES, ROWS, SEQUENCES = (3, 4, 5, 6), (3, 8), (2, 5, 3)


def main() -> None:
    """Write the models: in the old environment when a folder is given, else pack what that writes."""
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
        return
    sys.path.insert(0, str(ROOT))
    from tasks.fixtures import interpreter, pack, run
    from tasks.fixtures_eras import ALL_ERAS

    python = interpreter(next(era for era in ALL_ERAS if era.name == ERA))
    with tempfile.TemporaryDirectory() as scratch:
        run([str(python), "-W", "ignore", str(Path(__file__).resolve()), scratch])
        pack(Path(scratch), ARCHIVE)


def write(folder: Path) -> None:
    """Save every model with random weights, and what it gives for random inputs."""
    import numpy as np
    import tensorflow as tf
    import tensorflow_addons as tfa

    random = np.random.RandomState(0)
    for label, (shape, layers, compiled) in models(tf, tfa).items():
        model = tf.keras.Sequential([tf.keras.layers.InputLayer(shape[1:], name="given"), *layers], name=label)
        for weight in model.weights:
            if weight.dtype.is_floating:
                weight.assign(random.normal(size=weight.shape).astype("float32"))
        inputs = random.normal(size=shape).astype("float32")
        recorded = {"x": inputs, "y": model.predict(inputs)}
        if compiled:
            model.compile(**compiled)
            is_focal = isinstance(compiled["loss"], tfa.losses.SigmoidFocalCrossEntropy)
            recorded["targets"] = np.eye(3, dtype="float32") if is_focal else np.array([1, 0, 1], "float32")
            recorded["loss"] = np.asarray(compiled["loss"](recorded["targets"], recorded["y"]))
        np.savez(str(folder / f"{label}.npz"), **recorded)
        model.save(str(folder / f"{label}.h5"))


def models(tf: Any, tfa: Any) -> dict[str, tuple[tuple[int, ...], list[Any], dict[str, Any]]]:
    """The shape of the inputs, the layers and the arguments of ``compile`` of each model."""
    layers, addons = tf.keras.layers, tfa.layers
    found: dict[str, tuple[tuple[int, ...], list[Any], dict[str, Any]]] = {
        "group_normalization": (IMAGES, [addons.GroupNormalization(groups=3)], {}),
        "group_normalization_first": (IMAGES, [addons.GroupNormalization(groups=2, axis=1)], {}),
        "group_normalization_rows": (ROWS, [addons.GroupNormalization(groups=2, center=False)], {}),
        "group_normalization_plain": (IMAGES, [addons.GroupNormalization(scale=False)], {}),
        "instance_normalization": (IMAGES, [layers.Conv2D(4, 2), addons.InstanceNormalization()], {}),
        "weight_normalization": (IMAGES, [addons.WeightNormalization(layers.Conv2D(4, 2), data_init=False)], {}),
        "maxout": (ROWS, [addons.Maxout(2)], {}),
        "poincare_normalize": (ROWS, [addons.PoincareNormalize()], {}),
        "sparsemax": (ROWS, [addons.Sparsemax()], {}),
        "gelu": (ROWS, [addons.GeLU()], {}),
        "nas": (SEQUENCES, [layers.RNN(tfa.rnn.NASCell(4))], {}),
    }
    for name in ("gelu", "hardshrink", "lisht", "sparsemax", "tanhshrink"):
        activation = getattr(tfa.activations, name)
        found[f"activation_{name}"] = (ROWS, [layers.Dense(4, activation=activation)], {})
    optimizers: dict[str, dict[str, Any]] = {
        "AdamW": {"weight_decay": 1e-4},
        "ConditionalGradient": {"learning_rate": 0.1, "lambda_": 10.0},
        "LazyAdam": {},
        "Lookahead": {"optimizer": "sgd"},
        "MovingAverage": {"optimizer": "sgd"},
        "RectifiedAdam": {},
        "SGDW": {"weight_decay": 1e-4},
    }
    losses = (tfa.losses.TripletSemiHardLoss, tfa.losses.SigmoidFocalCrossEntropy)
    for position, (name, arguments) in enumerate(optimizers.items()):
        compiled = {"optimizer": getattr(tfa.optimizers, name)(**arguments), "loss": losses[position % 2]()}
        activation = "sigmoid" if position % 2 else None
        found[f"compiled_{name}"] = (ROWS, [layers.Dense(3, activation=activation)], compiled)
    return found


if __name__ == "__main__":
    main()
