"""Writes the rescue set with the release that this interpreter holds: ``python -m tasks.rescue.writer``.

Usage: ``writer OUT LOADER [MODEL ...]``; LOADER is the module whose ``load_model`` the era's users call.

Runs inside the environments of the past: Python 3.7 syntax. Leaves in OUT one file per model and format, inputs and
outputs in ``<model>.npz``, and ``manifest.json``, which says what was left out and why.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.fixtures_era_writer import (
    batch,
    pairs,
    record,
    remove,
    said,
    save,
    stack,
    this_release,
    told,
)
from tasks.fixtures_writer import said_by, sample_inputs, writes_archives
from tasks.rescue.case import Case, NotInThisRelease, plain
from tasks.rescue.cases import CASES

if TYPE_CHECKING:
    from tasks.fixtures_models import Release

STEPS = 2
GRID = 64.0  # stored values are multiples of its inverse, so that an archive of them is small
PERIOD = 127  # a large array repeats itself after so many values, as above; a prime, so that no two rows are the same
KINDS = {"h5": "hdf5-model", "keras": "keras-archive"}


def main() -> None:
    """Writes the models and the manifest into the folder named on the command line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    out, loader, names = Path(sys.argv[1]), sys.argv[2], set(sys.argv[3:])
    out.mkdir(parents=True, exist_ok=True)
    release = this_release(loader)
    models, left_out = [], []
    for case in CASES:
        if not names or case.name in names:
            print(f"  {case.name}", file=sys.stderr, flush=True)
            try:
                rows, missing = write(case, release, loader, out)
            except NotInThisRelease as error:
                rows, missing = [], [{"architecture": case.name, "format": "*", "reason": str(error)}]
                for path in out.glob(f"{case.name}.*"):
                    path.unlink()
            models += rows
            left_out += missing
    if names and (out / "manifest.json").exists():  # the other models stay as they were written
        before = json.loads((out / "manifest.json").read_text())
        models = [row for row in before["models"] if row["architecture"] not in names] + models
        left_out = [row for row in before["left_out"] if row["architecture"] not in names] + left_out
    manifest = {"stack": stack(release, loader), "models": models, "left_out": left_out}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))


def write(case: Case, release: Release, loader: str, out: Path) -> tuple[list[Any], list[Any]]:
    """Writes a model in each format that the release has; returns rows, and what could not be written."""
    release.keras.backend.clear_session()
    generator = np.random.RandomState(zlib.crc32(case.name.encode()))
    if case.twin is not None:
        return write_by_twin(case, release, loader, out)
    model, inputs = built(case, release, generator)
    set_telling_weights(model, generator)
    if case.labels is not None:
        for _ in range(STEPS):
            model.train_on_batch(batch(inputs_of(case, model, generator)), case.labels(generator))
    written, missing = [], []
    for suffix in case.formats:
        file, kind = f"{case.name}.{suffix}", KINDS[suffix]
        if kind == "keras-archive" and not writes_archives(release):
            continue
        try:
            save(model, out / file, kind, release)
        except Exception as error:  # noqa: BLE001 - a release that cannot save its own model is a fact
            missing.append({"architecture": case.name, "format": kind, "reason": said(error, out=out)})
            remove(out / file)
        else:
            written.append(row(case, loader, out, suffix))
    if written:
        record_outputs(case, model, inputs, out)
    return written, missing


def row(case: Case, loader: str, out: Path, suffix: str) -> dict[str, Any]:
    """The table's row for a file that was written."""
    file, kind = f"{case.name}.{suffix}", KINDS[suffix]
    return {
        "file": file,
        "format": kind,
        "writer": said_by(out / file, kind)[1],
        "architecture": case.name,
        "loader": loader,
        "io": f"{case.name}.npz",
        "tolerance": case.tolerance,
    }


def built(case: Case, release: Release, generator: Any) -> tuple[Any, list[Any]]:
    """The model and a batch of inputs, on which it ran once: weights that depend on the first batch are set by it.

    Raises:
        NotInThisRelease: the release cannot build it, or cannot run it on a CPU, for the reason that it gives.
    """
    try:
        model = case.build(release)
        inputs = inputs_of(case, model, generator)
        outputs_of(model, inputs)
    except NotInThisRelease:
        raise
    except Exception as error:
        if os.environ.get("RESCUE_STRICT"):
            raise
        raise NotInThisRelease(said(error, out=Path())) from error
    return model, inputs


def inputs_of(case: Case, model: Any, generator: Any) -> list[Any]:
    """One batch for each input."""
    if case.inputs is not None:
        return case.inputs(generator)
    values = pairs(sample_inputs(model, generator), model.inputs)
    return [value.astype("float64") if "float64" in str(tensor.dtype) else value for value, tensor in values]


def set_telling_weights(model: Any, generator: Any) -> None:
    """Gives every floating weight a value that would be missed."""
    for layer in model.layers:
        inner = layer if hasattr(layer, "layers") else getattr(layer, "layer", None)
        if hasattr(inner, "layers"):
            set_telling_weights(inner, generator)
            continue
        arrays = layer.get_weights()
        if arrays and not keeps_state(layer):
            values = [told(*pair, layer, generator) for pair in pairs(layer.weights, arrays)]
            layer.set_weights(
                [
                    storable(value, lowest=1.0 if positive(weight) else -np.inf) if array.dtype.kind == "f" else value
                    for value, (weight, array) in pairs(values, pairs(layer.weights, arrays))
                ]
            )


def storable(value: Any, lowest: float) -> Any:
    """A floating array like the one given that compresses well; lowest counts in steps of the grid."""
    value = np.asarray(value)
    steps = np.maximum(np.round(value.reshape(-1)[:PERIOD] * GRID), lowest) / GRID
    return np.resize(steps, value.shape).astype(value.dtype)


def positive(weight: Any) -> bool:
    """Whether a weight holds variances."""
    name = getattr(weight, "path", weight.name)
    return "variance" in name or "running_std" in name


def keeps_state(layer: Any) -> bool:
    """Whether a layer's weights are what it took from data."""
    return any(kind.__name__ in {"PreprocessingLayer", "Normalization"} for kind in type(layer).__mro__)


def outputs_of(model: Any, inputs: list[Any]) -> list[Any]:
    """The model's outputs at inference; those that have names come in the order of their names.

    A model of Keras 3 is called: up to 3.11, ``predict`` hands a Discretization numbers that are cut to integers, which
    a call does not. It takes text in TensorFlow's tensors only, and all inputs alike.
    """
    if hasattr(model, "reset_states"):
        outputs = model.predict(batch(inputs), verbose=0)
    else:
        if any(np.asarray(value).dtype.kind in "OU" for value in inputs):
            inputs = [importlib.import_module("tensorflow").constant(value) for value in inputs]
        outputs = model(batch(inputs), training=False)
    if isinstance(outputs, dict):
        return [np.asarray(outputs[name]) for name in sorted(outputs)]
    return [np.asarray(value) for value in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def write_by_twin(case: Case, release: Release, loader: str, out: Path) -> tuple[list[Any], list[Any]]:
    """Writes a model that cannot run here: its configuration, and its twin's weights as the release converts them.

    A graph with an operation that has no kernel for a CPU runs no part of itself, so the model's own ``save`` cannot.
    """
    import h5py

    assert case.twin is not None  # noqa: S101 - the caller asked
    generator = np.random.RandomState(zlib.crc32(case.name.encode()))
    try:
        model = case.build(release)
    except Exception as error:  # as in `built`
        raise NotInThisRelease(said(error, out=Path())) from error
    config = {"class_name": type(model).__name__, "config": model.get_config()}
    version = release.keras_version
    weights = [(layer, [weight.name for weight in layer.weights]) for layer in model.layers]
    with release.tensorflow.Graph().as_default() as graph:
        release.keras.backend.set_session(release.tensorflow.compat.v1.Session(graph=graph))
        twin = case.twin(release)
        set_telling_weights(twin, generator)
        inputs = inputs_of(case, twin, generator)
        with h5py.File(str(out / f"{case.name}.h5"), "w") as file:
            file.attrs["keras_version"] = version.encode()
            file.attrs["backend"] = b"tensorflow"
            file.attrs["model_config"] = json.dumps(config, default=plain).encode()
            group = file.create_group("model_weights")
            group.attrs["layer_names"] = [layer.name.encode() for layer, _ in weights]
            for (layer, names), known in pairs(weights, twin.layers):
                below = group.create_group(layer.name)
                below.attrs["weight_names"] = [name.encode() for name in names]
                values = converter(release)(layer, known.get_weights(), version, "tensorflow")
                for name, value in pairs(names, values):
                    below[name] = value
        record_outputs(case, twin, inputs, out)
    return [row(case, loader, out, "h5")], []


def converter(release: Release) -> Any:
    """The release's function that converts a layer's stored weights."""
    place = (
        "keras.engine.saving"
        if release.keras.__name__ == "keras"
        else "tensorflow.python.keras.engine.saving"
        if release.tensorflow.__version__.startswith("1.13")
        else "tensorflow.python.keras.saving.hdf5_format"
    )
    return importlib.import_module(place).preprocess_weights_for_loading


def reset_states(model: Any) -> None:
    """Lets stateful layers, those of models inside too, begin anew; models of Keras 3 have no method for it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            reset_states(layer)
        elif getattr(layer, "stateful", False):
            (layer.reset_states if hasattr(layer, "reset_states") else layer.reset_state)()


def record_outputs(case: Case, model: Any, inputs: list[Any], out: Path) -> None:
    """Records inputs and outputs, which have to be finite."""
    reset_states(model)
    outputs = outputs_of(model, inputs)
    if not all(np.isfinite(np.asarray(value, "float64")).all() for value in outputs):
        raise SystemExit(f"{case.name}: not every output is finite")
    record(
        out / f"{case.name}.npz",
        [value.astype("U") if value.dtype == object else value for value in inputs],
        [value.astype("float32") if "bfloat16" in str(value.dtype) else value for value in outputs],
    )


if __name__ == "__main__":
    main()
