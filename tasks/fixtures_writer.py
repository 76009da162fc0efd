"""Writes the corpus' models with the release that this interpreter holds: ``python -m tasks.fixtures_writer``.

Usage: ``fixtures_writer OUT [ARCHITECTURE ...]``; without names, every architecture.

Runs inside the environments of the past: Python 3.8 syntax, and no import beyond NumPy, h5py, TensorFlow and Addons.
Leaves in OUT one file per model and format, one ``<architecture>.npz`` of inputs and outputs for each model, and
``manifest.json``, which says what was written by what, and what was left out and why.
"""

from __future__ import annotations

import json
import os
import platform
import random
import re
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from tasks import fixtures_addons, fixtures_models
from tasks.fixtures_models import Architecture, Release

ARCHITECTURES = (*fixtures_models.ARCHITECTURES, *fixtures_addons.ARCHITECTURES)
WEIGHTS_OF = "depthwise_separable"  # the model whose weights and configuration are also saved apart
HDF5_AS_KERAS = "sequential_input_shape"  # the model saved as .keras by releases for which that meant HDF5
BATCH = 3
TRAINING_STEPS = 3


def main() -> None:
    """Writes the models and the manifest into the folder named on the command line."""
    out, names = Path(sys.argv[1]), set(sys.argv[2:])
    wanted = [architecture for architecture in ARCHITECTURES if architecture.name in names or not names]
    if names - {architecture.name for architecture in wanted}:
        raise SystemExit(f"of these, not every one is an architecture: {', '.join(sorted(names))}")
    out.mkdir(parents=True, exist_ok=True)
    release = this_release()
    stack = stack_of(release)
    models: list[dict[str, Any]] = []
    for architecture in wanted:
        print(f"  {architecture.name}", file=sys.stderr, flush=True)
        release.keras.backend.clear_session()
        model = prepared_model(architecture, release)
        record_io(model, out / f"{architecture.name}.npz", seed=zlib.crc32(architecture.name.encode()))
        for file, kind in files_of(architecture, release):
            save(model, out / file, kind, release)
            models.append(row(architecture, out, file, kind))
    manifest = {"stack": stack, "models": models, "left_out": left_out(release)}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))


def this_release() -> Release:
    """The modules of this interpreter: Keras 3 where ``keras`` is that, else tf.keras with Addons."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    try:
        import keras
    except ImportError:  # up to TensorFlow 2.4 Keras is a part of it
        version = tf.keras.__version__
    else:
        version = keras.__version__
        if version.startswith("3."):
            return Release(keras, version, tf, None)
    import tensorflow_addons as tfa

    return Release(tf.keras, version, tf, tfa)


def stack_of(release: Release) -> dict[str, str]:
    """The versions that write."""
    stack = {
        "python": platform.python_version(),
        "tensorflow": release.tensorflow.__version__,
        "keras": release.keras_version,
    }
    return stack if release.addons is None else {**stack, "tensorflow-addons": release.addons.__version__}


def prepared_model(architecture: Architecture, release: Release) -> Any:
    """The model with telling weights, trained when it is compiled.

    Initial values would hide errors: a moving mean of zero, a gamma of one, a bias of zero do not show when they are
    lost.
    """
    seed = zlib.crc32(architecture.name.encode())
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - Keras 2 draws from the global generator
    release.tensorflow.random.set_seed(seed)
    model = architecture.build(release)
    generator = np.random.RandomState(seed)
    inputs = sample_inputs(model, generator)
    call(model, inputs)  # weights that depend on the first batch are set by it
    for weight in model.weights:
        if "float" in str(weight.dtype):
            weight.assign(telling_value(weight, generator))
    if architecture.labels is not None:
        for _ in range(TRAINING_STEPS):
            model.train_on_batch(sample_inputs(model, generator), architecture.labels(BATCH))
    return model


def telling_value(weight: Any, generator: Any) -> Any:
    """A random value that keeps a signal's size: around one for scales, positive for variances, small for biases."""
    shape = tuple(weight.shape)
    name = getattr(weight, "path", weight.name).split(":")[0].split("/")[-1]
    normal = generator.normal(size=shape)
    if name == "moving_variance":
        value = np.exp(0.5 * normal)
    elif name in {"gamma", "scale", "g"}:
        value = 1.0 + 0.3 * normal
    elif not shape[1:]:  # a vector or a scalar
        value = 0.2 * normal
    elif name == "embeddings":
        value = normal
    else:
        inputs = shape[:2] if name == "depthwise_kernel" else shape[:-1]
        value = 1.5 * normal / np.sqrt(np.prod(inputs))
    return np.asarray(value, "float32")


def sample_inputs(model: Any, generator: Any) -> list[Any]:
    """One batch for each input: floats around a mean of each sample's own, or tokens that end in padding."""
    batch = []
    for tensor in model.inputs:
        shape = (BATCH, *tuple(tensor.shape)[1:])
        if "int" in str(tensor.dtype):
            tokens = generator.randint(1, 10, shape).astype("int32")
            tokens[1:, -3:] = 0
            batch.append(tokens)
        else:
            means = generator.normal(size=(BATCH, *(1 for _ in shape[2:]), shape[-1]))
            batch.append((means + generator.normal(size=shape)).astype("float32"))
    return batch


def call(model: Any, inputs: list[Any]) -> list[Any]:
    """The model's outputs at inference."""
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def record_io(model: Any, path: Path, seed: int) -> None:
    """Writes inputs ``x0``, ``x1`` ... and the outputs ``y0``, ``y1`` ... that the living model gives for them."""
    inputs = sample_inputs(model, np.random.RandomState(seed + 1))
    outputs = call(model, inputs)
    if not all(np.isfinite(value).all() for value in outputs):
        raise SystemExit(f"{path.stem}: not every output is finite")
    if not all(np.array_equal(*pair) for pair in zip(outputs, call(model, inputs))):  # noqa: B905 - Python 3.8
        raise SystemExit(f"{path.stem}: the outputs differ from call to call")
    arrays = {f"x{index}": value for index, value in enumerate(inputs)}
    arrays.update({f"y{index}": value for index, value in enumerate(outputs)})
    np.savez_compressed(path, **arrays)


def files_of(architecture: Architecture, release: Release) -> list[tuple[str, str]]:
    """The files to write for a model, each with its format."""
    name = architecture.name
    files = [(f"{name}.h5", "hdf5-model"), (f"{name}.savedmodel", "saved-model")]
    if writes_archives(release):
        files.append((f"{name}.keras", "keras-archive"))
    elif name == HDF5_AS_KERAS:
        files.append((f"{name}.keras", "hdf5-model"))
    if name == WEIGHTS_OF:
        if not release.is_keras_3:
            files.append((f"{name}_weights.h5", "hdf5-weights"))
        if writes_archives(release):
            files.append((f"{name}.weights.h5", "hdf5-weights"))
    return files


def writes_archives(release: Release) -> bool:
    """Whether ``.keras`` means the zip archive: tf.keras since 2.12."""
    return release.is_keras_3 or tuple(map(int, release.keras_version.split(".")[:2])) >= (2, 12)


def left_out(release: Release) -> list[dict[str, str]]:
    """Formats that the release does not know at all."""
    if writes_archives(release):
        return []
    reason = 'the archive appeared in Keras 2.12; before, model.save("x.keras") wrote HDF5'
    return [{"architecture": "*", "format": "keras-archive", "reason": reason}]


def save(model: Any, path: Path, kind: str, release: Release) -> None:
    """Saves the model as the release's users do."""
    if kind == "saved-model" and release.is_keras_3:
        model.export(str(path))
    elif kind == "saved-model":
        model.save(str(path), save_format="tf")
    elif kind == "hdf5-weights":
        model.save_weights(str(path))
        path.with_name(f"{WEIGHTS_OF}.json").write_text(model.to_json())
    else:
        model.save(str(path))


def row(architecture: Architecture, out: Path, file: str, kind: str) -> dict[str, Any]:
    """The table's row for a file that was written, from what the file itself says."""
    text, writer = said_by(out / file, kind)
    custom = [name for name in architecture.custom_objects if f'"{name}"' in text]
    # Keras 2.11 to 2.15 registers its own optimizers, too, and under "Custom"; only the others are foreign to it.
    registered = set(re.findall(r'"((?!Custom>)[A-Za-z]\w*>[A-Za-z]\w*)"', text))
    entry = {
        "file": file,
        "format": kind,
        "architecture": architecture.name,
        "writer": writer,
        "objects": sorted({*registered, *custom}),
        "custom_objects": custom,
        "io": f"{architecture.name}.npz",
    }
    return {**entry, "config": f"{WEIGHTS_OF}.json"} if kind == "hdf5-weights" else entry


def said_by(path: Path, kind: str) -> tuple[str, dict[str, str]]:
    """The configuration's text, and the versions that the file records of its writer."""
    if kind == "keras-archive":
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
            return archive.read("config.json").decode(), {"keras": version}
    if kind == "saved-model":
        return _said_by_saved_model(path)
    import h5py

    with h5py.File(str(path), "r") as file:
        said = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in file.attrs.items()}
    text = said.get("model_config", "") + said.get("training_config", "")
    return text, {"keras": said["keras_version"]} if "keras_version" in said else {}


def _said_by_saved_model(path: Path) -> tuple[str, dict[str, str]]:
    from tensorflow.core.protobuf import saved_model_pb2

    graph = (path / "saved_model.pb").read_bytes()
    saved = saved_model_pb2.SavedModel.FromString(graph)
    writer = {"tensorflow": saved.meta_graphs[0].meta_info_def.tensorflow_version}
    metadata = path / "keras_metadata.pb"
    text = (metadata.read_bytes() if metadata.exists() else graph).decode("latin-1")
    keras = re.search(r'"keras_version": "([^"]+)"', text)
    return text, {**writer, "keras": keras.group(1)} if keras else writer


if __name__ == "__main__":
    main()
