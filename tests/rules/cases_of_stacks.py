"""Hand-made cases of the rules about packages beside each other and about machines, LS215 to LS222, and a few more."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from loadstone.artifact import Dialect, KerasObject
from loadstone.environment import ImportOutcome, Interpreter
from tests.rules.artifacts import archive, functional, keras3, layer, model, saved_model, written_by
from tests.rules.cases_of_files import Row
from tests.rules.environments import KERAS315, TF28, TF215, environment

DLL = "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: The module could not be found."
REFUSED = MappingProxyType({"tensorflow": ImportOutcome(imports=False, error=DLL)})
WINDOWS = replace(environment(tensorflow="2.15.0", keras="2.15.0"), platform="win32", machine="AMD64")
BIDIRECTIONAL = archive(layer("Bidirectional"), dialect=Dialect.KERAS_3, writer=(written_by("keras", "3.0.5"),))
OF_KERAS_3 = archive(layer("Dense"), dialect=Dialect.KERAS_3, writer=(written_by("keras", "3.4.1"),))
TF24_NEW_NUMPY = environment(python="3.8.18", tensorflow="2.4.1", numpy="1.23.5")
OF_2_4 = (written_by("keras", "2.4.0"),)
TWO_ARGUMENTS: dict[str, Any] = {"inbound_nodes": [{"args": [{}, {}], "kwargs": {}}]}


def sequential(*, listed: list[Any]) -> KerasObject:
    """A Sequential model of a functional one, with these outputs, and a layer."""
    inner = {"class_name": "Functional", "config": {"name": "inner", "layers": [], "output_layers": listed}}
    outer = {"class_name": "Dense", "config": {"name": "dense"}}
    return layer("Sequential", {"layers": [inner, outer]}, slot="")


STACKS: tuple[Row, ...] = (
    Row(
        name="a path outside ASCII on Windows",
        artifact=model(source="C:/модели/model.h5"),
        environment=WINDOWS,
        codes=("LS113",),
        loads=None,
    ),
    Row(
        name="a path outside ASCII elsewhere",
        artifact=model(source="модели/model.h5"),
        environment=TF215,
        loads=True,
        bare=True,
    ),
    Row(
        name="tf.keras 2.15 beside Keras 3, for which the model is",
        artifact=OF_KERAS_3,
        environment=environment(tensorflow="2.14.1", keras="2.14.0", tf_keras="2.15.0"),
        codes=("LS206",),
        bare=False,
    ),
    Row(
        name="Keras 3 beside tf_keras, for which the model is",
        artifact=archive(layer("Functional", module="keras.src.engine.functional")),
        environment=environment(tensorflow="2.16.2", keras="3.4.1", tf_keras="2.16.0"),
        codes=("LS215", "LS304"),
        bare=False,
    ),
    Row(
        name="NumPy 2 beside TensorFlow 2.10",
        artifact=model(),
        environment=environment(python="3.10.13", tensorflow="2.10.1", keras="2.10.0", numpy="2.0.0"),
        codes=("LS216",),
        bare=False,
    ),
    Row(
        name="NumPy 1.23 beside TensorFlow 2.4 and a recurrent layer",
        artifact=model(layer("LSTM"), writer=OF_2_4),
        environment=TF24_NEW_NUMPY,
        codes=("LS217",),
        bare=False,
    ),
    Row(
        name="NumPy 1.23 beside TensorFlow 2.4 and no recurrent layer",
        artifact=model(layer("Dense"), writer=OF_2_4),
        environment=TF24_NEW_NUMPY,
        loads=True,
        bare=True,
    ),
    Row(
        name="NumPy 1.24 beside TensorFlow 2.4",
        artifact=model(layer("Dense"), writer=OF_2_4),
        environment=environment(python="3.8.18", tensorflow="2.4.1", numpy="1.24.4"),
        codes=("LS217",),
        bare=False,
    ),
    Row(
        name="protobuf 4 beside TensorFlow 2.20",
        artifact=model(layer("Dense")),
        environment=environment(tensorflow="2.20.0", keras="3.10.0", protobuf="4.25.8"),
        codes=("LS218",),
        bare=False,
    ),
    Row(
        name="TensorFlow Addons for a Python without a wheel",
        artifact=model(layer("Dense")),
        environment=environment(python="3.12.1", tensorflow="2.16.2", keras="3.4.1", tensorflow_addons="0.23.0"),
        codes=("LS219",),
        loads=None,
    ),
    Row(
        name="what is installed could be installed",
        artifact=model(layer("Dense")),
        environment=replace(
            environment(python="3.12.1", tensorflow="2.15.1", keras="2.15.0"),
            origin=Interpreter(path="/env/bin/python"),
        ),
        loads=True,
        bare=True,
    ),
    Row(
        name="a tf-keras of another TensorFlow, which is called",
        artifact=model(layer("Dense")),
        environment=environment(
            tensorflow="2.16.2", keras="3.4.1", tf_keras="2.15.0", variables={"TF_USE_LEGACY_KERAS": "1"}
        ),
        codes=("LS220",),
        loads=None,
    ),
    Row(
        name="a Keras of another TensorFlow",
        artifact=model(layer("Dense")),
        environment=environment(tensorflow="2.13.1", keras="2.15.0"),
        codes=("LS220",),
        loads=None,
    ),
    Row(
        name="a library that the system refuses",
        artifact=model(layer("Dense")),
        environment=replace(KERAS315, imports=REFUSED),
        codes=("LS222",),
        bare=False,
    ),
    Row(
        name="layers of cuDNN in a TensorFlow that has them",
        artifact=model(layer("CuDNNLSTM"), writer=(written_by("keras", "2.2.4"),)),
        environment=environment(python="3.7.16", tensorflow="1.15.5"),
        codes=("LS407",),
        loads=True,
        bare=True,
    ),
    Row(
        name="cells inside Bidirectional, in a Keras that does not find them",
        artifact=BIDIRECTIONAL,
        environment=environment(tensorflow="2.16.1", keras="3.0.5"),
        codes=("LS408",),
        bare=False,
    ),
    Row(
        name="cells inside Bidirectional, in a Keras that finds them",
        artifact=BIDIRECTIONAL,
        environment=KERAS315,
        loads=True,
        bare=True,
    ),
    Row(
        name="a SavedModel that is no Keras model",
        artifact=saved_model(dialect=None),
        environment=TF215,
        codes=("LS604",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a table that HDF5 does not hold",
        artifact=model(layer("TextVectorization", {"vocabulary": None})),
        environment=TF28,
        codes=("LS610",),
        bare=False,
    ),
    Row(
        name="a table that is empty in Keras 3",
        artifact=keras3(layer("TextVectorization", {"vocabulary": None})),
        environment=KERAS315,
        codes=("LS610",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a table whose vocabulary is in the archive",
        artifact=archive(layer("TextVectorization", {"vocabulary": None}), dialect=Dialect.KERAS_3),
        environment=KERAS315,
        loads=True,
        bare=True,
    ),
    Row(
        name="a table whose vocabulary is among the settings",
        artifact=model(layer("StringLookup", {"vocabulary": ["a", "b"]})),
        environment=TF28,
        loads=True,
        bare=True,
    ),
    Row(
        name="a lookup layer that was experimental when it was saved",
        artifact=saved_model(
            layer("StringLookup"), writer=(written_by("keras", "2.4.0"), written_by("tensorflow", "2.4.1"))
        ),
        environment=TF215,
        codes=("LS610",),
        loads=None,
    ),
    Row(
        name="a model inside a Sequential, with a list of one output",
        artifact=keras3(sequential(listed=[["dense", 0, 0]])),
        environment=KERAS315,
        codes=("LS315",),
        bare=False,
    ),
    Row(
        name="the same in a release that may unpack it",
        artifact=keras3(sequential(listed=[["dense", 0, 0]])),
        environment=environment(tensorflow="2.19.0", keras="3.10.0"),
        codes=("LS315",),
        loads=None,
    ),
    Row(
        name="a model inside a Sequential, with one output",
        artifact=keras3(sequential(listed=["dense", 0, 0])),
        environment=KERAS315,
        loads=True,
        bare=True,
    ),
    Row(
        name="a schedule in the notation of tf.keras",
        artifact=model(layer("ExponentialDecay", {"decay_steps": 10}, slot="learning_rate", in_training=True)),
        environment=KERAS315,
        codes=("LS309",),
        bare=True,
    ),
    Row(
        name="a loss with a reduction that Keras 3 does not know",
        artifact=model(layer("Huber", {"reduction": "auto"}, slot="loss", in_training=True)),
        environment=KERAS315,
        codes=("LS306",),
        bare=True,
    ),
    Row(
        name="a setting that is taken for a function",
        artifact=keras3(layer("Attention", {"score_mode": "dot"})),
        environment=KERAS315,
        codes=("LS306",),
        bare=False,
    ),
    Row(
        name="an optimizer of the old kind in an archive",
        artifact=archive(layer("Adam", module="keras.optimizers.legacy", slot="optimizer", in_training=True)),
        environment=KERAS315,
        codes=("LS303",),
        bare=True,
    ),
    Row(
        name="an operation that has the name of a layer",
        artifact=keras3(
            functional(
                [{"class_name": "Subtract", "config": {"name": "subtract"}, "name": "subtract"} | TWO_ARGUMENTS]
            ),
            layer("Subtract", {"name": "subtract"}),
        ),
        environment=KERAS315,
        codes=("LS305",),
        bare=False,
    ),
    Row(
        name="a class of a library with the name of Keras' own",
        artifact=model(layer("BatchNormalization", {"freeze": True, "momentum": 0.9})),
        environment=TF28,
        codes=("LS316",),
        bare=False,
    ),
    Row(
        name="a setting that another release has",
        artifact=model(layer("LSTM", {"time_major": False})),
        environment=KERAS315,
        codes=("LS306",),
        bare=False,
    ),
)
