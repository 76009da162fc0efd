from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import EllipsisSpec, ObjectSpec, SliceSpec, TensorRef
from loadstone.blueprint.values import child, is_model, parse_value

if TYPE_CHECKING:
    from loadstone.artifact import Json
    from loadstone.blueprint.graph import Blueprint

ROOT = Pointer(document="config.json", path="")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def no_model(value: Any, at: Pointer) -> Blueprint:
    raise AssertionError(f"no nested model expected at {at}: {value}")


def parsed(value: Json) -> Any:
    return parse_value(value, ROOT, no_model)


def test_an_object_keeps_its_name_its_place_and_its_nested_objects() -> None:
    spec = parsed(
        {
            "class_name": "Bidirectional",
            "config": {"name": "both", "layer": {"class_name": "LSTM", "config": {"units": 3, "activation": "tanh"}}},
        }
    )
    assert spec.name == "Bidirectional"
    inner = spec.config["layer"]
    assert inner == ObjectSpec(
        name="LSTM",
        config=MappingProxyType(
            {
                "units": 3,
                "activation": ObjectSpec(
                    name="tanh",
                    is_identifier=True,
                    at=Pointer(document="config.json", path="/config/layer/config/activation"),
                ),
            }
        ),
        at=Pointer(document="config.json", path="/config/layer"),
    )


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"class_name": "__tuple__", "items": [1, 2]}, (1, 2)),
        ({"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": 2}}, SliceSpec(start=1, step=2)),
        ({"class_name": "__ellipsis__", "config": {}}, EllipsisSpec.ELLIPSIS),
        ({"class_name": "TensorShape", "items": [None, 3]}, (None, 3)),
        (
            {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": ["dense", 1, 0]}},
            TensorRef(layer="dense", call=1, output=0),
        ),
        ({"class_name": "__keras_tensor__", "config": {}}, None),
    ],
)
def test_what_keras_writes_for_plain_python_values(stored: Json, expected: object) -> None:
    assert parsed(stored) == expected


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ({"class_name": "function", "config": "mish", "registered_name": "function"}, "mish"),
        ({"class_name": "function", "config": "Addons>mish", "registered_name": "function"}, "Addons>mish"),
        ({"class_name": "function", "config": "mish", "registered_name": "Addons>mish"}, "Addons>mish"),
    ],
)
def test_a_function_is_known_by_its_registered_name(stored: Json, name: str) -> None:
    spec = parsed(stored)
    assert spec.name == name
    assert spec.is_function


def test_a_registered_name_goes_before_the_class_name_only_if_it_has_a_package() -> None:
    assert parsed({"class_name": "RectifiedAdam", "registered_name": "Addons>RectifiedAdam", "config": {}}).name == (
        "Addons>RectifiedAdam"
    )
    assert parsed({"class_name": "LSTM", "registered_name": "LSTM", "config": {}}).name == "LSTM"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {}}]}, True),
        ({"class_name": "Sequential", "config": {"layers": [{}]}}, True),
        ({"class_name": "Functional", "config": {"layers": [{}], "input_layers": [], "output_layers": []}}, True),
        ({"class_name": "Generator", "config": {"layers": [{}], "input_layers": [], "output_layers": []}}, True),
        ({"class_name": "Stack", "config": {"layers": [{}]}}, False),
        ({"class_name": "Sequential", "config": {}}, False),
        ("Sequential", False),
    ],
)
def test_a_model_is_told_by_its_graph(value: Json, *, expected: bool) -> None:
    assert is_model(value) is expected


@given(JSON)
def test_every_json_document_is_a_value(value: Any) -> None:
    try:
        parsed(value)
    except AssertionError:
        assert "layers" in repr(value)


@given(st.lists(st.text(), max_size=4))
def test_pointers_escape_what_rfc_6901_reserves(tokens: list[str]) -> None:
    path = child(ROOT, *tokens).path
    unescaped = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    assert unescaped == tokens
