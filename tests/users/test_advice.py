"""What to write in Keras 3 instead of a failing line of the Keras 2 age: each row of the table, on a line that runs."""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING

import keras
import pytest

from loadstone.runtime.users.blame import ADVICE, told

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the lines call TensorFlow")

BEFORE = """\
import keras
import tensorflow as tf
from loadstone.legacy.backend import FUNCTIONS

x = keras.Input((3,))
variable = keras.Variable(1.0)


class Own(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)


class Strict(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()


class Bare(keras.layers.Layer):
    def __init__(self):
        self.dense = keras.layers.Dense(2)


@tf.function
def scaled(value):
    return value * tf.Variable(2.0)


"""
FAILING = (
    ("x.shape[1].value", "sizes of shapes are integers: leave out .value"),
    ("x.shape[1]._value", "sizes of shapes are integers: leave out ._value"),
    ("variable.value()", "the value of a variable is v.value, without parentheses"),
    ("variable.read_value()", "the value of a variable is v.value"),
    ("x.shape.as_list()", "shapes are tuples: list(shape)"),
    ("Own().dtype.base_dtype", "a dtype is a string"),
    ("tf.abs(x)", "use keras.ops in place of TensorFlow's functions, or put the line into the call of a layer"),
    ("x._keras_shape", "the shape is x.shape"),
    ("x.get_shape()", "the shape is x.shape"),
    (
        "keras.backend.tensorflow_backend.set_session(None)",
        "since TensorFlow 2 there is no session: leave it out",
    ),
    (
        "from tensorflow.keras.layers.experimental import preprocessing",
        "preprocessing layers are in keras.layers",
    ),
    ("keras.layers.CuDNNLSTM(3)", "LSTM and GRU use cuDNN by themselves: take those"),
    ("from keras.layers import CuDNNGRU", "LSTM and GRU use cuDNN by themselves: take those"),
    ("keras.backend.tf.abs(1.0)", "import tensorflow as tf"),
    ("tf.keras.layers.experimental.RandomFourierFeatures(3)", "leave .experimental out"),
    ("keras.utils.multi_gpu_model(None)", "Keras 3 has no multi_gpu_model"),
    ("keras.layers.Adam()", "from keras.optimizers import Adam"),
    ("tf.log(1.0)", "use tf.math.log"),
    ("tf.random_normal((2,))", "use tf.random.normal"),
    ("tf.contrib.layers", "tf.contrib ended with TensorFlow 1.15"),
    ("tf.placeholder('float32')", "use tf.compat.v1.placeholder"),
    ("import tensorflow_addons as tfa", "import loadstone.addons as tfa"),
    ("import keras_contrib", "keras_contrib ended before Keras 3: write the class out"),
    ("from keras.layers.advanced_activations import LeakyReLU", "from keras.layers import LeakyReLU"),
    ("from tensorflow.contrib.layers import flatten", "import the name from keras"),
    ("from keras.layers import Conv2D, merge", "Keras 3 has no merge"),
    ("from keras.optimizers import adam", "from keras.optimizers import Adam"),
    ("Own().compute_dtype = 'float32'", "set the layer's _compute_dtype, or assign to compute_dtype"),
    (
        "Own(dropout=1)",
        "__init__ has to take these settings, or to leave them out of super().__init__(): {'dropout': 1}",
    ),
    ("Strict(3, rate=1)", "leave rate out, or let __init__ take it and **kwargs"),
    ("Strict.from_config({})", "give 'units' a default, or return it in get_config"),
    (
        "keras.layers.deserialize(Own())",
        "the object is built already: use it as it is, and deserialize only a dictionary",
    ),
    ("Bare()(x)", "call super().__init__(**kwargs) first"),
    ("scaled(keras.ops.ones(2)); scaled(1)", "make the variable in build(), or use a constant"),
    ("FUNCTIONS['get_session']()", "since TensorFlow 2 there is no session; leave the call out"),
)


def failure(path: Path, line: str) -> BaseException:
    """What a line of a user's file raises."""
    path.write_text(BEFORE + line + "\n")
    linecache.checkcache(str(path))
    with pytest.raises(Exception, match=r".") as caught:
        exec(compile(path.read_text(), str(path), "exec"), {"__name__": "mine"})  # noqa: S102 - our own lines
    return caught.value


@pytest.mark.parametrize(("line", "instead"), FAILING, ids=[line for line, _ in FAILING])
def test_an_error_names_the_line_and_what_to_write(tmp_path: Path, line: str, instead: str) -> None:
    path = tmp_path / "mine.py"
    said = told(failure(path, line))
    own = re.search(rf"\n      {re.escape(str(path))}, line (\d+), in .*:  (.*)\n", said)
    assert own is not None
    assert own[2] == path.read_text().splitlines()[int(own[1]) - 1].strip()
    assert said.endswith(f"\n      in Keras 3: {instead}")


def test_every_row_has_a_line_that_needs_it(tmp_path: Path) -> None:
    used = set()
    for line, _ in FAILING:
        message = told(failure(tmp_path / "mine.py", line))
        used.add(next(row for row in ADVICE if re.search(row.message, message) and re.search(row.line, line)))
    assert used == set(ADVICE)


@pytest.mark.parametrize(
    "line", ["{}['missing']", "import nothing_of_the_kind", "sum(['a'])", "raise ValueError('the axis is wrong')"]
)
def test_an_error_about_other_things_gets_its_line_and_no_advice(tmp_path: Path, line: str) -> None:
    said = told(failure(tmp_path / "mine.py", line))
    assert said.endswith(line)
    assert "in Keras 3" not in said


def test_an_error_of_no_code_of_the_users_stands_as_it_is() -> None:
    assert told(ValueError("the sizes differ")) == "the sizes differ"
