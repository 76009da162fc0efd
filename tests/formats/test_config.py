from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import Defect, DefectKind, Dialect, KerasObject, Member, PayloadKind
from loadstone.formats import config
from loadstone.formats.writer import backend, keras_version

if TYPE_CHECKING:
    from loadstone.artifact import Json

WHERE = Member(path="config.json")
LAMBDA = json.loads((Path(__file__).parent / "code_objects.json").read_text())["3.8"]["identity"]


def layer(class_name: str, /, **settings: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": settings}


def listed(value: Json, **options: Any) -> list[tuple[str, str, str]]:
    return [(item.identity, item.slot, item.at.path) for item in config.objects("d", value, **options)]


def one(value: Json, **options: Any) -> KerasObject:
    (item,) = config.objects("d", value, **options)
    return item


def test_objects_of_every_slot_and_nesting_are_found_in_order() -> None:
    value = layer(
        "Sequential",
        layers=[
            layer("Bidirectional", layer=layer("RNN", cell=layer("Addons>NASCell", units=2))),
            layer("Dense", activation="linear", kernel_initializer=layer("Zeros"), bias_regularizer="l2"),
        ],
    )
    assert listed(value) == [
        ("Sequential", "", ""),
        ("Bidirectional", "layers", "/config/layers/0"),
        ("RNN", "layer", "/config/layers/0/config/layer"),
        ("Addons>NASCell", "cell", "/config/layers/0/config/layer/config/cell"),
        ("Dense", "layers", "/config/layers/1"),
        ("linear", "activation", "/config/layers/1/config/activation"),
        ("l2", "bias_regularizer", "/config/layers/1/config/bias_regularizer"),
        ("Zeros", "kernel_initializer", "/config/layers/1/config/kernel_initializer"),
    ]


def test_layers_in_the_place_of_a_configuration_stand_in_the_slot_of_layers() -> None:
    value: Json = {"class_name": "Sequential", "config": [layer("Dense")]}
    assert listed(value)[1:] == [("Dense", "layers", "/config/0")]


def test_function_objects_are_identifiers_with_a_module() -> None:
    value = {"class_name": "function", "config": "Addons>mish", "module": "builtins", "registered_name": "function"}
    item = one({"activation": value})
    assert (item.class_name, item.package, item.bare_name) == ("Addons>mish", "Addons", "mish")
    assert (item.module, item.registered_name, item.slot, item.is_identifier) == ("builtins", None, "activation", True)


def test_a_registered_function_keeps_its_registered_name() -> None:
    value = {"class_name": "function", "config": "mish", "module": None, "registered_name": "Addons>mish"}
    assert one(value).identity == "Addons>mish"


def test_registered_names_are_found_anywhere_but_not_in_plain_text() -> None:
    value = {"gate": "Custom>gate", "name": "a>b", "vocabulary": ["x>y"], "comment": "if a > b"}
    assert listed(value) == [("Custom>gate", "gate", "/gate")]


def test_a_lambda_layers_named_function_is_an_identifier() -> None:
    value = layer("Lambda", function="scale", function_type="function", output_shape_type="raw")
    assert listed(value)[1:] == [("scale", "function", "/config/function")]


@pytest.mark.parametrize("name", ["__keras_tensor__", "__tuple__", "__lambda__"])
def test_encoded_values_are_no_objects(name: str) -> None:
    assert config.objects("d", {"class_name": name, "config": {}}) == ()


def test_a_shape_is_no_object() -> None:
    assert config.objects("d", {"class_name": "TensorShape", "items": [None, 3]}) == ()


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        ({"loss": "mse"}, [("mse", "loss", "/loss")]),
        ({"loss": ["mse", "mae"]}, [("mse", "loss", "/loss/0"), ("mae", "loss", "/loss/1")]),
        ({"loss": {"out/1": "mse"}}, [("mse", "loss", "/loss/out~11")]),
        ({"loss": {"a": layer("Huber")}}, [("Huber", "loss", "/loss/a")]),
        ({"optimizer_config": layer("Adam")}, [("Adam", "optimizer", "/optimizer_config")]),
        ({"metrics": [["mae"], []]}, [("mae", "metrics", "/metrics/0/0")]),
        ({"loss_weights": None, "sample_weight_mode": "temporal"}, []),
        (
            {"metrics": [layer("MeanMetricWrapper", fn="my_metric", name="m")]},
            [("MeanMetricWrapper", "metrics", "/metrics/0"), ("my_metric", "fn", "/metrics/0/config/fn")],
        ),
    ],
)
def test_the_compile_state_names_its_parts(training: Json, expected: list[tuple[str, str, str]]) -> None:
    assert listed(training, in_training=True) == expected
    assert all(item.in_training for item in config.objects("d", training, in_training=True))


def test_only_the_outermost_compile_state_can_be_left_out() -> None:
    # Keras 3 compiles a nested model even under compile=False.
    inner = {**layer("Functional"), "compile_config": {"loss": layer("Huber")}}
    value = {**layer("Functional", layers=[inner]), "compile_config": {"loss": "mse"}}
    assert [(item.class_name, item.in_training) for item in config.objects("d", value)] == [
        ("Functional", False),
        ("Functional", False),
        ("Huber", False),
        ("mse", True),
    ]


def test_places_are_told_from_the_base() -> None:
    assert one(layer("Dense"), base="/nodes/3").at.path == "/nodes/3"


@pytest.mark.parametrize(
    ("value", "path", "owner"),
    [
        (layer("Lambda", name="l", function=[LAMBDA, None, None], function_type="lambda"), "/config/function/0", "l"),
        (layer("Lambda", name="l", output_shape=LAMBDA, output_shape_type="lambda"), "/config/output_shape", "l"),
        (
            layer("Lambda", function={"class_name": "__lambda__", "config": {"value": [LAMBDA, None, None]}}),
            "/config/function/config/value/0",
            "Lambda",
        ),
        (
            layer("MyLoss", fn={"class_name": "__lambda__", "config": {"code": LAMBDA, "defaults": None}}),
            "/config/fn/config/code",
            "MyLoss",
        ),
        (layer("CyclicalLearningRate", scale_fn=[LAMBDA]), "/config/scale_fn/0", "CyclicalLearningRate"),
        (layer("Custom", deep=[[1, [LAMBDA]]]), "/config/deep/0/1/0", "Custom"),
    ],
)
def test_programs_are_found_where_they_stand(value: Json, path: str, owner: str) -> None:
    (payload,) = config.payloads("d", value)
    assert (payload.at.path, payload.owner, payload.kind) == (path, owner, PayloadKind.PYTHON_BYTECODE)
    assert (str(payload.python), payload.size) == ("<3.10,>=3.8", len(base64.b64decode(LAMBDA)))


def test_a_declared_program_is_reported_even_if_it_cannot_be_read() -> None:
    (payload,) = config.payloads("d", layer("Lambda", function=["4wAA", None, None], function_type="lambda"))
    assert (payload.python, payload.names) == (None, ())


@pytest.mark.parametrize("text", ["c" * 100, "4" * 100, "Y29uc3Q=" * 20, "categorical crossentropy " * 10])
def test_text_that_only_begins_like_a_program_is_none(text: str) -> None:
    assert config.payloads("d", {"note": text}) == ()


@pytest.mark.parametrize(
    ("value", "token", "versions"),
    [
        (layer("Dense", batch_input_shape=[None, 2], input_dtype="float32"), "input_dtype", "<2.0"),
        ({"class_name": "Sequential", "config": []}, "bare list", "<2.2.3"),
        (layer("InputLayer", batch_input_shape=[None], ragged=False), "ragged", ">=1.15"),
        (layer("Functional"), "Functional", ">=2.3"),
        (layer("Conv2D", groups=1), "groups", ">=2.3"),
        (layer("TFOpLambda"), "TFOpLambda", ">=2.4"),
        ({**layer("Dense"), "module": "keras.layers", "registered_name": None}, "registered_name", "<3,>=2.11"),
        ({**layer("Functional"), "module": "keras.engine.functional"}, "keras.engine", "<2.13,>=2.11"),
        ({**layer("Functional"), "module": "keras.src.engine.functional"}, "keras.src", "<3,>=2.13"),
        ({**layer("Functional"), "module": "tf_keras.src.engine"}, "tf_keras", ">=2.15"),
        ({**layer("Functional"), "module": "keras.src.models.functional"}, "keras.src.models", ">=3.0"),
        (layer("InputLayer", batch_shape=[None, 2]), "batch_shape", ">=3.0"),
        ({"activation": "Addons>mish"}, "Addons>", ">=0.7.0"),
    ],
)
def test_tokens_betray_the_writer(value: Json, token: str, versions: str) -> None:
    matching = [one for one in config.evidence("d", value) if token in one.token]
    assert str(matching[0].versions) == versions
    assert not matching[0].recorded


def test_a_custom_layer_with_groups_betrays_nothing() -> None:
    assert config.evidence("d", layer("MyConv", groups=2)) == ()


@pytest.mark.parametrize(
    ("value", "recorded", "expected"),
    [
        (layer("Dense"), None, Dialect.KERAS_2),
        (layer("Dense"), "3.4.1", Dialect.KERAS_3),
        (layer("Dense"), "1.0.8", Dialect.KERAS_1),
        (layer("InputLayer", input_dtype="float32"), None, Dialect.KERAS_1),
        (layer("InputLayer", input_dtype="float32"), "2.0.1", Dialect.KERAS_2),
        (layer("InputLayer", batch_shape=[None]), "2.15.0", Dialect.KERAS_2),
        (layer("InputLayer", batch_shape=[None]), "unknown", Dialect.KERAS_3),
        (layer("DTypePolicy", name="float32"), None, Dialect.KERAS_3),
        ({"class_name": "__keras_tensor__", "config": {}}, None, Dialect.KERAS_3),
        ({**layer("Functional"), "module": "keras.src.models.functional"}, None, Dialect.KERAS_3),
    ],
)
def test_dialect(value: Json, recorded: str | None, expected: Dialect) -> None:
    assert config.dialect(value, recorded=recorded) is expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2.15.0", [("keras", "==2.15.0", True)]),
        ("2.2.4-tf", [("keras", "==2.2.4", True), ("tensorflow", "<2.3", False)]),
        ("nightly", [("keras", "", True)]),
    ],
)
def test_stated_keras_versions(stated: str, expected: list[tuple[str, str, bool]]) -> None:
    found = keras_version(stated, WHERE)
    assert [(one.distribution, str(one.versions), one.recorded) for one in found] == expected


def test_stated_backend() -> None:
    assert backend("theano", WHERE).distribution == "theano"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{", DefectKind.DAMAGED),
        (b"\xff\xfe{}", DefectKind.DAMAGED),
        ('"\\ud800"', DefectKind.DAMAGED),
        ("1" * 5000, DefectKind.DAMAGED),
        ("[" * 100_000, DefectKind.OVERSIZED),
        ("[" * 300 + "]" * 300, DefectKind.OVERSIZED),
        ('{"%s": {}}' % ("k" * 2000), DefectKind.OVERSIZED),
        ("[" + "0," * config.MAX_VALUES + "0]", DefectKind.OVERSIZED),
        (b" " * (config.MAX_BYTES + 1), DefectKind.OVERSIZED),
    ],
)
def test_documents_beyond_the_limits_are_defects(text: bytes | str, kind: DefectKind) -> None:
    defect = config.parse_json(text, WHERE)
    assert isinstance(defect, Defect)
    assert (defect.kind, defect.where) == (kind, WHERE)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=30,
)
NESTED = st.recursive(
    JSON,
    lambda inner: (
        st.fixed_dictionaries({"class_name": st.text(max_size=8) | inner, "config": inner, "loss": inner})
        | st.dictionaries(st.sampled_from(["layers", "a/b", "a~b", "activation", "compile_config"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(NESTED)
def test_whatever_is_written_is_parsed_back(value: Json) -> None:
    assert config.parse_json(json.dumps(value), WHERE) == value
    assert config.parse_json(json.dumps(value).encode("utf-8-sig"), WHERE) == value


@given(NESTED, st.booleans())
def test_every_object_of_any_document_stands_where_it_says(value: Json, in_training: bool) -> None:  # noqa: FBT001 - drawn
    config.evidence("d", value)
    config.payloads("d", value)
    for item in config.objects("d", value, in_training=in_training):
        found: Any = value
        for step in item.at.path.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        names = [found["class_name"], found["config"]] if isinstance(found, dict) else [found]
        assert item.class_name in names
