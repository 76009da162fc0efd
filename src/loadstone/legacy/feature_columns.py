"""TensorFlow's feature columns: what is common to all, and those that give numbers.

A column is a frozen description that Keras can write; `loadstone.legacy.dense_features.DenseFeatures` has the weights
and tables of all of its columns, and hands them to each.

Source: ``tf.feature_column`` of TensorFlow 2.15.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Features = Mapping[str, Any]
    Lookups = Mapping[Any, Any]  # the vectors of an embedding by its name, tables of words by their column

PACKAGE = "loadstone"

MISSING = -1  # what stands for a value that a dense feature of integers has not


class Ids(NamedTuple):
    """Which categories a sample has.

    Attributes:
        index: shape (batch, values), integers; -1 where there is no value.
        weight: shape (batch, values), float32, None where each counts 1.
    """

    index: Any
    weight: Any = None


class Column:
    """What is common to all: Keras writes the fields, and reads them again."""

    def get_config(self) -> dict[str, Any]:
        """The fields, those that are columns or initializers described by Keras."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]  # subclasses are dataclasses
        return {name: keras.saving.serialize_keras_object(value) for name, value in values.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """A column from its fields, as any release wrote them; what stands for checkpoints is of no use any more."""
        known = {each.name for each in fields(cls)}  # type: ignore[arg-type]  # as above
        return cls(**{name: built(value) for name, value in config.items() if name in known})

    @property
    def name(self) -> str:
        """The name under which TensorFlow sorts columns and stores their weights."""
        raise NotImplementedError

    def inner(self) -> Iterator[Column]:
        """This column and those it is made of."""
        yield self
        for each in fields(self):  # type: ignore[arg-type]  # as above
            value = getattr(self, each.name)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Column):
                    yield from part.inner()


class DenseColumn(Column):
    """A column that gives numbers."""

    size: int

    def dense(self, features: Features, lookups: Lookups) -> Any:
        """The numbers, shape (batch, size), float32."""
        raise NotImplementedError


class CategoricalColumn(Column):
    """A column that gives categories."""

    size: int

    def ids(self, features: Features, lookups: Lookups) -> Ids:
        """The categories of each sample, below ``size``."""
        raise NotImplementedError


def built(value: Any) -> Any:
    """What Keras described, be it a column or a list of some; anything else as it is, lists as tuples."""
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    return tuple(built(each) for each in value) if isinstance(value, list | tuple) else value


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class NumericColumn(DenseColumn):
    """Numbers as they are, or as the user's ``normalizer_fn`` makes them."""

    key: str
    shape: tuple[int, ...] = (1,)
    default_value: Any = None
    dtype: str = "float32"
    normalizer_fn: Any = None

    @property
    def name(self) -> str:
        """The feature's."""
        return self.key

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many numbers a sample has."""
        return math.prod(self.shape)

    def dense(self, features: Features, lookups: Lookups) -> Any:  # noqa: ARG002 - as of all columns
        """The numbers, flat."""
        value = feature(features, self.key)
        if self.normalizer_fn is not None:
            value = self.normalizer_fn(value)
        return ops.reshape(ops.cast(value, "float32"), (-1, self.size))


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class BucketizedColumn(DenseColumn, CategoricalColumn):
    """The ranges that numbers are in; a boundary belongs to the range above it."""

    source_column: NumericColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        """The source's, and what became of it."""
        return f"{self.source_column.name}_bucketized"

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many ranges all numbers of a sample have."""
        return (len(self.boundaries) + 1) * self.source_column.size

    def _ranges(self, features: Features, lookups: Lookups) -> Any:
        boundaries = ops.convert_to_tensor(np.asarray(self.boundaries, "float32"))
        value = self.source_column.dense(features, lookups)
        return ops.sum(ops.cast(value[..., None] >= boundaries, "int32"), axis=-1)

    def dense(self, features: Features, lookups: Lookups) -> Any:
        """Each number's range, one-hot."""
        hot = ops.one_hot(self._ranges(features, lookups), len(self.boundaries) + 1, dtype="float32")
        return ops.reshape(hot, (-1, self.size))

    def ids(self, features: Features, lookups: Lookups) -> Ids:
        """Each number's range, those of the second number after those of the first."""
        first = np.arange(self.source_column.size, dtype="int32") * (len(self.boundaries) + 1)
        return Ids(self._ranges(features, lookups) + ops.convert_to_tensor(first))


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class IndicatorColumn(DenseColumn):
    """How often a sample has each category, or how much they weigh."""

    categorical_column: CategoricalColumn

    @property
    def name(self) -> str:
        """The categories', and what became of them."""
        return f"{self.categorical_column.name}_indicator"

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many categories there are."""
        return self.categorical_column.size

    def dense(self, features: Features, lookups: Lookups) -> Any:
        """A number for each category."""
        found = self.categorical_column.ids(features, lookups)
        hot = ops.one_hot(found.index, self.size, dtype="float32")
        return ops.sum(hot if found.weight is None else hot * found.weight[..., None], axis=1)


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class EmbeddingColumn(DenseColumn):
    """Vectors that are learnt for categories, combined over those of a sample."""

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str = "mean"
    initializer: Any = None
    max_norm: float | None = None
    trainable: bool = True

    @property
    def name(self) -> str:
        """The categories', and what became of them."""
        return f"{self.categorical_column.name}_embedding"

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """The vectors' length."""
        return self.dimension

    def dense(self, features: Features, lookups: Lookups) -> Any:
        """The vectors of a sample's categories, combined; zeros where it has none."""
        found = self.categorical_column.ids(features, lookups)
        counts = found.index >= 0
        if found.weight is not None and self.combiner != "sum":
            counts = ops.logical_and(counts, found.weight > 0)
        weight = ops.cast(counts, "float32") * (1.0 if found.weight is None else found.weight)
        vectors = ops.take(lookups[self.name], ops.where(counts, found.index, 0), axis=0)
        if self.max_norm is not None:
            norm = ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True))
            vectors = vectors * (self.max_norm / ops.maximum(norm, self.max_norm))
        total = ops.sum(vectors * weight[..., None], axis=1)
        match self.combiner:
            case "sum":
                return total
            case "mean":
                return ops.divide_no_nan(total, ops.sum(weight, axis=1)[:, None])
            case "sqrtn":
                return ops.divide_no_nan(total, ops.sqrt(ops.sum(ops.square(weight), axis=1))[:, None])
        raise ValueError(f"{self.name}: {self.combiner!r} is no combiner; those are mean, sum and sqrtn")


def feature(features: Features, key: str) -> Any:
    """A feature as it was given, shape (batch, values).

    Raises:
        ValueError: there is none by this name.
    """
    if key not in features:
        raise ValueError(f"a feature column takes {key!r}, and the features are {', '.join(sorted(features))}")
    value = features[key]
    return ops.expand_dims(value, -1) if len(value.shape) == 1 else value
