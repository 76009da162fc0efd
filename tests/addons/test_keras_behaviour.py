"""The addons behave as Keras objects: symbolic calls, files, training steps, mixed precision, configurations.

One row of the golden table for each object; the numbers are `test_golden.py`'s business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone import addons

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BACKEND = keras.backend.backend()
EAGERLY = BACKEND == "tensorflow"  # which is faster for models this small; layers and optimizers run in graphs
ACTIVATIONS = sorted(name for name in addons.REGISTERED if getattr(addons.activations, name.partition(">")[2], None))
EPOCH = {"epochs": 1, "batch_size": 8, "verbose": 0}
# Keras itself reads its variables like this when it saves a model on NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def reloaded(model: Any, path: Path) -> Any:
    model.save(path / "model.keras")
    return keras.models.load_model(path / "model.keras")


def assert_all_close(actual: Any, expected: Any) -> None:
    for one, other in zip(listed(actual), listed(expected), strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(one), ops.convert_to_numpy(other), rtol=1e-5, atol=1e-6)


@pytest.fixture
def mixed_precision() -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.golden("layers", once=True)
def test_layer_in_model(row: Any, tmp_path: Path) -> None:
    layer = row.make_layer()
    values = row.all_of("input")
    inputs = [keras.Input(value.shape[1:], dtype=value.dtype.name) for value in values]
    outputs = listed(row.call(layer, inputs))
    for symbolic, output in zip(outputs, listed(row.call(layer)), strict=True):
        assert symbolic.shape[1:] == tuple(output.shape[1:])
        assert symbolic.dtype == keras.backend.standardize_dtype(output.dtype)
    model = keras.Model(inputs, keras.layers.Dense(1)(outputs[0]))
    model.compile("sgd", "mse", jit_compile=False, run_eagerly=EAGERLY and row.is_cell)
    target = np.zeros((len(row.answers["input0"]), *model.output.shape[1:]), "float32")
    history = model.fit(values, target, **EPOCH)
    assert np.isfinite(history.history["loss"]).all()
    assert_all_close(reloaded(model, tmp_path)(values), model(values))


@pytest.mark.golden("layers")
def test_layer_configuration(row: Any) -> None:
    layer = row.make_layer()
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.mark.usefixtures("mixed_precision")
@pytest.mark.golden("layers", once=True)
def test_layer_in_mixed_precision(row: Any) -> None:
    policy = {"dtype": "mixed_float16"}
    nested = {
        key: {**row.config[key], "config": {**row.config[key]["config"], **policy}}
        for key in ("layer",)
        if key in row.config
    }
    layer = row.make_layer(**policy, **nested)
    values = [value.astype("float16") if value.dtype == "float32" else value for value in row.all_of("input")]
    for output in listed(row.call(layer, [ops.convert_to_tensor(value) for value in values])):
        if keras.backend.is_float_dtype(output.dtype):
            assert keras.backend.standardize_dtype(output.dtype) == "float16"
            assert np.isfinite(ops.convert_to_numpy(output)).all()
    assert {variable.dtype for variable in layer.trainable_variables} <= {"float32"}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activation_in_model(activation: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, activation=addons.REGISTERED[activation])])
    model.compile("sgd", "mse", run_eagerly=EAGERLY)
    values = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    if BACKEND != "jax" or activation != "Addons>rrelu":  # whose slopes need a seed in what JAX compiles
        model.fit(values, np.zeros((4, 4), "float32"), **EPOCH)
    loaded = reloaded(model, tmp_path)
    assert loaded.layers[0].activation is addons.REGISTERED[activation]
    assert_all_close(loaded(values), model(values))


@pytest.mark.usefixtures("mixed_precision")
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activation_in_mixed_precision(activation: str) -> None:
    outputs = addons.REGISTERED[activation](ops.ones((2, 3), "float16"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"


@pytest.mark.golden("losses", once=True)
def test_loss_in_model(row: Any, tmp_path: Path) -> None:
    y_true, y_pred = row.answers["y_true"], row.answers["y_pred"]
    loss = row.make(reduction="sum_over_batch_size") if isinstance(row.object, type) else row.object
    if y_pred.ndim == 1:
        y_true, y_pred = y_true[:, None], y_pred[:, None]
    model = keras.Sequential([keras.Input(y_pred.shape[1:]), keras.layers.Dense(y_pred.shape[-1], "sigmoid")])
    model.compile("sgd", loss, run_eagerly=EAGERLY)
    history = model.fit(y_pred, y_true, epochs=1, batch_size=len(y_true), verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    loaded = reloaded(model, tmp_path)
    arguments = {"batch_size": len(y_true), "verbose": 0}
    assert loaded.evaluate(y_pred, y_true, **arguments) == pytest.approx(model.evaluate(y_pred, y_true, **arguments))


@pytest.mark.golden("metrics", once=True, needs="batch0_1")
def test_metric_in_model(row: Any, tmp_path: Path) -> None:
    y_true, y_pred = row.all_of("batch0_")
    if y_true.ndim == 1:
        y_true, y_pred = y_true[:, None], y_pred.reshape(len(y_pred), -1)
    model = keras.Sequential([keras.Input(y_pred.shape[1:]), keras.layers.Activation("linear")])
    model.compile(loss="mse", metrics=[row.make()], run_eagerly=EAGERLY)
    result = model.evaluate(y_pred, y_true, batch_size=4, verbose=0, return_dict=True)
    loaded = reloaded(model, tmp_path)
    again = loaded.evaluate(y_pred, y_true, batch_size=4, verbose=0, return_dict=True)
    for name, value in result.items():
        np.testing.assert_allclose(again[name], value, rtol=1e-5)


@pytest.mark.golden("metrics", once=True)
def test_metric_configuration(row: Any) -> None:
    metric = row.make()
    assert type(metric).from_config(metric.get_config()).get_config() == metric.get_config()


@pytest.mark.golden("optimizers", once=True)
def test_optimizer_in_model(row: Any, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    values, target = random.normal(size=(8, 3)).astype("float32"), random.normal(size=(8, 2)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(row.make(), "mse", jit_compile=False)
    model.fit(values, target, epochs=3, batch_size=4, verbose=0)
    loaded = reloaded(model, tmp_path)
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for state, expected in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(state.numpy(), expected.numpy())
    loaded.run_eagerly = EAGERLY
    for trained in (model, loaded):  # both go on alike
        trained.fit(values, target, epochs=1, batch_size=4, shuffle=False, verbose=0)
    assert_all_close(loaded(values), model(values))


@pytest.mark.usefixtures("mixed_precision")
@pytest.mark.golden("optimizers", once=True)
def test_optimizer_in_mixed_precision(row: Any) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(row.make(), "mse", run_eagerly=EAGERLY)  # Keras wraps it into one that scales the loss
    history = model.fit(np.ones((4, 3), "float32"), np.zeros((4, 2), "float32"), **EPOCH)
    assert np.isfinite(history.history["loss"]).all()
