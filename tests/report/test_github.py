"""Diagnoses as GitHub workflow commands: annotations that the runner reads as they were meant."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.finding import Severity
from loadstone.report.github import workflow_commands
from tests.report.test_text import DIAGNOSIS, FINDING

COMMAND = re.compile(r"::(?P<name>\w+) (?P<properties>[^:]*)::(?P<message>[^\r\n]*)")


def unescaped(text: str) -> str:
    for escape, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, meant)
    return text


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it."""
    command = COMMAND.fullmatch(line)
    assert command is not None, line
    pairs = (pair.partition("=") for pair in command["properties"].split(","))
    return command["name"], {key: unescaped(value) for key, _, value in pairs}, unescaped(command["message"])


def test_a_finding_is_an_annotation_of_its_file() -> None:
    command, verdict = workflow_commands([DIAGNOSIS]).splitlines()

    assert command.startswith(
        "::error file=m.h5,title=LS301 Addons>Maxout cannot be resolved here::found: model_config/"
    )
    assert parsed(command) == (
        "error",
        {"file": "m.h5", "title": "LS301 Addons>Maxout cannot be resolved here"},
        (
            'found: model_config/config/layers/1: registered name "Addons>Maxout", saved by Keras 2.15.0\n'
            "provided: tensorflow-addons 0.7.0 to 0.23.0\n"
            "here: Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11\n"
            "fix: loadstone convert m.h5 m.keras        or in Python: loadstone.load_model('m.h5')\n"
            "or: pip install tensorflow-addons==0.23.0"
        ),
    )
    assert verdict == "loadstone: m.h5 does not load in Keras 3.15.1, Python 3.11: 1 error"


@pytest.mark.parametrize(
    ("severity", "name"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")]
)
def test_severities_are_the_runner_s(severity: Severity, name: str) -> None:
    finding = replace(FINDING, severity=severity, provided=None, here=None, where=(), remedies=())

    line = workflow_commands([replace(DIAGNOSIS, findings=(finding,))]).splitlines()[0]
    assert parsed(line)[0] == name
    assert parsed(line)[2] == f"found: {FINDING.found}"


def test_what_cannot_be_judged_is_annotated_though_it_has_no_finding() -> None:
    line = workflow_commands([replace(DIAGNOSIS, loads=None, findings=())]).splitlines()[0]

    assert parsed(line)[:2] == ("warning", {"file": "m.h5", "title": "cannot be judged"})


def test_a_model_that_loads_is_said_in_the_log_alone() -> None:
    assert workflow_commands([replace(DIAGNOSIS, loads=True, findings=())]) == (
        "loadstone: m.h5 loads in Keras 3.15.1, Python 3.11\n"
    )


def test_percent_comes_first() -> None:
    line = workflow_commands([replace(DIAGNOSIS, source="100%0A,:.h5")]).splitlines()[0]

    assert line.startswith("::error file=100%250A%2C%3A.h5,title=")


@given(st.text(), st.text(min_size=1))
def test_nothing_in_a_file_or_its_name_is_a_command_of_its_own(text: str, name: str) -> None:
    source = f"::set-output name=x::{name}\n##[error]{name}"
    finding = replace(FINDING, message=f"\n::error::{text}", found=f"{text}\r\n::stop-commands::x")
    printed = workflow_commands([replace(DIAGNOSIS, source=source, findings=(finding,))])

    command, verdict, rest = printed.split("\n")
    assert parsed(command)[1]["file"] == source
    assert parsed(command)[1]["title"] == f"LS301 {finding.message}"
    assert finding.found in parsed(command)[2]
    assert verdict.startswith("loadstone: ")
    assert "##[" not in verdict
    assert rest == ""
