"""Writes models in the middle of their training with the release that this interpreter holds.

Usage: ``python -m tasks.training.writer OUT LOADER [CASE ...]``; LOADER is the module whose ``load_model`` the era's
users call. Runs inside the environments of the past: Python 3.7 syntax.

Each model is trained for `BEFORE` steps and saved as ``<case>.h5``, and as ``<case>.keras`` by releases that have it;
then it goes on for `AFTER` steps. ``after.npz`` holds what comes of that, under ``<case>/<name>``: ``weights0`` ... in
the order of the layers, ``before`` and ``after`` (what ``test_on_batch`` returns for the first batch), and ``names`` of
what these are. ``manifest.json`` says what was left out and why.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.fixtures_era_writer import pairs, said, save, stack, standalone, this_release
from tasks.fixtures_writer import writes_archives
from tasks.training.cases import ADDONS, COMPILED, COMPILED_ADDONS, OPTIMIZERS
from tasks.training.data import AFTER, BEFORE, batches, starting_weights
from tasks.training.in_order import is_unordered, stepper

if TYPE_CHECKING:
    from tasks.fixtures_models import Release
    from tasks.training.cases import Case


def main() -> None:
    """Writes the models, the numbers and the manifest into the folder named on the command line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    out, loader, names = Path(sys.argv[1]), sys.argv[2], set(sys.argv[3:])
    out.mkdir(parents=True, exist_ok=True)
    release = this_release(loader)
    cases = (*OPTIMIZERS, *COMPILED, *((*ADDONS, *COMPILED_ADDONS) if release.addons is not None else ()))
    numbers: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for case in cases:
        if names and case.name not in names:
            continue
        try:
            found, problems = write(case, release, out)
        except Exception as error:  # noqa: BLE001 - what a release lacks, or cannot train, is a fact
            left_out[case.name] = said(error, out=out)
            continue
        left_out.update(problems)
        numbers.update({f"{case.name}/{key}": value for key, value in found.items()})
    for name, why in sorted(left_out.items()):
        print(f"  {name}: {why}", file=sys.stderr)
    np.savez(str(out / "after.npz"), **numbers)
    manifest = {"stack": stack(release, loader), "left_out": left_out}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))


def write(case: Case, release: Release, out: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Trains, saves, and trains on; returns the numbers, and which file could not be written."""
    release.keras.backend.clear_session()
    model = built(release, case)
    layers = weighted(model)
    for layer, arrays in pairs(layers, starting_weights([layer.get_weights() for layer in layers])):
        layer.set_weights(arrays)
    model.compile(optimizer=case.optimizer(release), **case.compiled(release))
    fed = batches(two=case.two, embedded=case.embedded)
    for inputs, targets in fed[:BEFORE]:
        model.train_on_batch(inputs, targets)
    kinds = [("h5", "hdf5-model")]
    if not standalone(release) and writes_archives(release):
        kinds.insert(0, ("keras", "keras-archive"))  # Keras 3 forgets the optimizer when it writes HDF5
    problems = {}
    for suffix, kind in kinds:
        try:
            save(model, out / f"{case.name}.{suffix}", kind, release)
        except Exception as error:  # noqa: BLE001 - a release that cannot save its own model is a fact
            problems[f"{case.name}.{suffix}"] = said(error, out=out)
            if (out / f"{case.name}.{suffix}").exists():
                (out / f"{case.name}.{suffix}").unlink()
    if len(problems) == len(kinds):
        return {}, problems
    reset(model)
    numbers = measured(model, release, fed[0])
    reset(model)
    step = stepper(model, release) if is_unordered(model, release) else model.train_on_batch
    for inputs, targets in fed[BEFORE : BEFORE + AFTER]:
        step(inputs, targets)
    reset(model)
    numbers["after"] = measured(model, release, fed[0])["before"]
    arrays = [array for layer in weighted(model) for array in layer.get_weights()]
    numbers.update({f"weights{index}": array for index, array in enumerate(arrays)})
    if not all(np.isfinite(value).all() for value in numbers.values() if value.dtype.kind == "f"):
        raise ValueError("not every number is finite")
    return numbers, problems


def reset(model: Any) -> None:
    """Begins the metrics anew, where a release adds them up over batches."""
    if hasattr(model, "reset_metrics"):
        model.reset_metrics()


def measured(model: Any, release: Release, batch: Any) -> dict[str, Any]:
    """What ``test_on_batch`` returns for a batch, and the names of it."""
    if release.is_keras_3:  # whose list of names is shorter than its list of values
        found = model.test_on_batch(*batch, return_dict=True)
        return {"before": np.asarray(list(found.values()), "float64"), "names": np.asarray(list(found))}
    values = np.ravel(model.test_on_batch(*batch))
    return {"before": values.astype("float64"), "names": np.asarray(model.metrics_names)}


def weighted(model: Any) -> list[Any]:
    """The layers that have weights."""
    return [layer for layer in model.layers if layer.get_weights()]


def built(release: Release, case: Case) -> Any:
    """Three tokens to two classes, by way of an embedding and a normalization; a second output is a number."""
    keras, layers = release.keras, release.keras.layers
    tokens = layers.Input(shape=(3,), dtype="int32" if case.embedded else "float32", name="tokens")
    x = tokens
    if case.embedded:
        length = {} if release.is_keras_3 else {"input_length": 3}
        x = layers.Embedding(9, 2, name="words", **length)(x)
        x = layers.Flatten(name="flat")(x)
    x = layers.Dense(3, activation="tanh", name="hidden")(x)
    x = layers.BatchNormalization(name="normal")(x)
    label = layers.Dense(2, activation="softmax", name="label")(x)
    outputs = [label, layers.Dense(1, name="amount")(x)] if case.two else label
    return keras.models.Model(tokens, outputs)


if __name__ == "__main__":
    main()
