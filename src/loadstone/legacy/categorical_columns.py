"""The feature columns of categories: integers, words by a list or by their hash, crossings, weights.

Integers are looked up on every backend; words, hashes and crossings need TensorFlow's, as Keras 3's own words do.

Source: ``tf.feature_column`` of TensorFlow 2.15.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.legacy.feature_columns import MISSING, PACKAGE, CategoricalColumn, Ids, feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from loadstone.legacy.feature_columns import Column, Features, Lookups

_HASH_KEY = 0xDECAFCAFFE  # of crossings that name none: ``sparse_ops._DEFAULT_HASH_KEY``


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class IdentityCategoricalColumn(CategoricalColumn):
    """Integers that are categories already. One that is too large counts as missing, where TensorFlow stopped."""

    key: str
    number_buckets: int
    default_value: int | None = None

    @property
    def name(self) -> str:
        """The feature's."""
        return self.key

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many categories there are."""
        return self.number_buckets

    def ids(self, features: Features, lookups: Lookups) -> Ids:  # noqa: ARG002 - as of all columns
        """The integers."""
        value = ops.cast(feature(features, self.key), "int32")
        is_outside = ops.logical_or(value < 0, value >= self.number_buckets)
        instead = MISSING if self.default_value is None else self.default_value
        return Ids(ops.where(is_outside, ops.where(value == MISSING, MISSING, instead), value))


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class VocabularyListCategoricalColumn(CategoricalColumn):
    """Words or integers by a list; others by their hash, or by one number for all."""

    key: str
    vocabulary_list: tuple[str | int, ...]
    dtype: str = "string"
    default_value: int = -1
    num_oov_buckets: int = 0

    @property
    def name(self) -> str:
        """The feature's."""
        return self.key

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """The list's length, and the hashes of others."""
        return len(self.vocabulary_list) + self.num_oov_buckets

    def lookup(self) -> Any:
        """TensorFlow's table of the words."""
        tf = _tensorflow(self)
        words = tf.constant(list(self.vocabulary_list), tf.string)
        numbers = tf.range(len(self.vocabulary_list), dtype=tf.int64)
        return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(words, numbers), self.default_value)

    def ids(self, features: Features, lookups: Lookups) -> Ids:
        """Where in the list each value is."""
        value = feature(features, self.key)
        if self in lookups:
            index = ops.cast(lookups[self].lookup(value), "int32")
        else:
            index = _places(value, np.asarray(self.vocabulary_list), self.default_value)
        if self.num_oov_buckets:
            others = len(self.vocabulary_list) + _hashed(self, value, self.num_oov_buckets)
            index = ops.where(index < 0, others, index)
        return Ids(ops.where(_is_missing(value), MISSING, index))


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class HashedCategoricalColumn(CategoricalColumn):
    """Words or integers by their hash."""

    key: str
    hash_bucket_size: int
    dtype: str = "string"

    @property
    def name(self) -> str:
        """The feature's."""
        return self.key

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many hashes there are."""
        return self.hash_bucket_size

    def ids(self, features: Features, lookups: Lookups) -> Ids:  # noqa: ARG002 - as of all columns
        """Each value's hash."""
        value = feature(features, self.key)
        return Ids(ops.where(_is_missing(value), MISSING, _hashed(self, value, self.hash_bucket_size)))


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class CrossedColumn(CategoricalColumn):
    """Combinations of the values of several features, by their hash."""

    keys: tuple[str | CategoricalColumn, ...]
    hash_bucket_size: int
    hash_key: int | None = None

    @property
    def name(self) -> str:
        """The names of all that is crossed, in order."""
        return "_X_".join(sorted(each if isinstance(each, str) else each.name for each in self.leaves()))

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many hashes there are."""
        return self.hash_bucket_size

    def leaves(self) -> Iterator[str | CategoricalColumn]:
        """What is crossed, that of crossings within it too."""
        return chain.from_iterable(each.leaves() if isinstance(each, CrossedColumn) else (each,) for each in self.keys)

    def ids(self, features: Features, lookups: Lookups) -> Ids:
        """The hash of each combination."""
        tf = _tensorflow(self)
        crossed = [
            _word_or_int64(tf, feature(features, each))
            if isinstance(each, str)  # the empty word and -1 are values here
            else _present(tf, tf.cast(each.ids(features, lookups).index, tf.int64))
            for each in self.leaves()
        ]
        hashed = tf.sparse.cross_hashed(crossed, self.hash_bucket_size, self.hash_key or _HASH_KEY)
        return Ids(tf.cast(tf.sparse.to_dense(hashed, default_value=MISSING), tf.int32))


@keras.saving.register_keras_serializable(PACKAGE)
@dataclass(frozen=True, kw_only=True)
class WeightedCategoricalColumn(CategoricalColumn):
    """Categories that count as much as another feature says."""

    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: str = "float32"

    @property
    def name(self) -> str:
        """The categories' and the weights'."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def size(self) -> int:  # type: ignore[override]  # a property here
        """How many categories there are."""
        return self.categorical_column.size

    def ids(self, features: Features, lookups: Lookups) -> Ids:
        """The categories with their weights."""
        weight = ops.cast(feature(features, self.weight_feature_key), "float32")
        return Ids(self.categorical_column.ids(features, lookups).index, weight)


def _is_missing(value: Any) -> Any:
    """Where a dense feature of categories has none: TensorFlow takes the empty word and -1 for that."""
    return value == ("" if "string" in str(value.dtype) else MISSING)


def _places(value: Any, vocabulary: NDArray[Any], default: int) -> Any:
    """The index of each integer in a vocabulary, else the default."""
    order = np.argsort(vocabulary, kind="stable")
    ordered = ops.convert_to_tensor(vocabulary[order].astype("int32"))
    value = ops.cast(value, "int32")
    place = ops.minimum(ops.searchsorted(ordered, ops.reshape(value, (-1,))), len(vocabulary) - 1)
    place = ops.reshape(ops.cast(place, "int32"), ops.shape(value))
    found = ops.take(ops.convert_to_tensor(order.astype("int32")), place)
    return ops.where(ops.take(ordered, place) == value, found, default)


def _hashed(column: Column, value: Any, buckets: int) -> Any:
    tf = _tensorflow(column)
    words = value if value.dtype == tf.string else tf.strings.as_string(value)
    return tf.cast(tf.strings.to_hash_bucket_fast(words, buckets), tf.int32)


def _word_or_int64(tf: Any, value: Any) -> Any:
    return value if value.dtype == tf.string else tf.cast(value, tf.int64)


def _present(tf: Any, value: Any) -> Any:
    """Integers but those that are missing, as a sparse tensor."""
    places = tf.where(value != MISSING)
    return tf.sparse.SparseTensor(places, tf.gather_nd(value, places), tf.shape(value, out_type=tf.int64))


def _tensorflow(column: Column) -> Any:
    """TensorFlow, where it is the backend.

    Raises:
        ValueError: it is not.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"the column {column.name} is of words or hashes, which only the backend TensorFlow computes")
    import tensorflow as tf  # noqa: PLC0415 - the backend

    return tf
