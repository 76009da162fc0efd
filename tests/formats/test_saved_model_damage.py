from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadstone.artifact import DefectKind, Format, Member
from loadstone.formats import saved_model
from loadstone.formats.saved_model import read_saved_model
from tests.corpus_table import Model
from tests.formats.encoding import field
from tests.formats.saved_model_folders import (
    BY_FILE,
    POINTER,
    Document,
    by_file,
    copied,
    kinds,
    layer,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.corpus_table import Model

SMALL = BY_FILE["tf215/custom_layer.savedmodel"]


@pytest.mark.parametrize(
    "name",
    ["saved_model.pb", "keras_metadata.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"],
)
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (None, DefectKind.INCOMPLETE),
        (POINTER, DefectKind.LFS_POINTER),
        (b"\x0a\x7f", DefectKind.TRUNCATED),  # a field of 127 bytes; too short for an index and for data
    ],
)
def test_a_part_that_is_not_there_is_named(tmp_path: Path, name: str, content: bytes | None, kind: DefectKind) -> None:
    folder = copied(SMALL, tmp_path)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    artifact = read_saved_model(folder)
    # A folder without keras_metadata.pb is an exported program: whole, if no Keras model.
    is_optional = content is None and name == "keras_metadata.pb"
    assert artifact.defects == () if is_optional else (kind, name) in kinds(artifact)
    assert len(artifact.defects) <= 1


def test_an_unreadable_part_is_not_an_absent_one(tmp_path: Path) -> None:
    folder = copied(SMALL, tmp_path)
    for name in ("saved_model.pb", "keras_metadata.pb"):
        (folder / name).unlink()
        (folder / name).mkdir()
    assert [kind for kind, _ in kinds(read_saved_model(folder))] == [DefectKind.UNREADABLE] * 2


def test_an_empty_folder_lacks_its_program(tmp_path: Path) -> None:
    assert kinds(read_saved_model(tmp_path)) == [(DefectKind.INCOMPLETE, "saved_model.pb")]


def test_a_program_as_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pbtxt").write_text("saved_model_schema_version: 1")
    (found,) = read_saved_model(tmp_path).defects
    assert (found.kind, str(found.where)) == (DefectKind.INCOMPLETE, "saved_model.pb")
    assert "saved_model.pbtxt" in found.message


def test_another_protobuf_is_no_saved_model(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(field(1, b"\x0a\1x"))  # a frozen graph's first node
    assert kinds(read_saved_model(tmp_path)) == [(DefectKind.NOT_A_MODEL, "saved_model.pb")]


@pytest.mark.parametrize(("operation", "is_needed"), [("VariableV2", True), ("Const", False)])
def test_a_tensorflow_1_program_without_variables_needs_no_checkpoint(
    tmp_path: Path, operation: str, *, is_needed: bool
) -> None:
    write(tmp_path, objects=(), nodes=[operation])
    shutil.rmtree(tmp_path / "variables")
    expected = [(DefectKind.INCOMPLETE, "variables/variables.index")] if is_needed else []
    assert kinds(read_saved_model(tmp_path)) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"{", DefectKind.DAMAGED),
        (b"[1]", DefectKind.DAMAGED),
        (b"[" * 5000 + b"]" * 5000, DefectKind.OVERSIZED),
        (b"\xff", DefectKind.DAMAGED),
    ],
)
def test_a_document_that_is_no_json_object_is_a_defect(tmp_path: Path, text: bytes, kind: DefectKind) -> None:
    write(tmp_path)
    document = field(3, b"root.x") + field(4, b"_tf_keras_layer") + field(5, text)
    (tmp_path / "keras_metadata.pb").write_bytes(field(1, document))
    (found,) = read_saved_model(tmp_path).defects
    assert found.kind is kind
    assert str(found.where).startswith("keras_metadata.pb")


def test_documents_are_limited_all_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_model, "MAX_METADATA_VALUES", 80)
    documents: list[Document] = [(f"root.{name}", "_tf_keras_layer", layer("A", name)) for name in "abc"]
    artifact = write(tmp_path, metadata=documents)
    assert [item.at.document for item in artifact.objects] == ["keras_metadata.pb/root.a"]
    assert kinds(artifact) == [(DefectKind.OVERSIZED, "keras_metadata.pb/root.b")]


@pytest.mark.parametrize("class_name", [None, 7, ["A"], {"a": 1}])
@pytest.mark.parametrize("config", [None, 7, [], {"name": [1]}, {"layers": {}}, {"layers": [7]}])
@pytest.mark.parametrize("path", ["root", "root.a", ""])
def test_documents_of_any_shape_are_answered(tmp_path: Path, class_name: object, config: object, path: str) -> None:
    document = {"class_name": class_name, "config": config, "keras_version": 3, "training_config": config}
    documents = [(path, identifier, document) for identifier in ("_tf_keras_network", "_tf_keras_metric")]
    assert write(tmp_path, metadata=documents).format is Format.SAVED_MODEL


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
@pytest.mark.parametrize("name", ["saved_model.pb", "keras_metadata.pb", "variables/variables.index"])
@by_file([SMALL, BY_FILE["tf24/custom_layer.savedmodel"]])
def test_damage_anywhere_is_answered(tmp_path: Path, model: Model, name: str, data: st.DataObject) -> None:
    folder = tmp_path / "model"
    if not folder.exists():
        copied(model, tmp_path)
    content = bytearray((model.path / name).read_bytes() if (model.path / name).exists() else b"\x0a\2{}")
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    (folder / name).write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    assert read_saved_model(folder).source == str(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=st.binary(max_size=300), metadata=st.binary(max_size=300))
def test_any_bytes_are_answered(tmp_path: Path, program: bytes, metadata: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(program)
    (tmp_path / "keras_metadata.pb").write_bytes(metadata)
    assert read_saved_model(tmp_path).defects


def test_constants_are_stepped_over(tmp_path: Path) -> None:
    constant = field(2, b"Const") + field(5, field(1, b"value") + field(2, b"\0" * (64 << 20)))
    graph = field(1, field(5, b"2.15.1")) + field(2, field(1, constant) + field(1, field(2, b"Identity")))
    (tmp_path / "saved_model.pb").write_bytes(field(2, graph))
    artifact = read_saved_model(tmp_path)
    assert [(use.op, use.count, use.attributes) for use in artifact.ops] == [
        ("Const", 1, ("value",)),
        ("Identity", 1, ()),
    ]
    assert artifact.defects == ()
    assert Member(path="saved_model.pb") == artifact.writer[0].where
