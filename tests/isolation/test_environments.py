"""Models of every era served from the environment that saved them, by a worker in its own interpreter."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from loadstone.artifact import Format
from loadstone.errors import IsolationError
from loadstone.isolation.ports import LoadRequest
from loadstone.isolation.worker import Worker
from tasks.fixtures import interpreter
from tasks.fixtures_eras import ALL_ERAS
from tests.corpus_table import MODELS
from tests.era_files import ERA_MODELS, EraModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loadstone.isolation.ports import Call, Kind

pytestmark = pytest.mark.live

#: The environments that are always asked: sessions, TensorFlow 2 with Addons.
ALWAYS = ("tf115", "tf24")

KINDS: dict[Format, Kind] = {Format.SAVED_MODEL: "saved-model", Format.FROZEN_GRAPH: "frozen-graph"}
CALLS: dict[str, Call] = {"tensorflow.keras": "tf.keras", "tensorflow": "tf.keras"}


@cache
def python(name: str) -> Path:
    era = next(era for era in ALL_ERAS if era.name == name)
    try:
        return interpreter(era)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{', '.join(era.requirements)} on Python {era.python} cannot be built here: {error}")


class Serving:
    """One worker at a time, kept as long as the same era is asked for: an import of TensorFlow takes ten seconds."""

    def __init__(self) -> None:
        self.era = ""
        self.worker: Worker | None = None

    def __call__(self, era: str) -> Worker:
        if self.worker is None or era != self.era:
            self.close()
            variables = next((model.variables for model in ERA_MODELS if model.era == era), {})
            self.worker, self.era = Worker.start(python(era), variables=variables), era
        return self.worker

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    one = Serving()
    yield one
    one.close()


def rows() -> list[object]:
    return [
        pytest.param(model, id=model.file, marks=() if model.era in ALWAYS else pytest.mark.eras)
        for model in ERA_MODELS
        if model.reloads or model.reloads_uncompiled
    ]


@pytest.mark.parametrize("model", rows())
def test_an_eras_own_models(serving: Serving, model: EraModel) -> None:
    worker = serving(model.era)
    loaded = worker.load(
        LoadRequest(
            path=model.path,
            kind=KINDS.get(model.format, "keras"),
            call=CALLS.get(model.loader, model.loader),  # type: ignore[arg-type] # the table's other loaders are calls
            imports=model.imports,
            safe_mode=False,
        )
    )
    assert {port.name for port in loaded.inputs} == set(model.inputs)
    inputs, expected = model.io()
    outputs = worker.predict(dict(zip(model.inputs, inputs.values(), strict=True)))
    assert set(outputs) == set(model.outputs)
    for name, recorded in zip(model.outputs, expected.values(), strict=True):
        np.testing.assert_allclose(outputs[name], recorded, atol=1e-5, rtol=0)
    if loaded.how.endswith("load_model"):
        assert loaded.versions["keras" if model.loader != "tf_keras" else "tf_keras"]
        assert bool(loaded.compiled) <= model.reloads


#: SavedModels that TensorFlow 2.4 wrote and loads wrongly or not at all, and what is used instead.
INSTEAD = (
    ("attention_two_inputs", ("sequence", "context"), "Keras loads it with other weights than were saved"),
    ("conv_norms", ("image",), "tf.saved_model.load does not load it: KeyError"),
)


@pytest.mark.parametrize(("architecture", "names", "note"), INSTEAD)
def test_a_signature_where_keras_fails(serving: Serving, architecture: str, names: tuple[str, ...], note: str) -> None:
    model = next(each for each in MODELS if each.file == f"tf24/{architecture}.savedmodel")
    request = LoadRequest(path=model.path, kind="saved-model", call="tf.keras", imports=("tensorflow_addons",))
    worker = serving("tf24")
    loaded = worker.load(request)
    assert loaded.how == "signature serving_default"
    assert any(said.startswith(note) for said in loaded.notes)
    inputs, expected = model.io()
    outputs = worker.predict(dict(zip(names, inputs.values(), strict=True)))
    for output, recorded in zip(outputs.values(), expected.values(), strict=True):
        np.testing.assert_allclose(output, recorded, atol=1e-5, rtol=0)


def test_addons_that_were_not_imported(serving: Serving) -> None:
    model = next(each for each in ERA_MODELS if each.file == "tf24/addons.h5")
    request = LoadRequest(path=model.path, kind="keras", call="tf.keras", imports=("tensorflow_addons.nowhere",))
    with pytest.raises(IsolationError, match="No module named 'tensorflow_addons"):
        serving("tf24").load(request)


#: A ragged model, which Keras 2 alone has; it is built by the worker.
RAGGED = """
import tensorflow as tf

tokens = tf.keras.Input((None,), ragged=True, dtype="int32", name="tokens")
vectors = tf.keras.layers.Embedding(10, 4, name="vectors")(tokens)
tf.keras.Model(tokens, vectors).save({path!r})
"""


def test_ragged_inputs_and_outputs(serving: Serving, tmp_path: Path) -> None:
    path, code = tmp_path / "ragged.h5", tmp_path / "code.py"
    code.write_text(RAGGED.format(path=str(path)))
    worker = serving("tf24")
    loaded = worker.load(LoadRequest(path=path, kind="keras", custom_objects_file=code))
    assert [str(port) for port in loaded.inputs] == ["tokens: int32 [None, None]"]
    outputs = worker.predict({"tokens": np.array([[1, 2], [1, 0]]), "tokens:row_lengths": np.array([2, 1])})
    assert outputs["vectors:row_lengths"].tolist() == [2, 1]
    padded = outputs["vectors"]
    assert padded.shape == (2, 2, 4)
    np.testing.assert_array_equal(padded[0, 0], padded[1, 0])
    assert not padded[1, 1].any()
    assert worker.notes == ("vectors is ragged: it is padded, and vectors:row_lengths tells how long each row is",)
