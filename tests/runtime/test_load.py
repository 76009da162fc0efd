"""Every model of the corpus, loaded with loadstone in this Keras, against the outputs recorded when it was saved."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

import loadstone
from loadstone.artifact import Format
from loadstone.finding import Convert
from loadstone.formats import read
from loadstone.resolve.diagnosing import diagnose
from loadstone.runtime.load import load
from tests.corpus_objects import custom_objects
from tests.corpus_table import MODELS, Model
from tests.rules.environments import KERAS315
from tests.runtime.lines import run

if TYPE_CHECKING:
    from pathlib import Path

REBUILT = [model for model in MODELS if model.format in {Format.HDF5_MODEL, Format.KERAS_ARCHIVE}]
OTHERS = [model for model in MODELS if model.format in {Format.SAVED_MODEL, Format.HDF5_WEIGHTS}]


def named(file: str) -> Model:
    return next(model for model in MODELS if model.file == file)


def outputs(model: Any, inputs: dict[str, Any]) -> list[Any]:
    arrays = list(inputs.values())
    return keras.tree.flatten(model.predict_on_batch(arrays if len(arrays) > 1 else arrays[0]))  # type: ignore[no-any-return]  # keras ships no types


@pytest.mark.parametrize("model", REBUILT, ids=lambda model: model.file)
def test_a_model_loads_with_the_outputs_it_had(model: Model) -> None:
    told = diagnose(read(model.path), KERAS315)
    assert told.with_loadstone is not None
    given = {name: custom_objects(model)[name] for name in told.with_loadstone.custom_objects}
    assert told.loads_with_loadstone is not bool(given), "without the author's objects it does not load"
    offered = {r.python for finding in told.findings for r in finding.remedies if isinstance(r, Convert)}
    (line,) = offered or {f"import loadstone; loadstone.load_model({str(model.path)!r}, custom_objects=given)"}
    loaded = run(line, {**given, "given": given})
    inputs, recorded = model.io()
    assert isinstance(loaded, keras.Model)
    for actual, expected in zip(outputs(loaded, inputs), recorded.values(), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=0, atol=model.tolerance)


@pytest.mark.parametrize("file", ["tf24/conv_norms.h5", "tf215/conv_norms.keras"])
def test_a_load_tells_how_much_it_has_read(file: str) -> None:
    model, told = named(file), list[tuple[int, int]]()
    loadstone.load_model(model.path, progress=lambda done, of: told.append((done, of)))
    read_so_far = [done for done, _ in told]
    assert read_so_far == sorted(read_so_far)
    assert {of for _, of in told} == {model.path.stat().st_size}
    assert model.path.stat().st_size / 10 < read_so_far[-1] <= model.path.stat().st_size


@pytest.mark.parametrize("model", OTHERS, ids=lambda model: model.file)
def test_what_is_not_rebuilt_is_said(model: Model) -> None:
    with pytest.raises(loadstone.LoadFailed) as failure:
        loadstone.load_model(model.path)
    code = "LS207" if model.format is Format.SAVED_MODEL else "LS112"
    assert code in {finding.code for finding in failure.value.findings}
    assert code in str(failure.value)


@pytest.mark.parametrize("file", ["tf215/addons_training.h5", "tf215/addons_training.keras", "tf24/addons_training.h5"])
def test_the_compile_state_is_restored(file: str) -> None:
    model = named(file)
    loaded = load(model.path)
    optimizer = loaded.model.optimizer
    assert type(optimizer).__name__ == "Lookahead"
    assert type(loaded.model.loss).__name__ == "SigmoidFocalCrossEntropy"
    inputs, recorded = model.io()
    x, y = next(iter(inputs.values())), np.round(next(iter(recorded.values())))
    history = loaded.model.fit(x, y, epochs=1, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert "f1_score" in history


def test_the_state_of_the_optimizer_is_restored() -> None:
    loaded = load(named("tf215/plain_training.h5").path)
    assert int(loaded.model.optimizer.iterations) > 0
    assert "optimizer-state" not in {note.upgrade for note in loaded.notes}


def test_compile_false_leaves_the_compile_state_out() -> None:
    loaded = load(named("tf215/addons_training.h5").path, compiled=False)
    assert not loaded.model.compiled
    assert "optimizer-state" not in {note.upgrade for note in loaded.notes}


def test_every_missing_name_is_asked_for_at_once() -> None:
    with pytest.raises(loadstone.LoadFailed, match=r"give in custom_objects: halved, scaled, mixed$") as failure:
        loadstone.load_model(named("tf215/lambda_layer.h5").path)
    assert [finding.code for finding in failure.value.findings] == ["LS501"] * 3


def test_a_function_without_counterpart_is_said(tmp_path: Path) -> None:
    def rename(file: Any) -> None:
        config = file.attrs["model_config"]
        text = config if isinstance(config, str) else config.decode()
        file.attrs["model_config"] = text.replace('"math.reduce_mean"', '"image.extract_glimpse"')

    path = edited(named("tf215/tensor_operators.h5"), tmp_path / "edited.h5", rename)
    with pytest.raises(loadstone.LoadFailed, match=r"tf\.image\.extract_glimpse on a tensor has no") as failure:
        loadstone.load_model(path)
    (finding,) = failure.value.findings
    assert finding.code == "LS305"
    assert [type(remedy).__name__ for remedy in finding.remedies] == ["Nothing"]


def test_a_loaded_model_is_saved_and_loaded_by_plain_keras(tmp_path: Path) -> None:
    model = named("tf215/tensor_operators.h5")
    inputs, recorded = model.io()
    target = tmp_path / "operators.keras"
    loadstone.load_model(model.path).save(target)
    reloaded = keras.models.load_model(target)
    for actual, expected in zip(outputs(reloaded, inputs), recorded.values(), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=0, atol=model.tolerance)


@pytest.mark.parametrize("name", ["missing.h5", "empty.h5"])
def test_what_is_no_model_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.startswith("empty"):
        path.touch()
    with pytest.raises(loadstone.LoadFailed) as failure:
        loadstone.load_model(path)
    assert [finding.code for finding in failure.value.findings] == ["LS103" if path.exists() else "LS101"]


def edited(model: Model, target: Path, edit: Any) -> Path:
    """A copy of an HDF5 model, changed."""
    import h5py

    shutil.copyfile(model.path, target)
    with h5py.File(target, "r+") as file:
        edit(file)
    return target


def test_arrays_that_do_not_fit_are_named_at_both_ends(tmp_path: Path) -> None:
    def transpose(file: Any) -> None:
        group = file["model_weights/scaled/scaled"]
        array = group["scale:0"][()]
        del group["scale:0"]
        group["scale:0"] = np.concatenate([array, array])

    model = named("tf215/custom_layer.h5")
    path = edited(model, tmp_path / "edited.h5", transpose)
    with pytest.raises(loadstone.LoadFailed, match=r"scaled/scale:0 of shape \(12,\) has no variable") as failure:
        loadstone.load_model(path, custom_objects=custom_objects(model))
    assert "scaled/scale of shape (6,) has no array in the file" in str(failure.value)
    assert {finding.code for finding in failure.value.findings} == {"LS402"}


def test_arrays_of_a_layer_that_is_not_there_are_an_error(tmp_path: Path) -> None:
    def add_layer(file: Any) -> None:
        weights = file["model_weights"]
        names = [os.fsencode(name) for name in weights.attrs["layer_names"]]
        weights.attrs["layer_names"] = np.array([*names, b"stray"])
        group = weights.create_group("stray")
        group.attrs["weight_names"] = np.array([b"stray/kernel:0"])
        group["stray/kernel:0"] = np.zeros(2)

    path = edited(named("tf215/sequential_input_layer.h5"), tmp_path / "edited.h5", add_layer)
    with pytest.raises(loadstone.LoadFailed, match="belongs to a layer stray that the model has not"):
        loadstone.load_model(path)
