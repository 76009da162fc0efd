"""Sequentials that begin with feature columns, as TensorFlow's tutorials had them: they take a dictionary.

``python tasks/fixtures_columns.py`` runs this file in the environments of the past (Python 3.7 syntax) and packs what
it writes into ``tests/golden/columns.tar.xz``: ``<era>/<model>.h5``, and ``<model>.npz`` with the features by name and
the outputs ``y``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ERAS = ("tf21", "tf24", "tf28", "tf215")
ARCHIVE = ROOT / "tests" / "golden" / "columns.tar.xz"


def main() -> None:
    """Write the models: in an environment of the past when a folder is given, else pack what those write."""
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
        return
    sys.path.insert(0, str(ROOT))
    from tasks.fixtures import interpreter, pack, run
    from tasks.fixtures_eras import ALL_ERAS

    with tempfile.TemporaryDirectory() as scratch:
        for name in ERAS:
            python = interpreter(next(era for era in ALL_ERAS if era.name == name))
            Path(scratch, name).mkdir()
            run([str(python), "-W", "ignore", str(Path(__file__).resolve()), str(Path(scratch, name))])
        pack(Path(scratch), ARCHIVE)


def write(folder: Path) -> None:
    """Save every model with random weights, and what it gives."""
    import numpy as np
    import tensorflow as tf

    random = np.random.RandomState(0)
    for label, (columns, features) in models(tf, np).items():
        layers = [tf.keras.layers.DenseFeatures(columns), tf.keras.layers.Dense(4, activation="relu")]
        model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(2)], name=label)
        model.compile("sgd", "mse")
        model.fit(features, np.zeros((3, 2), "float32"), epochs=1, verbose=0)  # a shape is known only now
        model.set_weights([random.normal(size=weight.shape).astype("float32") for weight in model.get_weights()])
        given = {name: tf.constant(value) for name, value in features.items()}
        words = {name: value.astype("U") if value.dtype == object else value for name, value in features.items()}
        np.savez(str(folder / f"{label}.npz"), y=model(given).numpy(), **words)
        model.save(str(folder / f"{label}.h5"))


def models(tf: Any, np: Any) -> dict[str, tuple[list[Any], dict[str, Any]]]:
    """The columns and a batch of features of each model."""
    columns = tf.feature_column
    age = columns.numeric_column("age")
    kind = columns.categorical_column_with_vocabulary_list("kind", ["cat", "dog"], num_oov_buckets=2)
    town = columns.categorical_column_with_hash_bucket("town", 5)
    ages = np.asarray([12.0, 40.0, 70.0], "float32")
    words = [
        age,
        columns.bucketized_column(age, [18, 35, 60]),
        columns.indicator_column(kind),
        columns.embedding_column(town, 3),
        columns.indicator_column(columns.crossed_column(["kind", "town"], 7)),
    ]
    pixels = columns.numeric_column("pixels", shape=(2, 2))
    number = columns.categorical_column_with_identity("number", 4)
    ranges = columns.bucketized_column(columns.numeric_column("sizes", shape=2), [0.0, 0.5])
    numbers = [ranges, pixels, columns.embedding_column(number, 2)]
    return {
        "words": (
            words,
            {
                "age": ages,
                "kind": np.asarray(["dog", "cat", "cow"], dtype=object),
                "town": np.asarray(["Paris", "", "Oslo"], dtype=object),
            },
        ),
        "numbers": (
            numbers,
            {
                "number": np.asarray([[1], [3], [0]], "int64"),
                "pixels": np.linspace(-1, 1, 12, dtype="float32").reshape(3, 2, 2),
                "sizes": np.asarray([[-1.0, 0.0], [0.4, 0.5], [0.6, 9.0]], "float32"),
            },
        ),
    }


if __name__ == "__main__":
    main()
