"""``lock``, ``sync`` and ``predict`` as a user meets them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result
from packaging.requirements import Requirement

from loadstone.cli import main
from loadstone.resolve.platforms import here
from tests.corpus_files import recorded, unpacked

HERE = Path(sys.prefix)
MODEL = unpacked("tf28") / "addons_training.h5"
LAMBDA = unpacked("tf28") / "lambda_layer.h5"
HOPELESS = unpacked("tf215") / "more_addons.h5"
KERAS_3 = unpacked("keras315") / "plain_training.keras"

pytestmark = pytest.mark.skipif(
    str(here()) != "linux x86_64", reason="the table's pins were measured on Linux x86-64 and are offered there"
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_lock_goes_to_stdout_and_the_reasons_to_stderr() -> None:
    command = [sys.executable, "-m", "loadstone", "lock", str(MODEL), "--offline", "--format", "requirements"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    pins = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    assert "tensorflow-cpu==2.8.4" in pins
    assert all(str(Requirement(pin).specifier).startswith("==") for pin in pins)
    assert done.stderr.startswith(f"{MODEL}: tensorflow-cpu==2.8.4, tensorflow-addons==")
    assert "the file says keras_version 2.8.0" in done.stderr


def test_every_format_that_works_offline_is_what_its_tool_reads(tmp_path: Path) -> None:
    for name in ("requirements", "conda", "dockerfile", "pyproject"):
        done = run("lock", MODEL, "--offline", "--format", name, "-o", tmp_path / name)
        assert done.exit_code == 0, done.stderr
        assert done.stdout == ""
    conda = yaml.safe_load((tmp_path / "conda").read_text())
    assert "python=3.10" in str(conda["dependencies"])
    assert "tensorflow-cpu==2.8.4" in conda["dependencies"][-1]["pip"]
    project = tomllib.loads((tmp_path / "pyproject").read_text())
    assert "tensorflow-cpu==2.8.4" in project["project"]["dependencies"]
    dockerfile = (tmp_path / "dockerfile").read_text()
    assert "FROM" in dockerfile
    assert "tensorflow-cpu==2.8.4" in dockerfile


def test_without_an_index_requirements_are_the_default() -> None:
    assert run("lock", MODEL, "--offline").stdout == run("lock", MODEL, "--offline", "--format", "requirements").stdout


def test_pylock_without_an_index_says_what_works_instead() -> None:
    done = run("lock", MODEL, "--offline", "--format", "pylock")
    assert done.exit_code == 3
    assert "--format requirements" in done.stderr


def test_text_and_json_describe_the_lock() -> None:
    text = run("lock", MODEL, "--offline", "--format", "text")
    assert "why       its releases fit all that the file tells about its writer" in text.stdout
    assert "or        tensorflow-cpu==2.9.3" in text.stdout
    report = json.loads(run("lock", MODEL, "--offline", "--format", "json").stdout)
    assert report["report"] == "lock"
    assert report["loads"] is True
    assert {"name": "tensorflow-cpu", "version": "2.8.4", "hashes": [], "marker": None} in report["packages"]


def test_quiet_leaves_the_exit_code() -> None:
    done = run("lock", MODEL, "--offline", "--format", "requirements", "-q")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_no_environment_is_a_no() -> None:
    done = run("lock", HOPELESS, "--offline", "--format", "requirements")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "loadstone convert" in done.stderr


def test_what_is_no_model_cannot_be_examined(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_text("version https://git-lfs.github.com/spec/v1\n")
    for path in (tmp_path / "model.h5", tmp_path / "missing.h5"):
        assert run("lock", path, "--offline").exit_code == 3
        assert run("sync", path, tmp_path / "env", "--offline").exit_code == 3
    assert not (tmp_path / "env").exists()


def test_wrong_usage_is_told_from_no(tmp_path: Path) -> None:
    assert run("lock").exit_code == 2
    assert run("lock", MODEL, "--format", "xml").exit_code == 2
    assert run("predict", MODEL, "--input", tmp_path / "none.npz", "--output", "y.npz").exit_code == 2


def test_sync_refuses_a_program_before_it_is_run_and_leaves_nothing(tmp_path: Path) -> None:
    done = run("sync", LAMBDA, tmp_path / "env")
    assert done.exit_code == 1
    assert "LS501" in done.stderr
    assert "--trust" in done.stderr
    assert not list(tmp_path.iterdir())


def test_sync_leaves_a_folder_of_the_users_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    done = run("sync", MODEL, tmp_path, "--offline")
    assert done.exit_code == 3
    assert "name another folder, or remove it" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_predict_runs_a_model_of_the_past_here(tmp_path: Path) -> None:
    done = run("predict", MODEL, "--input", MODEL.with_suffix(".npz"), "--output", tmp_path / "y.npz")
    assert done.exit_code == 0, done.stderr
    assert "ran       Keras 3" in done.stdout
    (output,) = recorded(tmp_path / "y.npz").values()
    assert np.max(np.abs(output - recorded(MODEL.with_suffix(".npz"))["y0"])) <= 1e-5


def test_predict_runs_a_model_in_another_environment(tmp_path: Path) -> None:
    arguments: list[str | Path] = [
        "--input",
        KERAS_3.with_suffix(".npz"),
        "--output",
        tmp_path / "y.npz",
        "--env",
        HERE,
    ]
    done = run("predict", KERAS_3, *arguments, "--format", "json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["isolated"] is True
    assert [each["name"] for each in report["outputs"]] == list(recorded(tmp_path / "y.npz"))


def test_predict_tells_what_the_model_takes(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", first=np.zeros(1), second=np.zeros(1))
    done = run("predict", MODEL, "--input", tmp_path / "x.npz", "--output", tmp_path / "y.npz", "--where", "here")
    assert done.exit_code == 3
    assert "the arrays are named first, second; the model's inputs are image" in done.stderr
    assert not (tmp_path / "y.npz").exists()


def test_help_names_every_command() -> None:
    told = run("--help").stdout
    assert [
        name for name in ("inspect", "diagnose", "explain", "convert", "lock", "sync", "predict") if name not in told
    ] == []
    assert shlex.split("loadstone lock MODEL")
