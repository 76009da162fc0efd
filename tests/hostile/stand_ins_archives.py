"""Stand-ins in ``.keras`` archives: what a configuration names, and what an archive's members are."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.hostile.model_files import (
    NOWHERE,
    Row,
    archive,
    bytecode,
    dense,
    function,
    keras3,
    lambda_layer,
    sequential,
    weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILE = "model.keras"
ADDRESS = "https://stand-in.invalid/words.txt"


def _config(*layers: Mapping[str, Any], **more: Any) -> Callable[[Path], None]:
    return lambda path: archive(path, sequential(*layers, **more))


def _compiled(**stated: Any) -> Callable[[Path], None]:
    return _config(dense(), compile_config={"optimizer": "sgd", "loss": "mse", **stated})


def _calls(module: str, name: str, **arguments: Any) -> Callable[[Path], None]:
    return _config(lambda_layer(function=function(module, name), arguments=arguments))


def _lookup(class_name: str, **config: Any) -> Callable[[Path], None]:
    return _config(keras3(class_name, {"name": "lookup", "max_tokens": None, "oov_token": "[UNK]", **config}))


def _weights(write: Callable[[h5py.File], object]) -> Callable[[Path], None]:
    return lambda path: archive(path, stored=weights(write))


def _members(**members: bytes) -> Callable[[Path], None]:
    return lambda path: archive(path, members=members)


def _external_storage(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (3, 2), "f4", external=[("/nonexistent/stand-in.bin", 0, 24)])


def _external_link(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = h5py.ExternalLink("/nonexistent/stand-in.h5", "/secret")


def _soft_link(file: h5py.File) -> None:
    file["elsewhere"] = np.ones((3, 2), np.float32)
    file["layers/dense/vars/0"] = h5py.SoftLink("/elsewhere")


def _linked_group(file: h5py.File) -> None:
    file["layers/dense"] = h5py.ExternalLink("/nonexistent/stand-in.h5", "/layers/dense")


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("/nonexistent/stand-in.h5", "secret", (3, 2))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def _shape_bomb(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (1 << 30, 1 << 10), "f4", chunks=(1 << 10, 1 << 10))


def _linked_member(path: Path) -> None:
    archive(path)
    with zipfile.ZipFile(path, "a") as file:
        info = zipfile.ZipInfo("assets/words.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, NOWHERE)


def _bomb(size: int) -> Callable[[Path], None]:
    return lambda path: archive(path, members={"assets/zeros.bin": bytes(size)}, method=zipfile.ZIP_DEFLATED)


def _many_assets(path: Path) -> None:
    content = bytes((1 << 20) - 1)
    archive(path, members={f"assets/{number}.bin": content for number in range(80)}, method=zipfile.ZIP_DEFLATED)


def npz(*arrays: np.ndarray[Any, Any]) -> bytes:
    """An archive of NumPy's arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, *arrays)
    return buffer.getvalue()


OBJECTS = npz(np.array([{"kernel": 1}], dtype=object))


def lying_npz() -> bytes:
    """An archive of one array that declares far more values than it has."""
    array = io.BytesIO()
    np.save(array, np.ones((3, 2), np.float32))
    content = array.getvalue().replace(b"(3, 2), }" + b" " * 8, b"(30000000, 2), }"[:16] + b" ")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("arr_0.npy", content)
    return buffer.getvalue()


def _npz_weights(content: bytes) -> Callable[[Path], None]:
    return lambda path: archive(path, members={"model.weights.npz": content}, stored=b"")


SPOOF = keras3("Dense", {"name": "dense", "units": 2}) | {"registered_name": "elsewhere>Dense"}
TYPE: dict[str, Any] = {
    "module": "subprocess",
    "class_name": "__typespec__",
    "spec_name": "Popen",
    "registered_name": None,
    "config": [],
}

ARCHIVES: tuple[Row, ...] = (
    ("Lambda in an archive", "CVE-2024-3660", "LS501", FILE, _config(lambda_layer(function=bytecode()))),
    ("lambda as loss", "CVE-2024-3660", "LS501", FILE, _compiled(loss=bytecode())),
    ("lambda as metric", "CVE-2024-3660", "LS501", FILE, _compiled(metrics=[bytecode()])),
    ("lambda as initializer", "CVE-2024-3660", "LS501", FILE, _config(dense(kernel_initializer=bytecode()))),
    ("a function of os", "CVE-2025-1550", "LS505", FILE, _calls("os", "getenv", key="STAND_IN")),
    ("a function of builtins", "CVE-2025-1550", "LS505", FILE, _calls("builtins", "eval", globals={})),
    ("a class of subprocess", "CVE-2025-1550", "LS505", FILE, _config(keras3("Popen", {"args": []}, "subprocess"))),
    ("a function of any package", "CVE-2025-1550", "LS505", FILE, _calls("stand_in_package.tools", "run")),
    ("a function of NumPy that unpickles", "CVE-2025-1550", "LS505", FILE, _calls("numpy", "load", file=NOWHERE)),
    ("a type specification of any class", "CVE-2025-1550", "LS505", FILE, _compiled(loss_weights=TYPE)),
    ("a function of os as loss", "CVE-2025-1550", "LS505", FILE, _compiled(loss=function("os", "getenv"))),
    ("keras.utils.get_file", "CVE-2025-8747", "LS505", FILE, _calls("keras.utils", "get_file", origin=ADDRESS)),
    (
        "keras.utils.get_file that unpacks",
        "CVE-2025-12060, CVE-2024-55459",
        "LS505",
        FILE,
        _calls("keras.utils", "get_file", origin=ADDRESS, extract=True),
    ),
    ("keras.models.load_model", "CVE-2025-8747", "LS505", FILE, _calls("keras.models", "load_model")),
    (
        "switching safe_mode off",
        "CVE-2025-9906",
        "LS505",
        FILE,
        _calls("keras.config", "enable_unsafe_deserialization"),
    ),
    (
        "TorchModuleWrapper",
        "CVE-2025-49655",
        "LS508",
        FILE,
        _config(keras3("TorchModuleWrapper", {"name": "torch", "module": "gAQu", "output_shape": None})),
    ),
    (
        "TFSMLayer",
        "CVE-2026-1462",
        "LS508",
        FILE,
        _config(keras3("TFSMLayer", {"name": "tfsm", "filepath": "/nonexistent/stand-in", "call_endpoint": "serve"})),
    ),
    ("StringLookup of a path", "CVE-2025-12058", "LS504", FILE, _lookup("StringLookup", vocabulary=NOWHERE)),
    ("StringLookup of an address", "CVE-2025-12058", "LS504", FILE, _lookup("StringLookup", vocabulary=ADDRESS)),
    (
        "StringLookup of a file here",
        "CVE-2025-12058",
        "LS504",
        FILE,
        _lookup("StringLookup", vocabulary="stand_in.txt"),
    ),
    ("IntegerLookup of a path", "CVE-2025-12058", "LS504", FILE, _lookup("IntegerLookup", vocabulary=NOWHERE)),
    (
        "a tokenizer of another package that opens a path",
        "",
        "LS504",
        FILE,
        _config(keras3("PARSeqTokenizer", {"vocabulary": NOWHERE}, "keras_hub.src.models.parseq.parseq_tokenizer")),
    ),
    (
        "a path deep inside of settings",
        "",
        "LS504",
        FILE,
        _config(dense(), build_config={"shapes": {"source": [NOWHERE]}}),
    ),
    ("a layer's name that leads elsewhere", "CVE-2026-12479", "LS506", FILE, _config(dense(name="../../stand-in"))),
    ("the registered name of another class", "", "LS507", FILE, _config(SPOOF)),
    ("external storage in an archive", "CVE-2026-1669", "LS502", FILE, _weights(_external_storage)),
    ("an external link in an archive", "CVE-2026-1669", "LS502", FILE, _weights(_external_link)),
    ("a soft link in an archive", "CVE-2026-1669", "LS502", FILE, _weights(_soft_link)),
    ("a linked group in an archive", "CVE-2026-1669", "LS502", FILE, _weights(_linked_group)),
    ("a virtual dataset in an archive", "CVE-2026-12480", "LS502", FILE, _weights(_virtual)),
    ("a declared shape in an archive", "CVE-2026-0897, CVE-2026-12570", "LS111", FILE, _weights(_shape_bomb)),
    ("a member named ../", "GHSA-hqp4-2352-xf5r", "LS502", FILE, _members(**{"../stand-in": b"x"})),
    (
        "a member with an absolute name",
        "GHSA-hqp4-2352-xf5r",
        "LS502",
        FILE,
        _members(**{"/nonexistent/stand-in": b"x"}),
    ),
    ("a member that is a link", "GHSA-hqp4-2352-xf5r", "LS502", FILE, _linked_member),
    ("a ZIP bomb", "", "LS111", FILE, _bomb(100 << 20)),
    ("a ZIP bomb of 1000 to 1, below the limits", "", "LS510", FILE, _bomb(16 << 20)),
    ("many assets that grow", "", "LS111", FILE, _many_assets),
    ("weights of pickled arrays", "", "LS511", FILE, _npz_weights(OBJECTS)),
    ("weights of an array that lies", "", "LS111", FILE, _npz_weights(lying_npz())),
    ("a pickle among the members", "", "LS511", FILE, _members(**{"assets/objects.pkl": b"cos\ngetenv\n."})),
)
