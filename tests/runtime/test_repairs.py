"""Layers of ours in the place of those that Keras 3 computes wrongly on one backend."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import ObjectSpec
from loadstone.runtime.registry import Registry
from loadstone.runtime.repairs import REPAIRS, own_name

BACKEND = keras.backend.backend()
SETTINGS: dict[str, dict[str, Any]] = {
    "AveragePooling1D": {"pool_size": 3, "strides": 2, "padding": "same"},
    "AveragePooling2D": {"pool_size": (3, 2), "strides": 2, "padding": "same"},
    "AveragePooling3D": {"pool_size": 4, "strides": 3, "padding": "same"},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3, "value_dim": 5},
}
REGISTRY = Registry(custom_objects={})


def spec(name: str, settings: dict[str, Any]) -> ObjectSpec:
    return ObjectSpec(name=name, config=MappingProxyType(settings), at=Pointer(document="model_config", path="/"))


def inputs_of(name: str) -> list[Any]:
    random = np.random.default_rng(3).normal
    if name == "MultiHeadAttention":
        return [random(size=(2, 5, 8)).astype("float32"), random(size=(2, 6, 8)).astype("float32")]
    rank = int(name[-2])
    return [random(size=(*(2, 7, 6, 5)[: rank + 1], 3)).astype("float32")]


@pytest.mark.parametrize("row", REPAIRS, ids=lambda row: row.own)
def test_a_layer_is_replaced_on_its_backend_only(row: Any) -> None:
    settings = SETTINGS[row.name]
    expected = row.own if row.backend == BACKEND else None
    assert own_name(spec(row.name, settings)) == expected
    found = REGISTRY.find(spec(row.name, settings), "layer")
    assert keras.saving.get_registered_name(found) == (expected or row.name)
    plain = {key: value for key, value in settings.items() if key not in {"value_dim", "padding"}}
    assert own_name(spec(row.name, plain)) is None


@pytest.mark.parametrize("row", REPAIRS, ids=lambda row: row.own)
def test_ours_computes_what_keras_does_where_it_is_right(row: Any) -> None:
    own = REGISTRY.find(spec(row.own, {}), "layer")
    assert own is not None
    ours = own(**SETTINGS[row.name])
    keras_own = getattr(keras.layers, row.name)(**SETTINGS[row.name])
    inputs = inputs_of(row.name)
    result = ours(*inputs)
    assert ours.from_config(ours.get_config()).get_config() == ours.get_config()
    symbolic = own(**SETTINGS[row.name])(*(keras.Input(batch_shape=value.shape) for value in inputs))
    assert tuple(symbolic.shape) == tuple(result.shape)
    if row.backend == BACKEND:
        return
    expected = keras_own(*inputs)
    if ours.weights:
        ours.set_weights(keras_own.get_weights())
        result = ours(*inputs)
    np.testing.assert_allclose(ops.convert_to_numpy(result), ops.convert_to_numpy(expected), rtol=0, atol=1e-6)


def test_the_scores_are_returned_where_they_are_asked_for() -> None:
    own = REGISTRY.find(spec("loadstone>MultiHeadAttention", {}), "layer")
    assert own is not None
    output, scores = own(num_heads=2, key_dim=3, value_dim=5)(
        *inputs_of("MultiHeadAttention"), return_attention_scores=True
    )
    assert (tuple(output.shape), tuple(scores.shape)) == ((2, 5, 8), (2, 2, 5, 6))
