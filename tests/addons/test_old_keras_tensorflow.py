"""Functions of TensorFlow on symbolic tensors, taken for as long as that was asked for, and saved with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from loadstone.addons import old_keras
from loadstone.addons.old_keras import tensorflow_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

tf = pytest.importorskip("tensorflow", reason="only TensorFlow has these functions")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a model of another backend has none")

ROWS = np.array([[-1.0, 0.5, 2.0, -0.25], [3.0, -2.0, 0.0, 1.0]], "float32")
IMAGES = np.arange(32, dtype="float32").reshape(2, 4, 4, 1)
NUMBERS = np.array([[0, 1, 2], [3, 0, 1]], "int32")
FACTORS = np.array([[1.0, 2.0, 3.0, 4.0]], "float32")

CALLS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "multiply": (ROWS, lambda x: tf.multiply(x, tf.constant(FACTORS))),
    "multiply, constant first": (ROWS, lambda x: tf.multiply(tf.constant(FACTORS), x)),
    "relu": (ROWS, tf.nn.relu),
    "concat": (ROWS, lambda x: tf.concat([x, x], axis=1)),
    "reduce_mean": (ROWS, lambda x: tf.reduce_mean(x, axis=1, keepdims=True)),
    "two outputs": (IMAGES, lambda x: tf.nn.max_pool_with_argmax(x, 2, 2, "SAME")),
    "split": (ROWS, lambda x: tf.split(x, 2, axis=1)),
    "cast": (ROWS, lambda x: tf.cast(x, "float16")),
    "resize": (IMAGES, lambda x: tf.image.resize(x, (2, 2))),
    "one_hot": (NUMBERS, lambda x: tf.one_hot(x, 4)),
    "einsum": (ROWS, lambda x: tf.einsum("bi,bj->bij", x, x)),
    "where": (ROWS, lambda x: tf.where(x > 0, x, 0.0)),
    "l2_normalize": (ROWS, lambda x: tf.math.l2_normalize(x, axis=-1)),
    "gather": (ROWS, lambda x: tf.gather(x, [0, 2], axis=1)),
    "a chain": (ROWS, lambda x: tf.nn.softmax(tf.square(x) + tf.expand_dims(tf.reduce_sum(x, -1), -1))),
}


@pytest.fixture
def accepted() -> Iterator[None]:
    old_keras.accept()
    yield
    old_keras.refuse()


def outputs_of(model: keras.Model, values: Any) -> list[Any]:
    return [np.asarray(output) for output in keras.tree.flatten(model(values))]


@pytest.mark.usefixtures("accepted")
@pytest.mark.parametrize("label", CALLS)
def test_a_function_becomes_a_part_of_the_model(label: str, tmp_path: Path) -> None:
    values, function = CALLS[label]
    inputs = keras.Input(values.shape[1:], dtype=str(values.dtype))
    model = keras.Model(inputs, function(inputs))
    model.save(tmp_path / "model.keras")
    expected = [np.asarray(output) for output in tf.nest.flatten(function(tf.constant(values)))]
    for each in (model, keras.models.load_model(tmp_path / "model.keras")):
        for actual, wanted in zip(outputs_of(each, values), expected, strict=True):
            assert actual.dtype == wanted.dtype
            np.testing.assert_array_equal(actual, wanted)


@pytest.mark.usefixtures("accepted")
def test_operations_are_named_as_keras_2_named_them() -> None:
    keras.backend.clear_session()
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [tf.multiply(inputs, 2.0), tf.multiply(inputs, 3.0), tf.nn.relu(inputs)])
    assert model.output_names == ["tf.math.multiply", "tf.math.multiply_1", "tf.nn.relu"]


@pytest.mark.usefixtures("accepted")
def test_gradients_pass() -> None:
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(4)(inputs)
    model = keras.Model(inputs, tf.reduce_sum(tf.nn.relu(hidden), axis=-1, keepdims=True))
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    model.fit(ROWS, np.ones((2, 1), "float32"), verbose=0)
    assert (model.get_weights()[0] != before).any()


def test_it_is_taken_back() -> None:
    inputs = keras.Input((4,))
    for _ in range(2):
        with pytest.raises(ValueError, match="KerasTensor"):
            tf.nn.relu(inputs)
        old_keras.accept()
        assert tf.nn.relu(inputs).shape == (None, 4)
        old_keras.refuse()


@pytest.mark.usefixtures("accepted")
def test_what_is_wrong_stays_so() -> None:
    with pytest.raises(ValueError, match="KerasTensor"):
        tf.io.write_file("never", keras.Input((), dtype="string"))
    with pytest.raises((TypeError, ValueError), match=r"reduce_sum|axis"):
        tf.reduce_sum(keras.Input((4,)), axis="none")


@pytest.mark.parametrize(
    "name", ["io.write_file", "py_function", "numpy_function", "load_op_library", "cond", "no.such", ""]
)
def test_a_file_names_functions_of_tensors_alone(name: str) -> None:
    with pytest.raises(ValueError, match="is no function of tensors that a model may hold"):
        tensorflow_calls.TensorFlowFunction(name)
