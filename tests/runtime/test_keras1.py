"""Models of Keras 1, and of Keras 2 on Theano, load with the outputs they had: every layer class, every way to nest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from loadstone.knowledge import own
from loadstone.legacy import keras1 as legacy
from loadstone.runtime.load import load
from tests.corpus_files import golden

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FOLDER = golden("keras1")
MODELS = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.h5"))
# What Theano computed in another way than the backends of Keras 3 do.
REFUSED = {
    "theano-keras12/convolution_2d_full": "border_mode='full'",
    "theano-keras12/convolution_2d_same_even": "Theano",
    "theano-keras12/convolution_2d_same_strided": "Theano",
    "theano-keras12/max_pooling_same": "Theano",
    "theano-keras22/average_pooling_same": "Theano",
    "theano-keras22/conv_2d_same_even": "Theano",
    "theano-keras22/conv_2d_same_strided": "Theano",
    "theano-keras22/conv_2d_transpose_same": "Theano",
    "theano-keras22/max_pooling_same": "Theano",
}
LOADING = [name for name in MODELS if name not in REFUSED]
#: A model for each layer that is ours; they are saved and loaded again.
OURS = {
    "BatchStatisticsNormalization": "batch_normalization_statistics",
    "CosineMerge": "merge_cos_matrices",
    "Deconvolution2D": "deconvolution_2d_padded",
    "Embedding": "embedding_dropout",
    "Highway": "highway",
    "MaxoutDense": "maxout_dense",
    "ParametricSoftplus": "parametric_softplus",
    "SReLU": "srelu",
    "SampleNormalization": "batch_normalization_sample",
}


@pytest.fixture(scope="module")
def models() -> Path:
    return FOLDER


def recorded(models: Path, name: str) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
    with np.load(models / f"{name}.npz", allow_pickle=False) as arrays:
        given = [arrays[key] for key in sorted(arrays.files) if key.startswith("x")]
        return given, [arrays[key] for key in sorted(arrays.files) if key.startswith("y")]


def check(model: Any, models: Path, name: str) -> None:
    given, expected = recorded(models, name)
    outputs = keras.tree.flatten(model(given if len(given) > 1 else given[0]))
    assert [tuple(output.shape) for output in outputs] == [wanted.shape for wanted in expected]
    for actual, wanted in zip(outputs, expected, strict=True):
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(ops.convert_to_numpy(actual), wanted, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("name", LOADING)
def test_a_model_has_the_outputs_it_had(models: Path, name: str) -> None:
    check(loadstone.load_model(models / f"{name}.h5"), models, name)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_had_is_said(models: Path, name: str) -> None:
    with pytest.raises(loadstone.LoadFailed, match=REFUSED[name]):
        loadstone.load_model(models / f"{name}.h5")


@pytest.mark.parametrize("name", MODELS)
def test_what_loadstone_can_do_is_told_before(models: Path, name: str) -> None:
    assert loadstone.diagnose(models / f"{name}.h5").with_loadstone.loads is (name in LOADING)  # type: ignore[union-attr]


@pytest.mark.parametrize("class_name", OURS)
def test_a_layer_that_is_ours_is_saved_and_loaded(models: Path, class_name: str, tmp_path: Path) -> None:
    name = f"tf113-keras12/{OURS[class_name]}"
    model = loadstone.load_model(models / f"{name}.h5")
    ours = legacy.REGISTERED[f"Keras1>{class_name}"]
    assert any(type(layer) is ours for layer in model.layers)
    model.save(tmp_path / "model.keras")
    check(keras.saving.load_model(tmp_path / "model.keras"), models, name)


def test_the_names_are_those_that_there_are() -> None:
    assert set(legacy.REGISTERED) == {f"Keras1>{name}" for name in own.KERAS_1}
    assert set(OURS) == own.KERAS_1


def test_words_are_dropped_in_training_alone() -> None:
    layer = legacy.Embedding(50, 3, dropout=0.5)
    given = np.arange(50)[None]
    plain = ops.convert_to_numpy(layer(given, training=False))
    dropped = ops.convert_to_numpy(layer(given, training=True))
    is_zero = (dropped == 0).all(axis=-1)
    assert 5 < is_zero.sum() < 45
    np.testing.assert_allclose(dropped[~is_zero], 2 * plain[~is_zero], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tf113-keras12/lstm_cpu", "3 arrays have the names and the layout of Keras 1"),
        ("tf113-keras12/branches_deep", "is a graph"),
        ("tf113-keras12/shapes_2d", "tf is assumed"),
        ("theano-keras12/convolution_2d", "1 kernels are turned round"),
        ("theano-keras22/conv_lstm_2d", "2 kernels are turned round"),
    ],
)
def test_what_was_changed_is_in_the_audit_trail(models: Path, name: str, said: str) -> None:
    assert any(said in note.message for note in load(models / f"{name}.h5").notes)


def test_a_merge_with_a_function_asks_for_it(models: Path, tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "merged.h5"
    path.write_bytes((models / "tf113-keras12/merge_mul.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        text = str(file.attrs["model_config"])
        changed = text.replace('"mode": "mul", "mode_type": "raw"', '"mode": "joined", "mode_type": "function"')
        assert changed != text
        file.attrs["model_config"] = changed.encode()
    with pytest.raises(loadstone.LoadFailed, match=r"custom_objects: joined"):
        loadstone.load_model(path)
    model = loadstone.load_model(path, custom_objects={"joined": lambda pair: pair[0] * pair[1]})
    check(model, models, "tf113-keras12/merge_mul")
