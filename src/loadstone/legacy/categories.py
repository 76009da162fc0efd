"""Categories of several features joined to one, as an experimental layer of Keras 2 did."""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class CategoryCrossing(keras.layers.Layer):
    """Every combination of the categories of several features, as words.

    Args:
        depth: how many features are joined, or several such numbers; an integer stands for all up to it, None for all
            features.
        separator: what stands between them.
        **kwargs: those of `keras.layers.Layer`.

    Source: ``keras.layers.experimental.preprocessing.CategoryCrossing`` of TensorFlow 2.3 to 2.6.
    """

    def __init__(self, depth: int | Sequence[int] | None = None, separator: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if keras.backend.backend() != "tensorflow":
            raise ValueError("categories are joined as words, which only the backend TensorFlow has")
        self.depth = depth
        self.separator = "_X_" if separator is None else separator

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return (batch, combinations), words, of inputs of shape (batch,) or (batch, values): words or integers."""
        import tensorflow as tf  # noqa: PLC0415 - the backend, which this layer insists on

        values = [value if value.dtype == tf.string else tf.strings.as_string(value) for value in inputs]
        values = [value[:, None] if value.shape.rank == 1 else value for value in values]
        chosen = [each for depth in self._depths(len(values)) for each in combinations(values, depth)]
        joined = tf.concat([reduce(self._joined, each) for each in chosen], axis=1)
        return tf.ensure_shape(joined, self.compute_output_spec(values).shape)

    def _joined(self, first: Any, second: Any) -> Any:
        import tensorflow as tf  # noqa: PLC0415 - as above

        first, second = tf.repeat(first, tf.shape(second)[1], axis=1), tf.tile(second, (1, tf.shape(first)[1]))
        return tf.strings.join([first, second], separator=self.separator)

    def _depths(self, inputs: int) -> tuple[int, ...]:
        if not self.depth:
            return (inputs,)
        return tuple(range(1, self.depth + 1)) if isinstance(self.depth, int) else tuple(self.depth)

    def compute_output_spec(self, inputs: Sequence[Any]) -> keras.KerasTensor:
        """Words, as many as there are combinations."""
        sizes = [value.shape[1] if len(value.shape) > 1 else 1 for value in inputs]
        chosen = [each for depth in self._depths(len(sizes)) for each in combinations(sizes, depth)]
        counts = [reduce(_product, each) for each in chosen]
        return keras.KerasTensor((inputs[0].shape[0], None if None in counts else sum(counts)), dtype="string")

    def get_config(self) -> dict[str, Any]:
        """The arguments beside the base layer's settings."""
        return {**super().get_config(), "depth": self.depth, "separator": self.separator}


def _product(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one * other
