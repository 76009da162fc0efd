"""What a configuration may name, and what is foreign: by module and name, in the ways in which each is written."""

from __future__ import annotations

from typing import Any

import pytest

from loadstone.artifact import Pointer
from loadstone.knowledge import built_ins, known_keras_releases
from loadstone.rules.references import FOREIGN, HELPER, SWITCH, foreign
from tests.rules.artifacts import archive, layer, model


def of_function(module: str, name: str, slot: str = "activation") -> str | None:
    found = foreign(archive(layer(name, module=module, slot=slot, is_identifier=True)))
    return found[0].mechanism if found else None


def of_class(module: str, name: str) -> str | None:
    found = foreign(archive(layer(name, module=module)))
    return found[0].mechanism if found else None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "relu"),
        ("builtins", "my_activation"),
        ("builtins", "sum"),  # Keras' own metric of that name, which is looked up first
        ("keras.activations", "gelu"),
        ("keras.losses", "mean_squared_error"),
        ("keras.ops", "abs"),
        ("keras.src.ops.numpy", "absolute"),
        ("keras.src.backend", "square"),
        ("tf_keras.src.activations", "swish"),
        ("tensorflow.python.keras.losses", "huber"),
        ("tensorflow.python.ops.nn_impl", "swish"),
        ("tensorflow.python.ops.gen_nn_ops", "relu"),
        ("jax._src.nn.functions", "gelu"),
        ("torch.nn.functional", "relu"),
        ("numpy", "tanh"),
        ("tensorflow_addons.activations.mish", "mish"),
        ("keras_nlp.src.utils.keras_utils", "gelu_approximate"),
        ("__main__", "my_loss"),
        ("project.losses", "weighted"),
    ],
)
def test_a_function_with_a_place_in_a_model(module: str, name: str) -> None:
    assert of_function(module, name) is None


@pytest.mark.parametrize(
    ("module", "name", "mechanism"),
    [
        ("builtins", "eval", FOREIGN),
        ("builtins", "print", FOREIGN),
        ("os", "system", FOREIGN),
        ("importlib", "import_module", FOREIGN),
        ("_posixsubprocess", "fork_exec", FOREIGN),
        ("pickle", "loads", FOREIGN),
        ("numpy", "load", FOREIGN),
        ("torch", "load", FOREIGN),
        ("joblib", "load", FOREIGN),
        ("tensorflow", "py_function", FOREIGN),
        ("tensorflow.python.ops.io_ops", "read_file", FOREIGN),
        ("tensorflow.python.ops.script_ops", "py_function", FOREIGN),
        ("tensorflow_addons.utils.resource_loader", "get_path", FOREIGN),
        ("keras_hub.src.utils.preset_utils", "get_file", FOREIGN),
        ("keras.utils", "get_file", HELPER),
        ("keras.src.utils.file_utils", "extract_archive", HELPER),
        ("keras.models", "load_model", HELPER),
        ("keras.saving", "load_weights", HELPER),
        ("keras.losses", "deserialize", HELPER),
        ("keras.activations", "get", HELPER),
        ("keras", "Variable", HELPER),
        ("keras.backend", "clear_session", HELPER),
        ("keras.config", "enable_unsafe_deserialization", SWITCH),
        ("tf_keras.config", "enable_unsafe_deserialization", SWITCH),
        ("keras.src.config", "anything", SWITCH),
        ("keras.api._v2.keras.utils", "get_file", HELPER),
    ],
)
def test_a_foreign_function(module: str, name: str, mechanism: str) -> None:
    assert of_function(module, name) == mechanism


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.layers", "Dense"),
        ("keras.layers", "ALayerOfKeras4"),
        ("keras.src.engine.functional", "Functional"),
        ("keras.src.models.functional", "Functional"),
        ("keras", "DTypePolicy"),
        ("keras.api._v2.keras.layers", "Dense"),
        ("keras.utils", "FeatureSpace"),
        ("tensorflow.python.keras.engine.functional", "Functional"),
        ("tensorflow_addons.layers.wrappers", "WeightNormalization"),
        ("project.layers", "Scale"),
        ("keras_hub.src.models.bert.bert_backbone", "BertBackbone"),
    ],
)
def test_a_class_with_a_place_in_a_model(module: str, name: str) -> None:
    assert of_class(module, name) is None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("subprocess", "Popen"),
        ("builtins", "type"),
        ("keras.utils", "get_file"),
        ("keras.callbacks", "BackupAndRestore"),
        ("keras.models", "load_model"),
        ("torch", "Tensor"),
        ("sklearn.pipeline", "Pipeline"),
    ],
)
def test_a_foreign_class(module: str, name: str) -> None:
    assert of_class(module, name) is not None


def test_a_lambda_of_the_author_s_function_is_called_while_it_is_built() -> None:
    assert of_function("project.layers", "scale", slot="function") == FOREIGN
    assert of_function("__main__", "scale", slot="function") is None
    assert of_function("keras.ops", "abs", slot="function") is None


@pytest.mark.parametrize("release", known_keras_releases("keras")[-12:], ids=str)
def test_nothing_that_keras_builds_in_is_foreign(release: Any) -> None:
    own = built_ins(release, "keras").values()
    named = [layer(each.name, module=each.import_path.rpartition(".")[0] or "keras", slot="x") for each in own]

    assert own
    assert foreign(archive(*named)) == ()


@pytest.mark.parametrize(
    ("function", "is_foreign"),
    [
        ("math.add", False),
        ("__operators__.getitem", False),
        ("compat.v1.squeeze", False),
        ("concat", False),
        ("keras.activations.relu", False),
        ("keras.backend.mean", False),
        ("raw_ops.Relu", False),
        ("io.read_file", True),
        ("io.gfile.remove", True),
        ("compat.v1.gfile.Remove", True),
        ("compat.v1.py_func", True),
        ("numpy_function", True),
        ("load_op_library", True),
        ("saved_model.load", True),
        ("keras.models.load_model", True),
        ("keras.utils.get_file", True),
        ("data.TFRecordDataset", True),
        ("raw_ops.ReadFile", True),
    ],
)
def test_a_layer_for_a_function_of_tensorflow(function: str, is_foreign: bool) -> None:  # noqa: FBT001 - a row's fact
    assert bool(foreign(model(layer("TFOpLambda", {"function": function})))) is is_foreign


@pytest.mark.parametrize(("operation", "is_foreign"), [("ReadFile", True), ("MatMul", False)])
def test_a_layer_for_an_operation(operation: str, is_foreign: bool) -> None:  # noqa: FBT001 - a row's fact
    as_text, as_mapping = f'{{"op": "{operation}"}}', {"name": "n", "op": operation}

    for stated in (as_text, as_mapping):
        assert bool(foreign(model(layer("TensorFlowOpLayer", {"node_def": stated})))) is is_foreign


@pytest.mark.parametrize(
    ("module", "name", "is_foreign"),
    [("tensorflow.python.framework.tensor", "TensorSpec", False), ("subprocess", "Popen", True)],
)
def test_a_type_specification(module: str, name: str, is_foreign: bool) -> None:  # noqa: FBT001 - a row's fact
    spec = {"class_name": "__typespec__", "module": module, "spec_name": name, "config": []}
    config = {"class_name": "Dense", "config": {"units": spec}}
    at = Pointer(document="config.json", path="")

    assert bool(foreign(archive(config=config, config_at=at))) is is_foreign
