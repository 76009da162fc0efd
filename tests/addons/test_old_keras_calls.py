"""Calls of Keras 2's training code that Keras 3 refuses, and takes for as long as that was asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone.addons as tfa
from loadstone.addons import old_keras
from loadstone.addons.old_keras.names import EXPERIMENTAL_OPTIMIZERS, PREPROCESSING
from loadstone.addons.old_keras.saving import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INPUTS = np.arange(8, dtype="float32").reshape(2, 4)
TARGETS = np.ones((2, 1), "float32")


@pytest.fixture
def accepted() -> Iterator[None]:
    old_keras.accept()
    yield
    old_keras.refuse()


class NamedFirst(keras.metrics.Metric):  # type: ignore[misc]  # Keras has no types
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        pass

    def result(self) -> float:
        return 0.0


class ReducedFirst(keras.losses.Loss):  # type: ignore[misc]  # Keras has no types
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return ops.sum(ops.abs(y_true - y_pred), axis=-1)


class Eager(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Notes whether it was ever called with values."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seen: list[float] = []

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def call(self, inputs: Any) -> Any:
        self.seen.append(float(ops.convert_to_numpy(inputs).sum()))
        return inputs


def network(**compiled: Any) -> keras.Model:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(1, name="dense")(inputs))
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


def attributes(obj: object, *names: str) -> list[Any]:
    return [getattr(obj, name) for name in names]


# What Keras 3 refuses, and what shows that it has been understood.
CALLS: dict[str, tuple[Callable[[], Any], Any]] = {
    "Input(3)": (lambda: keras.Input(3).shape, (None, 3)),
    "Input(shape=3)": (lambda: keras.layers.Input(shape=3).shape, (None, 3)),
    "Layer(dynamic=True)": (lambda: keras.layers.Layer(dynamic=True).dynamic, True),
    "SGD(0)": (lambda: float(keras.optimizers.SGD(0).learning_rate), 0.0),
    "Adam(learning_rate=1)": (lambda: float(keras.optimizers.Adam(learning_rate=1).learning_rate), 1.0),
    "Metric(name)": (lambda: NamedFirst("of").name, "of"),
    "Metric(name, dtype)": (lambda: attributes(NamedFirst("of", "float16"), "name", "dtype"), ["of", "float16"]),
    "Loss(reduction, name)": (lambda: attributes(ReducedFirst("sum", "of"), "name", "reduction"), ["of", "sum"]),
    "Loss('auto')": (lambda: ReducedFirst(reduction="auto").reduction, "sum_over_batch_size"),
    "compile(sample_weight_mode)": (lambda: network(sample_weight_mode="temporal").loss, "mse"),
    "RNN()(inputs=)": (lambda: tuple(keras.layers.LSTM(2)(inputs=np.ones((1, 3, 4)))[0].shape), (2,)),
    "Bidirectional()(inputs=)": (
        lambda: tuple(keras.layers.Bidirectional(keras.layers.GRU(2))(inputs=np.ones((1, 3, 4)))[0].shape),
        (4,),
    ),
    "serialize(use_legacy_format=True)": (
        lambda: keras.optimizers.serialize(keras.optimizers.SGD(), use_legacy_format=True)["class_name"],
        "SGD",
    ),
    "read_value": (lambda: ops.convert_to_numpy(keras.Variable(np.ones(2)).read_value()).tolist(), [1.0, 1.0]),
    "SyncBatchNormalization": (
        lambda: keras.layers.experimental.SyncBatchNormalization(name="of").get_config()["synchronized"],
        keras.backend.backend() == "tensorflow",
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_refused_call_is_taken(call: str) -> None:
    made, expected = CALLS[call]
    with pytest.raises((TypeError, ValueError, AttributeError)):
        made()
    old_keras.accept()
    try:
        assert made() == expected
    finally:
        old_keras.refuse()
    with pytest.raises((TypeError, ValueError, AttributeError)):
        made()


@pytest.mark.usefixtures("accepted")
def test_what_was_understood_before_stays() -> None:
    assert keras.Input((3, 2)).shape == (None, 3, 2)
    assert NamedFirst("float16").dtype == "float16"
    assert NamedFirst("float16", "of").name == "of"
    assert attributes(ReducedFirst("of", "sum"), "name", "reduction") == ["of", "sum"]
    assert keras.layers.LSTM(2)(np.ones((1, 3, 4))).shape == (1, 2)
    assert keras.losses.serialize(keras.losses.MeanSquaredError())["module"] == "keras.losses"
    schedule = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    assert float(keras.optimizers.SGD(schedule).learning_rate) == 1.0
    with pytest.raises(ValueError, match="nonsense"):
        keras.layers.Layer(nonsense=1)


@pytest.mark.usefixtures("accepted")
def test_constructors_keep_their_signatures() -> None:
    """Keras makes configurations from them."""

    class Own(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        pass

    assert Own(name="of", trainable=False).get_config()["trainable"] is False
    model = keras.models.model_from_json(network().to_json())
    assert [layer.name for layer in model.layers][1:] == ["dense"]


@pytest.mark.usefixtures("accepted")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="elsewhere such a model cannot be built unseen")
def test_a_model_with_a_dynamic_layer_trains_eagerly() -> None:
    layer = Eager(dynamic=True)
    model = keras.Sequential([keras.Sequential([layer]), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(INPUTS, TARGETS, epochs=2, verbose=0)
    assert layer.seen[-1] == INPUTS.sum()
    assert network().run_eagerly is False


@pytest.mark.usefixtures("accepted")
@pytest.mark.parametrize("home", ["keras", "keras._tf_keras.keras"])
def test_experimental_names(home: str) -> None:
    preprocessing = importlib.import_module(f"{home}.layers.experimental.preprocessing")
    assert {name: getattr(preprocessing, name) for name in PREPROCESSING} == {
        name: getattr(keras.layers, name) for name in PREPROCESSING
    }
    optimizers = importlib.import_module(f"{home}.optimizers").experimental
    assert all(getattr(optimizers, name) is getattr(keras.optimizers, name) for name in EXPERIMENTAL_OPTIMIZERS)


def test_experimental_names_are_taken_back() -> None:
    old_keras.accept()
    importlib.import_module("keras.layers.experimental.preprocessing")
    old_keras.refuse()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("keras.layers.experimental.preprocessing")


@pytest.mark.usefixtures("accepted")
def test_signatures_of_outputs() -> None:
    tf = pytest.importorskip("tensorflow", reason="only TensorFlow has TensorSpec")
    layer = keras.layers.Dense(3, dtype="mixed_float16")
    signature = layer.compute_output_signature(tf.TensorSpec((None, 4), "float32"))
    assert (tuple(signature.shape), signature.dtype) == ((None, 3), tf.float16)


@pytest.mark.usefixtures("accepted")
@pytest.mark.filterwarnings("ignore:.*holds the model for Keras alone:UserWarning")
@pytest.mark.parametrize("save_format", [None, "tf"])
def test_a_model_saved_as_a_folder_goes_on(tmp_path: Path, save_format: str | None) -> None:
    model = network(optimizer=tfa.optimizers.LazyAdam(0.1))
    model.fit(INPUTS, TARGETS, verbose=0)
    options = {} if save_format is None else {"save_format": save_format}
    model.save(tmp_path / "deep" / "model", **options)
    again = keras.models.load_model(tmp_path / "deep" / "model")
    for each in (model, again):
        each.fit(INPUTS, TARGETS, epochs=2, verbose=0)
    assert isinstance(again.optimizer, tfa.optimizers.LazyAdam)
    np.testing.assert_allclose(again.predict(INPUTS, verbose=0), model.predict(INPUTS, verbose=0), rtol=1e-5)
    keras.models.save_model(again, tmp_path / "deep" / "model", **options)  # over the first, as then
    twice = keras.saving.load_model(tmp_path / "deep" / "model", compile=False)
    np.testing.assert_allclose(twice.predict(INPUTS, verbose=0), again.predict(INPUTS, verbose=0), rtol=1e-5)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model"]


@pytest.mark.usefixtures("accepted")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow's models are exported here")
def test_the_folder_serves(tmp_path: Path) -> None:
    import tensorflow as tf

    model = network()
    model.save(tmp_path / "model")
    served = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    (output,) = served(tf.constant(INPUTS)).values()
    np.testing.assert_allclose(output, model.predict(INPUTS, verbose=0), rtol=1e-5)


@pytest.mark.usefixtures("accepted")
@pytest.mark.filterwarnings("ignore:.*native_serialization:DeprecationWarning")  # what Keras tells JAX while exporting
def test_a_model_that_cannot_be_exported_is_saved_for_keras(tmp_path: Path) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, Eager(dynamic=True)(inputs))
    with pytest.warns(UserWarning, match="model holds the model for Keras alone, not for serving"):
        model.save(tmp_path / "model")
    assert (tmp_path / "model" / ARCHIVE).is_file()
    again = keras.models.load_model(tmp_path / "model", custom_objects={"Eager": Eager})
    assert isinstance(again.layers[1], Eager)


@pytest.mark.usefixtures("accepted")
@pytest.mark.parametrize(("name", "save_format"), [("model.bin", "h5"), ("model.bin", "keras"), ("m.h5", "keras")])
def test_a_format_that_the_name_does_not_say(tmp_path: Path, name: str, save_format: str) -> None:
    model = network()
    model.save(tmp_path / name, save_format=save_format)
    named = tmp_path / f"named.{save_format}"
    (tmp_path / name).rename(named)
    again = keras.models.load_model(named, compile=False)
    np.testing.assert_allclose(again.predict(INPUTS, verbose=0), model.predict(INPUTS, verbose=0), rtol=1e-5)


@pytest.mark.usefixtures("accepted")
def test_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "weights.h5").touch()
    with pytest.raises(FileExistsError, match="model exists; overwrite=True writes over it"):
        network().save(tmp_path / "model", overwrite=False)
    with pytest.raises(FileExistsError, match=r"weights\.h5 exists"):
        network().save_weights(tmp_path / "weights.h5", overwrite=False)
    assert not list((tmp_path / "model").iterdir())


@pytest.mark.usefixtures("accepted")
def test_weights_as_keras_2_saved_them(tmp_path: Path) -> None:
    model, other = network(), network()
    model.save_weights(tmp_path / "weights.h5")
    other.load_weights(tmp_path / "weights.h5")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    model.save_weights(tmp_path / "new.weights.h5")
    with pytest.raises(ValueError, match=r"\.weights\.h5"):
        model.save_weights(tmp_path / "checkpoint")


@pytest.mark.usefixtures("accepted")
@pytest.mark.filterwarnings("ignore:.*holds the model for Keras alone:UserWarning")
def test_checkpoints_under_any_name(tmp_path: Path) -> None:
    names = {"folder-{epoch}": False, "whole.keras": False, "weights.h5": True}
    callbacks = [
        keras.callbacks.ModelCheckpoint(tmp_path / name, save_weights_only=only) for name, only in names.items()
    ]
    model = network()
    model.fit(INPUTS, TARGETS, epochs=2, verbose=0, callbacks=callbacks)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder-1", "folder-2", "weights.h5", "whole.keras"]
    last = keras.models.load_model(tmp_path / "folder-2")
    np.testing.assert_array_equal(last.get_weights()[0], model.get_weights()[0])
    with pytest.raises(ValueError, match="save_weights_only=True"):
        keras.callbacks.ModelCheckpoint(tmp_path / "checkpoint", save_weights_only=True)
