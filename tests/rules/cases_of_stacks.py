"""Hand-made cases of the rules about packages beside each other and about machines, LS215 to LS222, and a few more."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from loadstone.artifact import Dialect
from loadstone.environment import ImportOutcome, Interpreter
from tests.rules.artifacts import archive, layer, model, saved_model, written_by
from tests.rules.cases_of_files import Row
from tests.rules.environments import KERAS315, TF215, environment

DLL = "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: The module could not be found."
REFUSED = MappingProxyType({"tensorflow": ImportOutcome(imports=False, error=DLL)})
WINDOWS = replace(environment(tensorflow="2.15.0", keras="2.15.0"), platform="win32", machine="AMD64")
BIDIRECTIONAL = archive(layer("Bidirectional"), dialect=Dialect.KERAS_3, writer=(written_by("keras", "3.0.5"),))
OF_KERAS_3 = archive(layer("Dense"), dialect=Dialect.KERAS_3, writer=(written_by("keras", "3.4.1"),))
TF24_NEW_NUMPY = environment(python="3.8.18", tensorflow="2.4.1", numpy="1.23.5")
OF_2_4 = (written_by("keras", "2.4.0"),)


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
)
