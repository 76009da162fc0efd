"""Files of weights load with an architecture of their own, of any release, and into models of the user's own code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops
from keras.layers import (
    LSTM,
    BatchNormalization,
    Bidirectional,
    Concatenate,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    Input,
)

import loadstone
from loadstone.blueprint.pairing import Ambiguous, paired
from loadstone.legacy import hard_sigmoid
from loadstone.runtime.load import load
from tests.corpus_files import golden

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

FOLDER = golden("weights")
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
WEIGHTS = [name for name in NAMES if name.endswith(".h5")]
PAIRS = [
    (weights, f"{era}/{architecture}")
    for weights in WEIGHTS
    for era in [weights.partition("/")[0]]
    for architecture in ("model.json", "model.yaml")
    if f"{era}/{architecture}" in NAMES
]


@pytest.fixture(scope="module")
def files() -> Path:
    return FOLDER


def check(model: Any, folder: Path) -> None:
    with np.load(folder / "io.npz", allow_pickle=False) as io:
        outputs = ops.convert_to_numpy(model([io["x0"], io["x1"]]))
        np.testing.assert_allclose(outputs, io["y0"], rtol=0, atol=1e-5 * float(np.abs(io["y0"]).max()))


def rebuilt(**names: str) -> Any:
    """The model of the files by today's code; each layer is named after its class, or as it is said."""
    recurrent: Any = names.pop("recurrent", "") or hard_sigmoid  # that of Keras 1 and 2, which was the default
    image, words = Input((6, 5, 2), name="image"), Input((4,), name="words")
    x = Conv2D(3, 2, activation="relu", name=names.get("conv2d"))(image)
    x = Flatten()(BatchNormalization(name=names.get("batch_normalization"))(x))
    y = Embedding(7, 3, name=names.get("embedding"))(words)
    cell = LSTM(2, recurrent_activation=recurrent)
    y = Bidirectional(cell, name=names.get("bidirectional"))(y)
    head = keras.Sequential([Input((4,)), Dense(4, activation="tanh"), Dense(3)], name="head")
    return keras.Model([image, words], Dense(2, name=names.get("dense"))(Concatenate()([x, head(y)])))


@pytest.mark.parametrize(("weights", "architecture"), PAIRS)
def test_weights_load_with_their_architecture(files: Path, weights: str, architecture: str) -> None:
    model = loadstone.load_model(files / weights, architecture=files / architecture)
    check(model, (files / weights).parent)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_load_into_a_model_of_ones_own_code(files: Path, weights: str) -> None:
    era = weights.partition("/")[0]
    model = rebuilt(recurrent="sigmoid" if era in {"tf24", "tf212", "tf215", "tf218", "tf221-tf_keras"} else "")
    loadstone.load_weights(model, files / weights)
    check(model, files / era)


def test_weights_whose_layers_have_other_names_load_in_their_order_and_say_so(files: Path) -> None:
    model = rebuilt(conv2d="first", dense="last")
    (note,) = loadstone.load_weights(model, files / "tf113-keras22/legacy.h5")
    assert note.upgrade == "layers-in-order"
    assert "first is conv2d_1" in note.message
    check(model, files / "tf113-keras22")


def test_a_whole_model_gives_its_architecture_and_its_weights(files: Path, tmp_path: Path) -> None:
    model = load(files / "tf24/legacy.h5", architecture=files / "tf24/model.json").model
    model.save(tmp_path / "model.keras")
    check(loadstone.load_model(files / "tf24/legacy.h5", architecture=tmp_path / "model.keras"), files / "tf24")
    again = rebuilt(recurrent="sigmoid")
    loadstone.load_weights(again, tmp_path / "model.keras")
    check(again, files / "tf24")


def test_weights_of_another_shape_are_an_error_that_names_both(files: Path) -> None:
    model = keras.Sequential([Input((4,)), Dense(3, name="conv2d_1")])
    with pytest.raises(loadstone.LoadFailed, match=r"only in the file: .*batch_normalization_1"):
        loadstone.load_weights(model, files / "tf113-keras22/legacy.h5")


def test_a_model_that_is_not_built_is_said_to_be(files: Path) -> None:
    with pytest.raises(ValueError, match="build it, or call it once"):
        loadstone.load_weights(keras.Sequential([Dense(3)]), files / "tf24/legacy.h5")


@pytest.mark.parametrize("name", ["io.npz", "model.json"])
def test_what_holds_no_weights_is_named(files: Path, name: str) -> None:
    with pytest.raises(loadstone.LoadFailed, match="LS108"):
        loadstone.load_model(files / "tf24" / name, architecture=files / "tf24/model.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"nbformat": 4}', "notebook"),
        ("class_name: Model\nconfig: !!python/object/apply:os.system ['true']\n", "python/object/apply:os.system"),
        ("class_name: Model\nconfig: &a [*a]\n", "aliases"),
        ("class_name: Model\nconfig: {\n", "not valid YAML"),
    ],
)
def test_an_architecture_that_is_none_is_named(files: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "architecture").write_text(text)
    with pytest.raises(loadstone.NotAModel, match=said):
        loadstone.load_model(files / "tf24/legacy.h5", architecture=tmp_path / "architecture")


def test_diagnosing_names_the_remedy(files: Path) -> None:
    (finding,) = (each for each in loadstone.diagnose(files / "tf24/legacy.h5").findings if each.code == "LS112")
    assert any("architecture='model.json'" in str(remedy) for remedy in finding.remedies)


def test_the_command_line_takes_an_architecture(files: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from loadstone.cli import main

    target = tmp_path / "model.keras"
    arguments = [str(files / "tf115/legacy.h5"), str(target), "--architecture", str(files / "tf115/model.json")]
    told: Result = CliRunner().invoke(main, ["convert", *arguments])
    assert told.exit_code == 0, told.output
    check(loadstone.load_model(target), files / "tf115")
    (tmp_path / "not.json").write_text(json.dumps({"nbformat": 4}))
    told = CliRunner().invoke(main, ["convert", *arguments[:-1], str(tmp_path / "not.json")])
    assert told.exit_code == 1
    assert "notebook" in told.output


@pytest.mark.parametrize(
    ("layers", "stored", "expected", "in_order"),
    [
        (["a", "b"], ["b", "a"], {"a": "a", "b": "b"}, False),
        (["dense", "dense_1"], ["dense_4", "dense_5"], {"dense": "dense_4", "dense_1": "dense_5"}, True),
        (["dense_2", "dense_3"], ["dense_1", "dense_2"], {"dense_2": "dense_1", "dense_3": "dense_2"}, True),
        (["first", "b"], ["a", "b"], {"first": "a", "b": "b"}, True),
    ],
)
def test_layers_are_paired(layers: list[str], stored: list[str], expected: dict[str, str], *, in_order: bool) -> None:
    pairing = paired(layers, stored)
    assert (dict(pairing.stored), pairing.in_order) == (expected, in_order)


@pytest.mark.parametrize(("layers", "stored"), [(["a"], ["a", "b"]), (["a", "c"], ["b", "a"])])
def test_layers_that_cannot_be_told_apart_are_an_error(layers: list[str], stored: list[str]) -> None:
    with pytest.raises(Ambiguous, match=r"only in the (model|file)"):
        paired(layers, stored)
