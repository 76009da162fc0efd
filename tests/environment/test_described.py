"""What a description stands for: one environment, or several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.environment import Described, Environment, alternatives
from loadstone.environment.described import MOST, Wanted, is_whole
from loadstone.environment.targets import target
from loadstone.errors import ProbeError
from loadstone.knowledge import tensorflow_releases

RANGES = st.sampled_from(["", "==2.8.2", ">=2.8", "<2.5", ">=2.13,<2.17", "==2.15.*", "==9.9"])


def of(**wanted: str) -> tuple[Environment, ...]:
    every = tuple(Wanted(name=name.replace("_", "-"), versions=SpecifierSet(text)) for name, text in wanted.items())
    return alternatives(Described(source="described", wanted=every)).environments


def minors(environments: tuple[Environment, ...]) -> list[str]:
    found = (each.tensorflow for each in environments)
    return list(dict.fromkeys(f"{version.major}.{version.minor}" for version in found if version))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"tensorflow": "==2.8.2"}, ["2.8"]),
        ({"tensorflow-gpu": ">=2.8,<2.11"}, ["2.10", "2.9", "2.8"]),
        ({"tf-keras": "==2.16.0"}, ["2.16"]),
        ({"keras": ">=3"}, []),
        ({"tensorflow": ">=2.15"}, ["2.21", "2.20", "2.19", "2.18", "2.17", "2.16", "2.15"]),
    ],
)
def test_one_environment_for_each_release_that_matters(wanted: dict[str, str], expected: list[str]) -> None:
    assert minors(of(**wanted)) == expected


def test_keras_is_what_tensorflow_requires() -> None:
    assert {str(each.distributions["keras"]) for each in of(tensorflow="==2.8.2")} == {"2.8.0"}
    assert not any("keras" in each.distributions for each in of(tensorflow="==2.4.1"))
    of_2_16 = {each.distributions["keras"] for each in of(tensorflow="==2.16.2")}
    assert len(of_2_16) > 10
    assert min(of_2_16) >= Version("3.0")


def test_a_pin_is_kept_even_where_it_contradicts() -> None:
    assert {str(each.distributions["keras"]) for each in of(tensorflow="==2.8.2", keras="==3.0.5")} == {"3.0.5"}


def test_pythons_are_those_that_tensorflow_has_wheels_for() -> None:
    assert [str(each.python) for each in of(tensorflow="==2.4.1")] == ["3.8.0", "3.6.0"]


def test_markers_hold_for_some_pythons() -> None:
    marked = Wanted(name="numpy", versions=SpecifierSet("==1.19.5"), marker=Marker("python_version < '3.7'"))
    described = Described(source="", wanted=(Wanted(name="tensorflow", versions=SpecifierSet("==2.4.1")), marked))
    assert [("numpy" in each.distributions) for each in alternatives(described).environments] == [False, True]


def test_ranges_of_other_packages_stay_open() -> None:
    assert of(tensorflow="==2.8.2", numpy="<2")[0].ranges == {"numpy": SpecifierSet("<2")}


def test_pins_of_all_that_tensorflow_requires_are_an_environment() -> None:
    pins = [Wanted(name=name, versions=SpecifierSet("==1")) for name in ("absl-py", "numpy", "protobuf")]
    assert is_whole(pins)
    assert not is_whole(pins[:2])
    assert not is_whole([*pins, Wanted(name="six")])


@given(tensorflow=RANGES, keras=RANGES, addons=RANGES, python=RANGES)
def test_every_description_stands_for_something_bounded(tensorflow: str, keras: str, addons: str, python: str) -> None:
    texts = {"tensorflow": tensorflow, "keras": keras, "tensorflow-addons": addons}
    wanted = tuple(Wanted(name=name, versions=SpecifierSet(text)) for name, text in texts.items())
    found = alternatives(Described(source="", wanted=wanted, python=SpecifierSet(python))).environments
    assert 1 <= len(found) <= MOST
    for each in found:
        if each.tensorflow is not None:
            assert each.tensorflow in SpecifierSet(tensorflow)


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("keras3", f"on TensorFlow {tensorflow_releases()[-1].version}"),
        ("tf-keras", "Keras 2."),
        ("tensorflow==2.8.*", "Keras 2.8.0 on TensorFlow 2.8.4"),
        ("tensorflow==2.15.* tensorflow-addons", "Keras 2.15.0 on TensorFlow 2.15.1"),
    ],
)
def test_a_target_is_releases_by_name(name: str, summary: str) -> None:
    found = target(name)
    assert summary in found.environments[0].summary
    assert all(each.whole for each in found.environments)


@pytest.mark.parametrize(("name", "why"), [("keras >> 3", "keras3, tf-keras are"), ("numpy", "neither TensorFlow nor")])
def test_what_is_no_target_is_said(name: str, why: str) -> None:
    with pytest.raises(ProbeError, match=why):
        target(name)
