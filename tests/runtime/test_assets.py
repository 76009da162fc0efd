"""Vocabularies that stand beside an archive's arrays are loaded; one that nothing asks for is named."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

import loadstone

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = np.asarray([["the cat sat"], ["the mat"], ["a dog sat on the mat"]], dtype=object)
VOCABULARY = "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt"


def model(mode: str) -> Any:
    """Adapted to texts, so that the vocabulary is in no configuration."""
    layer = layers.TextVectorization(output_mode=mode, output_sequence_length=4 if mode == "int" else None)
    layer.adapt(tf.constant(TEXTS))
    return keras.Sequential([layers.Input((1,), dtype="string"), layer])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    model("int").save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


@pytest.mark.parametrize("mode", ["int", "multi_hot", "count", "tf_idf"])
@pytest.mark.parametrize("zipped", [True, False])
def test_an_adapted_vocabulary_is_loaded(mode: str, zipped: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    written = model(mode)
    path = tmp_path / ("model.keras" if zipped else "model")
    written.save(path, zipped=zipped)
    loaded = loadstone.load_model(path)
    np.testing.assert_array_equal(*(ops.convert_to_numpy(each(tf.constant(TEXTS))) for each in (loaded, written)))


def with_member(archive: Path, old: str, new: str) -> Path:
    """The archive with a member of another name."""
    changed = archive.with_name("changed.keras")
    with zipfile.ZipFile(archive) as read, zipfile.ZipFile(changed, "w") as write:
        for name in read.namelist():
            write.writestr(name.replace(old, new), read.read(name))
    return changed


def test_the_vocabulary_is_where_these_tests_take_it_to_be(archive: Path) -> None:
    with zipfile.ZipFile(archive) as read:
        assert VOCABULARY in read.namelist()


def test_a_vocabulary_of_no_layer_is_named(archive: Path) -> None:
    with pytest.raises(loadstone.LoadFailed, match=r"assets/layers/other/vocabulary\.txt belongs to nothing"):
        loadstone.load_model(with_member(archive, "text_vectorization/_lookup_layer", "other"))


def test_a_vocabulary_that_is_missing_is_named(archive: Path) -> None:
    with pytest.raises(loadstone.LoadFailed, match=r"vocabulary\.txt"):
        loadstone.load_model(with_member(archive, "vocabulary.txt", "words.txt"))


def test_no_asset_leaves_its_folder(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(loadstone.LoadFailed, match="points to places outside itself"):
        loadstone.load_model(with_member(archive, "vocabulary.txt", "..\\vocabulary.txt"))
    assert not list(tmp_path.rglob("*vocabulary.txt"))
