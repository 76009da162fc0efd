"""Arrays of an archive, by path, into models built here: what fits is set, what does not is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

import loadstone
from loadstone.artifact import Pointer
from loadstone.blueprint.graph import Blueprint, LayerSpec, ModelKind, Note, ObjectSpec
from loadstone.formats.arrays import LayerWeights
from loadstone.runtime.archives import set_by_path
from loadstone.runtime.registry import Registry
from loadstone.runtime.replay import Built, rebuild
from loadstone.runtime.weights import classes, set_by_name

if TYPE_CHECKING:
    from pathlib import Path

AT = Pointer(document="config.json", path="")


def built(*layers: ObjectSpec, shape: tuple[int | None, ...] = (None, 4)) -> Built:
    specs = (ObjectSpec(name="InputLayer", config={"batch_shape": shape}, at=AT), *layers)
    blueprint = Blueprint(
        name="model",
        kind=ModelKind.SEQUENTIAL,
        layers=tuple(LayerSpec(name=f"l{i}", stored_name=f"l{i}", content=spec) for i, spec in enumerate(specs)),
        at=AT,
    )
    model, problems = rebuild(blueprint, Registry({}))
    assert problems == ()
    assert model is not None
    return model


def dense(units: int) -> ObjectSpec:
    return ObjectSpec(name="Dense", config={"units": units}, at=AT)


def said(model: Built, arrays: dict[str, Any], *, keras_2: bool = False) -> list[str]:
    return [item.message for item in set_by_path(model, arrays, keras_2=keras_2)]


def test_layers_of_one_class_are_numbered_in_order() -> None:
    model = built(dense(3), dense(2))
    arrays = {
        "layers/dense/vars/0": np.full((4, 3), 1.0),
        "layers/dense/vars/1": np.full(3, 2.0),
        "layers/dense_1/vars/0": np.full((3, 2), 3.0),
        "layers/dense_1/vars/1": np.full(2, 4.0),
    }
    assert said(model, arrays) == []
    assert [float(np.asarray(w).flat[0]) for w in model.model.get_weights()] == [1, 2, 3, 4]


def test_a_missing_array_names_the_variable() -> None:
    (message,) = said(built(ObjectSpec(name="Rescaling", config={"scale": 2.0}, at=AT), dense(3)), {})[:1]
    assert message.endswith("kernel of shape (4, 3) has no array in the file")


def test_a_wrong_number_of_arrays_names_the_path() -> None:
    messages = said(built(dense(3)), {"layers/dense/vars/0": np.zeros((4, 3))})
    assert messages[0].startswith("layers/dense/vars: ")


def test_a_part_that_the_layer_has_not_is_named() -> None:
    arrays = {
        "layers/dense/vars/0": np.zeros((4, 3)),
        "layers/dense/vars/1": np.zeros(3),
        "layers/dense/adapter/vars/0": np.zeros(1),
    }
    (message,) = said(built(dense(3)), arrays)
    assert message == "layers/dense/adapter/vars/0 belongs to nothing that the model has"


def test_cells_in_a_list_are_numbered_by_class() -> None:
    cells = tuple(ObjectSpec(name="SimpleRNNCell", config={"units": 2}, at=AT) for _ in range(2))
    stack = ObjectSpec(name="StackedRNNCells", config={"cells": cells}, at=AT)
    model = built(ObjectSpec(name="RNN", config={"cell": stack}, at=AT), shape=(None, 3, 2))
    arrays = {
        f"layers/rnn/cell/cells/{name}/vars/{number}": np.full(shape, number + 10.0 * cell)
        for cell, name in enumerate(("simple_rnn_cell", "simple_rnn_cell_1"))
        for number, shape in enumerate(((2, 2), (2, 2), (2,)))
    }
    assert said(model, arrays) == []
    assert [float(np.asarray(w).flat[0]) for w in model.model.get_weights()] == [0, 1, 2, 10, 11, 12]


def test_a_layout_of_the_keras_2_age_goes_by_name() -> None:
    config = {"layer": dense(3)}
    model = built(ObjectSpec(name="Addons>SpectralNormalization", config=config, at=AT))
    arrays = {
        "layers/spectral_normalization/layer/vars/0": np.full((4, 3), 1.0),
        "layers/spectral_normalization/layer/vars/1": np.full(3, 2.0),
        "layers/spectral_normalization/vars/0": np.full((4, 3), 1.0),
        "layers/spectral_normalization/vars/1": np.full((1, 3), 3.0),
    }
    assert said(model, arrays, keras_2=True) == []
    values = {w.path.rpartition("/")[2]: float(np.asarray(w).flat[0]) for w in model.model.weights}
    assert values == {"kernel": 1, "bias": 2, "sn_u": 3}


def test_what_a_release_did_not_store_yet_is_said() -> None:
    model = built(ObjectSpec(name="Addons>NoisyDense", config={"units": 2}, at=AT))
    layer = model.layers[1][0].stored_name
    names = ("sigma_kernel", "mu_kernel", "sigma_bias", "mu_bias")
    shapes = ((4, 2), (4, 2), (2,), (2,))
    arrays = {f"model_weights/{layer}/{layer}/{n}:0": np.ones(s) for n, s in zip(names, shapes, strict=True)}
    notes = set_by_name(model, [LayerWeights(layer=layer, names=tuple(arrays))], arrays)
    assert [type(item) for item in notes] == [Note, Note]
    np.testing.assert_array_equal(model.model(np.ones((1, 4))), [[5, 5]])


def test_a_normalization_computes_with_the_statistics_of_the_file() -> None:
    model = built(ObjectSpec(name="Normalization", config={"axis": -1}, at=AT))
    layer = model.layers[1][0].stored_name
    values = {"mean": np.full(4, 2.0), "variance": np.full(4, 4.0), "count": np.array(7)}
    arrays = {f"model_weights/{layer}/{layer}/{name}:0": array for name, array in values.items()}
    assert set_by_name(model, [LayerWeights(layer=layer, names=tuple(arrays))], arrays) == ()
    np.testing.assert_allclose(model.model(np.full((1, 4), 6.0)), [[2, 2, 2, 2]])


def test_classes_are_found_at_every_depth() -> None:
    inner = Blueprint(
        name="m",
        kind=ModelKind.SEQUENTIAL,
        layers=(LayerSpec(name="d", stored_name="d", content=dense(2)),),
        at=AT,
    )
    wrapper = ObjectSpec(name="Outer", config={"layer": inner, "more": (ObjectSpec(name="Deep", at=AT), 3)}, at=AT)
    assert classes(wrapper) == {"Outer", "Dense", "Deep"}


def test_a_vocabulary_beside_the_arrays_is_read(tmp_path: Path) -> None:
    words = keras.layers.StringLookup(name="words")
    words.set_vocabulary(["red", "green"])
    inputs = keras.Input((1,), dtype="string")
    keras.Model(inputs, words(inputs)).save(tmp_path / "model.keras")
    loaded = loadstone.load_model(tmp_path / "model.keras")
    assert loaded.get_layer("words").get_vocabulary() == ["[UNK]", "red", "green"]
