"""Writes the least that Keras 3 takes for a model: an archive or an HDF5 file, with whatever is wanted in it."""

from __future__ import annotations

import base64
import io
import json
import marshal
import zipfile
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

METADATA = {"keras_version": "3.8.0", "date_saved": "2025-01-15@12:00:00"}
NOWHERE = "/nonexistent/loadstone-stand-in/file.txt"
Row = tuple[str, str, str, str, "Callable[[Path], None]"]


def program() -> str:
    """The bytecode of a function that returns its argument, as Keras stores it."""
    return base64.b64encode(marshal.dumps((lambda x: x).__code__)).decode()


def keras3(class_name: str, config: Mapping[str, Any], module: str = "keras.layers", **more: Any) -> dict[str, Any]:
    """An object as Keras 3 serialises it."""
    return {"module": module, "class_name": class_name, "config": dict(config), "registered_name": None, **more}


def function(module: str, name: str, registered: str = "function") -> dict[str, Any]:
    """A function as Keras 3 serialises it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": registered}


def lambda_layer(**config: Any) -> dict[str, Any]:
    """A Lambda layer, of the function that is given in whatever form."""
    stated = {"name": "lambda", "trainable": True, "dtype": "float32", "arguments": {}, **config}
    return keras3("Lambda", stated)


def bytecode() -> dict[str, Any]:
    """A Lambda's stored function."""
    return {"class_name": "__lambda__", "config": {"code": program(), "defaults": None, "closure": None}}


def dense(**config: Any) -> dict[str, Any]:
    """A layer with a kernel of 3 by 2."""
    return keras3("Dense", {"name": "dense", "units": 2, "activation": "linear", "use_bias": False, **config})


def sequential(*layers: Mapping[str, Any], dtype: str = "float32", **more: Any) -> dict[str, Any]:
    """A model of these layers."""
    first = keras3("InputLayer", {"batch_shape": [None, 3], "dtype": dtype, "name": "input"})
    config = {"name": "model", "layers": [first, *layers], "build_input_shape": [None, 3]}
    return keras3("Sequential", config, module="keras", **more)


def weights(write: Callable[[h5py.File], object] | None = None) -> bytes:
    """The weights of an archive: of the layer ``dense`` unless told otherwise."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        if write is None:
            file["layers/dense/vars/0"] = np.ones((3, 2), np.float32)
        else:
            write(file)
    return buffer.getvalue()


def archive(
    path: Path,
    config: Mapping[str, Any] | None = None,
    members: Mapping[str, bytes] | None = None,
    *,
    stored: bytes | None = None,
    method: int = zipfile.ZIP_STORED,
) -> None:
    """Write a ``.keras`` archive, with further members behind those that Keras writes."""
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("metadata.json", json.dumps(METADATA))
        file.writestr("config.json", json.dumps(sequential(dense()) if config is None else config))
        if stored != b"":
            file.writestr("model.weights.h5", weights() if stored is None else stored)
        for name, content in (members or {}).items():
            file.writestr(name, content)


def hdf5(
    path: Path,
    config: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    *,
    write: Callable[[h5py.File], object] | None = None,
    version: str = "3.8.0",
    layer: str = "dense",
) -> None:
    """Write a whole model as HDF5, with the weights of one layer."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(sequential(dense()) if config is None else config)
        file.attrs["keras_version"], file.attrs["backend"] = version, "tensorflow"
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [layer.encode()]
        group.create_group(layer).attrs["weight_names"] = [b"dense/kernel"]
        if write is None:
            group[f"{layer}/dense/kernel"] = np.ones((3, 2), np.float32)
        else:
            write(file)
