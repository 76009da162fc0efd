from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus_table import MODELS, Model
from tests.formats.encoding import entry, field, header, table
from tests.formats.saved_model_oracle import TABLE, describe

from loadstone.artifact import Artifact, DefectKind, Dialect, Format, KerasObject, Member, Pointer
from loadstone.formats import saved_model
from loadstone.formats.saved_model import read_saved_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

read = cache(read_saved_model)

SAVED_MODELS = [model for model in MODELS if model.format is Format.SAVED_MODEL]
KERAS_2 = [model for model in SAVED_MODELS if model.era != "keras315"]
BY_FILE = {model.file: model for model in SAVED_MODELS}
ORACLE: Mapping[str, Mapping[str, int | str]] = json.loads(TABLE.read_text())
ROOT_CONFIG = {"name": "model", "layers": [{"class_name": "Dense", "config": {"name": "inner"}}]}
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
Document = tuple[str, str, object]  # path, identifier and what is written as JSON


def by_file(models: Sequence[Model]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", models, ids=[model.file for model in models])


def write(
    folder: Path,
    *,
    metadata: Sequence[Document] | None = None,
    objects: Sequence[bytes] = (b"",),
    version: str = "2.15.1",
    assets: Sequence[str] = (),
    nodes: Sequence[str] = (),
    index: bytes | None = None,
) -> Artifact:
    """Writes the least that is a SavedModel, and reads it."""
    graph = b"".join(
        (
            field(1, field(5, version.encode())),
            field(2, b"".join(field(1, field(2, operation.encode())) for operation in nodes)),
            *(field(6, field(2, asset.encode())) for asset in assets),
            field(7, b"".join(field(1, content) for content in objects)),
        )
    )
    (folder / "saved_model.pb").write_bytes(field(1, 1) + field(2, graph))
    if metadata is not None:
        documents = [
            field(3, path.encode()) + field(4, identifier.encode()) + field(5, json.dumps(value).encode())
            for path, identifier, value in metadata
        ]
        (folder / "keras_metadata.pb").write_bytes(b"".join(field(1, document) for document in documents))
    (folder / "variables").mkdir()
    (folder / "variables" / "variables.index").write_bytes(table([[header()]]) if index is None else index)
    return read_saved_model(folder)


def layer(class_name: str, name: str, **config: object) -> dict[str, object]:
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}}


def places(objects: Sequence[KerasObject]) -> list[tuple[str, str]]:
    return [(item.class_name, str(item.at)) for item in objects]


def kinds(artifact: Artifact) -> list[tuple[DefectKind, str]]:
    return [(defect.kind, str(defect.where)) for defect in artifact.defects]


@by_file(SAVED_MODELS)
def test_arrays_and_operations_are_those_that_tensorflow_reads(model: Model) -> None:
    artifact = read(model.path)
    arrays = ((tensor.name, tensor.dtype, tensor.shape) for tensor in artifact.tensors)
    assert describe(arrays, ((use.function, use.op, use.count) for use in artifact.ops)) == ORACLE[model.file]
    assert artifact.defects == ()
    assert artifact.size == sum(file.stat().st_size for file in model.path.rglob("*") if file.is_file())


@by_file(SAVED_MODELS)
def test_the_writer_is_recorded(model: Model) -> None:
    evidence = read(model.path).writer
    recorded = {(found.distribution, str(found.versions)) for found in evidence if found.recorded}
    assert {(name, f"=={version}") for name, version in model.writer.items()} <= recorded
    assert len({found.token for found in evidence}) == len(evidence)


@by_file(KERAS_2)
def test_keras_2_models_have_a_configuration_and_objects(model: Model) -> None:
    artifact = read(model.path)
    assert artifact.dialect is Dialect.KERAS_2
    assert artifact.config is not None
    assert artifact.config["class_name"] in {"Functional", "Sequential"}
    where = "saved_model.pb/root" if model.era == "tf24" else "keras_metadata.pb/root"
    assert artifact.config_at == Pointer(document=where, path="")
    identities = {item.identity for item in artifact.objects}
    assert set(model.objects) <= identities
    assert len({item.at for item in artifact.objects}) == len(artifact.objects)
    # A Functional or Sequential configuration holds all layers, so that only metrics come from elsewhere.
    assert {item.at.document for item in artifact.objects if not item.in_training} == {where}


@by_file([model for model in SAVED_MODELS if model.era == "keras315"])
def test_exported_programs_have_no_keras_side(model: Model) -> None:
    artifact = read(model.path)
    assert (artifact.dialect, artifact.config, artifact.objects, artifact.training) == (None, None, (), None)


@pytest.mark.parametrize(
    ("file", "optimizer_tensors"),
    [  # iterations, the hyperparameters, and two slots for each of the weights
        ("tf24/plain_training.savedmodel", 17),
        ("tf28/plain_training.savedmodel", 17),
        ("tf215/plain_training.savedmodel", 14),
    ],
)
def test_the_compile_state_is_read(file: str, optimizer_tensors: int) -> None:
    artifact = read(BY_FILE[file].path)
    assert artifact.training is not None
    assert artifact.training.optimizer_tensors == optimizer_tensors
    assert "optimizer_config" in artifact.training.config
    assert artifact.training.at.path == "/training_config"
    training = [item for item in artifact.objects if item.in_training]
    assert "optimizer" in {item.slot for item in training}
    assert artifact.objects[-len(training) :] == tuple(training)


@by_file([model for model in KERAS_2 if model.architecture == "lambda_layer"])
def test_stored_programs_are_listed_once(model: Model) -> None:
    payloads = read(model.path).payloads
    assert payloads
    assert len({(payload.owner, payload.names) for payload in payloads}) == len(payloads)


@pytest.mark.live
def test_the_table_is_what_tensorflow_says_today() -> None:
    script = "import json; from tests.formats.saved_model_oracle import *; print(json.dumps([ask_tensorflow(m.path)"
    script += f" for m in MODELS if m.file in {sorted(ORACLE)[::9]!r}]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said == [ORACLE[model.file] for model in MODELS if model.file in sorted(ORACLE)[::9]]


def test_objects_of_a_subclassed_model_come_from_its_nodes(tmp_path: Path) -> None:
    artifact = write(
        tmp_path,
        metadata=[
            ("root", "_tf_keras_model", {"class_name": "Mine", "config": {"layer was saved without config": True}}),
            ("root.wrap", "_tf_keras_layer", layer("Wrapper", "w", layer=layer("Dense", "inner"))),
            ("root.wrap.layer", "_tf_keras_layer", layer("Dense", "inner")),
            ("root.wrap.other", "_tf_keras_layer", layer("Dense", "other")),
            ("root.net", "_tf_keras_sequential", layer("Sequential", "net", layers=[layer("Flatten", "f")])),
            ("root.net.layer-0", "_tf_keras_layer", layer("Flatten", "f")),
            ("root.net.layer-0.cell", "_tf_keras_layer", layer("Cell", "c")),
        ],
    )
    assert (artifact.dialect, artifact.config, artifact.config_at) == (Dialect.KERAS_2, None, None)
    assert places(artifact.objects) == [
        ("Mine", "keras_metadata.pb/root"),
        ("Wrapper", "keras_metadata.pb/root.wrap"),
        ("Dense", "keras_metadata.pb/root.wrap/config/layer"),
        ("Dense", "keras_metadata.pb/root.wrap.other"),
        ("Sequential", "keras_metadata.pb/root.net"),
        ("Flatten", "keras_metadata.pb/root.net/config/layers/0"),
    ]


def test_metrics_belong_to_the_compile_state(tmp_path: Path) -> None:
    compiled = {"loss": "mse", "metrics": [layer("Mine>Score", "score")]}
    root = {"class_name": "Functional", "config": ROOT_CONFIG, "training_config": compiled}
    names = ("a", "a/.OPTIMIZER_SLOT/optimizer/m", "optimizer/iter")
    artifact = write(
        tmp_path,
        metadata=[
            ("root.keras_api.metrics.0", "_tf_keras_metric", layer("Mean", "loss")),
            ("root.keras_api.metrics.1", "_tf_keras_metric", layer("Mine>Score", "score")),
            ("root", "_tf_keras_network", root),
        ],
        index=table([[header(), *(entry(f"{name}/.ATTRIBUTES/VARIABLE_VALUE", (0,), size=0) for name in names)]]),
    )
    assert [(item.class_name, item.at.document) for item in artifact.objects if item.in_training] == [
        ("mse", "keras_metadata.pb/root"),
        ("Mine>Score", "keras_metadata.pb/root"),
        ("Mean", "keras_metadata.pb/root.keras_api.metrics.0"),
    ]
    assert artifact.training is not None
    assert artifact.training.optimizer_tensors == 2


def node(children: Sequence[tuple[str, int]], metadata: object = None, identifier: str = "_tf_keras_layer") -> bytes:
    """A node of the object graph; an index may be one that no node has."""
    parts = [field(1, field(1, index % 2**64) + field(2, name.encode())) for name, index in children]
    if metadata is not None:
        parts.append(field(4, field(1, identifier.encode()) + field(3, json.dumps(metadata).encode())))
    return b"".join(parts)


def test_paths_in_the_object_graph_are_the_shortest_and_end(tmp_path: Path) -> None:
    artifact = write(
        tmp_path,
        objects=[
            node([("far", 2), ("near", 1), ("gone", 99), ("less", -1)]),
            node([("back", 0), ("self", 1)], layer("A", "a")),
            node([("longer", 1), ("b", 3)]),
            node([], layer("B", "b")),
            node([], layer("C", "c")),
            field(4, field(3, b"")),
        ],
    )
    assert places(artifact.objects) == [
        ("A", "saved_model.pb/root.near"),
        ("B", "saved_model.pb/root.far.b"),
        ("C", "saved_model.pb/node 4"),
    ]


def test_a_chain_of_nodes_has_no_path_of_its_length(tmp_path: Path) -> None:
    chain = [node([("x", index + 1)], layer("A", str(index))) for index in range(300)]
    objects = write(tmp_path, objects=chain).objects
    assert max(len(item.at.document) for item in objects) < 300
    assert len({item.at.document for item in objects}) == 300


def test_an_object_graph_beyond_the_limit_is_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_model, "MAX_OBJECTS", 2)
    artifact = write(tmp_path, objects=[node([], layer("A", "a"))] * 3, nodes=["Const"])
    assert kinds(artifact) == [(DefectKind.OVERSIZED, "saved_model.pb")]
    assert [use.op for use in artifact.ops] == ["Const"]


def test_metadata_beside_the_program_hides_that_inside_it(tmp_path: Path) -> None:
    metadata: list[Document] = [("root", "_tf_keras_layer", layer("New", "n"))]
    artifact = write(tmp_path, metadata=metadata, objects=[node([], layer("Old", "o"))])
    assert [item.class_name for item in artifact.objects] == ["New"]


@pytest.mark.parametrize(("stated", "versions"), [("2.9.0-rc1", "==2.9.0-rc1"), ("unknown", "")])
def test_any_stated_version_is_kept(tmp_path: Path, stated: str, versions: str) -> None:
    (found,) = write(tmp_path, version=stated).writer
    assert (found.token, str(found.versions), found.recorded) == (f"tensorflow_version {stated}", versions, True)


def test_a_program_without_a_stated_version_has_no_writer(tmp_path: Path) -> None:
    assert write(tmp_path, version="").writer == ()


@pytest.mark.parametrize(
    ("asset", "kind"),
    [
        ("words.txt", None),
        ("empty.txt", None),
        ("absent.txt", DefectKind.INCOMPLETE),
        ("pointer.txt", DefectKind.LFS_POINTER),
        ("../../etc/passwd", DefectKind.LEAVES_FILE),
        ("/etc/passwd", DefectKind.LEAVES_FILE),
        ("a\\..\\..\\b", DefectKind.LEAVES_FILE),
        ("C:\\b", DefectKind.LEAVES_FILE),
        ("a\0b", DefectKind.LEAVES_FILE),
        ("a" * 5000, DefectKind.UNREADABLE),
    ],
)
def test_assets_are_looked_for_inside_the_folder_only(tmp_path: Path, asset: str, kind: DefectKind | None) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "words.txt").write_text("one")
    (tmp_path / "assets" / "empty.txt").touch()
    (tmp_path / "assets" / "pointer.txt").write_bytes(POINTER)
    expected = [] if kind is None else [(kind, f"assets/{asset}")]
    assert kinds(write(tmp_path, assets=[asset, asset])) == expected


def copied(model: Model, folder: Path) -> Path:
    return shutil.copytree(model.path, folder / "model", copy_function=shutil.copyfile)


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(program=st.binary(max_size=300), metadata=st.binary(max_size=300))
def test_any_bytes_are_answered(tmp_path: Path, program: bytes, metadata: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(program)
    (tmp_path / "keras_metadata.pb").write_bytes(metadata)
    assert read_saved_model(tmp_path).defects


def test_constants_are_stepped_over(tmp_path: Path) -> None:
    constant = field(2, b"Const") + field(5, b"\0" * (64 << 20))
    graph = field(1, field(5, b"2.15.1")) + field(2, field(1, constant) + field(1, field(2, b"Identity")))
    (tmp_path / "saved_model.pb").write_bytes(field(2, graph))
    artifact = read_saved_model(tmp_path)
    assert [(use.op, use.count) for use in artifact.ops] == [("Const", 1), ("Identity", 1)]
    assert artifact.defects == ()
    assert Member(path="saved_model.pb") == artifact.writer[0].where
