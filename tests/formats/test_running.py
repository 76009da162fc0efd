"""What runs code for whoever opens it: pickles by what they import, arrays of objects, YAML with tags."""

from __future__ import annotations

import bz2
import collections
import gzip
import io
import lzma
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from loadstone.artifact import DefectKind
from loadstone.formats import npz, pickles, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = (collections.Counter, zipfile.ZipFile, collections.Counter, io.BytesIO)
IMPORTED = ("collections.Counter", "zipfile.ZipFile", "_io.BytesIO")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_a_pickle_imports_is_listed(protocol: int) -> None:
    assert pickles.imported(pickle.dumps(NAMES, protocol=protocol)) == IMPORTED


@pytest.mark.parametrize("protocol", [2, 4])
def test_names_that_are_remembered_are_known_again(protocol: int) -> None:
    listed = pickles.imported(pickle.dumps([collections.Counter, collections.ChainMap], protocol=protocol))

    assert listed == ("collections.Counter", "collections.ChainMap")


@pytest.mark.parametrize(
    ("data", "listed"),
    [
        (b"", None),
        (b"a text", None),
        (b"\x80\x04\x8c\x02os\x8c\x06getenv\x93", ("os.getenv",)),  # it breaks off
        (b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f", None),  # a length that lies
        (b"(ios\ngetenv\n.", ("os.getenv",)),
        (pickle.dumps({"a": [1, 2.0]}), ()),
    ],
)
def test_bytes_that_are_no_whole_pickle_are_answered(data: bytes, listed: tuple[str, ...] | None) -> None:
    assert pickles.imported(data) == listed


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_pickle_is_known(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(compress(pickle.dumps(NAMES)))

    assert [defect.kind for defect in read(path).defects] == [DefectKind.NOT_A_MODEL, DefectKind.RUNS_CODE]
    assert "collections.Counter, zipfile.ZipFile" in read(path).defects[1].message


def test_a_pickle_that_imports_nothing_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"a": 1}))

    assert [defect.kind for defect in read(tmp_path / "model.pkl").defects] == [DefectKind.NOT_A_MODEL]


def test_yaml_without_tags_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text("class_name: Sequential\nconfig: !!str text\n", encoding="utf-8")

    assert [defect.kind for defect in read(tmp_path / "model.yaml").defects] == [DefectKind.NOT_A_MODEL]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.getenv", "!<tag:yaml.org,2002:python/name:os.getenv>"])
def test_yaml_with_tags_is_told_by_them(tmp_path: Path, tag: str) -> None:
    (tmp_path / "model.yaml").write_text(f"class_name: Sequential\nconfig: {tag} ['A']\n", encoding="utf-8")

    assert "os.getenv" in read(tmp_path / "model.yaml").defects[1].message


def arrays(**named: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **named)
    return buffer.getvalue()


def found(data: bytes) -> list[DefectKind]:
    return [defect.kind for defect in npz.defects(io.BytesIO(data))]


@pytest.mark.parametrize(
    "array",
    [
        np.ones((3, 2), np.float32),
        np.array(["a", "bc"]),
        np.zeros(0),
        np.array(1),
        np.zeros(3, dtype=[("a", "f4"), ("b", "i8")]),
        np.array([b"a"]),
    ],
    ids=str,
)
def test_ordinary_arrays_are_in_order(array: Any) -> None:
    assert found(arrays(a=array)) == []


@pytest.mark.parametrize(
    "array", [np.array([{}], dtype=object), np.zeros(3, dtype=[("a", "O")])], ids=["all", "a field"]
)
def test_arrays_of_objects_are_pickles(array: Any) -> None:
    assert found(arrays(a=np.ones(3), b=array)) == [DefectKind.RUNS_CODE]


@pytest.mark.parametrize("head", [b"", b"\x93NUMPY", b"\x93NUMPY\x09\0", b"\x93NUMPY\x01\0\x05\0{{{{{", b"text" * 9])
def test_headers_that_make_no_sense_are_answered(head: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.npy", head)

    assert found(buffer.getvalue()) == []
    assert found(buffer.getvalue()[:-9]) == []
