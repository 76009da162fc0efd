"""A process that serves a model is killed at many moments; nothing of it may be left a few seconds later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loadstone.isolation.janitor import sweep
from loadstone.isolation.worker import _PREFIX
from tests.corpus_files import ROOT
from tests.isolation.processes import soon

HERE = Path(__file__).parent
#: After the script said that it begins: before the janitor, while the worker starts, while it loads, while it serves.
DELAYS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.1, 1.5)

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux lists all processes with their environments"
)


def started(folder: Path, behaviour: str) -> subprocess.Popen[str]:
    for name in ("memory", "disk"):
        (folder / name).mkdir()
    model = folder / "model.h5"
    model.write_text(behaviour)
    command = [sys.executable, str(HERE / "killed_worker.py"), str(folder / "memory"), str(model)]
    process = subprocess.Popen(
        [*command, str(HERE / "fake_keras.py")],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder / "disk"), "PYTHONPATH": str(ROOT / "src")},
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


def left(folder: Path, owner: int) -> list[str]:
    """The processes that belong to it, its janitor among them, and the folders."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
            ours = str(folder) in command + (process / "environ").read_text(errors="replace")
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z" and int(process.name) != owner and (ours or f"janitor.py\0{owner}\0" in command):
            found.append(command.replace("\0", " "))
    return found + [str(path) for name in ("memory", "disk") for path in (folder / name).iterdir()]


@pytest.mark.parametrize("delay", DELAYS)
def test_nothing_is_left_when_the_owner_is_killed(delay: float, tmp_path: Path) -> None:
    process = started(tmp_path, "spawn" if DELAYS.index(delay) % 2 else "double")
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    with process:
        process.wait()
    assert soon(lambda: not left(tmp_path, process.pid)), left(tmp_path, process.pid)


def test_nothing_is_left_when_a_model_hangs(tmp_path: Path) -> None:
    process = started(tmp_path, "hang")
    assert soon(lambda: len(left(tmp_path, process.pid)) >= 4)
    time.sleep(1)
    process.send_signal(signal.SIGKILL)
    with process:
        process.wait()
    assert soon(lambda: not left(tmp_path, process.pid)), left(tmp_path, process.pid)


def test_what_is_left_when_the_janitor_is_killed_too_is_swept_away_later(tmp_path: Path) -> None:
    process = started(tmp_path, "hang")
    assert soon(lambda: len(list((tmp_path / "disk").iterdir())) == 1)
    assert sweep(parent=tmp_path / "disk", prefix=_PREFIX) == ()  # its owner lives
    janitors = [
        int(each.name)
        for each in Path("/proc").glob("[0-9]*")
        if f"janitor.py\0{process.pid}\0".encode() in (each / "cmdline").read_bytes()
    ]
    for pid in (*janitors, process.pid):
        os.kill(pid, signal.SIGKILL)
    with process:
        process.wait()
    assert len(janitors) == 1
    for name in ("memory", "disk"):
        assert soon(lambda name=name: sweep(parent=tmp_path / name, prefix=_PREFIX))  # type: ignore[misc] # bound at once
    assert soon(lambda: not left(tmp_path, process.pid)), left(tmp_path, process.pid)
