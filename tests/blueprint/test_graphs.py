"""Both dialects parsed from hand-written configurations: the forms that releases use for calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.artifact import Artifact, Dialect, Format, Pointer, Training
from loadstone.blueprint.graph import Blueprint, Call, ModelKind, ObjectSpec, SliceSpec, TensorRef
from loadstone.blueprint.parse import parse
from loadstone.blueprint.traverse import map_call, references

if TYPE_CHECKING:
    from loadstone.artifact import Json


def artifact(config: Mapping[str, Json], dialect: Dialect = Dialect.KERAS_2, **rest: Any) -> Artifact:
    return Artifact(
        source="model.h5",
        format=Format.HDF5_MODEL,
        dialect=dialect,
        config=config,
        config_at=Pointer(document="model_config", path=""),
        **rest,
    )


def layer(name: str, class_name: str = "Dense", inbound: Any = (), **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": inbound}


def functional(layers: list[dict[str, Any]], inputs: Any, outputs: Any, name: str = "model") -> dict[str, Any]:
    config = {"name": name, "layers": layers, "input_layers": inputs, "output_layers": outputs}
    return {"class_name": "Functional", "config": config, "name": name}


def ref(name: str, call: int = 0, output: int = 0) -> TensorRef:
    return TensorRef(layer=name, call=call, output=output)


def calls(blueprint: Blueprint, name: str) -> tuple[Call, ...]:
    return next(spec.calls for spec in blueprint.layers if spec.name == name)


@pytest.mark.parametrize(
    ("inbound", "expected"),
    [
        pytest.param([[["x", 0, 0, {}]]], Call(args=(ref("x"),)), id="one tensor"),
        pytest.param([["x", 0, 0, {}]], Call(args=(ref("x"),)), id="one tensor, without a list"),
        pytest.param(
            [[["x", 0, 0, {}], ["z", 0, 1, {}]]], Call(args=((ref("x"), ref("z", 0, 1)),)), id="a list of tensors"
        ),
        pytest.param(
            [["x", 0, 0, {"y": ["z", 0, 0], "name": None}]],
            Call(args=(ref("x"),), kwargs={"y": ref("z")}),
            id="a tensor among the keywords",
        ),
        pytest.param(
            [["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}]],
            Call(args=(1.0,), kwargs={"y": ref("x")}),
            id="a constant in a tensor's place",
        ),
        pytest.param(
            [["x", 0, 0, {"y": ["_CONSTANT_VALUE", -1, 2.0]}]],
            Call(args=(ref("x"),), kwargs={"y": 2.0}),
            id="a constant among the keywords",
        ),
        pytest.param(
            [{"a": ["x", 0, 0, {}], "b": ["z", 0, 0, {}]}],
            Call(args=({"a": ref("x"), "b": ref("z")},)),
            id="a mapping of tensors",
        ),
        pytest.param(
            [["x", 0, 0, {"shape": [-1, 2, 3], "states": [["z", 0, 0], ["z", 0, 1]]}]],
            Call(args=(ref("x"),), kwargs={"shape": (-1, 2, 3), "states": (ref("z"), ref("z", 0, 1))}),
            id="lists that are none, and lists of tensors",
        ),
        pytest.param(
            [["x", 0, 0, {"nested": {"deep": ["z", 0, 0]}}]],
            Call(args=(ref("x"),), kwargs={"nested": {"deep": ref("z")}}),
            id="a tensor in a mapping",
        ),
    ],
)
def test_the_forms_of_a_call_in_keras_2(inbound: Any, expected: Call) -> None:
    layers = [layer("x", "InputLayer"), layer("z", "InputLayer"), layer("dense", inbound=inbound)]
    blueprint = parse(artifact(functional(layers, [["x", 0, 0], ["z", 0, 0]], [["dense", 0, 0]])))
    assert calls(blueprint, "dense") == (expected,)
    assert blueprint.inputs == (ref("x"), ref("z"))
    assert blueprint.outputs == ref("dense")


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 2)])
def test_a_nested_models_calls_count_from_zero_whichever_way_the_release_counted(first: int, second: int) -> None:
    inner = functional(
        [layer("i", "InputLayer"), layer("d", inbound=[[["i", 0, 0, {}]]])], [["i", 0, 0]], [["d", 0, 0]]
    )
    encoder = {**inner, "name": "encoder", "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]}
    join = layer("join", "Add", [[["encoder", first, 0, {}], ["encoder", second, 0, {}]]])
    layers = [layer("a", "InputLayer"), layer("b", "InputLayer"), encoder, join]
    blueprint = parse(artifact(functional(layers, [["a", 0, 0], ["b", 0, 0]], [["join", 0, 0]])))
    assert calls(blueprint, "join") == (Call(args=((ref("encoder", 0), ref("encoder", 1)),)),)
    assert isinstance(blueprint.layers[2].content, Blueprint)


def test_keras_3_calls_name_tensors_wherever_they_stand() -> None:
    def tensor(name: str) -> dict[str, Any]:
        return {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": [name, 0, 0]}}

    index = [{"class_name": "__slice__", "config": {"start": 1, "stop": 3, "step": None}}, 0]
    layers = [
        layer("x", "InputLayer"),
        layer("item", "GetItem", [{"args": [tensor("x"), index], "kwargs": {}}]),
        layer("join", "Concatenate", [{"args": [[tensor("x"), tensor("item")]], "kwargs": {"mask": None}}]),
        layer("old", "Dense", [[["join", 0, 0, {}]]]),
    ]
    config = functional(layers, ["x", 0, 0], {"out": ["old", 0, 0]})
    blueprint = parse(artifact(config, Dialect.KERAS_3))
    assert calls(blueprint, "item") == (Call(args=(ref("x"), (SliceSpec(start=1, stop=3), 0))),)
    assert calls(blueprint, "join") == (Call(args=((ref("x"), ref("item")),), kwargs={"mask": None}),)
    assert calls(blueprint, "old") == (Call(args=(ref("join"),)),)
    assert blueprint.inputs == ref("x")
    assert blueprint.outputs == {"out": ref("old")}


@pytest.mark.parametrize("nested", [False, True])
def test_a_sequential_in_both_its_forms(*, nested: bool) -> None:
    layers: list[Json] = [{"class_name": "Dense", "config": {"name": "d", "units": 2}}]
    config: Json = {"name": "s", "layers": layers, "build_input_shape": [None, 3]} if nested else layers
    blueprint = parse(artifact({"class_name": "Sequential", "config": config}))
    assert blueprint.kind is ModelKind.SEQUENTIAL
    assert [spec.name for spec in blueprint.layers] == ["d"]
    assert blueprint.input_shape == ((None, 3) if nested else None)


def test_a_model_whose_graph_is_in_its_authors_code_is_one_object() -> None:
    blueprint = parse(artifact({"class_name": "Ranker", "config": {"units": 3}}))
    assert blueprint.kind is ModelKind.SUBCLASSED
    (only,) = blueprint.layers
    assert isinstance(only.content, ObjectSpec)
    assert only.content.name == "Ranker"


def test_a_file_without_a_configuration_is_not_parsed() -> None:
    with pytest.raises(ValueError, match=r"weights\.h5 holds no model configuration"):
        parse(Artifact(source="weights.h5", format=Format.HDF5_WEIGHTS))


def test_the_compile_state_names_its_identifiers() -> None:
    at = Pointer(document="training_config", path="")
    config: dict[str, Json] = {
        "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.1}},
        "loss": {"a": "mse", "b": {"class_name": "Huber", "config": {}}},
        "metrics": [["acc"]],
        "loss_weights": None,
        "sample_weight_mode": None,
        "steps_per_execution": 2,
    }
    blueprint = parse(
        artifact(
            {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {}}]},
            training=Training(config=config, optimizer_tensors=0, at=at),
        )
    )
    training = blueprint.training
    assert training is not None
    assert training.optimizer is not None
    assert training.optimizer.name == "Adam"
    assert isinstance(training.loss, Mapping)
    assert training.loss["a"] == ObjectSpec(
        name="mse", is_identifier=True, at=Pointer(document="training_config", path="/loss/a")
    )
    assert training.options == {"steps_per_execution": 2}


@pytest.mark.parametrize(("stored", "name"), [("rmsprop", "rmsprop"), (None, None)])
def test_an_optimizer_may_be_a_string_or_missing(stored: str | None, name: str | None) -> None:
    training = Training(config={"optimizer": stored}, optimizer_tensors=0, at=Pointer(document="c", path=""))
    config: dict[str, Json] = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {}}]}
    parsed = parse(artifact(config, training=training)).training
    assert parsed is not None
    assert (parsed.optimizer.name if parsed.optimizer else None) == name


def test_references_are_found_and_replaced_everywhere() -> None:
    call = Call(args=((ref("a"), 1), SliceSpec(start=ref("b"))), kwargs={"m": {"k": ref("c")}, "n": "text"})
    assert [r.layer for r in (*references(call.args), *references(call.kwargs))] == ["a", "b", "c"]
    moved = map_call(call, lambda r: ref(r.layer.upper(), 5))
    assert moved == Call(
        args=((ref("A", 5), 1), SliceSpec(start=ref("B", 5))), kwargs={"m": {"k": ref("C", 5)}, "n": "text"}
    )
