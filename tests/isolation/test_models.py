"""Real models in this environment's own Keras 3 on TensorFlow: every kind of file, every type of output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from loadstone.errors import IsolationError
from loadstone.isolation.ports import LoadRequest
from loadstone.isolation.worker import Worker
from tests.corpus_table import MODELS, Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.isolation.ports import Kind

#: The corpus' custom layer, as its author would give it.
USER_CODE = """
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, **settings):
        super().__init__(**settings)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.scale * self.factor
"""

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker.start(Path(sys.executable)) as started:
        yield started


def model(file: str) -> Model:
    return next(each for each in MODELS if each.file == file)


def kind(file: str) -> Kind:
    return "saved-model" if file.endswith(".savedmodel") else "keras"


@pytest.mark.parametrize(
    "file",
    [
        "keras315/attention_two_inputs.keras",
        "keras315/plain_training.h5",
        "keras315/plain_training.keras",
        "keras315/siamese.savedmodel",
        "keras315/recurrent_classifier.savedmodel",
        "keras315/lambda_layer.keras",
    ],
)
def test_recorded_outputs_are_given(file: str, worker: Worker) -> None:
    chosen = model(file)
    loaded = worker.load(LoadRequest(path=chosen.path, kind=kind(file), call="keras", safe_mode=False))
    inputs, expected = chosen.io()
    named = dict(zip((port.name for port in loaded.inputs), inputs.values(), strict=True))
    outputs = worker.predict(named)
    assert tuple(outputs) == tuple(port.name for port in loaded.outputs)
    for output, recorded in zip(outputs.values(), expected.values(), strict=True):
        assert output.dtype == recorded.dtype
        np.testing.assert_allclose(output, recorded, atol=1e-5, rtol=0)
    assert loaded.how == ("signature serving_default" if kind(file) == "saved-model" else "keras.models.load_model")
    assert loaded.compiled is (None if kind(file) == "saved-model" else "training" in file)
    assert not any("not traced" in note for note in worker.notes)


def test_the_users_own_objects(tmp_path: Path, worker: Worker) -> None:
    chosen = model("keras315/custom_layer.keras")
    request: dict[str, Any] = {"path": chosen.path, "kind": "keras", "call": "keras"}
    with pytest.raises(IsolationError) as problem:
        worker.load(LoadRequest(**request))
    assert problem.value.reason == "load"
    (tmp_path / "research_of_old.py").write_text(USER_CODE)
    code = tmp_path / "code.py"
    code.write_text("from research_of_old import Scale")  # it may import what is beside it
    inputs, expected = chosen.io()
    for objects in ({"custom_objects_file": code}, {"custom_objects": {"Scale": "research_of_old:Scale"}}):
        worker.load(LoadRequest(**request, **objects))
        np.testing.assert_allclose(next(iter(worker.predict(inputs["x0"]).values())), expected["y0"], atol=1e-5)


def test_programs_in_a_model_are_not_run_unless_asked(worker: Worker) -> None:
    path = model("keras315/lambda_layer.keras").path
    with pytest.raises(IsolationError, match="Lambda"):
        worker.load(LoadRequest(path=path, kind="keras", call="keras"))


def test_a_module_that_is_not_there(worker: Worker) -> None:
    path = model("keras315/plain_training.h5").path
    with pytest.raises(IsolationError, match="No module named 'tensorflow_addons_of_old'"):
        worker.load(LoadRequest(path=path, kind="keras", call="keras", imports=("tensorflow_addons_of_old",)))


def test_a_signature_that_is_not_there(worker: Worker) -> None:
    path = model("keras315/siamese.savedmodel").path
    with pytest.raises(IsolationError, match="there is no signature other: it has serve, serving_default"):
        worker.load(LoadRequest(path=path, kind="saved-model", call="keras", signature="other"))


#: Builds small models with TensorFlow 2; run in the worker as the user's code, which spares this process the import.
BUILD = """
import pathlib
import keras
import numpy as np
import tensorflow as tf

folder = pathlib.Path({folder!r})


def save(name, inputs, outputs):
    keras.Model(inputs, outputs).save(folder / (name + ".keras"))


words = keras.Input((), dtype="string", name="word")
save("words", words, {{"ids": keras.layers.StringLookup(vocabulary=["a", "b"])(words)}})
narrow = keras.Input((4,), name="x")
save("bfloat16", narrow, keras.layers.Dense(3, dtype="bfloat16", name="y")(narrow))
save("float16", narrow, keras.layers.Dense(3, dtype="float16", name="y")(narrow))
left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
both = keras.layers.Concatenate(name="both")([left, right])
save("structured", {{"l": left, "r": right}}, {{"sum": keras.layers.Dense(1, name="one")(both), "all": both}})


class Types(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.complex64)])
    def types(self, text, number):
        return {{
            "text": tf.strings.join([text, "!"]),
            "flag": tf.math.real(number) > 0,
            "whole": tf.cast(tf.math.real(number), tf.int8),
            "twice": 2 * number,
            "narrow": tf.cast(tf.math.real(number), tf.bfloat16),
        }}


module = Types()
tf.saved_model.save(module, str(folder / "types"), signatures={{"only": module.types}})

graph = tf.Graph()
with graph.as_default():
    words = tf.compat.v1.placeholder(tf.string, [None], name="words")
    factor = tf.compat.v1.placeholder_with_default(2.0, [], name="factor")
    numbers = tf.compat.v1.placeholder(tf.float32, [None, 2], name="numbers")
    tf.strings.join([words, tf.constant("!")], name="shouted")
    tf.matmul(numbers, tf.constant([[1.0, 2.0], [3.0, 4.0]]) * factor, name="product")
    tf.split(numbers, 2, axis=1, name="halves")
    tf.io.write_graph(graph.as_graph_def(), str(folder), "graph.pb", as_text=False)
"""


@pytest.fixture(scope="module")
def built(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models of `BUILD`."""
    folder = tmp_path_factory.mktemp("built")
    code = folder / "build.py"
    code.write_text(BUILD.format(folder=str(folder)))
    path = model("keras315/plain_training.h5").path
    worker.load(LoadRequest(path=path, kind="keras", call="keras", custom_objects_file=code))
    return folder


def test_texts_in_whole_numbers_out(built: Path, worker: Worker) -> None:
    loaded = worker.load(LoadRequest(path=built / "words.keras", kind="keras", call="keras"))
    assert [str(port) for port in (*loaded.inputs, *loaded.outputs)] == ["word: string [None]", "ids: int64 [None]"]
    assert worker.predict(np.array(["b", "ü", "a"]))["ids"].tolist() == [2, 0, 1]


@pytest.mark.parametrize(("name", "dtype"), [("bfloat16", "float32"), ("float16", "float16")])
def test_narrow_numbers(name: str, dtype: str, built: Path, worker: Worker) -> None:
    loaded = worker.load(LoadRequest(path=built / f"{name}.keras", kind="keras", call="keras"))
    assert loaded.outputs[0].dtype == name
    assert worker.predict(np.ones((2, 4)))["y"].dtype == dtype
    narrowed = ("y is bfloat16, which NumPy lacks: it is returned as float32",)
    assert worker.notes == loaded.notes == (narrowed if name == "bfloat16" else ())


def test_inputs_and_outputs_with_names_of_their_own(built: Path, worker: Worker) -> None:
    loaded = worker.load(LoadRequest(path=built / "structured.keras", kind="keras", call="keras"))
    assert [port.name for port in loaded.inputs] == ["left", "right"]
    outputs = worker.predict({"right": np.full((1, 3), 2.0), "left": np.ones((1, 2))})
    assert [(name, array.shape) for name, array in outputs.items()] == [("all", (1, 5)), ("sum", (1, 1))]
    assert outputs["all"].tolist() == [[1, 1, 2, 2, 2]]


def test_the_only_signature_and_every_type(built: Path, worker: Worker) -> None:
    loaded = worker.load(LoadRequest(path=built / "types", kind="saved-model", call="keras"))
    assert loaded.how == "signature only"
    outputs = worker.predict({"text": np.array(["é", ""]), "number": np.array([1.5, -1])})
    assert outputs["text"].tolist() == ["é!".encode(), b"!"]
    types = {name: outputs[name].dtype.name for name in ("flag", "whole", "twice", "narrow")}
    assert types == {"flag": "bool", "whole": "int8", "twice": "complex64", "narrow": "float32"}
    assert outputs["whole"].tolist() == [1, -1]


def test_a_frozen_graph(built: Path, worker: Worker) -> None:
    loaded = worker.load(LoadRequest(path=built / "graph.pb", kind="frozen-graph"))
    assert (loaded.how, loaded.compiled) == ("frozen graph", None)
    assert [str(port) for port in loaded.inputs] == ["words: string [None]", "numbers: float32 [None, 2]"]
    outputs = worker.predict({"words": np.array(["a"]), "numbers": np.eye(2)})
    assert list(outputs) == ["shouted", "product", "halves", "halves:1"]
    assert outputs["product"].tolist() == [[2, 4], [6, 8]]


def test_named_tensors_of_a_frozen_graph(built: Path, worker: Worker) -> None:
    request: dict[str, Any] = {"path": built / "graph.pb", "kind": "frozen-graph"}
    loaded = worker.load(LoadRequest(**request, inputs=("numbers", "factor:0"), outputs=("product",)))
    assert [port.name for port in loaded.inputs] == ["numbers", "factor"]
    assert worker.predict({"numbers": np.eye(2), "factor": np.array(1.0)})["product"].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(IsolationError, match="nowhere"):
        worker.load(LoadRequest(**request, outputs=("nowhere",)))


def test_a_batch_of_any_size(worker: Worker) -> None:
    worker.load(LoadRequest(path=model("keras315/plain_training.h5").path, kind="keras", call="keras"))
    inputs, expected = model("keras315/plain_training.h5").io()
    for size in (1, 2):
        [output] = worker.predict(inputs["x0"][:size]).values()
        np.testing.assert_allclose(output, expected["y0"][:size], atol=1e-5)
