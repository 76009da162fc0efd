from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.artifact import DefectKind, Dialect, Format, Pointer
from loadstone.formats import saved_model
from loadstone.formats.saved_model import read_saved_model
from tests.corpus_table import MODELS, Model
from tests.formats.encoding import entry, field, header, table
from tests.formats.saved_model_folders import (
    BY_FILE,
    KERAS_2,
    POINTER,
    ROOT_CONFIG,
    SAVED_MODELS,
    Document,
    by_file,
    kinds,
    layer,
    places,
    write,
)
from tests.formats.saved_model_oracle import TABLE, describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.corpus_table import Model

read = cache(read_saved_model)
ORACLE: Mapping[str, Mapping[str, Any]] = json.loads(TABLE.read_text())


@by_file(SAVED_MODELS)
def test_arrays_operations_and_signatures_are_those_that_tensorflow_reads(model: Model) -> None:
    artifact = read(model.path)
    arrays = ((tensor.name, tensor.dtype, tensor.shape) for tensor in artifact.tensors)
    ports = (
        (signature.name, side, port.name, port.tensor, port.dtype, port.shape)
        for signature in artifact.signatures
        for side, found in (("inputs", signature.inputs), ("outputs", signature.outputs))
        for port in found
    )
    described = describe(arrays, ((use.function, use.op, use.count) for use in artifact.ops), ports)
    assert described == {key: value for key, value in ORACLE[model.file].items() if key != "missing_functions"}
    assert artifact.size == sum(file.stat().st_size for file in model.path.rglob("*") if file.is_file())


@by_file(SAVED_MODELS)
def test_only_functions_that_tensorflow_misses_are_defects(model: Model) -> None:
    missing = ORACLE[model.file].get("missing_functions", [])
    defects = read(model.path).defects
    assert [defect.kind for defect in defects] == [DefectKind.INCOMPLETE] * bool(missing)
    assert sorted(name for defect in defects for name in re.findall(r"'(\w+)'", defect.message)) == missing


def test_some_files_of_the_corpus_miss_functions() -> None:
    assert sum("missing_functions" in row for row in ORACLE.values()) == 3


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


def test_a_fingerprint_beside_the_program_tells_of_its_age(tmp_path: Path) -> None:
    write(tmp_path, version="unknown")
    (tmp_path / "fingerprint.pb").write_bytes(b"")
    stated, inferred = read_saved_model(tmp_path).writer
    assert stated.recorded
    assert (inferred.distribution, str(inferred.versions), inferred.recorded) == ("tensorflow", ">=2.11", False)
    assert str(inferred.where) == "fingerprint.pb"


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.format is Format.SAVED_MODEL], ids=lambda model: model.file
)
def test_real_fingerprints_agree_with_the_stated_version(model: Model) -> None:
    tokens = {found.token for found in read_saved_model(model.path).writer}
    assert ("fingerprint.pb" in tokens) == (model.era not in {"tf24", "tf28"})


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
