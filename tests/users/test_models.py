"""Code that users wrote for Keras 2 works in Keras 3: models of it have the outputs they had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from tests.users.files import CODE, MODELS, MODULES, UserModel, objects

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What `make test` loads; the other files are loaded by `make test-live`.
ALWAYS = (("tf113-keras22", ".h5"), ("tf215", ".keras"))
#: What does not load, and the words that say so.
REFUSED = {
    # tf.keras did not save layers in lists within lists, nor load them
    "subclassed-bottleneck.keras": r"dense_?\d*/kernel of shape \(6, 5\) has no array in the file",
    # a constructor of its own, and no get_config: the graph is not in the file
    "tf215/own_models-named": "the file has nothing of what Named was constructed with, nor its graph; build the",
}


def marked(models: Iterable[UserModel]) -> list[Any]:
    return [
        pytest.param(model, id=model.file, marks=() if (model.era, model.path.suffix) in ALWAYS else pytest.mark.eras)
        for model in models
    ]


def refusal(model: UserModel) -> str | None:
    return next((words for name, words in REFUSED.items() if name in model.file), None)


def load(model: UserModel) -> Any:
    return loadstone.load_model(model.path, custom_objects=objects(model.module))


@pytest.mark.parametrize("model", marked(model for model in MODELS if refusal(model) is None))
def test_a_model_has_the_outputs_and_the_scores_it_had(model: UserModel) -> None:
    loaded = load(model)
    given = model.recorded("x") if len(model.recorded("x")) > 1 else model.recorded("x")[0]
    found, known = keras.tree.flatten(loaded(given)), model.recorded("y")
    assert [tuple(value.shape) for value in found] == [value.shape for value in known]
    for value, expected in zip(found, known, strict=True):
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(ops.convert_to_numpy(value), expected, rtol=0, atol=1e-5 * scale)
    if targets := model.recorded("t"):
        scores = loaded.evaluate(given, targets if len(targets) > 1 else targets[0], batch_size=4, verbose=0)
        known_scores = model.recorded("s")[0]
        if "added_to_two" in model.file:  # Keras 3 has no metric that is added to a graph, and stands at its end
            known_scores = known_scores[:-1]
        np.testing.assert_allclose(scores, known_scores, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", marked(model for model in MODELS if refusal(model) is not None))
def test_what_cannot_be_had_is_said(model: UserModel) -> None:
    with pytest.raises(loadstone.LoadFailed, match=str(refusal(model))):
        load(model)


@pytest.mark.parametrize("model", marked(model for model in MODELS if "tf215/own_models-named" in model.file))
def test_a_model_whose_graph_is_not_in_the_file_is_filled_as_the_error_says(model: UserModel) -> None:
    built = objects(model.module)["model_named"]()
    loadstone.load_weights(built, model.path)
    np.testing.assert_allclose(built(model.recorded("x")[0]), model.recorded("y")[0], rtol=0, atol=1e-5)


def test_every_file_of_code_has_models_of_every_age() -> None:
    written = {(model.module, model.era) for model in MODELS}
    for module in MODULES:
        eras = {era for name, era in written if name == module}
        assert eras >= ({"tf113-keras22"} if module.startswith("keras") else {"tf23", "tf28", "tf211", "tf215"}), module


def test_no_file_of_code_says_where_it_stood() -> None:
    assert all(str(CODE.parent).encode() not in model.path.read_bytes() for model in MODELS)
