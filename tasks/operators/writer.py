"""Writes models of `tasks.operators.cases` with the release that this interpreter holds.

Usage: ``python -W ignore -m tasks.operators.writer OUT [GROUP ...]``. Runs inside the environments of the past: Python
3.7 syntax. Leaves a model for every so many cases of a group in ``<group>_<number>.h5``, what it computes in ``.npz``
of the same name, and ``manifest.json``: the cases of each model with how many outputs each has, and what was left out.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tasks.operators.cases import AS_NODES, CASES, NOT_AS_NODES
from tasks.operators.inputs import INPUTS

SIZE = 40  # cases in a model


def main() -> None:
    """Writes the models of the groups named on the command line, else of all."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    out, names = Path(sys.argv[1]), sys.argv[2:]
    out.mkdir(parents=True, exist_ok=True)
    manifest = {"release": tf.__version__, "models": {}, "left_out": {}}  # type: dict[str, Any]
    for group, cases in CASES.items():
        if not names or group in names:
            for case, why in write(tf, group, cases, out, manifest["models"]):
                manifest["left_out"][case] = why
    (out / "manifest.json").write_text(json.dumps(manifest, indent=0))


def write(tf: Any, group: str, cases: Any, out: Path, models: Any) -> Any:
    """Writes a group's models; yields the cases that this release cannot put into one, each with its reason."""
    good = []
    as_nodes = tuple(int(part) for part in tf.__version__.split(".")[:2]) < (2, 4)
    left_out = NOT_AS_NODES if as_nodes else AS_NODES
    if group == "absent":
        left_out = frozenset(cases) if as_nodes else frozenset()
    for case in (case for case in cases if case not in left_out):
        tf.keras.backend.clear_session()
        try:
            _, model, _ = built(tf, [case])
            model.to_json()
            has_numbers = all(output.dtype != object for output in run(tf, model))
        except Exception as error:  # noqa: BLE001 - a release that cannot is a fact
            yield case, f"{type(error).__name__}: {str(error)[:200]}"
        else:
            if has_numbers:
                good.append(case)
    size = 1 if group == "absent" else SIZE
    for number in range(0, len(good), size):
        tf.keras.backend.clear_session()
        name = f"{group}_{number // size}"
        counts, model, used = built(tf, good[number : number + size])
        save(model, out / f"{name}.h5")
        outputs = run(tf, model)
        np.savez(str(out / f"{name}.npz"), **{str(at): value for at, value in enumerate(outputs)})
        models[name] = {
            "inputs": used,
            "cases": [[case, count] for case, count in zip(good[number : number + size], counts)],  # noqa: B905 - Python 3.7
        }


def save(model: Any, path: Path) -> None:
    """Saves a model without weights, of which TensorFlow 1.15 cannot write some: a name within another's."""
    try:
        model.save(str(path), include_optimizer=False)
    except ValueError:
        import h5py

        written = json.loads(model.to_json())
        with h5py.File(str(path), "w") as file:
            file.attrs["keras_version"], file.attrs["backend"] = written.pop("keras_version"), written.pop("backend")
            file.attrs["model_config"] = json.dumps(written).encode()
            file.create_group("model_weights").attrs["layer_names"] = np.array([], "S1")


def built(tf: Any, cases: Any) -> Any:
    """How many outputs each case has, the model of all of them, and the names of the inputs that it takes."""
    inputs = {
        name: tf.keras.layers.Input(value.shape[1:], dtype=value.dtype.name, name=name)
        for name, value in INPUTS.items()
    }
    space = dict(inputs, tf=tf, np=np, K=tf.keras.backend)
    outputs, counts = [], []
    for case in cases:
        found = tf.nest.flatten(eval(case, dict(space)))  # noqa: S307 - texts of our own
        if not all(is_symbolic(tf, item) for item in found):
            raise TypeError("computed without a layer")
        outputs += found
        counts.append(len(found))
    used = [name for name in inputs if any(name in words(case) for case in cases)]
    return counts, tf.keras.Model([inputs[name] for name in used], outputs), used


def is_symbolic(tf: Any, item: Any) -> bool:
    """Whether a value is a tensor of the model's graph."""
    return "KerasTensor" in type(item).__name__ or (tf.is_tensor(item) and not hasattr(item, "numpy"))


def words(case: str) -> Any:
    """The names in an expression, those of modules and attributes apart."""
    import re

    return set(re.findall(r"(?<![\w.])[a-z]\w*(?!\w)", re.sub(r'"[^"]*"', "", case)))


def run(tf: Any, model: Any) -> Any:
    """The outputs on the recorded inputs, as arrays."""
    if not tf.executing_eagerly():
        outputs = tf.keras.backend.function(model.inputs, model.outputs)(
            [INPUTS[tensor.name.split(":")[0]] for tensor in model.inputs]
        )
        return [np.asarray(output) for output in outputs]
    arrays = [tf.constant(INPUTS[tensor.name.split(":")[0]]) for tensor in tf.nest.flatten(model.inputs)]
    outputs = tf.nest.flatten(model(arrays if len(arrays) > 1 else arrays[0]))
    return [np.asarray(output) for output in outputs]


if __name__ == "__main__":
    main()
