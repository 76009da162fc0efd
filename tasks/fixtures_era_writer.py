"""Writes the few models of every era with the release that this interpreter holds: ``-m tasks.fixtures_era_writer``.

Usage: ``fixtures_era_writer OUT LOADER [ARCHITECTURE ...]``; LOADER is the module whose ``load_model`` the era's users
call (``tensorflow.keras``, ``keras``, ``tf_keras``). Without names, every architecture that the release has.

Runs inside the environments of the past: Python 3.7 syntax. Each model is saved, its outputs are recorded, and the
files are loaded again by the release that wrote them: a release that cannot read its own file is a fact, too.
Leaves the files and ``manifest.json`` in OUT, as `tasks.fixtures_writer` does.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.fixtures_era_models import (
    KERAS_1,
    RECURRENT,
    Program,
    architectures,
    module_program,
    session_program,
)
from tasks.fixtures_models import Architecture, Release
from tasks.fixtures_writer import BATCH, said_by, sample_inputs, stack_of, telling_value, writes_archives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Row = dict[str, Any]  # a file's facts, as the table has them

TOLERANCE = 1e-5
ADDONS_MODULE = "tensorflow_addons"
PROGRAMS = {"1.13": session_program, "1.15": session_program, "2.4": module_program, "2.15": module_program}
MESSAGE_LENGTH = 200
CONTRIB = "1.13"  # where Keras models became SavedModels in ``tf.contrib`` only


def main() -> None:
    """Writes the models and the manifest into the folder named on the command line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    out, loader, names = Path(sys.argv[1]), sys.argv[2], set(sys.argv[3:])
    out.mkdir(parents=True, exist_ok=True)
    release = this_release(loader)
    models, left_out = [], []
    for architecture in architectures(release):
        if not names or architecture.name in names:
            print(f"  {architecture.name}", file=sys.stderr, flush=True)
            rows, missing = write_model(architecture, release, loader, out)
            models += rows
            left_out += missing
    program = PROGRAMS.get(".".join(release.tensorflow.__version__.split(".")[:2]))
    if program and loader == "tensorflow.keras" and (not names or names & {"module", "frozen"}):
        models += write_programs(program, release, out)
    manifest = {"stack": stack(release, loader), "models": models, "left_out": left_out}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))


def this_release(loader: str) -> Release:
    """The modules of this interpreter."""
    import tensorflow as tf

    keras = tf.keras if loader == "tensorflow.keras" else importlib.import_module(loader)
    try:
        addons = importlib.import_module(ADDONS_MODULE)
    except ImportError:
        addons = None
    # tf.keras of 2.13 to 2.15 does not say its version; the distribution behind it does.
    version = getattr(keras, "__version__", None) or importlib.import_module("keras").__version__
    return Release(keras, version, tf, addons)


def stack(release: Release, loader: str) -> dict[str, str]:
    """The versions that write."""
    return by_distribution(stack_of(release), loader)


def by_distribution(versions: dict[str, str], loader: str) -> dict[str, str]:
    """Versions with ``tf-keras`` in place of ``keras`` where that is the distribution."""
    renamed = {"keras": "tf-keras"} if loader == "tf_keras" else {}
    return {renamed.get(name, name): version for name, version in versions.items()}


def write_model(architecture: Architecture, release: Release, loader: str, out: Path) -> tuple[list[Row], list[Row]]:
    """Writes a Keras model in each format the release has; returns rows, and what could not be written."""
    model = prepared(architecture, release)
    inputs = sample_inputs(model, np.random.RandomState(zlib.crc32(architecture.name.encode()) + 1))
    outputs = predicted(model, inputs)
    if not all(np.isfinite(value).all() for value in outputs):
        raise SystemExit(f"{architecture.name}: not every output is finite")
    record(out / f"{architecture.name}.npz", inputs, outputs)
    facts: Row = {
        "architecture": architecture.name,
        "loader": loader,
        "imports": [ADDONS_MODULE] if architecture.name.startswith("addons") else [],
        "inputs": [tensor_name(tensor) for tensor in model.inputs],
        "outputs": [str(name) for name in model.output_names],
        "io": f"{architecture.name}.npz",
    }
    written, missing = [], []
    for file, kind in files_of(architecture, release):
        try:
            save(model, out / file, kind, release)
        except (AttributeError, NotImplementedError, TypeError, ValueError, RuntimeError) as error:
            missing.append({"architecture": architecture.name, "format": kind, "reason": said(error, out=out)})
            remove(out / file)
        else:
            written.append({"file": file, "format": kind, **facts})
    if not written:
        remove(out / facts["io"])
    return [read_back(row, release, out, inputs, outputs) for row in written], missing


def remove(path: Path) -> None:
    """Removes a file or folder that a failed save left behind, if it did."""
    if path.is_dir():
        shutil.rmtree(str(path))
    elif path.exists():
        path.unlink()


def read_back(row: Row, release: Release, out: Path, inputs: list[Any], outputs: list[Any]) -> Row:
    """A file's row, with what the file says and what its own release does with it."""
    path = out / row["file"]
    release.keras.backend.clear_session()
    _, stated = said_by(path, row["format"])
    writer = by_distribution(stated, row["loader"])
    served = signature(release, path, inputs, outputs) if row["format"] == "saved-model" else {}
    return {**row, "writer": writer, **served, **reloaded(release, path, inputs, outputs)}


def prepared(architecture: Architecture, release: Release) -> Any:
    """The model with telling weights, trained for one step when it is compiled."""
    release.keras.backend.clear_session()
    model = architecture.build(release)
    generator = np.random.RandomState(zlib.crc32(architecture.name.encode()))
    predicted(model, sample_inputs(model, generator))  # weights that depend on the first batch are set by it
    for layer in model.layers:
        arrays = layer.get_weights()
        if arrays:
            layer.set_weights([told(*pair, layer, generator) for pair in pairs(layer.weights, arrays)])
    if architecture.labels is not None:
        model.train_on_batch(batch(sample_inputs(model, generator)), architecture.labels(BATCH))
    return model


def told(weight: Any, array: Any, layer: Any, generator: Any) -> Any:
    """A telling value for a layer's weight, by its name; flags and counters stay."""
    if array.dtype.kind != "f":
        return array
    name = getattr(weight, "path", weight.name)
    # Keras 1 writes the layer's name before the weight's with a line between, and says std where it keeps a variance.
    name = name.replace(f"{layer.name}_running_std", "moving_variance").replace(f"{layer.name}_", f"{layer.name}/")
    return telling_value(SimpleNamespace(name=name, path=name, shape=array.shape), generator)


def batch(values: list[Any]) -> Any:
    """Inputs as a model takes them: one array alone, or a list."""
    return values[0] if len(values) == 1 else values


def predicted(model: Any, inputs: list[Any]) -> list[Any]:
    """The model's outputs at inference, by the method that every release has."""
    outputs = model.predict(batch(inputs), verbose=0)
    return [np.asarray(value) for value in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def called(model: Any, inputs: list[Any], release: Release) -> list[Any]:
    """The outputs of a model that was loaded.

    ``predict`` of TensorFlow 1.15 to 2.1 asks a SavedModel's model for a loss that it has only when it is compiled.
    """
    try:
        return predicted(model, inputs)
    except AttributeError as error:
        if "'loss'" not in str(error):
            raise
        return list(release.keras.backend.function(model.inputs, model.outputs)(inputs))


def tensor_name(tensor: Any) -> str:
    """An input layer's name, from the tensor that it gives: ``image:0`` is ``image``."""
    return str(tensor.name).split(":")[0]


def record(path: Path, inputs: list[Any], outputs: list[Any]) -> None:
    """Writes inputs ``x0``, ``x1`` ... and outputs ``y0``, ``y1`` ..."""
    arrays = {f"x{index}": value for index, value in enumerate(inputs)}
    arrays.update({f"y{index}": value for index, value in enumerate(outputs)})
    np.savez_compressed(str(path), **arrays)


def files_of(architecture: Architecture, release: Release) -> list[tuple[str, str]]:
    """The files to write for a model, each with its format."""
    files = [(f"{architecture.name}.h5", "hdf5-model")]
    if architecture is RECURRENT:  # Keras 3 does not read its own HDF5 where a mask is computed from tokens
        return [*files, ("recurrent.keras", "keras-archive")] if release.is_keras_3 else files
    if standalone(release):
        return files
    files.append((f"{architecture.name}.savedmodel", "saved-model"))
    return [*files, (f"{architecture.name}.keras", "keras-archive")] if writes_archives(release) else files


def standalone(release: Release) -> bool:
    """Whether this is Keras 1 or 2 beside TensorFlow: it knows HDF5 only."""
    return (
        release.keras.__name__ == "keras" and not release.is_keras_3 and release.tensorflow.keras is not release.keras
    )


def save(model: Any, path: Path, kind: str, release: Release) -> None:
    """Saves the model as the release's users do."""
    if kind == "keras-archive" and release.keras_version.startswith("2.12."):
        model.save(str(path), save_format="keras_v3")  # the suffix alone still meant HDF5
    elif kind != "saved-model":
        model.save(str(path))
    elif release.is_keras_3:
        model.export(str(path))
    elif release.tensorflow.__version__.startswith(CONTRIB):
        folder = path.with_name(f"{path.name}.dated")
        written = release.tensorflow.contrib.saved_model.save_keras_model(model, str(folder))
        Path(written.decode()).rename(path)  # a folder named by the time of day
        folder.rmdir()
    else:
        model.save(str(path), save_format="tf")


def loader_of(release: Release, path: Path) -> Callable[..., Any]:
    """The release's ``load_model``, or what it had for SavedModels before that read them."""
    if path.is_dir() and release.tensorflow.__version__.startswith(CONTRIB):
        return lambda path, **_: release.tensorflow.contrib.saved_model.load_keras_model(path)
    return release.keras.models.load_model  # type: ignore[no-any-return] # the module comes with the release


def reloaded(release: Release, path: Path, inputs: list[Any], outputs: list[Any]) -> Row:
    """Whether the release's own ``load_model`` gives the recorded outputs again, with and without the compile state."""
    load = loader_of(release, path)
    uncompiled = {} if release.keras_version.startswith(KERAS_1) else {"compile": False}
    found: Row = {}
    for key, options in (("reloads", {}), ("reloads_uncompiled", uncompiled)):
        release.keras.backend.clear_session()
        try:
            again = called(load(str(path), **options), inputs, release)
        except Exception as error:  # noqa: BLE001 - whatever stops it is the fact to record
            found[key] = False
            found.setdefault("reload_error", said(error, out=path.parent))
        else:
            found[key] = equal(again, outputs)
            if not found[key]:
                found.setdefault("reload_error", "other outputs than those recorded")
    return found


def equal(values: list[Any], expected: list[Any]) -> bool:
    """Whether the arrays are pairwise equal, within the tolerance."""
    return len(values) == len(expected) and all(
        value.shape == known.shape and np.allclose(value, known, rtol=0, atol=TOLERANCE)
        for value, known in pairs(values, expected)
    )


def pairs(left: Any, right: Any) -> list[tuple[Any, Any]]:
    """The items of two sequences of one length; Python 3.10 has ``zip(strict=True)`` for it."""
    if len(left) != len(right):
        raise SystemExit(f"{len(left)} and {len(right)} items do not pair up")
    return [(left[index], right[index]) for index in range(len(left))]


def said(error: Exception, out: Path) -> str:
    """What an exception says, on one short line: without this machine's paths and what counts up from run to run."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = f"{type(error).__name__}: {lines[0] if lines else ''}".replace(f"{out}{os.sep}", "")
    return re.sub(r"_\d{3,}\b", "", text)[:MESSAGE_LENGTH]


def signature(release: Release, path: Path, inputs: list[Any], outputs: list[Any]) -> Row:
    """The names that the serving signature has for the inputs and outputs, in the order of ``x0`` ... and ``y0`` ...

    Found by running it: inputs are told by their shapes, outputs by their values.
    """
    tf = release.tensorflow.compat.v1
    with tf.Graph().as_default(), tf.Session() as session:
        served = tf.saved_model.loader.load(session, ["serve"], str(path)).signature_def["serving_default"]
        shapes = {
            name: [size.size for size in info.tensor_shape.dim][1:] for name, info in sorted(served.inputs.items())
        }
        fed = [next(name for name in shapes if shapes[name] == list(value.shape[1:])) for value in inputs]
        feeds = {served.inputs[name].name: value for name, value in pairs(fed, inputs)}
        fetched = session.run({name: info.name for name, info in sorted(served.outputs.items())}, feeds)
    told = [[name for name in sorted(fetched) if equal([fetched[name]], [value])] for value in outputs]
    if not all(len(names) == 1 for names in told):
        raise SystemExit(f"{path.name}: its signature gives other outputs: {sorted(fetched)} {told}")
    return {"inputs": fed, "outputs": [name for (name,) in told]}


def write_programs(program: Callable[..., Any], release: Release, out: Path) -> list[Row]:
    """Writes the graphs without Keras: a SavedModel, and one frozen."""
    print("  module, frozen", file=sys.stderr, flush=True)
    served, frozen = program(release, out / "module.savedmodel", out / "frozen.pb")
    _, writer = said_by(out / "module.savedmodel", "saved-model")
    found = {
        "module": signature(release, out / "module.savedmodel", *arrays_of(served)),
        "frozen": {"inputs": nodes(frozen.inputs), "outputs": nodes(frozen.outputs)},
    }
    rows = []
    for name, each in (("module", served), ("frozen", frozen)):
        record(out / f"{name}.npz", *arrays_of(each))
        file, kind = ("module.savedmodel", "saved-model") if name == "module" else ("frozen.pb", "frozen-graph")
        row = {"file": file, "format": kind, "architecture": name, "writer": writer if name == "module" else {}}
        row.update(loader="tensorflow", imports=[], **found[name], io=f"{name}.npz")
        again = name == "module" or equal(run_frozen(release, out / file, frozen), arrays_of(frozen)[1])
        rows.append({**row, "reloads": again, "reloads_uncompiled": again})
    return rows


def arrays_of(program: Program) -> tuple[list[Any], list[Any]]:
    """A program's inputs and outputs in order."""
    return list(program.inputs.values()), list(program.outputs.values())


def nodes(tensors: Iterable[str]) -> list[str]:
    """The nodes of tensors that are each a node's only output."""
    return [name.replace(":0", "") for name in tensors]


def run_frozen(release: Release, path: Path, program: Program) -> list[Any]:
    """The outputs of a frozen graph, read back from its file."""
    tf = release.tensorflow.compat.v1
    definition = tf.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.Session(graph=graph) as session:
            return list(session.run(list(program.outputs), program.inputs))


if __name__ == "__main__":
    main()
