"""The command line as a user meets it: whole processes for exit codes and streams, in process for the rest."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from loadstone import __version__
from loadstone.cli import main
from tests.corpus_files import unpacked
from tests.report.test_json import validator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from click.testing import Result

MODEL = "addons_training.h5"


@pytest.fixture(scope="session")
def model() -> Path:
    return unpacked("tf215") / MODEL


@pytest.fixture(scope="session")
def plain() -> Path:
    return unpacked("keras315") / "plain_training.keras"


def run(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner(env=dict(env or {})).invoke(main, [str(argument) for argument in arguments])


def process(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loadstone", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_diagnosis_of_a_model_that_does_not_load(model: Path) -> None:
    done = process("diagnose", model)

    assert (done.returncode, done.stderr) == (1, "")
    assert "LS301  Addons>WeightNormalization cannot be resolved here" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith(f"{model} does not load in Keras 3")


def test_diagnosis_of_a_model_that_loads(plain: Path) -> None:
    done = run("diagnose", plain)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].startswith(f"{plain} loads in Keras 3")


def test_diagnosis_of_what_is_not_there(tmp_path: Path) -> None:
    done = run("diagnose", tmp_path / "gone.h5")

    assert done.exit_code == 1
    assert done.stdout.startswith("LS101  ")


def test_diagnosis_in_an_environment_that_is_none(model: Path, tmp_path: Path) -> None:
    done = run("diagnose", model, "--env", tmp_path)

    assert done.exit_code == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"loadstone: {tmp_path} is a folder without a Python")


def test_diagnosis_as_json(model: Path) -> None:
    done = run("diagnose", model, "--format", "json")

    report = json.loads(done.stdout)
    assert (done.exit_code, report["schema"], report["loads"]) == (1, 1, False)


def test_inspection(model: Path) -> None:
    done = run("inspect", model)

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{model}: whole model in HDF5, Keras 2, ")


def test_inspection_as_json(model: Path) -> None:
    assert json.loads(run("inspect", model, "--format", "json").stdout)["format"] == "hdf5-model"


def test_inspection_of_no_model(tmp_path: Path) -> None:
    page = tmp_path / "model.h5"
    page.write_text("<!DOCTYPE html><html></html>")

    assert run("inspect", page).exit_code == 3


def test_page_of_a_finding() -> None:
    done = run("explain", "ls301")

    assert done.exit_code == 0
    assert done.stdout.startswith("# LS301: unresolvable-object\n")
    assert json.loads(run("explain", "LS301", "--format", "json").stdout)["code"] == "LS301"


def test_page_of_no_finding() -> None:
    done = run("explain", "LS999")

    assert (done.exit_code, done.stdout) == (3, "")
    assert "LS999 is no finding's code" in done.stderr


def test_version() -> None:
    assert run("--version").stdout == f"loadstone, version {__version__}\n"


@pytest.mark.parametrize("arguments", [("diagnose",), ("diagnose", "m.h5", "--format", "xml"), ("unheard-of",)])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_quiet_says_nothing(model: Path) -> None:
    done = run("diagnose", model, "-q")

    assert (done.exit_code, done.output) == (1, "")


def test_report_in_a_file(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    done = run("diagnose", model, "--format", "json", "-q", "-o", target)

    assert (done.exit_code, done.output) == (1, "")
    assert json.loads(target.read_text())["report"] == "diagnosis"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_report_that_cannot_be_written_leaves_nothing(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("diagnose", model, "-o", tmp_path / "file" / "report.txt")

    assert done.exit_code == 2
    assert "cannot write" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_report_s_mode_follows_the_umask(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    before = os.umask(0o022)
    try:
        run("inspect", model, "-o", target)
    finally:
        os.umask(before)

    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_colour_is_for_terminals_unless_it_is_asked_for(model: Path) -> None:
    assert "\x1b[1;31mLS301" in run("diagnose", model, "--color", "always").stdout
    assert "\x1b" not in run("diagnose", model, "--color", "never").stdout
    assert "\x1b" not in run("diagnose", model).stdout


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_terminal_gets_colour(
    model: Path, variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, *, coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loadstone.cli.common.is_terminal", lambda: True)

    assert ("\x1b[" in run("diagnose", model).stdout) is coloured


def test_long_lists_are_folded_unless_all_is_given(model: Path) -> None:
    assert "more kinds" in run("inspect", model).stdout
    assert "more kinds" not in run("inspect", model, "--all").stdout


def test_diagnosis_imports_no_framework_and_little_else(model: Path, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from loadstone.cli import main\n"
        "try:\n"
        f"    main(['diagnose', {str(model)!r}, '-o', {str(tmp_path / 'report.txt')!r}])\n"
        "finally:\n"
        "    print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    imported = set(done.stdout.split())
    assert {"loadstone", "click"} <= imported
    assert imported.isdisjoint({"keras", "tensorflow", "torch", "jax", "rich", "numpy", "email"})


@pytest.mark.parametrize("target", ["model.h5", "model"])
def test_conversion_to_another_suffix_is_wrong_usage(model: Path, tmp_path: Path, target: str) -> None:
    done = run("convert", model, tmp_path / target)

    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_conversion_of_a_custom_layer_names_it(tmp_path: Path) -> None:
    done = run("convert", unpacked("tf215") / "custom_layer.h5", tmp_path / "model.keras")

    assert done.exit_code == 1
    assert "was not converted: " in done.stdout
    assert "Scale" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_conversion(tmp_path: Path) -> None:
    source = unpacked("tf215") / "depthwise_separable.h5"
    target = tmp_path / "model.keras"
    done = run("convert", source, target, "--io", unpacked("tf215") / "depthwise_separable.npz", "--format", "json")

    report = json.loads(done.stdout)
    assert (done.exit_code, report["target"]) == (0, str(target))
    assert report["parity"]["verdict"] in {"exact", "within"}
    assert run("diagnose", target).exit_code == 0


def test_a_traceback_is_explained_from_a_file_from_input_and_from_a_line(tmp_path: Path) -> None:
    error = "ValueError: Unknown layer: 'Addons>WeightNormalization'. Please ensure this object is passed"
    (tmp_path / "log.txt").write_text(f"Traceback (most recent call last):\n{error}\n", encoding="utf-8")
    for arguments, given in (((str(tmp_path / "log.txt"),), None), (("-",), error), ((error,), None)):
        done = CliRunner().invoke(main, ["explain", *arguments], input=given)
        assert done.exit_code == 0, done.output
        assert "LS301" in done.stdout
        assert "Addons>WeightNormalization" in done.stdout


@pytest.mark.parametrize(("given", "code"), [("the moon is full", 3), ("nosuchfile.txt", 2), ("LS999", 3)])
def test_what_cannot_be_explained_is_said(given: str, code: int) -> None:
    assert CliRunner().invoke(main, ["explain", given]).exit_code == code


def test_an_explanation_follows_the_schema() -> None:
    done = CliRunner().invoke(
        main,
        [
            "explain",
            "--format",
            "json",
            "OSError: Unable to open file (truncated file: eof = 96, sblock->base_addr = 0)",
        ],
    )
    report = json.loads(done.stdout)
    validator().validate(report)
    assert report["explanations"][0]["code"] == "LS106"
