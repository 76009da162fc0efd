"""Which layers are changed so that they get the masks that they got in Keras 2."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from packaging.version import Version

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import Blueprint, Call, LayerSpec, ModelKind, ObjectSpec, Operation, TensorRef
from loadstone.blueprint.upgrades.masks import MERGED, with_masks

AT = Pointer(document="model_config", path="/config")


def ref(name: str, output: int = 0) -> TensorRef:
    return TensorRef(layer=name, call=0, output=output)


def layer(name: str, content: Any, *given: TensorRef, **keywords: Any) -> LayerSpec:
    args: tuple[Any, ...] = () if not given else given if len(given) == 1 else (given,)
    calls = (Call(args=args, kwargs=MappingProxyType(keywords)),) if given else ()
    return LayerSpec(name=name, stored_name=name, content=content, calls=calls)


def spec(name: str, **config: Any) -> ObjectSpec:
    return ObjectSpec(name=name, config=MappingProxyType(config), at=AT)


def graph(*layers: LayerSpec, outputs: Any, name: str = "model") -> Blueprint:
    inputs = tuple(ref(each.name) for each in layers if not each.calls)
    return Blueprint(
        name=name, kind=ModelKind.FUNCTIONAL, layers=layers, inputs=inputs, outputs=outputs, at=AT
    )  # fmt: skip


#: Two masked sequences ``a`` and ``b``, and ``plain``, which has no mask any more.
START = (
    layer("words", spec("InputLayer")),
    layer("others", spec("InputLayer")),
    layer("a", spec("Embedding", mask_zero=True), ref("words")),
    layer("b", spec("Embedding", mask_zero=True), ref("others")),
    layer("plain", spec("Conv1D"), ref("b")),
)


def changed(*layers: LayerSpec, release: str = "2.15.0", tf_keras: bool = True) -> dict[str, LayerSpec]:
    """The layers of a graph that were changed or added, by name."""
    before = graph(*START, *layers, outputs=ref(layers[-1].name))
    after, notes = with_masks(before, Version(release), tf_keras=tf_keras)
    assert len({each.name for each in after.layers}) == len(after.layers)
    old = {each.name: each for each in before.layers}
    found = {each.name: each for each in after.layers if old.get(each.name) != each}
    assert bool(notes) == bool(found)
    assert [each.name for each in after.layers if each.name in old] == list(old)
    return found


def class_of(found: LayerSpec) -> str:
    return found.content.name if isinstance(found.content, ObjectSpec) else ""


@pytest.mark.parametrize("name", sorted(MERGED))
def test_different_masks_are_merged_as_before(name: str) -> None:
    for given in ((ref("a"), ref("b")), (ref("a"), ref("plain")), (ref("plain"), ref("b"))):
        assert class_of(changed(layer("merged", spec(name), *given))["merged"]) == f"loadstone>{name}"
    assert not changed(layer("merged", spec(name), ref("plain"), ref("plain")))


@pytest.mark.parametrize("name", sorted(MERGED))
def test_one_mask_is_left_to_keras_but_where_it_changes_values(name: str) -> None:
    found = changed(layer("dropout", spec("Dropout"), ref("a")), layer("merged", spec(name), ref("a"), ref("dropout")))
    assert bool(found) == (name in {"Maximum", "Minimum", "Multiply"})


@pytest.mark.parametrize(
    ("name", "release", "tf_keras", "ends"),
    [
        ("Rescaling", "2.15.0", True, True),
        ("Normalization", "2.8.0", True, True),
        ("Identity", "2.13.0", True, True),
        ("ReLU", "2.4.0", True, True),
        ("ReLU", "2.5.0", True, False),
        ("ReLU", "2.2.4", False, False),
        ("Dense", "2.4.0", True, False),
        ("MultiHeadAttention", "2.9.0", True, True),
        ("MultiHeadAttention", "2.10.0", True, False),
    ],
)
def test_a_layer_that_ended_masks_gets_none(name: str, release: str, tf_keras: bool, ends: bool) -> None:  # noqa: FBT001 - cases
    found = changed(layer("layer", spec(name), ref("a")), release=release, tf_keras=tf_keras)
    assert [class_of(each) for each in found.values() if each.name != "layer"] == ["loadstone>Unmasked"] * ends


def test_a_layer_behind_one_that_ends_masks_has_none() -> None:
    found = changed(layer("scaled", spec("Rescaling"), ref("a")), layer("sum", spec("Add"), ref("scaled"), ref("a")))
    assert class_of(found["sum"]) == "loadstone>Add"
    assert found["scaled"].calls[0].args == (ref("scaled_unmasked_0"),)


@pytest.mark.parametrize("name", ["LSTM", "GRU", "Bidirectional"])
def test_a_mask_beside_an_initial_state_is_named(name: str) -> None:
    found = changed(layer("decoder", spec(name), ref("a"), initial_state=(ref("plain"),)))
    assert found["decoder"].calls[0].kwargs["mask"] == ref("decoder_mask_0")
    assert isinstance(found["decoder_mask_0"].content, Operation)
    assert found["decoder_mask_0"].calls[0].args == (ref("a"),)
    assert not changed(layer("decoder", spec(name), ref("plain"), initial_state=(ref("a"),)))
    assert not changed(layer("decoder", spec(name), ref("a")))


def test_a_tensor_that_others_get_too_keeps_its_mask_from_attention() -> None:
    attention = layer("attention", spec("MultiHeadAttention"), ref("a"), value=ref("a"))
    assert not changed(attention)
    found = changed(attention, layer("sum", spec("Add"), ref("a"), ref("attention")))
    assert {class_of(each) for name, each in found.items() if name != "attention"} == {"loadstone>Copied"}


@pytest.mark.parametrize(
    ("name", "config", "masked"),
    [
        ("LSTM", {}, False),
        ("LSTM", {"return_sequences": True}, True),
        ("Bidirectional", {"layer": spec("GRU", return_sequences=True)}, True),
        ("Bidirectional", {"layer": spec("GRU")}, False),
        ("Flatten", {}, False),
        ("GlobalAveragePooling1D", {}, False),
        ("TimeDistributed", {"layer": spec("Dense")}, True),
        ("Dropout", {}, True),
        ("Masking", {}, True),
    ],
)
def test_masks_are_followed_through_layers(name: str, config: dict[str, Any], masked: bool) -> None:  # noqa: FBT001 - cases
    found = changed(layer("layer", spec(name, **config), ref("a")), layer("merged", spec("Multiply"), ref("layer")))
    assert ("merged" in found) == masked


def test_masks_are_followed_into_models_and_out_of_them() -> None:
    inner = graph(
        layer("given", spec("InputLayer")),
        layer("scaled", spec("Rescaling"), ref("given")),
        layer("dense", spec("Dense"), ref("given")),
        outputs=(ref("scaled"), ref("dense")),
        name="inner",
    )
    found = changed(
        layer("inner", inner, ref("a")),
        layer("first", spec("Multiply"), ref("inner", 0)),
        layer("second", spec("Multiply"), ref("inner", 1)),
    )
    assert set(found) == {"inner", "second"}
    content = found["inner"].content
    assert isinstance(content, Blueprint)
    assert [class_of(each) for each in content.layers] == ["InputLayer", "loadstone>Unmasked", "Rescaling", "Dense"]


def test_a_model_that_is_called_with_a_mask_and_without_one_is_changed_once() -> None:
    inner = graph(
        layer("given", spec("InputLayer")), layer("scaled", spec("Rescaling"), ref("given")), outputs=ref("scaled")
    )
    twice = LayerSpec(
        name="inner", stored_name="inner", content=inner, calls=(Call(args=(ref("a"),)), Call(args=(ref("plain"),)))
    )
    content = changed(twice)["inner"].content
    assert isinstance(content, Blueprint)
    assert [class_of(each) for each in content.layers] == ["InputLayer", "loadstone>Unmasked", "Rescaling"]


def test_a_layer_whose_name_leads_anothers_gets_its_own_additions_only() -> None:
    found = changed(layer("block/scaled", spec("Rescaling"), ref("a")), layer("block", spec("Rescaling"), ref("a")))
    assert sorted(found) == ["block", "block/scaled", "block/scaled_unmasked_0", "block_unmasked_0"]


def test_a_sequential_is_changed_too() -> None:
    layers = (layer("a", spec("Embedding", mask_zero=True)), layer("scaled", spec("Rescaling")))
    before = Blueprint(name="model", kind=ModelKind.SEQUENTIAL, layers=layers, inputs=None, outputs=None, at=AT)
    after, notes = with_masks(before, None, tf_keras=True)
    assert [class_of(each) for each in after.layers] == ["Embedding", "loadstone>Unmasked", "Rescaling"]
    assert [each.upgrade for each in notes] == ["mask-ended"]


def test_a_model_without_masks_is_left_as_it_is() -> None:
    before = graph(
        layer("x", spec("InputLayer")), layer("sum", spec("Multiply"), ref("x"), ref("x")), outputs=ref("sum")
    )
    assert with_masks(before, None, tf_keras=True) == (before, ())
