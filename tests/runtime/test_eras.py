"""Models of every era, from Keras 1.2 and TensorFlow 1.13 on, load with the outputs they had."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from loadstone.blueprint.parse import REBUILT
from tests.era_files import ERA_MODELS, EraModel

MODELS = [model for model in ERA_MODELS if model.format in REBUILT]


def outputs(model: Any, inputs: dict[str, Any]) -> list[Any]:
    values = list(inputs.values())
    return [
        ops.convert_to_numpy(output) for output in keras.tree.flatten(model(values[0] if len(values) == 1 else values))
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.file)
def test_a_model_of_its_era_has_the_outputs_it_had(model: EraModel) -> None:
    inputs, recorded = model.io()
    loaded = outputs(loadstone.load_model(model.path), inputs)
    assert len(loaded) == len(recorded)
    for actual, expected in zip(loaded, recorded.values(), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=model.tolerance)
