"""``.keras`` archives that grow, repeat, lead elsewhere or break off: each gets an answer, in bounded memory."""

from __future__ import annotations

import io
import json
import stat
import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadstone.artifact import Artifact, DefectKind, Format
from loadstone.errors import NotAModel
from loadstone.formats import parts, read
from loadstone.formats.arrays import open_arrays, weight_names

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": []}}).encode()
METADATA = b'{"keras_version": "3.4.1", "date_saved": "2024-07-01@12:00:00"}'


def weights() -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.arange(6, dtype=np.float32).reshape(2, 3)
        file["optimizer/vars/0"] = 1
    return buffer.getvalue()


WEIGHTS = weights()
WHOLE = {"metadata.json": METADATA, "config.json": CONFIG, "model.weights.h5": WEIGHTS}


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def kinds(artifact: Artifact) -> list[tuple[DefectKind, str]]:
    return [(defect.kind, str(defect.where)) for defect in artifact.defects]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_weights_are_read_in_place_or_inflated(tmp_path: Path, method: int) -> None:
    path = archive(tmp_path / "m.keras", WHOLE, method)
    artifact = read(path)
    assert (artifact.format, artifact.defects, str(artifact.saved_on)) == (Format.KERAS_ARCHIVE, (), "2024-07-01")
    with open_arrays(path) as arrays:
        assert arrays["layers/dense/vars/0"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [layer.layer for layer in weight_names(path)] == ["layers/dense", "optimizer"]


def test_compressed_weights_beyond_memory_go_to_a_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_PLAUSIBLE_BYTES", 100)
    path = archive(tmp_path / "m.keras", WHOLE, zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(parts, "_PLAUSIBLE_RATIO", 1000)
    assert len(read(path).tensors) == 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"config.json": None}, [(DefectKind.INCOMPLETE, "config.json")]),
        ({"metadata.json": None}, [(DefectKind.INCOMPLETE, "metadata.json")]),
        ({"config.json": b"[]"}, [(DefectKind.DAMAGED, "config.json")]),
        ({"config.json": b"{"}, [(DefectKind.DAMAGED, "config.json")]),
        ({"config.json": b"[" * 10**6}, [(DefectKind.OVERSIZED, "config.json")]),
        ({"config.json": b'{"a":' * 500 + b"1" + b"}" * 500}, [(DefectKind.OVERSIZED, "config.json")]),
        ({"metadata.json": b"{}"}, []),
        ({"model.weights.h5": None}, [(DefectKind.INCOMPLETE, "model.weights.h5")]),
        ({"model.weights.h5": WEIGHTS[:-100]}, [(DefectKind.TRUNCATED, "model.weights.h5")]),
        ({"model.weights.h5": b"text"}, [(DefectKind.DAMAGED, "model.weights.h5")]),
        (
            {"model.weights.h5": None, "model.weights.npz": b"PK"},
            [(DefectKind.UNREADABLE, "model.weights.npz")],
        ),
        ({"../evil": b"x"}, [(DefectKind.LEAVES_FILE, "../evil")]),
        ({"assets/../../evil": b"x"}, [(DefectKind.LEAVES_FILE, "assets/../../evil")]),
        ({"/etc/evil": b"x"}, [(DefectKind.LEAVES_FILE, "/etc/evil")]),
        ({"C:evil": b"x"}, [(DefectKind.LEAVES_FILE, "C:evil")]),
        ({"a\\..\\evil": b"x"}, [(DefectKind.LEAVES_FILE, "a\\..\\evil")]),
    ],
)
def test_a_wrong_member_is_named(
    tmp_path: Path, changes: dict[str, bytes | None], expected: list[tuple[DefectKind, str]]
) -> None:
    members = {name: content for name, content in (WHOLE | changes).items() if content is not None}
    artifact = read(archive(tmp_path / "m.keras", members))
    assert artifact.format is Format.KERAS_ARCHIVE
    assert kinds(artifact) == expected


def test_members_of_one_name_are_told(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", WHOLE)
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("config.json", CONFIG)
    assert kinds(read(path)) == [(DefectKind.DAMAGED, "config.json")]


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", WHOLE)
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    assert kinds(read(path)) == [(DefectKind.LEAVES_FILE, "assets/link")]


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5", "assets/vocabulary"])
def test_a_bomb_is_not_inflated(tmp_path: Path, name: str) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for other, content in WHOLE.items():
            if other != name:
                file.writestr(other, content)
        with file.open(name, "w") as member:
            for _ in range(100):
                member.write(bytes(1 << 20))
    tracemalloc.start()
    artifact = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {kind for kind, _ in kinds(artifact)} == {DefectKind.OVERSIZED}
    assert {where for _, where in kinds(artifact)} == {name}
    assert peak < 32 << 20


def test_a_member_that_declares_less_than_it_holds_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", {**WHOLE, "config.json": CONFIG + b" " * 5000}, zipfile.ZIP_DEFLATED)
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", len(CONFIG) + 5000), struct.pack("<I", 40)))
    assert kinds(read(path)) == [(DefectKind.DAMAGED, "config.json")]


def test_other_compression_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", WHOLE, zipfile.ZIP_LZMA)
    assert {kind for kind, _ in kinds(read(path))} == {DefectKind.DAMAGED}
    with pytest.raises(NotAModel, match="method 14"), open_arrays(path):
        pass


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", WHOLE)
    data = bytearray(path.read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    path.write_bytes(data)
    assert {kind for kind, _ in kinds(read(path))} == {DefectKind.DAMAGED}


@pytest.mark.parametrize(("members", "length"), [(0xFFFF, 100), (3, 1 << 30)])
def test_a_directory_of_declared_size_is_not_trusted(tmp_path: Path, members: int, length: int) -> None:
    path = archive(tmp_path / "m.keras", WHOLE)
    data = bytearray(path.read_bytes())
    struct.pack_into("<HHI", data, len(data) - 14, members, members, length)
    path.write_bytes(data)
    assert kinds(read(path))[0][0] in {DefectKind.DAMAGED, DefectKind.OVERSIZED}


def test_the_large_directory_of_zip64_is_bounded(tmp_path: Path) -> None:
    data = archive(tmp_path / "m.keras", WHOLE).read_bytes()
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1 << 40, 1 << 40, 1 << 50, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(data) - 22, 1)
    (tmp_path / "m.keras").write_bytes(data[:-22] + end + locator + data[-22:])
    assert kinds(read(tmp_path / "m.keras")) == [(DefectKind.OVERSIZED, "the file itself")]
    lost = struct.pack("<4sIQI", b"PK\x06\x07", 0, 1 << 60, 1)
    (tmp_path / "m.keras").write_bytes(data[:-22] + lost + data[-22:])
    assert kinds(read(tmp_path / "m.keras")) == [(DefectKind.TRUNCATED, "the file itself")]


def test_a_cut_archive_is_truncated_wherever_it_ends(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", WHOLE)
    data = path.read_bytes()
    for length in [*range(4, 120), *range(120, len(data) - 1, 89), *range(len(data) - 22, len(data))]:
        path.write_bytes(data[:length])
        assert kinds(read(path)) == [(DefectKind.TRUNCATED, "the file itself")], length
        with pytest.raises(NotAModel), open_arrays(path):
            pass


def test_the_weights_of_an_archive_without_any_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", {"config.json": CONFIG, "metadata.json": METADATA})
    with pytest.raises(NotAModel, match="holds no"):
        weight_names(path)


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_changed_bytes_get_an_answer(tmp_path: Path, data: st.DataObject, method: int) -> None:
    path = archive(tmp_path / "m.keras", WHOLE, method)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    path.write_bytes(raw)
    artifact = read(path)
    assert artifact.format in {Format.KERAS_ARCHIVE, Format.UNRECOGNISED}


@settings(max_examples=200, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"\x08\x01\x12", b'{"']))
def test_garbage_gets_an_answer(tmp_path: Path, tail: bytes, start: bytes) -> None:
    (tmp_path / "m.h5").write_bytes(start + tail)
    artifact = read(tmp_path / "m.h5")
    assert artifact.defects or artifact.format is not Format.UNRECOGNISED


def test_members_that_share_their_bytes_are_oversized(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", WHOLE | {"assets/a.bin": bytes(5000), "assets/b.bin": b"b"})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<II", data, at + 20, 5000, 5000)
    struct.pack_into("<I", data, at + 42, data.index(b"PK\x03\x04", 1))
    path.write_bytes(data)
    assert (DefectKind.OVERSIZED, "the file itself") in kinds(read(path))


def test_members_that_grow_together_are_oversized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_PLAUSIBLE_BYTES", 1 << 16)
    members = WHOLE | {f"assets/{number}.bin": bytes(40_000) for number in range(20)}
    path = archive(tmp_path / "m.keras", members, zipfile.ZIP_DEFLATED)
    assert kinds(read(path)) == [(DefectKind.OVERSIZED, "the file itself")]
    assert kinds(read(archive(tmp_path / "n.keras", members))) == []


@pytest.mark.parametrize(
    ("content", "grows"), [(bytes(1 << 21), True), (np.random.default_rng(0).bytes(1 << 21), False)]
)
def test_a_member_that_grows_far_is_told_and_read(tmp_path: Path, content: bytes, grows: bool) -> None:  # noqa: FBT001 - a fact
    path = archive(tmp_path / "m.keras", WHOLE | {"assets/a.bin": content}, zipfile.ZIP_DEFLATED)
    assert kinds(read(path)) == ([(DefectKind.INFLATES, "assets/a.bin")] if grows else [])
