"""Everything that people save under a model's name gets its true name, whatever its suffix."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import shutil
import stat
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from loadstone.artifact import DefectKind, Format
from loadstone.formats import read, sniff
from tests.corpus_table import MODELS

if TYPE_CHECKING:
    from pathlib import Path

ARCHITECTURE = {"class_name": "Sequential", "config": {"layers": []}, "keras_version": "2.4.0", "backend": "tensorflow"}


def example(kind: Format) -> Path:
    """A file of the corpus whose suffix is that of its format."""
    return next(model.path for model in MODELS if model.format is kind and read(model.path).defects == ())


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.h5"))
    return buffer.getvalue()


def array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ones(3))
    return buffer.getvalue()


HEADER = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
FOREIGN: dict[str, tuple[bytes, DefectKind, str]] = {
    "pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123456\n",
        DefectKind.LFS_POINTER,
        "for 123456 bytes",
    ),
    "html": (
        b"\n  <!DOCTYPE html><html><head><title>\n Sign in </title>",
        DefectKind.HTML_PAGE,
        'titled "Sign in"',
    ),
    "untitled": (b"<HTML><body>", DefectKind.HTML_PAGE, "an HTML page:"),
    "xml": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code>', DefectKind.NOT_A_MODEL, "XML"),
    "pickle": (pickle.dumps({"a": 1}), DefectKind.NOT_A_MODEL, "a pickle"),
    "old pickle": (pickle.dumps([1], protocol=0), DefectKind.NOT_A_MODEL, "a pickle"),
    "older pickle": (pickle.dumps(read, protocol=0), DefectKind.NOT_A_MODEL, "a pickle"),
    "joblib": (b"\x80\x04\x95\x00\x8c\x13joblib.numpy_pickle", DefectKind.NOT_A_MODEL, "joblib"),
    "compressed joblib": (zlib.compress(b"x" * 100), DefectKind.NOT_A_MODEL, "zlib"),
    "npy": (array(), DefectKind.NOT_A_MODEL, ".npy"),
    "npz": (zipped("a.npy", "b.npy"), DefectKind.NOT_A_MODEL, ".npz"),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(100), DefectKind.NOT_A_MODEL, "Lite"),
    "onnx": (b"\x08\x07\x12\x07pytorch\x1a\x03" + b"1.9", DefectKind.NOT_A_MODEL, "ONNX"),
    "onnx of keras": (b"\x08\x08\x12\x07tf2onnx\x1a\x06" + b"1.16.1", DefectKind.NOT_A_MODEL, "ONNX"),
    "graph text": (b'node {\n  name: "x"\n  op: "Placeholder"\n}\n', DefectKind.NOT_A_MODEL, "graph in text form"),
    "torch zip": (zipped("archive/data.pkl", "archive/version"), DefectKind.NOT_A_MODEL, "PyTorch"),
    "torch pickle": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M", DefectKind.NOT_A_MODEL, "PyTorch"),
    "safetensors": (
        len(HEADER).to_bytes(8, "little") + HEADER + bytes(4),
        DefectKind.NOT_A_MODEL,
        "safetensors",
    ),
    "gguf": (b"GGUF\x03\0\0\0", DefectKind.NOT_A_MODEL, "GGUF"),
    "gzip": (gzip.compress(b"x"), DefectKind.NOT_A_MODEL, "gzip"),
    "xz": (b"\xfd7zXZ\x00\x00", DefectKind.NOT_A_MODEL, "compressed"),
    "tar": (tarred(), DefectKind.NOT_A_MODEL, "tar"),
    "office": (zipped("[Content_Types].xml", "word/document.xml"), DefectKind.NOT_A_MODEL, "office"),
    "zipped models": (zipped("run/a.h5", "run/b.keras"), DefectKind.NOT_A_MODEL, "run/a.h5, run/b.keras"),
    "other zip": (zipped("readme.txt"), DefectKind.NOT_A_MODEL, "it holds readme.txt"),
    "empty zip": (zipped(), DefectKind.NOT_A_MODEL, "it holds nothing"),
    "cut zip": (zipped("config.json")[:-30], DefectKind.TRUNCATED, "directory"),
    "checkpoint": (b'model_checkpoint_path: "ckpt-1"\n', DefectKind.NOT_A_MODEL, "latest checkpoint"),
    "index": (bytes(100) + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb", DefectKind.NOT_A_MODEL, ".index"),
    "pbtxt": (b"saved_model_schema_version: 1\n", DefectKind.NOT_A_MODEL, "text form"),
    "yaml": (b"backend: tensorflow\nclass_name: Sequential\nconfig:\n- {}\n", DefectKind.NOT_A_MODEL, "YAML"),
    "tfjs": (b'{"modelTopology": {}, "format": "layers-model"}', DefectKind.NOT_A_MODEL, "TensorFlow.js"),
    "transformers": (b'{"model_type": "bert"}', DefectKind.NOT_A_MODEL, "transformers"),
    "notebook": (b'{"cells": [], "nbformat": 4}', DefectKind.NOT_A_MODEL, "Jupyter"),
    "metadata": (b'{"keras_version": "3.0", "date_saved": "x"}', DefectKind.NOT_A_MODEL, "metadata"),
    "other json": (b'{"a": 1}', DefectKind.NOT_A_MODEL, "no architecture"),
    "json list": (b"[1, 2]", DefectKind.NOT_A_MODEL, "no architecture"),
    "broken json": (b'{"class_name": ', DefectKind.DAMAGED, "JSON"),
    "text": (b"404: Not Found", DefectKind.NOT_A_MODEL, "'404: Not Found'"),
    "bytes": (b"\x7fELF\x02\x01\x01\x00", DefectKind.NOT_A_MODEL, "7f 45 4c 46"),
    "empty": (b"", DefectKind.EMPTY, "empty"),
}


@pytest.mark.parametrize("suffix", [".h5", ".keras", ".pb", ""])
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_model_gets_its_name(tmp_path: Path, name: str, suffix: str) -> None:
    content, kind, called = FOREIGN[name]
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    artifact = read(path)
    assert artifact.format is Format.UNRECOGNISED
    assert artifact.defects[0].kind is kind
    assert {defect.kind for defect in artifact.defects[1:]} <= {DefectKind.RUNS_CODE}
    assert called in artifact.defects[0].message
    assert artifact.size == len(content)


def test_an_architecture_is_read_and_said_to_lack_weights(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(ARCHITECTURE))
    artifact = read(path)
    assert [item.class_name for item in artifact.objects] == ["Sequential"]
    assert "without weights" in artifact.defects[0].message
    assert [one.token for one in artifact.writer] == ["keras_version 2.4.0"]


def test_an_architecture_need_not_state_a_version(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"class_name": "Sequential", "config": []}')
    assert {one.recorded for one in read(tmp_path / "model.json").writer} == {False}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("variables.data-00000-of-00001", "checkpoint"),
        ("keras_metadata.pb", "SavedModel folder"),
        ("fingerprint.pb", "SavedModel folder"),
    ],
)
def test_parts_of_a_model_are_told_by_name(tmp_path: Path, name: str, called: str) -> None:
    (tmp_path / name).write_bytes(bytes(50))
    assert called in read(tmp_path / name).defects[0].message


@pytest.mark.parametrize(
    ("kind", "suffix", "is_mislabelled"),
    [
        (Format.HDF5_MODEL, ".keras", True),
        (Format.HDF5_MODEL, ".H5", False),
        (Format.HDF5_MODEL, ".hdf5", False),
        (Format.HDF5_MODEL, "", False),
        (Format.HDF5_MODEL, ".pb", True),
        (Format.HDF5_WEIGHTS, ".keras", True),
        (Format.KERAS_ARCHIVE, ".h5", True),
        (Format.KERAS_ARCHIVE, ".zip", False),
        (Format.SAVED_MODEL, ".keras", True),
        (Format.SAVED_MODEL, "", False),
    ],
)
def test_content_decides_and_the_suffix_is_compared(
    tmp_path: Path, kind: Format, suffix: str, *, is_mislabelled: bool
) -> None:
    path = tmp_path / f"model{suffix}"
    source = example(kind)
    shutil.copytree(source, path) if source.is_dir() else shutil.copy(source, path)
    artifact = read(path)
    assert artifact.format is kind
    assert [defect.kind for defect in artifact.defects] == [DefectKind.MISLABELLED] * is_mislabelled


def test_the_program_of_a_saved_model_stands_for_its_folder() -> None:
    folder = example(Format.SAVED_MODEL)
    alone, whole = read(folder / "saved_model.pb"), read(folder)
    assert (alone.format, alone.objects, alone.tensors) == (whole.format, whole.objects, whole.tensors)
    assert [defect.kind for defect in alone.defects] == [DefectKind.MISLABELLED]
    assert str(folder) in alone.defects[0].message


def test_the_program_of_a_saved_model_under_another_name_is_told(tmp_path: Path) -> None:
    shutil.copy(example(Format.SAVED_MODEL) / "saved_model.pb", tmp_path / "model.pb")
    artifact = read(tmp_path / "model.pb")
    assert (artifact.format, artifact.defects[0].kind) == (Format.UNRECOGNISED, DefectKind.MISLABELLED)


def test_an_unpacked_archive_is_read_like_the_archive(tmp_path: Path) -> None:
    archive = example(Format.KERAS_ARCHIVE)
    shutil.unpack_archive(archive, tmp_path / "model", "zip")
    folder, whole = read(tmp_path / "model"), read(archive)
    assert (folder.format, folder.objects, folder.tensors) == (whole.format, whole.objects, whole.tensors)
    assert folder.defects == ()


FOLDERS: dict[str, tuple[list[str], DefectKind, str]] = {
    "empty": ([], DefectKind.EMPTY, "empty"),
    "without a program": (["variables/variables.index"], DefectKind.INCOMPLETE, "saved_model.pb is missing"),
    "of models": (["a.h5", "b.keras", "c/saved_model.pb", "d/e.txt"], DefectKind.NOT_A_MODEL, "a.h5, b.keras, c"),
    "of many models": ([f"{index}.h5" for index in range(9)], DefectKind.NOT_A_MODEL, "and 3 more"),
    "mlflow": (["MLmodel"], DefectKind.NOT_A_MODEL, "MLflow"),
    "tfjs": (["model.json"], DefectKind.NOT_A_MODEL, "TensorFlow.js"),
    "checkpoints": (["checkpoint", "ckpt-1.index"], DefectKind.NOT_A_MODEL, "checkpoints"),
    "transformers": (["config.json", "tf_model.h5"], DefectKind.NOT_A_MODEL, "transformers"),
    "other": ([f"{letter}.txt" for letter in "abcdefgh"], DefectKind.NOT_A_MODEL, "a.txt, b.txt"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_no_model_is_told_by_what_it_holds(tmp_path: Path, name: str) -> None:
    files, kind, called = FOLDERS[name]
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("x")
    artifact = read(tmp_path)
    assert (artifact.format, [defect.kind for defect in artifact.defects]) == (Format.UNRECOGNISED, [kind])
    assert called in artifact.defects[0].message


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("modle.h5", "there is model.h5"),
        ("model", "there is model.h5"),
        ("MODEL.keras", "there is model.h5"),
        ("other.keras", "nothing there has a name like other.keras"),
        ("nodir/model.h5", "nothing in"),
        ("model.h5/x", "is a file"),
    ],
)
def test_a_missing_path_names_what_comes_close(tmp_path: Path, asked: str, said: str) -> None:
    (tmp_path / "model.h5").write_text("x")
    artifact = read(tmp_path / asked)
    assert artifact.defects[0].kind is DefectKind.MISSING
    assert said in artifact.defects[0].message


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b"])
def test_impossible_paths_are_unreadable(path: str) -> None:
    assert read(path).defects[0].kind is DefectKind.UNREADABLE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.h5")
    assert read(tmp_path / "model.h5").defects[0].kind is DefectKind.UNREADABLE


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_text("x")
    (tmp_path / "model.h5").chmod(stat.S_IWUSR)
    assert read(tmp_path / "model.h5").defects[0].kind is DefectKind.UNREADABLE


def test_a_user_block_before_hdf5_is_skipped(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m", "w", userblock_size=512) as file:
        file["vars/0"] = 1.0
    assert read(tmp_path / "m").format is Format.HDF5_WEIGHTS


def test_a_user_block_that_was_put_before_a_finished_file_is_skipped(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m", "w") as file:
        file["vars/0"] = 1.0
    (tmp_path / "m").write_bytes(bytes(1024) + (tmp_path / "m").read_bytes())
    assert [spec.name for spec in read(tmp_path / "m").tensors] == ["vars/0"]


def test_a_file_that_vanishes_while_it_is_read_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(example(Format.HDF5_MODEL), path)
    take = sniff.take

    def take_away(path: Path) -> Any:
        sample = take(path)
        path.unlink()
        return sample

    monkeypatch.setattr(sniff, "take", take_away)
    assert read(path).defects[0].kind is DefectKind.UNREADABLE
