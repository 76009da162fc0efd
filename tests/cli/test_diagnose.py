"""The diagnose command on one model and on many, in every format, and what a terminal shows meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from loadstone.cli import main
from tests.corpus_files import unpacked
from tests.report.test_json import validator

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

REFUSED = unpacked("tf215") / "addons_training.h5"
LOADED = unpacked("keras315") / "plain_training.keras"
FORMATS = ("text", "json", "sarif", "markdown", "github")


def diagnose(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["diagnose", *map(str, arguments)])


def test_one_after_another() -> None:
    done = diagnose(LOADED, REFUSED, LOADED)

    alone = [diagnose(model).stdout for model in (LOADED, REFUSED, LOADED)]
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout == "\n".join(alone)


def test_json_of_one_model_is_the_item_of_json_of_many() -> None:
    many = diagnose(LOADED, REFUSED, "--format", "json")
    report = json.loads(many.stdout)
    validator().validate(report)

    assert (report["report"], report["loads"]) == ("diagnoses", False)
    alone = [json.loads(diagnose(model, "--format", "json").stdout) for model in (LOADED, REFUSED)]
    assert report["diagnoses"] == alone


@pytest.mark.parametrize("as_format", FORMATS)
def test_every_format_is_whole_in_a_file_and_changes_no_answer(as_format: str, tmp_path: Path) -> None:
    target = tmp_path / "report"
    done = diagnose(LOADED, REFUSED, "--format", as_format, "-o", target)

    assert (done.exit_code, done.output) == (1, "")
    assert diagnose(LOADED, REFUSED, "--format", as_format).stdout == target.read_text(encoding="utf-8")
    assert "LS301" in target.read_text(encoding="utf-8")
    assert diagnose(LOADED, "--format", as_format).exit_code == 0


@pytest.mark.parametrize(
    ("models", "code"),
    [((LOADED,), 0), ((LOADED, LOADED), 0), ((LOADED, REFUSED), 1), ((REFUSED, LOADED), 1)],
)
def test_the_exit_code_is_the_worst(models: tuple[Path, ...], code: int) -> None:
    assert diagnose(*models, "-q").exit_code == code


def test_a_definite_no_is_worse_than_what_cannot_be_told(tmp_path: Path) -> None:
    settled = tmp_path / "requirements.txt"
    settled.write_text("tensorflow==2.15.1\nkeras==2.15.0\n")
    opened = tmp_path / "open.txt"
    opened.write_text("tensorflow\n")
    plain = unpacked("tf215") / "plain_training.h5"

    assert diagnose(plain, "--env", settled).exit_code == 0
    assert diagnose(plain, "--env", opened).exit_code == 3
    assert diagnose(plain, tmp_path / "gone.h5", "--env", opened).exit_code == 1
    assert diagnose(plain, plain, "--env", opened, "--format", "github").stdout.count("title=cannot be judged::") == 2


def test_no_model_is_wrong_usage() -> None:
    done = diagnose("--target", "keras3")

    assert done.exit_code == 2
    assert "MODEL..." in done.stderr


def test_the_environment_is_asked_once(tmp_path: Path) -> None:
    """An interpreter that counts how often it is asked."""
    counted = tmp_path / "asked"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho asked >> {counted}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)

    assert diagnose(LOADED, REFUSED, LOADED, "--env", python).exit_code == 1
    assert counted.read_text() == "asked\n"


def read_to(terminal: int, mark: bytes) -> bytes:
    """All that was written to the other end up to a mark: one read may bring only a part of it."""
    said = b""
    while not said.endswith(mark):
        said += os.read(terminal, 1_000)
    return said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(("options", "told"), [((), True), (("--no-progress",), False), (("-q",), False)])
def test_progress_is_for_terminals(tmp_path: Path, options: tuple[str, ...], *, told: bool) -> None:
    """An interpreter that takes three seconds to answer, and a standard error that is a terminal."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nsleep 3\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    terminal, end = os.openpty()
    command = [sys.executable, "-m", "loadstone", "diagnose", str(LOADED), "--env", str(python), *options]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, check=False)
        os.write(end, b"|")
        said = read_to(terminal, b"|").decode()
    finally:
        os.close(terminal)
        os.close(end)

    assert done.returncode == 0
    assert ("asking" in said) is told
    assert said.endswith("\r\x1b[K|" if told else "|")
    assert said.startswith("\r" if told else "|")
