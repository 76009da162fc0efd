"""Stand-ins in files that lie beside models: pickles, arrays of objects, YAML."""

from __future__ import annotations

import json
import pickle
import zipfile
import zlib
from typing import TYPE_CHECKING

from tests.hostile.model_files import archive, function, lambda_layer, sequential
from tests.hostile.stand_ins_archives import OBJECTS, lying_npz

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hostile.model_files import Row

#: Names a function and calls it with a name that no variable has: what a pickle does when it is opened.
BINARY = b"\x80\x04\x8c\x02os\x8c\x06getenv\x93\x8c\x08STAND_IN\x85R."
TEXT = b"cos\ngetenv\n(S'STAND_IN'\ntR."
YAML = """\
backend: tensorflow
class_name: Sequential
config:
  name: model
  layers:
  - class_name: Dense
    config: {units: 2, stand_in: !!python/name:os.getenv ''}
keras_version: 2.4.0
"""


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _mlflow(path: Path) -> None:
    (path / "data" / "model").mkdir(parents=True)
    (path / "MLmodel").write_text("flavors:\n  tensorflow:\n    data: data\n", encoding="utf-8")
    (path / "data" / "global_custom_objects.cloudpickle").write_bytes(BINARY)


def _joblib() -> bytes:
    return zlib.compress(pickle.dumps([zlib.crc32], protocol=4))


def _architecture(path: Path) -> None:
    layers = sequential(lambda_layer(function=function("os", "getenv")))
    path.write_text(json.dumps(layers), encoding="utf-8")


def _unpacked(path: Path) -> None:
    path.mkdir()
    archive(path.parent / "packed.zip", sequential(lambda_layer(function=function("os", "getenv"))))
    with zipfile.ZipFile(path.parent / "packed.zip") as packed:
        packed.extractall(path)


OTHERS: tuple[Row, ...] = (
    ("a function of os in an architecture alone", "CVE-2025-1550", "LS505", "model.json", _architecture),
    ("a function of os in an unpacked archive", "CVE-2025-1550", "LS505", "unpacked", _unpacked),
    ("a pickle", "", "LS511", "model.pkl", _bytes(BINARY)),
    ("a pickle of protocol 0", "", "LS511", "model.pickle", _bytes(TEXT)),
    ("a pickle named as a model", "", "LS511", "model.h5", _bytes(BINARY)),
    ("a compressed pickle of joblib", "", "LS511", "model.joblib", _bytes(_joblib())),
    ("custom objects of MLflow", "", "LS511", "mlflow_model", _mlflow),
    ("arrays of objects", "", "LS511", "weights.npz", _bytes(OBJECTS)),
    ("an array that lies", "", "LS111", "weights.npz", _bytes(lying_npz())),
    ("YAML with tags of Python", "CVE-2021-37678", "LS511", "model.yaml", _bytes(YAML.encode())),
)
