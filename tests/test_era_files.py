"""The files that every era saved are what their table says, and are read as such."""

from __future__ import annotations

import numpy as np
import pytest

import loadstone
from loadstone.artifact import DefectKind, Format
from tasks.fixtures_eras import ALL_ERAS, ERAS_SET
from tests.corpus_files import CORPUS, digest, unpacked
from tests.era_files import ARCHIVE, ERA_LEFT_OUT, ERA_MODELS, ERA_NAMES, EraModel

ARCHIVE_LIMIT = 1_000_000
LOADERS = {"keras", "tensorflow", "tensorflow.keras", "tf_keras"}
# TensorFlow 2.2 to 2.4 name functions of the layer inside WeightNormalization that they do not write.
WITHOUT_FUNCTIONS = {"tf22/addons.savedmodel", "tf23/addons.savedmodel", "tf24/addons.savedmodel"}

every_model = pytest.mark.parametrize("model", ERA_MODELS, ids=lambda model: model.file)


@every_model
def test_file_is_the_one_in_the_table(model: EraModel) -> None:
    assert digest(model.path) == model.sha256


@every_model
def test_inputs_and_outputs_are_recorded_under_a_name_each(model: EraModel) -> None:
    inputs, outputs = model.io()
    assert list(inputs) == [f"x{index}" for index in range(len(model.inputs))]
    assert list(outputs) == [f"y{index}" for index in range(len(model.outputs))]
    assert {array.dtype.name for array in inputs.values()} <= {"float32", "int32"}
    assert {array.dtype.name for array in outputs.values()} == {"float32"}
    # A model whose outputs do not depend on its inputs would agree with almost any wrong copy of itself.
    assert all(np.ptp(array, axis=0).max() > 1000 * model.tolerance for array in outputs.values())


@every_model
def test_what_stops_a_reload_is_said(model: EraModel) -> None:
    assert model.loader in LOADERS
    assert (model.reload_error is None) == (model.reloads and model.reloads_uncompiled)


@every_model
def test_the_reader_finds_the_format_and_the_writer_of_the_table(model: EraModel) -> None:
    artifact = loadstone.inspect(model.path)
    assert artifact.format is model.format
    recorded = {
        one.distribution: str(one.versions).removeprefix("==")
        for one in artifact.writer
        if one.recorded and str(one.versions)
    }
    # A file calls whatever Keras wrote it keras_version; after 2.15 the second generation is tf-keras alone.
    named = {
        ("tf-keras" if name == "keras" and "tf-keras" in model.stack else name): version.removesuffix("-tf")
        for name, version in model.writer.items()
    }
    assert recorded == named


@every_model
def test_a_writer_that_is_inferred_is_one_that_wrote_it(model: EraModel) -> None:
    for one in loadstone.inspect(model.path).writer:
        version = model.stack.get(one.distribution, "").removesuffix("-tf")
        assert not version or one.versions.contains(version), one


@every_model
def test_a_file_is_whole_unless_its_own_release_misses_something_in_it(model: EraModel) -> None:
    expected = {DefectKind.INCOMPLETE} if model.file in WITHOUT_FUNCTIONS else set()
    if model.format is Format.FROZEN_GRAPH:
        expected.add(DefectKind.NOT_A_MODEL)  # of Keras
    assert {defect.kind for defect in loadstone.inspect(model.path).defects} == expected
    assert not (model.reloads and DefectKind.INCOMPLETE in expected)


@pytest.mark.parametrize(
    "model", [each for each in ERA_MODELS if each.format is Format.SAVED_MODEL], ids=lambda model: model.file
)
def test_a_saved_model_serves_under_the_names_of_the_table(model: EraModel) -> None:
    signatures = {each.name: each for each in loadstone.inspect(model.path).signatures}
    served = signatures["serving_default"]
    assert {port.name for port in served.inputs} == set(model.inputs)
    assert {port.name for port in served.outputs} == set(model.outputs)


@pytest.mark.parametrize(
    "model", [each for each in ERA_MODELS if each.format is Format.FROZEN_GRAPH], ids=lambda model: model.file
)
def test_a_frozen_graph_has_the_inputs_and_outputs_of_the_table(model: EraModel) -> None:
    (signature,) = loadstone.inspect(model.path).signatures
    assert {port.name for port in signature.inputs} == set(model.inputs)
    assert set(model.outputs) <= {port.name for port in signature.outputs}


def test_every_era_has_its_models() -> None:
    assert list(ERA_NAMES) == [era.name for era in ALL_ERAS if ERAS_SET in era.sets]
    architectures = {era: {model.architecture for model in ERA_MODELS if model.era == era} for era in ERA_NAMES}
    assert [era for era in ERA_NAMES if not architectures[era] >= {"plain", "recurrent"}] == []
    with_addons = {model.era for model in ERA_MODELS if "tensorflow-addons" in model.stack}
    assert {era for era in ERA_NAMES if architectures[era] & {"addons", "addons_library"}} == with_addons


def test_what_could_not_be_saved_has_a_reason() -> None:
    assert all(row.reason for row in ERA_LEFT_OUT)
    absent = {(row.era, row.architecture, row.format) for row in ERA_LEFT_OUT}
    assert absent.isdisjoint({(model.era, model.architecture, model.format) for model in ERA_MODELS})


def test_the_archive_is_small_and_holds_what_the_table_lists() -> None:
    assert (CORPUS / f"{ARCHIVE}.tar.xz").stat().st_size < ARCHIVE_LIMIT
    listed = {path for model in ERA_MODELS for path in (model.path, model.io_path)}
    found = {path for folder in unpacked(ARCHIVE).iterdir() for path in folder.iterdir()}
    assert found == listed
