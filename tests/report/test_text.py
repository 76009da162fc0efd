"""Findings as text: the one shape, folding, and colour only where it is wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadstone.artifact import Attribute, Member, Node, Pointer, Tensor
from loadstone.finding import (
    Blocks,
    CallWith,
    Convert,
    Diagnosis,
    Fetch,
    Finding,
    Install,
    Isolate,
    Nothing,
    Provide,
    SetVariable,
    Severity,
)
from loadstone.report.text import (
    Line,
    diagnosis_lines,
    folded,
    page_lines,
    remedy_text,
    render,
    verdict_text,
    where_text,
)

FINDING = Finding(
    code="LS301",
    severity=Severity.ERROR,
    blocks=Blocks.LOADING,
    message="Addons>Maxout cannot be resolved here",
    where=(Pointer(document="model_config", path="/config/layers/1"),),
    found='registered name "Addons>Maxout", saved by Keras 2.15.0',
    provided="tensorflow-addons 0.7.0 to 0.23.0",
    here="Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11",
    remedies=(
        Convert(command="loadstone convert m.h5 m.keras", python="loadstone.load_model('m.h5')"),
        Install(requirements=("tensorflow-addons==0.23.0",)),
    ),
)
DIAGNOSIS = Diagnosis(
    source="m.h5", environment="Keras 3.15.1, Python 3.11", loads=False, loads_uncompiled=False, findings=(FINDING,)
)


def test_shape_of_a_finding() -> None:
    title = "LS301  Addons>Maxout cannot be resolved here"
    assert render(diagnosis_lines(DIAGNOSIS), colour=False) == (
        f"{title}{'m.h5':>{118 - len(title)}}\n"
        '  found     model_config/config/layers/1: registered name "Addons>Maxout", saved by Keras 2.15.0\n'
        "  provided  tensorflow-addons 0.7.0 to 0.23.0\n"
        "  here      Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11\n"
        "  fix       loadstone convert m.h5 m.keras        or in Python: loadstone.load_model('m.h5')\n"
        "  or        pip install tensorflow-addons==0.23.0\n"
        "  more      loadstone explain LS301\n"
        "\n"
        "m.h5 does not load in Keras 3.15.1, Python 3.11: 1 error\n"
    )


def test_long_text_is_wrapped_under_itself() -> None:
    lines = render(diagnosis_lines(replace(DIAGNOSIS, findings=(replace(FINDING, found="word " * 60),))), colour=False)

    found = lines.splitlines()[1:4]
    assert found[0].startswith("  found     model_config")
    assert all(line.startswith(" " * 12 + "word") for line in found[1:])
    assert max(map(len, lines.splitlines())) <= 118


def test_many_places_are_folded_unless_all_are_wanted() -> None:
    places = tuple(Tensor(name=f"t{index}") for index in range(9))
    diagnosis = replace(DIAGNOSIS, findings=(replace(FINDING, where=places),))

    assert "t0, t1, t2 and 6 more places: " in render(diagnosis_lines(diagnosis), colour=False)
    assert "t7, t8: " in render(diagnosis_lines(diagnosis, everything=True), colour=False)


@pytest.mark.parametrize(
    ("count", "text"), [(0, ""), (1, "0"), (4, "0, 1, 2, 3"), (5, "0, 1, 2 and 2 more"), (15, "0, 1, 2 and 12 more")]
)
def test_folding(count: int, text: str) -> None:
    assert folded([str(index) for index in range(count)], everything=False) == text


@pytest.mark.parametrize(
    ("loads", "uncompiled", "text"),
    [
        (True, True, "m.h5 loads in E"),
        (False, True, "m.h5 loads only with compile=False in E"),
        (False, False, "m.h5 does not load in E"),
        (None, None, "m.h5 cannot be judged in E"),
    ],
)
def test_verdict(loads: bool | None, uncompiled: bool | None, text: str) -> None:  # noqa: FBT001 - a table's columns
    diagnosis = Diagnosis(source="m.h5", environment="E", loads=loads, loads_uncompiled=uncompiled, findings=())

    assert verdict_text(diagnosis) == text


def test_verdict_counts_by_severity() -> None:
    warning = replace(FINDING, severity=Severity.WARNING)
    diagnosis = replace(DIAGNOSIS, findings=(FINDING, warning, warning))

    assert verdict_text(diagnosis).endswith(": 1 error, 2 warnings")


@pytest.mark.parametrize(
    ("remedy", "text"),
    [
        (Provide(names=("Scale",), python="load_model('m.h5', custom_objects={'Scale': Scale})"), "custom_objects="),
        (
            SetVariable(name="KERAS_BACKEND", value="jax"),
            "export KERAS_BACKEND=jax        or first of all in Python: ",
        ),
        (
            CallWith(python="load_model('m', compile=False)", effect="no optimizer"),
            "compile=False)        no optimizer",
        ),
        (Fetch(action="git lfs pull"), "git lfs pull"),
        (Nothing(why="the weights are gone"), "nothing helps: the weights are gone"),
        (Install(requirements=("h5py<3",)), "pip install 'h5py<3'"),
        (
            Install(requirements=("tf-keras==2.21.0",), variables=(("TF_USE_LEGACY_KERAS", "1"),)),
            "pip install tf-keras==2.21.0 && export TF_USE_LEGACY_KERAS=1        or first of all in Python: ",
        ),
        (
            Isolate(
                command="loadstone sync model.h5 .venv-model",
                python_version="3.9",
                requirements=("tensorflow==2.8.2", "tensorflow-addons==0.17.1"),
                exclude_newer="2022-05-24",
            ),
            "loadstone sync model.h5 .venv-model        tensorflow==2.8.2, tensorflow-addons==0.17.1 on Python 3.9",
        ),
    ],
)
def test_remedies_are_something_to_type(remedy: Provide, text: str) -> None:
    assert text in remedy_text(remedy)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Pointer(document="config.json", path="/a/0"), "config.json/a/0"),
        (Tensor(name="kernel"), "kernel"),
        (Attribute(owner="/", name="model_config"), "attribute model_config of /"),
        (Node(function="call", name="ReadFile"), "call/ReadFile"),
        (Member(path=""), "the file itself"),
    ],
)
def test_places(where: Pointer, text: str) -> None:
    assert where_text(where) == text


def test_colour_is_only_added_when_it_is_wanted() -> None:
    lines = [Line(text="LS301  x", role="error"), Line(text="  found     y")]

    assert render(lines, colour=False) == "LS301  x\n  found     y\n"
    assert render(lines, colour=True) == "\x1b[1;31mLS301  x\x1b[0m\n  found     y\n"


def test_headings_of_a_page_stand_out() -> None:
    roles = [line.role for line in page_lines("\n# LS101: x\n\ntext\n")]

    assert roles == ["title", "body", "body"]
