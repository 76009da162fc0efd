"""Whatever kills the process that builds an environment: no half environment, no stray process, no temporary folder."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loadstone.resolve.building import held
from tests.corpus_files import ROOT, recorded, unpacked
from tests.isolation.processes import soon
from tests.resolve.small_lock import LOCK

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in Linux's /proc"),
]

GENERATOR = random.Random(20)  # noqa: S311 - moments to kill at, not secrets
BUILD_SECONDS = 1.5  # about what the small build takes; the moments lie before, in and after it
MOMENTS = [round(GENERATOR.uniform(0.0, BUILD_SECONDS), 3) for _ in range(40)]

MODEL = unpacked("keras315") / "plain_training.keras"
PREDICTION_MOMENTS = [round(GENERATOR.uniform(0.2, 12.0), 3) for _ in range(10)]


def strays(folder: Path) -> list[str]:
    """The command lines of processes that work in or name a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            cwd = (process / "cwd").resolve()
        except OSError:
            continue
        if str(folder) in command or folder == cwd or folder in cwd.parents:
            found.append(command)
    return found


def killed(command: list[str], moment: float, **options: object) -> None:
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, **options
    ) as process:  # type: ignore[call-overload]  # passed through
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()


def settled(folder: Path) -> list[str]:
    """What is left in a folder once nothing works in it any more."""
    soon(lambda: not strays(folder) and not any(path.name[0] == "." for path in folder.iterdir()))
    assert strays(folder) == []
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_build_leaves_a_whole_environment_or_nothing(tmp_path: Path, moment: float) -> None:
    command = [sys.executable, "-m", "tests.resolve.killed_build", str(tmp_path / "env")]
    killed(command, moment)
    left = settled(tmp_path)
    assert left in ([], ["env"])
    if left:
        there = held(tmp_path / "env")
        assert there is not None, "a folder with the environment's name is whole"
        assert there.key == LOCK.key


def test_a_build_after_a_killed_one_works(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.resolve.killed_build", str(tmp_path / "env")]
    killed(command, BUILD_SECONDS / 3)
    subprocess.run(command, cwd=ROOT, check=True)
    assert held(tmp_path / "env") is not None
    assert settled(tmp_path) == ["env"]


@pytest.mark.eras
@pytest.mark.parametrize("moment", PREDICTION_MOMENTS)
def test_a_killed_prediction_leaves_nothing(tmp_path: Path, moment: float) -> None:
    assert recorded(MODEL.with_suffix(".npz"))
    output = tmp_path / "y.npz"
    arguments = ["--input", str(MODEL.with_suffix(".npz")), "--output", str(output), "--env", sys.prefix, "-q"]
    killed([sys.executable, "-m", "loadstone", "predict", str(MODEL), *arguments], moment)
    left = settled(tmp_path)
    assert left in ([], ["y.npz"])
    if left:
        assert recorded(output)
