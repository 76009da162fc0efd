"""Stand-ins in HDF5 files: whole models of Keras 2 and 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.hostile.model_files import NOWHERE, Row, bytecode, dense, hdf5, keras3, lambda_layer, program, sequential

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILE = "model.h5"
KERNEL = "model_weights/dense/dense/kernel"


def _keras2(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"name": class_name.lower(), "trainable": True, **config}}


def _of_keras2(*layers: Mapping[str, Any], training: Mapping[str, Any] | None = None) -> Callable[[Path], None]:
    first = _keras2("InputLayer", batch_input_shape=[None, 3], dtype="float32")
    config = {"class_name": "Sequential", "config": {"name": "model", "layers": [first, *layers]}}
    return lambda path: hdf5(path, config, training, version="2.15.0")


def _of_keras3(*layers: Mapping[str, Any]) -> Callable[[Path], None]:
    return lambda path: hdf5(path, sequential(*layers))


def _escaping(path: Path) -> None:
    hdf5(path, sequential(dense(name="..\\a")), layer="..\\a")


def _weights(write: Callable[[h5py.File], object]) -> Callable[[Path], None]:
    return lambda path: hdf5(path, write=write)


def _external_storage(file: h5py.File) -> None:
    file.create_dataset(KERNEL, (3, 2), "f4", external=[("/nonexistent/stand-in.bin", 0, 24)])


def _external_link(file: h5py.File) -> None:
    file[KERNEL] = h5py.ExternalLink("/nonexistent/stand-in.h5", "/secret")


def _soft_link(file: h5py.File) -> None:
    file["elsewhere"] = np.ones((3, 2), np.float32)
    file[KERNEL] = h5py.SoftLink("/elsewhere")


def _linked_group(file: h5py.File) -> None:
    file["model_weights/dense/dense"] = h5py.ExternalLink("/nonexistent/stand-in.h5", "/dense")


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("/nonexistent/stand-in.h5", "secret", (3, 2))
    file.create_virtual_dataset(KERNEL, layout)


def _shape_bomb(file: h5py.File) -> None:
    file.create_dataset(KERNEL, (1 << 30, 1 << 10), "f4", chunks=(1 << 10, 1 << 10))


STORED = [program(), None, None]
OLD_LAMBDA = _keras2("Lambda", function=STORED, function_type="lambda", module="__main__", arguments={})
NAMED = _keras2("Lambda", function="system", function_type="function", module="os", arguments={})
LOSS = {"loss": {"class_name": "__lambda__", "config": {"value": STORED}}, "optimizer_config": {}}
OPERATION = _keras2("TFOpLambda", function="io.write_file")
NODE = _keras2("TensorFlowOpLayer", node_def='{"name": "read", "op": "ReadFile", "input": ["x"]}', constants={})

HDF5: tuple[Row, ...] = (
    ("Lambda in HDF5 of Keras 2", "CVE-2024-3660", "LS501", FILE, _of_keras2(OLD_LAMBDA)),
    (
        "Lambda in HDF5 of Keras 3",
        "CVE-2025-9905",
        "LS501",
        FILE,
        _of_keras3(lambda_layer(function=bytecode())),
    ),
    (
        "lambda as loss in HDF5",
        "CVE-2025-9905",
        "LS501",
        FILE,
        _of_keras2(_keras2("Dense", units=2, use_bias=False), training=LOSS),
    ),
    ("a function of os in HDF5", "", "LS505", FILE, _of_keras2(NAMED)),
    ("a function of TensorFlow that writes files", "", "LS505", FILE, _of_keras2(OPERATION)),
    ("an operation of TensorFlow that reads files", "", "LS505", FILE, _of_keras2(NODE)),
    (
        "StringLookup of a path in HDF5",
        "CVE-2025-12058",
        "LS504",
        FILE,
        _of_keras3(keras3("StringLookup", {"name": "lookup", "vocabulary": NOWHERE})),
    ),
    ("a layer's name that leads elsewhere in HDF5", "CVE-2026-12479", "LS506", FILE, _escaping),
    ("external storage in HDF5", "CVE-2026-1669", "LS502", FILE, _weights(_external_storage)),
    ("an external link in HDF5", "CVE-2026-1669", "LS502", FILE, _weights(_external_link)),
    ("a soft link in HDF5", "", "LS502", FILE, _weights(_soft_link)),
    ("a linked group in HDF5", "", "LS502", FILE, _weights(_linked_group)),
    ("a virtual dataset in HDF5", "CVE-2026-12480", "LS502", FILE, _weights(_virtual)),
    ("a declared shape in HDF5", "CVE-2026-0897, CVE-2026-12570", "LS111", FILE, _weights(_shape_bomb)),
)
