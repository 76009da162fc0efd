"""Models of TensorFlow Addons 0.6, which names its objects without a package, load with the numbers they had."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import h5py
import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from loadstone.finding import CallWith
from loadstone.knowledge import own
from loadstone.knowledge.own import FIRST_ADDONS
from loadstone.legacy import addons as legacy
from tests.corpus_files import golden

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LABELS = sorted(path.stem for path in golden("bare_addons").rglob("*.h5"))
# What Keras has got of the same name since, and computes otherwise.
TAKEN_FOR_KERAS = ("group_normalization", "activation_gelu", "activation_sparsemax", "compiled_AdamW")


@pytest.fixture(scope="module")
def models() -> Path:
    return golden("bare_addons")


def recorded(models: Path, label: str) -> dict[str, NDArray[Any]]:
    with np.load(models / f"{label}.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def written_by(source: Path, target: Path, version: str) -> Path:
    """Copy a model as another version of Keras would have written it."""
    target.write_bytes(source.read_bytes())
    with h5py.File(target, "r+") as file:
        file.attrs["keras_version"] = version
        file["model_weights"].attrs["keras_version"] = version
    return target


@pytest.mark.parametrize("label", LABELS)
def test_a_model_has_the_outputs_and_the_loss_it_had(models: Path, label: str) -> None:
    model = loadstone.load_model(models / f"{label}.h5")
    answers = recorded(models, label)
    outputs = model.predict(answers["x"], verbose=0)
    np.testing.assert_allclose(outputs, answers["y"], rtol=1e-5, atol=1e-5)
    if "loss" in answers:
        loss = ops.convert_to_numpy(model.loss(answers["targets"], answers["y"]))
        assert loss.shape == answers["loss"].shape
        # A probability next to 1 leaves its complement four digits in float32.
        np.testing.assert_allclose(loss, answers["loss"], rtol=1e-4, atol=1e-6)
        assert type(model.optimizer).__name__ == label.removeprefix("compiled_")
        assert type(model.optimizer).__module__.startswith("loadstone.addons.")


@pytest.mark.parametrize("label", LABELS)
def test_the_diagnosis_says_so(models: Path, label: str) -> None:
    diagnosis = loadstone.diagnose(models / f"{label}.h5")
    codes = {finding.code for finding in diagnosis.findings}
    assert ("LS307" in codes) == label.startswith(TAKEN_FOR_KERAS)
    assert diagnosis.loads is ("LS301" not in codes)
    assert diagnosis.loads_with_loadstone is True


def test_there_is_a_model_of_everything_with_numbers_of_its_own(models: Path) -> None:
    stored = "".join((models / f"{label}.h5").read_bytes().decode("latin-1") for label in LABELS)
    of_classes = FIRST_ADDONS - {"sigmoid_focal_crossentropy"}  # which the class of the same name calls
    assert all(f'"{name}"' in stored for name in of_classes)
    assert legacy.REGISTERED.keys() == {f"{legacy.PACKAGE}>{name}" for name in FIRST_ADDONS}


@pytest.mark.parametrize(
    "label",
    [
        pytest.param(label, marks=() if label in {"group_normalization", "activation_hardshrink"} else pytest.mark.eras)
        for label in LABELS
        if "normalization" in label or label == "activation_hardshrink"
    ],
)
def test_the_converted_file_has_them_too(models: Path, tmp_path: Path, label: str) -> None:
    loadstone.convert(models / f"{label}.h5", tmp_path / "model.keras")
    answers = recorded(models, label)
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(answers["x"], verbose=0), answers["y"], rtol=1e-5, atol=1e-5)


def test_what_a_converted_file_lacks_is_one_import(models: Path, tmp_path: Path) -> None:
    loadstone.convert(models / "group_normalization.h5", tmp_path / "model.keras")
    (finding,) = loadstone.diagnose(tmp_path / "model.keras").findings
    assert (finding.code, finding.provided) == ("LS302", "loadstone")
    call = next(remedy for remedy in finding.remedies if isinstance(remedy, CallWith))
    script = call.python.replace("keras.models.load_model", "print(1); keras.models.load_model")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    again = loadstone.load_model(tmp_path / "model.keras")
    assert type(again.layers[-1]) is legacy.GroupNormalization


@pytest.mark.parametrize(("identity", "module"), own.MODULES.items())
def test_each_module_registers_what_it_is_said_to(identity: str, module: str) -> None:
    importlib.import_module(module)
    assert keras.saving.get_registered_object(identity) is not None


@pytest.mark.parametrize("first", ["loadstone.addons", "loadstone.legacy.addons"])
def test_one_import_registers_all(first: str) -> None:
    names = sorted(own.MODULES)
    absent = f"[name for name in {names} if not keras.saving.get_registered_object(name)]"
    script = f"import {first}, loadstone.addons, keras; print({absent})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_configurations_come_back(models: Path) -> None:
    loss = legacy.SigmoidFocalCrossEntropy(from_logits=True, gamma=3.0)
    assert legacy.SigmoidFocalCrossEntropy.from_config(loss.get_config()).get_config() == loss.get_config()
    layer = loadstone.load_model(models / "instance_normalization.h5").layers[-1]
    assert type(layer) is legacy.InstanceNormalization
    again = type(layer).from_config(layer.get_config())
    assert {**again.get_config(), "groups": 4} == layer.get_config()  # as many as channels, once they are known


def test_what_the_user_gives_goes_first(models: Path) -> None:
    class Maxout(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(name=kwargs["name"])
            self.num_units = kwargs["num_units"]

        def call(self, inputs: Any) -> Any:
            return inputs[..., : self.num_units]

    model = loadstone.load_model(models / "maxout.h5", custom_objects={"Maxout": Maxout})
    assert isinstance(model.layers[-1], Maxout)


@pytest.mark.parametrize("version", ["2.2.4", "2.3.0-tf", "2.8.0", "2.15.0"])
def test_such_a_name_of_another_writer_is_somebody_elses(models: Path, tmp_path: Path, version: str) -> None:
    path = written_by(models / "maxout.h5", tmp_path / "maxout.h5", version)
    with pytest.raises(loadstone.LoadFailed, match="Maxout is neither in Keras"):
        loadstone.load_model(path)


def test_a_group_normalization_of_keras_itself_is_keras_own(models: Path, tmp_path: Path) -> None:
    path = written_by(models / "group_normalization.h5", tmp_path / "own.h5", "2.15.0")
    assert type(loadstone.load_model(path).layers[-1]) is keras.layers.GroupNormalization
    assert not loadstone.diagnose(path).findings
