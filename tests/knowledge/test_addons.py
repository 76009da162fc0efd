"""Who provides a name, what TensorFlow Addons takes, and which releases of TensorFlow it declares itself for."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.knowledge import (
    ObjectKind,
    addons_arguments,
    built_in,
    known_keras_releases,
    providers,
    tensorflow_releases,
    tfa_releases,
)


def runs(identity: str, distribution: str) -> list[tuple[str, str]]:
    return [(str(each.first), str(each.last)) for each in providers(identity) if each.distribution == distribution]


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("Addons>WeightNormalization", [("0.7.0", "0.23.0")]),
        ("Addons>StochasticDepth", [("0.12.0", "0.23.0")]),
        ("Addons>CRF", [("0.11.0", "0.23.0")]),
        ("Addons>mish", [("0.7.0", "0.23.0")]),
        ("Addons>snake", [("0.11.0", "0.23.0")]),
        ("Addons>RectifiedAdam", [("0.7.0", "0.23.0")]),
        ("Addons>NetVLAD", [("0.9.0", "0.23.0")]),
        ("Maxout", [("0.5.0", "0.6.0")]),
        ("WeightNormalization", [("0.5.0", "0.6.0")]),
        ("hardshrink", [("0.6.0", "0.6.0")]),
        ("Addons>Nothing", []),
        ("mish", []),
        ("LSTM", []),
        ("", []),
    ],
)
def test_addons_releases_that_register_a_name(identity: str, expected: list[tuple[str, str]]) -> None:
    assert runs(identity, "tensorflow-addons") == expected


def test_a_public_name_is_given_where_there_is_one() -> None:
    (provider,) = providers("Addons>WeightNormalization")
    assert provider.import_path == "tensorflow_addons.layers.WeightNormalization"


def test_built_in_names_are_provided_by_keras() -> None:
    found = providers("LSTM")
    assert [each.distribution for each in found] == ["tensorflow", "keras", "tf-keras"]
    assert [each.import_path for each in found] == [
        "tensorflow.keras.layers.LSTM",
        "keras.layers.LSTM",
        "tf_keras.layers.LSTM",
    ]
    assert runs("LSTM", "keras") == [("2.6.0", str(known_keras_releases()[-1]))]


def test_a_gap_between_generations_makes_two_runs() -> None:
    """A base class that Keras 2's globals held up to 2.8, and an operation of Keras 3."""
    assert runs("Conv", "keras") == [("2.6.0", "2.8.0"), ("3.0.5", str(known_keras_releases()[-1]))]


def test_nobody_is_known() -> None:
    assert providers("Acme>Thing") == ()


@pytest.mark.parametrize(
    ("identity", "release", "takes", "refuses"),
    [
        ("Addons>GroupNormalization", "0.23.0", {"groups", "axis", "name", "trainable", "dtype"}, {"group"}),
        ("Addons>NoisyDense", "0.13.0", {"use_factorised", "sigma"}, set()),
        ("Addons>NoisyDense", "0.12.1", {"sigma"}, {"use_factorised"}),
        ("Addons>WeightNormalization", "0.14.0", {"layer", "data_init", "name"}, set()),
        ("Addons>LAMB", "0.16.1", {"weight_decay", "weight_decay_rate"}, set()),
        ("Addons>LAMB", "0.15.0", {"weight_decay_rate"}, {"weight_decay"}),
        ("Addons>TripletHardLoss", "0.10.0", {"distance_metric", "reduction"}, set()),
        ("Addons>TripletHardLoss", "0.9.1", {"margin"}, {"distance_metric"}),
        ("Addons>LayerNormLSTMCell", "0.14.0", {"units", "trainable", "implementation"}, set()),
        ("Addons>hardshrink", "0.23.0", {"x", "lower", "upper"}, set()),
        ("Maxout", "0.6.0", {"num_units", "axis", "name"}, set()),
        ("Addons>RectifiedAdam", "0.22.0", {"learning_rate", "decay", "sma_threshold", "clipnorm"}, {"use_ema"}),
    ],
)
def test_addons_arguments(identity: str, release: str, takes: set[str], refuses: set[str]) -> None:
    found = addons_arguments(identity, Version(release))
    assert found is not None
    assert takes <= found
    assert not refuses & found


@pytest.mark.parametrize(
    ("identity", "release"),
    [("Addons>Maxout", "0.6.0"), ("Maxout", "0.7.0"), ("Addons>Maxout", "0.4.0"), ("Addons>Nothing", "0.23.0")],
)
def test_an_unregistered_name_has_no_arguments(identity: str, release: str) -> None:
    assert addons_arguments(identity, Version(release)) is None


def test_an_unread_release_is_answered_for_by_the_one_before() -> None:
    known = addons_arguments("Addons>GELU", Version("0.23.0"))
    assert addons_arguments("Addons>Maxout", Version("0.24.0.dev0")) == addons_arguments(
        "Addons>Maxout", Version("0.23.0")
    )
    assert known == addons_arguments("Addons>GELU", Version("99"))


@pytest.mark.parametrize(
    ("release", "window", "pythons", "released"),
    [
        ("0.5.0", ">=2", ("3.6", "3.7"), date(2019, 8, 30)),
        ("0.6.0", "==2.0.0", ("3.6", "3.7"), date(2019, 10, 4)),
        ("0.7.0", ">=2.1.0", ("3.6", "3.7"), date(2020, 1, 10)),
        ("0.8.3", ">=2.1.0", ("3.6", "3.7"), None),
        ("0.9.1", ">=2.1.0,<2.3.0", ("3.6", "3.7"), None),
        ("0.11.2", ">=2.2.0,<2.4.0", ("3.6", "3.7", "3.8"), None),
        ("0.17.1", ">=2.7.0,<2.10.0", ("3.7", "3.8", "3.9", "3.10"), None),
        ("0.23.0", ">=2.13.0,<2.16.0", ("3.9", "3.10", "3.11"), None),
    ],
)
def test_addons_windows(release: str, window: str, pythons: tuple[str, ...], released: date | None) -> None:
    (found,) = [each for each in tfa_releases() if each.version == Version(release)]
    assert found.tensorflow == SpecifierSet(window)
    assert found.pythons == pythons
    assert released in {None, found.released}


def test_the_pythons_as_a_specifier() -> None:
    newest = tfa_releases()[-1]
    assert newest.python_specifier == SpecifierSet(">=3.9,<3.12")


@pytest.mark.parametrize(
    ("release", "keras", "pythons"),
    [
        ("1.13.1", None, ("3.6", "3.7")),
        ("2.4.1", None, ("3.6", "3.7", "3.8")),
        ("2.5.3", None, ("3.7", "3.8", "3.9")),
        ("2.8.2", ">=2.8.0rc0,<2.9", ("3.7", "3.8", "3.9", "3.10")),
        ("2.15.1", ">=2.15.0,<2.16", ("3.9", "3.10", "3.11")),
        ("2.16.1", ">=3.0.0", ("3.9", "3.10", "3.11", "3.12")),
    ],
)
def test_tensorflow_releases(release: str, keras: str | None, pythons: tuple[str, ...]) -> None:
    (found,) = [each for each in tensorflow_releases() if each.version == Version(release)]
    assert found.keras == (SpecifierSet(keras) if keras else None)
    assert found.pythons == pythons


def test_releases_are_sorted_and_came_out_in_their_line() -> None:
    for releases in (tensorflow_releases(), tfa_releases()):
        versions = [each.version for each in releases]
        assert versions == sorted(set(versions))
        firsts = [each.released for each in releases if each.version.micro == 0 and each.version.major != 1]
        assert firsts == sorted(firsts)
    assert tensorflow_releases()[0].version == Version("1.13.1")
    assert tensorflow_releases()[-1].version >= Version("2.21.0")
    assert len(tfa_releases()) == 29


def test_keras_is_required_from_the_release_that_no_longer_bundles_it() -> None:
    assert all((each.keras is None) is (each.version < Version("2.6")) for each in tensorflow_releases())


def test_every_addons_window_has_a_tensorflow_with_a_common_python() -> None:
    for addons in tfa_releases():
        fitting = [each for each in tensorflow_releases() if addons.tensorflow.contains(each.version, prereleases=True)]
        # 0.5.1 requires a release candidate, and is the only one to.
        assert any(set(each.pythons) & set(addons.pythons) for each in fitting) or addons.version == Version("0.5.1")


def test_a_name_of_addons_that_keras_took_over() -> None:
    assert built_in("GroupNormalization", Version("2.10.0"), ObjectKind.LAYER) is None
    assert runs("GroupNormalization", "keras")[0][0] == "2.11.0"
    assert runs("GroupNormalization", "tensorflow-addons") == [("0.5.0", "0.6.0")]
