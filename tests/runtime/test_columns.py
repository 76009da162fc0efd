"""Models whose features go through feature columns: those of real releases, and what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from loadstone.legacy.categorical_columns import CrossedColumn, IdentityCategoricalColumn, WeightedCategoricalColumn
from loadstone.legacy.dense_features import DenseFeatures
from loadstone.legacy.feature_columns import EmbeddingColumn, IndicatorColumn, NumericColumn
from tests.corpus_files import golden

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(str(path.relative_to(golden("columns"))) for path in golden("columns").rglob("*.h5"))
NUMBER = IdentityCategoricalColumn(key="number", number_buckets=3)


def features_of(path: Path) -> tuple[dict[str, Any], Any]:
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
        found = dict(arrays)
    outputs = found.pop("y")
    return {name: ops.convert_to_tensor(value) for name, value in found.items()}, outputs


@pytest.mark.parametrize("file", FILES)
def test_a_sequential_takes_the_dictionary_it_took(file: str, tmp_path: Path) -> None:
    path = golden("columns") / file
    features, outputs = features_of(path)
    model = loadstone.load_model(path)
    np.testing.assert_allclose(model(features), outputs, rtol=0, atol=1e-5)
    model.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    np.testing.assert_allclose(again(features), outputs, rtol=0, atol=1e-5)


def test_a_converted_model_of_words_is_proved_on_words(tmp_path: Path) -> None:
    source = golden("columns") / "tf215" / "words.h5"
    conversion = loadstone.convert(source, tmp_path / "words.keras")
    assert conversion.parity.max_abs == 0
    assert "features" in {note.upgrade for note in conversion.notes}


def test_columns_are_nobodys_own_classes() -> None:
    report = loadstone.diagnose(golden("columns") / "tf215" / "words.h5")
    assert report.loads_with_loadstone
    assert {finding.code for finding in report.findings} >= {"LS303", "LS306"}
    assert "LS302" not in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    ("combiner", "expected"),
    [("sum", [[4.0, 8.0], [0.0, 0.0]]), ("mean", [[2.0, 4.0], [0.0, 0.0]]), ("sqrtn", [[2.5298, 5.0596], [0.0, 0.0]])],
)
def test_vectors_are_combined_by_weight(combiner: str, expected: list[list[float]]) -> None:
    weighted = WeightedCategoricalColumn(categorical_column=NUMBER, weight_feature_key="weight")
    layer = DenseFeatures([EmbeddingColumn(categorical_column=weighted, dimension=2, combiner=combiner)])
    features = {"number": np.asarray([[0, 1], [-1, 7]]), "weight": np.asarray([[0.5, 1.5], [1.0, 1.0]], "float32")}
    layer(features)
    layer.set_weights([np.asarray([[2.0, 4.0], [2.0, 4.0], [9.0, 9.0]], "float32")])
    np.testing.assert_allclose(layer(features), expected, atol=1e-4)


def test_a_combiner_that_is_none_is_named() -> None:
    layer = DenseFeatures([EmbeddingColumn(categorical_column=NUMBER, dimension=2, combiner="product")])
    with pytest.raises(ValueError, match="number_embedding: 'product' is no combiner; those are mean, sum and sqrtn"):
        layer({"number": np.asarray([[0, 1]])})


def test_values_outside_of_their_range_count_as_the_default() -> None:
    column = IndicatorColumn(
        categorical_column=IdentityCategoricalColumn(key="number", number_buckets=3, default_value=2)
    )
    found = DenseFeatures([column])({"number": np.asarray([[7, 7], [-1, 0]])})
    np.testing.assert_array_equal(found, [[0, 0, 2], [1, 0, 0]])


def test_a_feature_that_is_not_given_is_named() -> None:
    with pytest.raises(ValueError, match="takes 'age', and the features are size, town"):
        DenseFeatures([NumericColumn(key="age")])({"town": np.ones((2, 1)), "size": np.ones((2, 1))})


def test_a_crossing_within_a_crossing_is_opened() -> None:
    inner = CrossedColumn(keys=("a", "b"), hash_bucket_size=5)
    assert CrossedColumn(keys=(inner, "c"), hash_bucket_size=7).name == "a_X_b_X_c"
    assert list(inner.inner()) == [inner]


def test_the_function_of_a_column_is_the_users(tmp_path: Path) -> None:
    def halved(value: Any) -> Any:
        return value / 2

    given = keras.Input((1,), name="age")
    column = NumericColumn(key="age", normalizer_fn=halved)
    model = keras.Model({"age": given}, DenseFeatures([column])({"age": given}))
    model.save(tmp_path / "model.keras")
    again = loadstone.load_model(tmp_path / "model.keras", custom_objects={"halved": halved})
    np.testing.assert_array_equal(again({"age": np.asarray([[3.0]], "float32")}), [[1.5]])
    with pytest.raises(loadstone.LoadFailed, match="halved"):
        loadstone.load_model(tmp_path / "model.keras")
