"""The Keras 1 dialect: names, values and arrays that the files in `tests/runtime/test_keras1.py` do not have."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from packaging.version import Version

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import Blueprint, LayerSpec, ModelKind, Note, ObjectSpec, Problem
from loadstone.blueprint.pairing import adopted
from loadstone.blueprint.recipes import Recipe, turned
from loadstone.blueprint.upgrades.keras1 import to_keras_2
from loadstone.blueprint.upgrades.keras1.weights import recipes
from loadstone.runtime.laid_out import made

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Value

AT = Pointer(document="model_config", path="")


def layer(class_name: str, **config: Value) -> LayerSpec:
    named = {"name": class_name.lower(), **config}
    content = ObjectSpec(name=class_name, config=MappingProxyType(named), at=AT)
    return LayerSpec(name=class_name.lower(), stored_name=class_name.lower(), content=content)


def model(*layers: LayerSpec, name: str = "model") -> Blueprint:
    return Blueprint(name=name, kind=ModelKind.SEQUENTIAL, layers=layers, at=AT)


def translated(spec: LayerSpec, release: str | None = None) -> ObjectSpec:
    after, _ = to_keras_2(model(spec), Version(release) if release else None)
    content = after.layers[0].content
    assert isinstance(content, ObjectSpec)
    return content


@pytest.mark.parametrize(
    ("stored", "name", "config"),
    [
        ("zero", "Zeros", {}),
        ("orthogonal", "Orthogonal", {"gain": 1.1}),
        ("uniform", "RandomUniform", {"minval": -0.05, "maxval": 0.05}),
        ("he_normal", "VarianceScaling", {"scale": 2.0, "mode": "fan_in", "distribution": "untruncated_normal"}),
        ("mine", "mine", {}),
    ],
)
def test_an_initialization(stored: str, name: str, config: dict[str, Value]) -> None:
    found = translated(layer("Dense", output_dim=3, init=stored)).config["kernel_initializer"]
    assert isinstance(found, ObjectSpec)
    assert (found.name, dict(found.config), found.is_identifier) == (name, config, name == "mine")


@pytest.mark.parametrize(
    ("stored", "name", "config"),
    [
        ({"name": "WeightRegularizer", "l1": 0.0, "l2": 0.5}, "L1L2", {"l1": 0.0, "l2": 0.5}),
        ({"name": "MaxNorm", "m": 3, "axis": 0}, "MaxNorm", {"max_value": 3, "axis": 0}),
        ({"name": "MinMaxNorm", "low": 0.1, "high": 2.0, "rate": 1.0, "axis": 1}, "MinMaxNorm",
         {"min_value": 0.1, "max_value": 2.0, "rate": 1.0, "axis": 1}),
    ],
)  # fmt: skip
def test_a_regularizer_or_constraint(stored: dict[str, Value], name: str, config: dict[str, Value]) -> None:
    found = translated(layer("Dense", output_dim=3, W_constraint=MappingProxyType(stored))).config["kernel_constraint"]
    assert isinstance(found, ObjectSpec)
    assert (found.name, dict(found.config)) == (name, config)


def test_a_regularizer_that_is_gone_is_a_problem() -> None:
    gone: Value = MappingProxyType({"name": "EigenvalueRegularizer", "k": 1.0})
    _, said = to_keras_2(model(layer("Dense", output_dim=3, W_regularizer=gone)))
    (problem,) = said
    assert isinstance(problem, Problem)
    assert "EigenvalueRegularizer" in problem.message


@pytest.mark.parametrize(("release", "expected"), [("1.0.8", "first"), ("1.1.0", "last"), (None, "last")])
def test_an_order_of_axes_that_nothing_tells_is_the_default_of_its_time(release: str | None, expected: str) -> None:
    assert translated(layer("ZeroPadding2D"), release).config["data_format"] == f"channels_{expected}"
    _, said = to_keras_2(model(layer("ZeroPadding2D")))
    assert any(isinstance(item, Note) and item.upgrade == "dim-ordering" for item in said)


def test_an_order_of_axes_is_that_of_the_other_layers() -> None:
    after, _ = to_keras_2(model(layer("ZeroPadding2D"), layer("MaxPooling2D", dim_ordering="th")))
    assert isinstance(after.layers[0].content, ObjectSpec)
    assert after.layers[0].content.config["data_format"] == "channels_first"


def test_an_order_of_axes_that_cannot_be_told_is_a_problem() -> None:
    mixed = [layer("MaxPooling2D", dim_ordering=each) for each in ("th", "tf")]
    _, said = to_keras_2(model(layer("ZeroPadding2D"), *mixed))
    assert [item.subject for item in said if isinstance(item, Problem)] == ["ZeroPadding2D"]


def test_a_class_of_ones_own_keeps_its_settings() -> None:
    assert dict(translated(layer("Mine", nb_filter=3, input_dtype="float32")).config) == {
        "name": "mine",
        "nb_filter": 3,
    }


GATES = [f"{role}_{gate}" for gate in "icfo" for role in "WUb"]


@pytest.mark.parametrize(
    "names",
    [
        [f"lstm_{role}:0" for role in GATES],
        [f"lstm_{role}_1:0" for role in GATES],  # the name was taken in TensorFlow's graph
        [f"lstm_{role}" for role in GATES],
        [f"param_{number}" for number in range(12)],
    ],
)
def test_the_gates_of_an_lstm_are_joined_in_keras_2s_order(names: list[str]) -> None:
    stored = tuple(f"model_weights/lstm/{name}" for name in names)
    arrays = {
        name: np.full((2, 3) if "b" not in role else (3,), ord(role[-1]))
        for name, role in zip(stored, GATES, strict=True)
    }
    found = recipes(layer("LSTM", units=3), stored, {name: array.shape for name, array in arrays.items()})
    assert [recipe.name for recipe in found] == [
        f"model_weights/lstm/lstm/{name}" for name in ("kernel", "recurrent_kernel", "bias")
    ]
    for recipe in found:
        value = made(recipe, arrays)
        assert value.shape == recipe.shape([arrays[source].shape for source in recipe.sources])
        assert value.shape[-1] == 12
        assert [chr(gate) for gate in value.reshape(-1, 4, 3)[0, :, 0]] == ["i", "f", "c", "o"]


@pytest.mark.parametrize("shape", [(3, 1, 2, 4), (4, 2, 3, 1)])
def test_a_kernel_of_one_dimension_had_two_layouts(shape: tuple[int, ...]) -> None:
    spec = layer("Conv1D", filters=4, kernel_size=(3,))
    (found,) = recipes(spec, ("conv1d/conv1d_W:0",), {"conv1d/conv1d_W:0": shape})
    assert made(found, {"conv1d/conv1d_W:0": np.zeros(shape)}).shape == (3, 2, 4)
    assert found.shape([shape]) == (3, 2, 4)


def test_arrays_that_are_not_understood_stay_as_they_are() -> None:
    names = ("dense/what:0", "dense/else:0", "dense/more:0")
    found = recipes(layer("Dense", units=3), names, dict.fromkeys(names, (2,)))
    assert [recipe.is_plain and recipe.name for recipe in found] == list(names)


def test_a_layer_beside_a_convolution_is_not_turned() -> None:
    nested = LayerSpec(name="inner", stored_name="inner", content=model(layer("Conv2D"), layer("Dense"), name="inner"))
    names = ("inner/conv2d/kernel:0", "inner/conv2d/bias:0", "inner/dense/kernel:0")
    found = turned(nested, [Recipe(name=name, sources=(name,)) for name in names])
    assert [recipe.turned for recipe in found] == [True, False, False]


def test_nested_models_without_names_get_those_of_the_file_in_order() -> None:
    nested = LayerSpec(name="sequential", stored_name="", content=model(layer("Dense")))
    layers = (nested, layer("Dense"), LayerSpec(name="other", stored_name="", content=model(layer("Dense"))))
    named = adopted(layers, ["sequential_1", "dense", "sequential_2"])
    assert [each.stored_name for each in named] == ["sequential_1", "dense", "sequential_2"]
