"""Every file of the corpus is read for what its table says, and its numbers agree with libhdf5's."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from loadstone.artifact import Artifact, DefectKind, Dialect, Format
from loadstone.formats import read
from loadstone.formats.arrays import open_arrays, weight_names
from tests.corpus_table import MODELS, Model

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.file)
FILES = tuple(model for model in MODELS if model.format is not Format.SAVED_MODEL)
every_file = pytest.mark.parametrize("model", FILES, ids=lambda model: model.file)


@functools.cache
def artifact_of(path: Path) -> Artifact:
    return read(path)


def stored(path: Path) -> h5py.File:
    source = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5")) if zipfile.is_zipfile(path) else path
    return h5py.File(source, "r")


# TensorFlow 2.4 names functions of layers inside WeightNormalization that it does not write; nothing loads these.
WITHOUT_FUNCTIONS = {f"tf24/{name}.savedmodel" for name in ("addons_training", "conv_norms", "more_addons")}


def recorded(artifact: Artifact) -> dict[str, str]:
    return {
        one.distribution: str(one.versions).removeprefix("==")
        for one in artifact.writer
        if one.recorded and str(one.versions)
    }


@every_model
def test_format_and_writer_are_those_of_the_table(model: Model) -> None:
    artifact = artifact_of(model.path)
    assert artifact.format is model.format
    assert artifact.source == str(model.path)
    assert recorded(artifact) == {name: version for name, version in model.writer.items() if name != "python"}
    files = [model.path] if model.path.is_file() else [file for file in model.path.rglob("*") if file.is_file()]
    assert artifact.size == sum(file.stat().st_size for file in files)


@every_model
def test_nothing_is_wrong_with_a_file_that_a_release_wrote(model: Model) -> None:
    # tf.keras before 2.12 writes HDF5 under any name, ``.keras`` too.
    is_mislabelled = model.format is Format.HDF5_MODEL and model.path.suffix == ".keras"
    expected = [DefectKind.MISLABELLED] * is_mislabelled + [DefectKind.INCOMPLETE] * (model.file in WITHOUT_FUNCTIONS)
    assert [defect.kind for defect in artifact_of(model.path).defects] == expected


@every_model
def test_objects_of_the_table_are_found(model: Model) -> None:
    if model.format is Format.HDF5_WEIGHTS:
        assert artifact_of(model.path).objects == ()
    else:
        assert {*model.objects} <= {item.identity for item in artifact_of(model.path).objects}


@every_file
def test_inferred_versions_contain_the_writer(model: Model) -> None:
    for one in artifact_of(model.path).writer:
        version = model.stack.get(one.distribution)
        assert version is None or one.versions.contains(version), one


@every_file
def test_dialect_follows_the_writer(model: Model) -> None:
    artifact = artifact_of(model.path)
    if artifact.config is not None:
        is_keras_3 = model.stack["keras"].startswith("3.")
        assert artifact.dialect is (Dialect.KERAS_3 if is_keras_3 else Dialect.KERAS_2)


@every_file
def test_every_place_can_be_followed_in_the_document(model: Model) -> None:
    artifact = artifact_of(model.path)
    documents = documents_of(artifact, model.path)
    for item in artifact.objects:
        value: Any = documents[item.at.document]
        for step in item.at.path.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
        named = value if isinstance(value, str) else value["class_name"]
        assert named in {item.class_name, "function"}


def documents_of(artifact: Artifact, path: Path) -> dict[str, Any]:
    if artifact.format is Format.KERAS_ARCHIVE:
        return {"config.json": json.loads(zipfile.ZipFile(path).read("config.json"))}
    with h5py.File(path, "r") as file:
        return {
            name: json.loads(file.attrs[name]) for name in ("model_config", "training_config") if name in file.attrs
        }


@every_file
def test_arrays_are_those_of_libhdf5(model: Model) -> None:
    found: dict[str, NDArray[Any]] = {}
    with stored(model.path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]} if isinstance(item, h5py.Dataset) else {}))
    specs = {spec.name: spec for spec in artifact_of(model.path).tensors}
    with open_arrays(model.path) as arrays:
        assert set(arrays) == set(found) == set(specs)
        assert len(arrays) == len(found)
        for name, values in found.items():
            assert np.array_equal(arrays[name], values)
            assert (specs[name].shape, specs[name].dtype) == (np.shape(values), np.asarray(values).dtype.name)


@every_file
def test_weights_are_listed_layer_by_layer(model: Model) -> None:
    with stored(model.path) as file:
        group = file.get("model_weights", file)
        if "layer_names" not in group.attrs:
            variables = {name for layer in weight_names(model.path) for name in layer.names}
            assert variables == {spec.name for spec in artifact_of(model.path).tensors}
            return
        prefix = group.name.strip("/") + "/" if group.name != "/" else ""
        expected = [
            (layer, tuple(f"{prefix}{layer}/{text(name)}" for name in group[layer].attrs["weight_names"]))
            for layer in map(text, group.attrs["layer_names"])
        ]
    listed = [(layer.layer, layer.names) for layer in weight_names(model.path)]
    assert listed == expected


def text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
