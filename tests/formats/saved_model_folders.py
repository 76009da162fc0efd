"""SavedModel folders for tests of their reader: those of the corpus, and the least that is one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from loadstone.artifact import Artifact, DefectKind, Format, KerasObject
from loadstone.formats.saved_model import read_saved_model
from tests.corpus_table import MODELS, Model
from tests.formats.encoding import field, header, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SAVED_MODELS = [model for model in MODELS if model.format is Format.SAVED_MODEL]
KERAS_2 = [model for model in SAVED_MODELS if model.era != "keras315"]
BY_FILE = {model.file: model for model in SAVED_MODELS}
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


def copied(model: Model, folder: Path) -> Path:
    return shutil.copytree(model.path, folder / "model", copy_function=shutil.copyfile)
