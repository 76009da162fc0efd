"""Every addon is a Keras object, in float32 and in mixed precision.

Walks each registered object once, by the first of its rows in the golden table: its configuration makes the same
object, it computes in the dtype of the policy, symbolic tensors of any batch size give the shapes that arrays give, a
model with it takes a training step, compiled where the backend can, and a ``.keras`` file of it gives the same
numbers. Which numbers is `test_golden.py`'s business.
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
# JAX always compiles. What PyTorch compiles needs a C++ compiler.
COMPILES = {"tensorflow", "jax"}
NOT_COMPILED = {  # by XLA, on TensorFlow
    "Addons>Lookahead": "the wrapped optimizer creates its state in the first step",
    "Addons>MovingAverage": "the same",
}
ONE_STEP = {"epochs": 1, "batch_size": 8, "verbose": 0}
# Keras itself reads its variables like this when it saves a model on NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(params=["float32", "mixed_float16"])
def policy(request: pytest.FixtureRequest) -> Iterator[str]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def compute_dtype(policy: str) -> str:
    return "float16" if policy == "mixed_float16" else "float32"


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def dtype_of(tensor: Any) -> str:
    return str(keras.backend.standardize_dtype(tensor.dtype))


def as_symbol(array: Any) -> Any:
    """Return a symbolic tensor like an array, of any batch size."""
    return keras.Input(array.shape[1:], dtype=dtype_of(array))


def assert_alike(symbol: Any, tensor: Any) -> None:
    """Compare shape and dtype; sizes that the symbolic tensor leaves open fit all."""
    assert len(symbol.shape) == len(tensor.shape)
    assert all(one in {None, other} for one, other in zip(symbol.shape, tensor.shape, strict=True))
    assert tuple(symbol.shape[1:]) == tuple(tensor.shape[1:]) or None in symbol.shape[1:]
    assert dtype_of(symbol) == dtype_of(tensor)


def assert_all_close(actual: Any, expected: Any, tolerance: float = 1e-5) -> None:
    for one, other in zip(listed(actual), listed(expected), strict=True):
        first, second = (np.asarray(ops.convert_to_numpy(each), "float32") for each in (one, other))
        np.testing.assert_allclose(first, second, rtol=tolerance, atol=tolerance)


def assert_same_configuration(thing: Any) -> None:
    config = thing.get_config()
    assert type(thing).from_config(thing.get_config()).get_config() == config  # Keras' wrappers empty what they get
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(thing))
    assert type(again) is type(thing)
    assert again.get_config() == config


def assert_same_function(function: Any) -> None:
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(function)) is function


def reloaded(model: Any, path: Path) -> Any:
    model.save(path / "model.keras")
    return keras.models.load_model(path / "model.keras")


def compiled(model: Any, row: Any, policy: str, *, optimizer: Any = "sgd", loss: Any = "mse", **arguments: Any) -> Any:
    """Compile a model: by XLA where that can be and shows something new, else for eager calls, which are fast."""
    is_new = policy == "float32" and isinstance(row.object, type)
    by_xla = is_new and BACKEND in COMPILES and row.identity not in NOT_COMPILED
    eagerly = BACKEND == "tensorflow" and not by_xla
    model.compile(optimizer, loss, jit_compile=by_xla, run_eagerly=eagerly, **arguments)
    return model


def assert_trains(model: Any, values: Any, target: Any, **arguments: Any) -> None:
    history = model.fit(values, target, **ONE_STEP, **arguments)
    assert np.isfinite(history.history["loss"]).all()


def evaluated(model: Any, values: Any, target: Any, **arguments: Any) -> Any:
    model.run_eagerly = BACKEND == "tensorflow"  # compiling once more would be slow
    return model.evaluate(values, target, verbose=0, **arguments)


def test_every_addon_is_walked(golden_objects: set[str]) -> None:
    assert set(addons.REGISTERED) - golden_objects == {"Addons>GeLU"}  # another name of GELU


@pytest.mark.golden("layers", once=True)
def test_layer(row: Any, policy: str, tmp_path: Path) -> None:
    config = row.config
    inner = {
        key: {**config[key], "config": {**config[key]["config"], "dtype": policy}}
        for key in ("layer",)
        if key in config
    }
    assert_same_configuration(row.make(dtype=policy, **inner))
    layer = row.make_layer(dtype=policy, **inner)
    arrays = row.all_of("input")
    symbols = [as_symbol(array) for array in arrays]
    outputs = listed(row.call(layer, symbols))
    results = listed(row.call(layer))
    for symbol, result in zip(outputs, results, strict=True):
        assert_alike(symbol, result)
        if keras.backend.is_float_dtype(dtype_of(result)):
            assert dtype_of(result) == compute_dtype(policy)
            assert np.isfinite(ops.convert_to_numpy(result)).all()
    assert {dtype_of(variable) for variable in layer.trainable_variables} <= {"float32"}
    model = compiled(keras.Model(row.argument(symbols), keras.layers.Dense(1)(outputs[0])), row, policy)
    values = row.argument(arrays)
    assert_trains(model, values, np.zeros((len(arrays[0]), *model.output.shape[1:]), "float32"))
    assert_all_close(reloaded(model, tmp_path)(values), model(values), 1e-5 if policy == "float32" else 1e-2)


@pytest.mark.golden("functions", once=True)
def test_function(row: Any, policy: str, tmp_path: Path) -> None:
    assert_same_function(row.object)
    arrays = [array.astype(compute_dtype(policy)) for array in row.all_of("input")]
    result = row.object(*map(ops.convert_to_tensor, arrays))
    layer = keras.layers.Lambda(lambda values: row.object(*values))  # JAX's arrays refuse symbols outside of layers
    assert_alike(layer([as_symbol(array) for array in arrays]), result)
    assert dtype_of(result) == compute_dtype(policy)
    if len(arrays) > 1:  # no activation
        return
    model = keras.Sequential([keras.Input(arrays[0].shape[1:]), keras.layers.Dense(4, activation=row.object)])
    if BACKEND != "jax" or row.identity != "Addons>rrelu":  # whose slopes need a seed in what JAX compiles
        assert_trains(compiled(model, row, policy), arrays[0], np.zeros((len(arrays[0]), 4), "float32"))
    loaded = reloaded(model, tmp_path)
    assert loaded.layers[0].activation is row.object
    assert_all_close(loaded(arrays[0]), model(arrays[0]))


@pytest.mark.golden("losses", once=True)
def test_loss(row: Any, policy: str, tmp_path: Path) -> None:
    y_true, y_pred = row.answers["y_true"], row.answers["y_pred"].astype(compute_dtype(policy))
    loss, function = row.identity, row.object  # compiled by its name, as strings in old code do
    if isinstance(row.object, type):
        loss = row.make(reduction="sum_over_batch_size")
        assert_same_configuration(loss)
        assert_same_configuration(row.make())
        function = loss.call
    else:
        assert_same_function(row.object)
    value = function(*map(ops.convert_to_tensor, (y_true, y_pred)))
    assert_alike(function(*map(as_symbol, (y_true, y_pred))), value)
    assert np.isfinite(ops.convert_to_numpy(value)).all()
    assert dtype_of(value) == ("float32" if row.identity == "Addons>WeightedKappaLoss" else compute_dtype(policy))
    if y_pred.ndim == 1:
        y_true, y_pred = y_true[:, None], y_pred[:, None]
    model = keras.Sequential([keras.Input(y_pred.shape[1:]), keras.layers.Dense(y_pred.shape[-1], "sigmoid")])
    compiled(model, row, policy, loss=loss)
    weights = np.linspace(0.5, 1.0, len(y_true)).astype("float32")
    has_value_each = len(value.shape) == 1
    assert_trains(model, y_pred, y_true, sample_weight=weights if has_value_each else None)
    loaded = reloaded(model, tmp_path)
    again, before = (evaluated(each, y_pred, y_true, batch_size=len(y_true)) for each in (loaded, model))
    assert again == pytest.approx(before, rel=1e-5 if policy == "float32" else 1e-2)


@pytest.mark.golden("metrics", once=True)
def test_metric(row: Any, policy: str) -> None:
    metric = row.make()
    assert_same_configuration(metric)
    values = [each[0] for each in row.all_of("values")]
    metric.update_state(*(value.astype(compute_dtype(policy)) for value in values))
    expected = metric.result()
    assert dtype_of(expected) == "float32"
    assert np.isfinite(ops.convert_to_numpy(expected)).all()
    assert not {dtype_of(variable) for variable in metric.variables} & {"float16"}
    metric.reset_state()
    state = [variable.value for variable in metric.variables]
    update = metric.stateless_update_state
    if BACKEND == "jax":
        import jax

        update = jax.jit(update)
    state = update(state, *(ops.cast(value, compute_dtype(policy)) for value in values))
    assert_all_close(metric.stateless_result(state), expected)
    assert not any(np.any(variable.numpy()) for variable in metric.variables)  # nothing was stored


@pytest.mark.golden("metrics", once=True, needs="values1")
def test_metric_in_model(row: Any, policy: str, tmp_path: Path) -> None:
    y_true, y_pred = (values[0] for values in row.all_of("values"))
    if y_true.ndim == 1:
        y_true, y_pred = y_true[:, None], y_pred.reshape(len(y_pred), -1)
    model = keras.Sequential([keras.Input(y_pred.shape[1:]), keras.layers.Activation("linear")])
    takes_weights = row.identity != "Addons>MultiLabelConfusionMatrix"
    weighted = [row.make(name="weighted")] if takes_weights else []
    compiled(model, row, policy, metrics=[row.make(name="plain")], weighted_metrics=weighted)
    weights = np.linspace(0.5, 1.0, len(y_true)).astype("float32")
    arguments = {"sample_weight": weights, "batch_size": 4, "return_dict": True}
    result = model.evaluate(y_pred, y_true, **arguments, verbose=0)
    assert result.keys() >= ({"plain", "weighted"} if takes_weights else {"plain"})
    if policy == "float32":  # an optimizer that scales the loss cannot be loaded before it was used, in Keras
        again = evaluated(reloaded(model, tmp_path), y_pred, y_true, **arguments)
        for name, value in result.items():
            np.testing.assert_allclose(again[name], value, rtol=1e-5)
    metric = row.make()
    metric.update_state(y_true, y_pred.astype(compute_dtype(policy)))
    assert_all_close(result["plain"], metric.result())


@pytest.mark.golden("optimizers", once=True)
def test_optimizer(row: Any, tmp_path: Path) -> None:
    assert_same_configuration(row.make())
    random = np.random.default_rng(0)
    values, target = random.normal(size=(8, 3)).astype("float32"), random.normal(size=(8, 2)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    compiled(model, row, "float32", optimizer=row.make())
    model.fit(values, target, epochs=3, batch_size=4, verbose=0)
    loaded = reloaded(model, tmp_path)
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for state, expected in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(state.numpy(), expected.numpy())
    loaded.run_eagerly = BACKEND == "tensorflow"  # compiling once more would be slow
    for trained in (model, loaded):  # both go on alike
        trained.fit(values, target, epochs=1, batch_size=4, shuffle=False, verbose=0)
    assert_all_close(loaded(values), model(values))


@pytest.mark.golden("optimizers", once=True)
@pytest.mark.parametrize("policy", ["mixed_float16"], indirect=True)
def test_optimizer_in_mixed_precision(row: Any, policy: str) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    compiled(model, row, policy, optimizer=row.make())  # Keras wraps it into one that scales the loss
    assert_trains(model, np.ones((4, 3), "float32"), np.zeros((4, 2), "float32"))
