"""Callbacks: what they leave in a model and in its files, when they stop it, and what they show."""

from __future__ import annotations

import importlib.util
import inspect
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import callbacks, optimizers

if TYPE_CHECKING:
    from pathlib import Path

EAGERLY = keras.backend.backend() == "tensorflow"  # which is faster for models this small
# Keras itself reads its variables like this when it saves a model on NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def compiled(optimizer: Any = "sgd") -> Any:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse", metrics=["mae"], run_eagerly=EAGERLY)
    return model


def values(variables: Any) -> list[Any]:
    return [ops.convert_to_numpy(variable.value) for variable in variables]


def assert_equal(actual: list[Any], expected: list[Any]) -> None:
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.golden("text", lacks="input")
def test_settings(row: Any) -> None:
    if row.object in {callbacks.TimeStopping, callbacks.TQDMProgressBar}:
        parameters = inspect.signature(row.object).parameters.values()
        assert {parameter.name: parameter.default for parameter in parameters} == row.config


@pytest.mark.parametrize(("update_weights", "scaled"), [(True, False), (False, True)])
def test_averages_are_saved(update_weights: bool, scaled: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    average = optimizers.MovingAverage(keras.optimizers.SGD(0.1), average_decay=0.5)
    model = compiled(keras.optimizers.LossScaleOptimizer(average, initial_scale=1.0) if scaled else average)
    path = tmp_path / "average.keras"
    checkpoint = callbacks.AverageModelCheckpoint(update_weights, str(path))
    model.fit(X, Y, epochs=1, batch_size=4, verbose=0, callbacks=[checkpoint])
    averages = values(average.average(variable) for variable in model.trainable_weights)
    saved = keras.models.load_model(path, compile=False)
    assert_equal(values(saved.trainable_weights), averages)
    assert np.allclose(values(model.trainable_weights)[0], averages[0]) == update_weights


def test_averages_after_batches(tmp_path: Path) -> None:
    model = compiled(optimizers.MovingAverage("sgd", average_decay=0.5))
    path = str(tmp_path / "{batch}.keras")
    checkpoint = callbacks.AverageModelCheckpoint(False, path, save_freq=1)  # noqa: FBT003 - as its callers do
    reference = compiled(optimizers.MovingAverage("sgd", average_decay=0.5))
    reference.set_weights(model.get_weights())
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[checkpoint])
    reference.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    assert_equal(values(model.trainable_weights), values(reference.trainable_weights))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["1.keras", "2.keras"]


def test_averages_need_an_optimizer_that_keeps_them(tmp_path: Path) -> None:
    checkpoint = callbacks.AverageModelCheckpoint(True, str(tmp_path / "model.keras"))  # noqa: FBT003 - same
    with pytest.raises(TypeError, match="MovingAverage"):
        compiled().fit(X, Y, verbose=0, callbacks=[checkpoint])
    with pytest.raises(ValueError, match="save_freq"):
        callbacks.AverageModelCheckpoint(True, "model.keras", save_freq="never")  # noqa: FBT003 - same


@pytest.mark.parametrize(("seconds", "epochs", "verbose"), [(0, 1, 1), (0, 1, 0), (86400, 3, 1)])
def test_time_is_up(seconds: int, epochs: int, verbose: int, capsys: Any) -> None:
    stopping = callbacks.TimeStopping(seconds, verbose=verbose)
    stopping = callbacks.TimeStopping(**stopping.get_config())
    history = compiled().fit(X, Y, epochs=3, verbose=0, callbacks=[stopping])
    assert len(history.epoch) == epochs
    says = "Timed stopping at epoch 1 after training for 0:00:00" in capsys.readouterr().out
    assert says == (seconds == 0 and verbose == 1)


def test_bars_of_training(capsys: Any) -> None:
    pytest.importorskip("tqdm")
    bar = callbacks.TQDMProgressBar(metrics_format="{name}={value:0.2f}", update_per_second=10**9)
    model = compiled()
    history = model.fit(X, Y, batch_size=4, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[bar]).history
    shown = capsys.readouterr()
    assert "Epoch 2/2" in shown.out
    assert "2/2" in shown.err
    for name in ("loss", "mae", "val_loss", "val_mae"):
        assert f"{name}={history[name][-1]:0.2f}" in shown.err
    loss, mae = model.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[bar])
    assert f"loss={loss:0.2f} - mae={mae:0.2f}" in capsys.readouterr().err
    assert callbacks.TQDMProgressBar(**bar.get_config()).get_config() == bar.get_config()


@pytest.mark.parametrize("epochs", [True, False])
@pytest.mark.parametrize("overall", [True, False])
def test_bars_that_are_hidden(epochs: bool, overall: bool, capsys: Any) -> None:  # noqa: FBT001 - parameters
    pytest.importorskip("tqdm")
    bar = callbacks.TQDMProgressBar(show_epoch_progress=epochs, show_overall_progress=overall)
    compiled().fit(X, Y, batch_size=4, verbose=0, callbacks=[bar])
    shown = capsys.readouterr().err
    assert ("/2" in shown) == epochs
    assert ("Training" in shown) == overall


# Keras says it of every generator that does not say how long it is.
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
def test_bars_of_unknown_length(capsys: Any) -> None:
    pytest.importorskip("tqdm")
    batches = ((X[:4], Y[:4]) for _ in range(3))
    compiled().fit(batches, shuffle=False, verbose=0, callbacks=[callbacks.TQDMProgressBar()])
    assert "loss:" in capsys.readouterr().err


@pytest.mark.skipif(importlib.util.find_spec("tqdm") is not None, reason="tqdm is installed")
def test_bars_need_tqdm() -> None:
    with pytest.raises(ImportError, match="install tqdm"):
        callbacks.TQDMProgressBar()
