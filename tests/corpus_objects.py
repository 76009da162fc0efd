"""The custom objects that corpus models need, written as a user of Keras 3 would write them today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from tests.corpus_table import Model


class Scale(keras.layers.Layer):  # type: ignore[misc] # keras ships no types
    """Multiplies each channel by a weight of its own; the layer of the fixtures that no library has."""

    def __init__(self, factor: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs: Any) -> Any:
        return inputs * self.scale * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


# A Lambda layer's function is given under the layer's name.
_FUNCTIONS = {
    "halved": lambda x: x * 0.5 + 1.0,
    "scaled": lambda x, by: by * x,
    "mixed": lambda pair: pair[0] - pair[1] ** 2,
    "normal": lambda x: keras.ops.normalize(x, axis=-1),
}


def custom_objects(model: Model) -> dict[str, Any]:
    """What `loadstone.load_model` has to be given for a model of the corpus."""
    functions = _FUNCTIONS if model.architecture.startswith("lambda_") else {}
    return {**functions, **({"Scale": Scale} if "Scale" in model.custom_objects else {})}
