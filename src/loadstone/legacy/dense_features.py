"""The layer of Keras 2 that computes TensorFlow's feature columns."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.legacy.categorical_columns import VocabularyListCategoricalColumn
from loadstone.legacy.feature_columns import PACKAGE, EmbeddingColumn, built

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.legacy.feature_columns import DenseColumn, Features


@keras.saving.register_keras_serializable(PACKAGE)
class DenseFeatures(keras.layers.Layer):
    """Numbers from features by columns, in the order of the columns.

    Args:
        feature_columns: the columns; each gives numbers.
        partitioner: of the variables of TensorFlow 1, without meaning here.
        **kwargs: those of `keras.layers.Layer`.

    Source: ``keras.layers.DenseFeatures`` of TensorFlow 2.15.
    """

    def __init__(self, feature_columns: Sequence[DenseColumn], partitioner: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.partitioner = partitioner
        self.columns = tuple(feature_columns)

    def build(self, input_shape: Any) -> None:
        """Make the vectors and tables of every column."""
        parts = list(chain.from_iterable(column.inner() for column in self.columns))
        self.vectors = {each.name: self._vectors_of(each) for each in parts if isinstance(each, EmbeddingColumn)}
        words = {each for each in parts if isinstance(each, VocabularyListCategoricalColumn) and each.dtype == "string"}
        self.words = sorted(words, key=repr)
        for number, each in enumerate(self.words):
            setattr(self, f"table_{number}", each.lookup())  # TensorFlow exports what is an attribute of the layer
        super().build(input_shape)

    def _vectors_of(self, column: EmbeddingColumn) -> Any:
        with keras.name_scope(column.name.replace("/", "_")):  # as TensorFlow has it in a file
            return self.add_weight(
                name="embedding_weights",
                shape=(column.categorical_column.size, column.dimension),
                initializer=column.initializer or "truncated_normal",
                trainable=column.trainable,
            )

    def call(self, features: Features) -> Any:
        """Return (batch, sum of the columns' sizes), float32, of features of shape (batch,) or (batch, values)."""
        tables = {each: getattr(self, f"table_{number}") for number, each in enumerate(self.words)}
        lookups: dict[Any, Any] = {**self.vectors, **tables}
        return ops.concatenate([column.dense(features, lookups) for column in self.columns], axis=-1)

    def compute_output_shape(self, input_shape: Mapping[str, Any]) -> tuple[int | None, int]:
        """The batch's size, which every feature has, and that of all columns."""
        return (next(iter(input_shape.values()))[0], sum(column.size for column in self.columns))

    def get_config(self) -> dict[str, Any]:
        """The columns beside the base layer's settings."""
        columns = [keras.saving.serialize_keras_object(column) for column in self.columns]
        return {**super().get_config(), "feature_columns": columns}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> DenseFeatures:
        """A layer from what `get_config` wrote."""
        return cls(**{**config, "feature_columns": built(config["feature_columns"])})
