"""What other projects call: the hook of pre-commit and the GitHub Action, run on models that load and that do not."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.corpus_files import ROOT, unpacked

BIN = Path(sys.executable).parent
LOADS = unpacked("tf215") / "depthwise_separable.h5"
REFUSED = unpacked("tf215") / "addons_training.h5"
PAGE = ROOT / "docs" / "integrations.md"
LOCK = "tensorflow==2.15.1\nkeras==2.15.0\n"
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
#: As the runner calls it for shell: bash.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are written for bash")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a lock, a model that loads in it, and one that does not."""
    folder = tmp_path / "project"
    (folder / "saved models").mkdir(parents=True)
    shutil.copyfile(LOADS, folder / "saved models" / "good one.h5")
    shutil.copyfile(REFUSED, folder / "saved models" / "refused.h5")
    (folder / "requirements.txt").write_text(LOCK)
    return folder


def run(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


def act(project: Path, models: str, *, sarif: str = "", env: str = "requirements.txt") -> tuple[int, str, str]:
    """The diagnosing step, as the runner runs it: exit code, log, summary."""
    step = ACTION["runs"]["steps"][1]
    inputs = {"inputs.models": models, "inputs.env": env, "inputs.sarif": sarif}
    variables = {name: inputs[value.strip("${} ")] for name, value in step["env"].items()}
    summary = project / "summary.md"
    done = run(
        *BASH,
        step["run"],
        cwd=project,
        GITHUB_STEP_SUMMARY=str(summary),
        LOADSTONE=str(BIN / "loadstone"),
        **variables,
    )
    return done.returncode, done.stdout + done.stderr, summary.read_text() if summary.exists() else ""


@pytest.mark.parametrize(("name", "code"), [("good one.h5", 0), ("refused.h5", 1)])
def test_the_hook_s_command_passes_what_loads_and_nothing_else(project: Path, name: str, code: int) -> None:
    (hook,) = HOOKS
    done = run(*shlex.split(hook["entry"]), *hook["args"], f"saved models/{name}", cwd=project)

    assert done.returncode == code, done.stderr
    assert ("LS203  " in done.stdout) is (code == 1)


@pytest.mark.parametrize(("names", "code"), [(("good one.h5",), 0), (("good one.h5", "refused.h5"), 1)])
def test_the_hook_runs_under_pre_commit(project: Path, names: tuple[str, ...], code: int) -> None:
    """With the command that is installed here in place of an environment that pre-commit would build."""
    (hook,) = HOOKS
    renamed = project / "locked.txt"
    (project / "requirements.txt").rename(renamed)
    local = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system", "args": [renamed.name]}]}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(local))
    home = {"PRE_COMMIT_HOME": str(project / ".home"), "HOME": str(project)}
    run("git", "init", "-q", cwd=project)
    run("git", "add", *(f"saved models/{name}" for name in names), "locked.txt", ".pre-commit-config.yaml", cwd=project)
    manifest = run("pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), cwd=project, **home)
    done = run("pre-commit", "run", "--all-files", "--verbose", cwd=project, **home)

    assert manifest.returncode == 0, manifest.stdout
    assert done.returncode == code, done.stdout + done.stderr
    assert "good one.h5 loads in locked.txt" in done.stdout
    assert ("refused.h5 does not load in locked.txt" in done.stdout) is (code == 1)


def test_the_action_passes_what_loads(project: Path) -> None:
    code, log, summary = act(project, "saved models/good one.h5\n")

    assert code == 0, log
    assert log.startswith("loadstone: saved models/good one.h5 loads in requirements.txt")
    assert summary.startswith("## Every model loads\n")


def test_the_action_fails_with_annotations_a_summary_and_sarif(project: Path) -> None:
    code, log, summary = act(project, "**/good*.h5\n\nsaved models/ref*.h5", sarif="found.sarif")

    assert code == 1, log
    assert "::error file=saved models/refused.h5,title=LS301 " in log
    assert "loadstone: saved models/good one.h5 loads in " in log
    assert summary.startswith("## Not every model loads\n")
    assert "| `saved models/refused.h5` | **does not load** |" in summary
    report = json.loads((project / "found.sarif").read_text())
    uris = [artifact["location"]["uri"] for artifact in report["runs"][0]["artifacts"]]
    assert uris == ["saved%20models/good%20one.h5", "saved%20models/refused.h5"]


@pytest.mark.parametrize(
    ("models", "env", "code", "said"),
    [
        ("nothing/*.h5", "requirements.txt", 2, "no model is named like nothing/*.h5"),
        ("\n\n", "requirements.txt", 2, "no models were given"),
        ("gone.h5", "requirements.txt", 1, "LS101 "),
        ("saved models/good one.h5", "gone.lock", 3, "gone.lock"),
    ],
)
def test_the_action_fails_on_what_it_cannot_examine(project: Path, models: str, env: str, code: int, said: str) -> None:
    answered, log, _ = act(project, models, env=env)

    assert answered == code, log
    assert said in log


@pytest.mark.parametrize("models", ["$(touch owned)", "`touch owned`", "; touch owned", "'; touch owned #", "-h"])
def test_inputs_are_data(project: Path, models: str) -> None:
    code, log, _ = act(project, models)

    assert code == 1, log
    assert not (project / "owned").exists()


def test_every_input_reaches_a_step_as_a_variable_and_never_as_text() -> None:
    steps = ACTION["runs"]["steps"]
    used = {value for step in steps for value in step["env"].values()}

    assert {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]} == used - {"${{ github.action_path }}"}
    assert all("${{" not in step["run"] for step in steps)
    assert all(step["shell"] == "bash" for step in steps)


@pytest.mark.live
def test_the_action_installs_the_command(tmp_path: Path) -> None:
    step = ACTION["runs"]["steps"][0]
    done = run(
        *BASH,
        step["run"],
        cwd=tmp_path,
        RUNNER_TEMP=str(tmp_path),
        GITHUB_ENV=str(tmp_path / "env"),
        LOADSTONE_PYTHON=sys.executable,
        LOADSTONE_SOURCE=str(ROOT),
        PYTHONPATH="",
    )

    assert done.returncode == 0, done.stderr
    command = (tmp_path / "env").read_text().strip().removeprefix("LOADSTONE=")
    assert run(command, "--version", cwd=tmp_path, PYTHONPATH="").stdout.startswith("loadstone, version ")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_configurations_that_are_shown_are_the_hook_s_and_the_action_s() -> None:
    (hook,) = HOOKS
    shown, workflow = (yaml.safe_load(block) for block in blocks(PAGE, "yaml"))
    (used,) = (step for step in workflow["steps"] if "/loadstone@" in step["uses"])

    assert shown["repos"][0]["hooks"][0] == {"id": hook["id"], "args": ["uv.lock"]}
    assert set(used["with"]) <= set(ACTION["inputs"])
    assert {name for name, given in ACTION["inputs"].items() if given.get("required")} <= set(used["with"])
    assert yaml.safe_load(blocks(ROOT / "README.md", "yaml")[0]) == shown["repos"][0]["hooks"]


def test_the_programs_that_are_shown_do_what_is_said(tmp_path: Path) -> None:
    shutil.copyfile(REFUSED, tmp_path / "model.h5")
    rescued, explained, extension = blocks(PAGE, "python")
    done = run(sys.executable, "-c", rescued, cwd=tmp_path, TF_CPP_MIN_LOG_LEVEL="3")
    told = run(sys.executable, "-c", explained, cwd=tmp_path)
    short = "import keras, loadstone\n" + blocks(ROOT / "README.md", "python")[1]
    failed = run(sys.executable, "-c", short, cwd=tmp_path, TF_CPP_MIN_LOG_LEVEL="3")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("model.h5 does not load in Keras 3")
    assert done.stdout.splitlines()[-2].startswith("['LS301', ")
    assert done.stdout.splitlines()[-1] == "<class 'ValueError'>"
    assert "LS301  " in told.stdout
    assert extension == "%load_ext loadstone\n"
    assert failed.returncode == 1
    assert "loadstone.errors.LoadFailed: model.h5 does not load in Keras 3" in failed.stderr


def test_the_command_that_is_shown_writes_tables(project: Path) -> None:
    (block,) = blocks(PAGE, "console")
    shutil.copyfile(LOADS, project / "model.h5")
    shutil.copyfile(unpacked("tf215") / "depthwise_separable.keras", project / "other.keras")
    done = run(*shlex.split(block.removeprefix("$ ")), cwd=project)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("## Every model loads\n")
