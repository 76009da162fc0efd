"""The table of eras: complete, consistent with the releases, honest about what failed; and its picture."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from loadstone.knowledge import tensorflow_releases, tfa_releases
from loadstone.knowledge.eras import Era, EraBuild, Measured, eras
from tasks import eras_picture, eras_words

DATA = files("loadstone.knowledge") / "data" / "eras.json"
TENSORFLOW = {release.version: release for release in tensorflow_releases()}
ADDONS = {release.version: release for release in tfa_releases()}
MINORS = dict.fromkeys(f"{version.major}.{version.minor}" for version in TENSORFLOW)
LAST_WITH_ADDONS = Version("2.16")
PIN = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9a-z.+]+")

each_era = pytest.mark.parametrize("era", eras(), ids=lambda era: era.name)
BUILDS = [(era, build) for era in eras() for build in era.builds]
each_build = pytest.mark.parametrize(
    ("era", "build"), BUILDS, ids=[f"{era.name}-{build.python}" for era, build in BUILDS]
)
MEASURED = [(era, build, build.measured) for era, build in BUILDS if build.measured]
each_measured = pytest.mark.parametrize(
    ("era", "build", "measured"), MEASURED, ids=[f"{era.name}-{build.python}" for era, build, _ in MEASURED]
)


def named(name: str) -> Era:
    return next(era for era in eras() if era.name == name)


@pytest.mark.parametrize("minor", MINORS)
def test_every_minor_release_has_its_newest_patch(minor: str) -> None:
    newest = max(version for version in TENSORFLOW if f"{version.major}.{version.minor}" == minor)
    assert named(f"tf{minor}").tensorflow == newest


def test_in_the_order_of_releases_and_named_once() -> None:
    assert all(one.tensorflow <= other.tensorflow for one, other in pairwise(eras()))
    assert len({era.name for era in eras()}) == len(eras())


@each_era
def test_who_answers_as_keras(era: Era) -> None:
    version = era.tensorflow
    own_copy = version < Version("2.6") and "-keras" not in era.name
    assert [era.keras is not None, era.tf_keras is not None, own_copy].count(True) == 1
    assert ("TF_USE_LEGACY_KERAS" in era.variables) == (era.tf_keras is not None)
    assert ("KERAS_BACKEND" in era.variables) == ("-keras" in era.name)
    if era.tf_keras:
        assert era.tf_keras.release[:2] == version.release[:2]
        assert era.name == f"tf{version.major}.{version.minor}-tf_keras"


@each_era
def test_addons_are_the_newest_whose_operators_load(era: Era) -> None:
    wanted = Version("2.0") <= era.tensorflow < LAST_WITH_ADDONS
    assert (era.addons is not None) == wanted
    assert bool(era.trials) == wanted
    assert list(era.trials) == sorted(era.trials, key=lambda trial: trial.addons, reverse=True)
    assert era.addons == next((trial.addons for trial in era.trials if trial.ops), None)


@each_era
def test_every_trial_is_of_a_release_that_declares_this_tensorflow(era: Era) -> None:
    for trial in era.trials:
        assert ADDONS[trial.addons].tensorflow.contains(era.tensorflow) or trial.addons < Version("0.7")
        assert trial.imports or not trial.ops


@each_era
def test_one_build_for_each_python_that_has_wheels(era: Era) -> None:
    assert {build.python for build in era.builds} == set(TENSORFLOW[era.tensorflow].pythons)
    rest = [Version(build.python) for build in era.builds[1:]]
    assert rest == sorted(rest, reverse=True)


@each_era
def test_the_recommended_build_was_measured(era: Era) -> None:
    build = era.builds[0]
    assert build.measured is not None
    assert era.as_of == build.as_of
    working = [other.python for other in era.builds if other.measured and other.measured.works]
    assert not working or build.python == max(working, key=Version)


@each_build
def test_pins_hold_what_is_asked_for(era: Era, build: EraBuild) -> None:
    pins = dict(build.pins)
    assert list(build.pins) == sorted(build.pins)
    assert len(pins) == len(build.pins)
    assert all(PIN.fullmatch(f"{name}=={version}") and name == canonicalize_name(name) for name, version in build.pins)
    if build.pins:
        for requirement in era.requirements:
            name, _, version = requirement.partition("==")
            assert pins[name] == Version(version) or name == "tensorflow-addons"
    if build.measured and build.measured.builds:
        assert build.pins


@each_build
def test_no_day_before_its_releases(era: Era, build: EraBuild) -> None:
    assert build.as_of >= TENSORFLOW[era.tensorflow].released
    if build.addons:
        assert build.as_of >= ADDONS[build.addons].released


@each_build
def test_a_build_has_the_eras_addons_or_the_newest_that_has_wheels_for_its_python(era: Era, build: EraBuild) -> None:
    if not build.pins or era.addons is None:
        assert build.addons is None
    elif build.python in ADDONS[era.addons].pythons:
        assert build.addons == era.addons
    else:
        loading = [trial.addons for trial in era.trials if trial.ops and build.python in ADDONS[trial.addons].pythons]
        assert build.addons == loading[0]


@each_measured
def test_what_failed_says_why(era: Era, build: EraBuild, measured: Measured) -> None:
    seen = (measured.builds, measured.tensorflow, measured.keras, measured.addons, measured.fixture)
    assert (False in seen) == (measured.why is not None)
    assert measured.works == (False not in seen)
    assert measured.on >= build.as_of
    if measured.builds:
        assert measured.tensorflow is not None
        assert measured.seconds > 0
        assert 100 < measured.megabytes < 10_000
        assert (measured.addons is None) == (build.addons is None or not measured.tensorflow)
        assert (measured.keras is None) == (not measured.tensorflow), era.name


@each_measured
def test_reasons_are_sentences_of_one_line_without_paths(era: Era, build: EraBuild, measured: Measured) -> None:
    why = measured.why or "x"
    assert "\n" not in why
    assert len(why) <= 300
    assert "/" not in why, (era.name, build.python)


@each_build
def test_operators_want_the_whole_tensorflow(era: Era, build: EraBuild) -> None:
    assert era.requirements_for(custom_ops=False) == era.requirements
    wanted = era.requirements_for(custom_ops=True)
    assert wanted[0] == f"tensorflow=={era.tensorflow}"
    assert wanted[1:] == era.requirements[1:]
    pins = build.pins_for(custom_ops=True)
    assert list(pins) == sorted(pins)
    assert "tensorflow-cpu" not in dict(pins)
    assert [version for _, version in sorted(pins)] != [] or not build.pins
    assert build.pins_for(custom_ops=False) == build.pins


def test_written_by_a_program_and_small() -> None:
    text = DATA.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert len(text) < 1_000_000
    assert re.match(r'\{\n"generated": "\d{4}-\d\d-\d\d",\n"eras": \{\n', text)
    assert "http" not in text


@pytest.mark.parametrize(
    ("text", "python", "expected"),
    [
        (
            "cause: Because tensorflow-addons==0.9.1 has no wheels with a matching Python version tag (e.g., `cp38`)",
            "3.8",
            "no wheel of TensorFlow Addons 0.9.1 for Python 3.8",
        ),
        (
            "does not satisfy Python>=3.11 and keras==3.15.1 depends on Python>=3.11, we can conclude",
            "3.10",
            "no wheel of Keras 3.15.1 for Python 3.10: it asks for Python >=3.11",
        ),
        (
            "error: Failed to build `grpcio==1.36.1`\n  cause: The build backend returned an error",
            "3.6",
            "grpcio 1.36.1 has no wheel for Python 3.6 and does not build from source",
        ),
        ("something\n   else", "3.6", "something else"),
    ],
)
def test_uv_is_put_into_words(text: str, python: str, expected: str) -> None:
    assert eras_words.of_build(text, python) == expected


def test_the_picture_is_up_to_date() -> None:
    assert eras_picture.PICTURE.read_text(encoding="utf-8") == eras_picture.picture()


def test_the_picture_is_plain() -> None:
    text = eras_picture.picture()
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(text).iter()}  # noqa: S314 - our own file
    assert tags <= {"svg", "title", "defs", "g", "rect", "path", "circle", "text", "use"}
    assert len(text) < 40_000
    assert "style" not in text


def test_the_picture_has_a_mark_for_each_build_of_the_plain_eras() -> None:
    root = ET.fromstring(eras_picture.picture())  # noqa: S314 - our own file
    marks = [element.get("href") for element in root.iter("{http://www.w3.org/2000/svg}use")]
    trials = sum(len(era.trials) for era in eras())
    plain = [named(f"tf{minor}") for minor in MINORS]
    builds = sum(1 for era in plain for build in era.builds if eras_picture.build_mark(build)[0] != "a")
    variants = len(eras()) - (1 if "tf2.21-keras3.15" in {era.name for era in eras()} else 0)
    assert len(marks) == builds + trials + variants + len(eras_picture.LEGEND)


def test_early_addons_are_for_one_tensorflow_only() -> None:
    """They declare no upper bound, and were built against one release."""
    for era in eras():
        for trial in era.trials:
            if trial.addons < Version("0.9"):
                assert SpecifierSet("==2.0.*" if trial.addons < Version("0.7") else "==2.1.*").contains(era.tensorflow)
