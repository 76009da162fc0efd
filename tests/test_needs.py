"""Inference: who wrote a model, what it needs beside Keras, which Python can read its programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.artifact import Attribute, Evidence, Format
from loadstone.formats import read
from loadstone.needs import conditions, infer, merged
from tests.corpus_table import MODELS, Model, table
from tests.rules.artifacts import bytecode, identifier, keras3, layer, model, operation, saved_model, written_by

if TYPE_CHECKING:
    from loadstone.artifact import Json


def evidence(distribution: str, versions: str, *, recorded: bool = False) -> Evidence:
    return Evidence(
        distribution=distribution,
        versions=SpecifierSet(versions),
        recorded=recorded,
        token="seen",  # noqa: S106 - a token of a file, no password
        where=Attribute(owner="/", name="model_config"),
    )


def test_tokens_narrow_the_writer() -> None:
    (writer,) = merged([evidence("tensorflow", ">=1.15"), evidence("tensorflow", ">=2.3")])

    assert writer.versions == SpecifierSet(">=1.15,>=2.3")
    assert not writer.recorded
    assert writer.release is None


def test_what_is_stated_outweighs_tokens() -> None:
    (writer,) = merged([evidence("keras", "<2.0"), evidence("keras", "==2.8.0", recorded=True)])

    assert (writer.release, writer.recorded) == (Version("2.8.0"), True)


def test_a_backend_without_a_version_states_nothing() -> None:
    (writer,) = merged([evidence("tensorflow", "", recorded=True), evidence("tensorflow", ">=2.3")])

    assert str(writer) == "TensorFlow >=2.3"
    assert not writer.recorded


@pytest.mark.parametrize(
    ("distribution", "versions", "text"),
    [
        ("keras", "==2.8.0", "Keras 2.8.0"),
        ("keras", "==2.*", "Keras ==2.*"),
        ("theano", "", "theano"),
        ("tensorflow-addons", ">=0.7.0", "TensorFlow Addons >=0.7.0"),
    ],
)
def test_writer_reads_as_a_name(distribution: str, versions: str, text: str) -> None:
    assert str(merged([evidence(distribution, versions)])[0]) == text


def test_objects_of_the_writer_s_own_keras_are_no_needs() -> None:
    needs = infer(
        model(
            layer("Dense"),
            identifier("relu", "activation"),
            identifier("accuracy", "metrics", in_training=True),
            layer("Custom>Adam", slot="optimizer", in_training=True),
        )
    )

    assert needs.objects == ()
    assert needs.writer("keras") is not None
    assert needs.writer("tensorflow") is None


def test_objects_of_add_ons_and_of_the_author() -> None:
    loss = layer("Addons>TripletSemiHardLoss", slot="loss", in_training=True)
    addon, custom, only_trained = infer(
        model(layer("Addons>Maxout"), layer("Scale"), layer("Addons>Maxout", slot="layer"), loss)
    ).objects

    assert addon.identity == "Addons>Maxout"
    assert len(addon.places) == 2
    assert {provider.distribution for provider in addon.providers} == {"tensorflow-addons"}
    assert not addon.only_in_training
    assert (custom.identity, custom.providers) == ("Scale", ())
    assert only_trained.only_in_training


def test_a_package_s_class_is_not_keras_own_of_the_same_name() -> None:
    (need,) = infer(model(layer("Dense", registered_name="mine>Dense"))).objects

    assert need.identity == "mine>Dense"


@pytest.mark.parametrize("writer", [(), (written_by("keras", "2.99"),)])
def test_writer_that_is_not_stated_is_judged_by_its_generation(writer: tuple[Evidence, ...]) -> None:
    assert infer(model(layer("Dense"), writer=writer)).objects == ()
    assert infer(keras3(layer("Dense"), writer=())).objects == ()


def test_without_a_configuration_nothing_is_needed() -> None:
    assert infer(model(layer("Scale"), format=Format.HDF5_WEIGHTS, dialect=None, writer=())).objects == ()


def test_programs_of_two_pythons_narrow_each_other() -> None:
    assert infer(model(payloads=(bytecode(">=3.8"), bytecode("<3.10")))).python == SpecifierSet(">=3.8,<3.10")
    assert infer(model()).python is None


def test_operations_of_compiled_libraries() -> None:
    needs = infer(saved_model(ops=(operation("MatMul"), operation("Addons>CorrelationCost"))))

    assert needs.op_libraries == ("Addons",)


def test_what_is_stated_is_a_condition_and_tokens_beside_it_are_not() -> None:
    artifact = model(
        writer=(
            evidence("keras", "==2.8.0", recorded=True),
            evidence("keras", "<2.0"),
            evidence("tensorflow", ">=2.3"),
            evidence("tensorflow", "", recorded=True),
        )
    )
    found = conditions(artifact, infer(artifact))
    assert [(each.distribution, str(each.versions), each.must, each.recorded) for each in found] == [
        ("keras", "==2.8.0", False, True),
        ("tensorflow", ">=2.3", False, False),
    ]
    assert all(each.where is not None and "seen" in each.because for each in found)


@pytest.mark.parametrize(
    ("identity", "config", "versions"),
    [
        ("Addons>WeightNormalization", {}, "<=0.23.0,>=0.7.0"),
        ("Addons>FilterResponseNormalization", {}, "<=0.23.0,>=0.9.0"),
        ("Addons>LAMB", {"weight_decay_rate": 0.1}, "<=0.23.0,>=0.7.0"),  # the old name is still taken
        ("Addons>LAMB", {"weight_decay": 0.1}, "<=0.23.0,>=0.16.1"),
        ("WeightNormalization", {}, "<=0.23.0,>=0.5.0"),
    ],
)
def test_an_addons_object_asks_for_the_releases_that_take_its_settings(
    identity: str, config: dict[str, Json], versions: str
) -> None:
    artifact = model(layer(identity, config), writer=())
    (found,) = conditions(artifact, infer(artifact))
    assert (found.distribution, found.must) == ("tensorflow-addons", True)
    assert str(found.versions) == versions


def test_an_object_of_the_compile_state_is_no_must() -> None:
    artifact = model(layer("Addons>LAMB", {}, slot="optimizer", in_training=True), writer=())
    (found,) = conditions(artifact, infer(artifact))
    assert not found.must


def test_stored_bytecode_asks_for_its_pythons() -> None:
    artifact = model(payloads=(bytecode(">=3.8,<3.10"),), writer=())
    (found,) = conditions(artifact, infer(artifact))
    assert (found.distribution, str(found.versions), found.must) == ("python", "<3.10,>=3.8", True)


@pytest.mark.parametrize("corpus_model", MODELS, ids=lambda each: each.file)
def test_the_releases_that_wrote_a_file_meet_its_conditions(corpus_model: Model) -> None:
    artifact = read(corpus_model.path)
    stack = {**table()["stack"][corpus_model.era]}
    for condition in conditions(artifact, infer(artifact)):
        if condition.distribution in stack:
            assert Version(stack[condition.distribution]) in condition.versions, condition
