"""Folders and processes under a janitor's care, while their owner lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from loadstone.isolation.janitor import Janitor, sweep
from loadstone.payloads import janitor as payload
from tests.corpus_files import ROOT
from tests.isolation.processes import soon

if TYPE_CHECKING:
    from pathlib import Path

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no locks of folders, and no fork, on Windows")


def sleeper(janitor: Janitor) -> subprocess.Popen[bytes]:
    """A shell that waits for a child of its own."""
    command = ["sh", "-c", "sleep 1000 & wait"]
    return subprocess.Popen(command, env={**os.environ, **janitor.variables}, start_new_session=True)


def test_a_folder_is_private_and_goes_with_the_block(tmp_path: Path) -> None:
    with Janitor() as janitor:
        folder = janitor.folder(parent=tmp_path, prefix=".build-")
        assert folder.parent == tmp_path
        assert folder.name.startswith(".build-loadstone-")
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "inside").mkdir()
        (folder / "inside" / "file").write_text("text")
        (folder / "inside").chmod(0o500)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_renamed_into_its_place_stays(tmp_path: Path) -> None:
    with Janitor() as janitor:
        folder = janitor.folder(parent=tmp_path, prefix="x")
        folder.rename(tmp_path / "place")
        janitor.release(folder)
        other = janitor.folder(parent=tmp_path, prefix="x")
        janitor.remove(other)
        assert not other.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with Janitor() as janitor, pytest.raises(FileNotFoundError):
        janitor.folder(parent=tmp_path / "nowhere", prefix="x")


def test_adopted_processes_end_with_the_block() -> None:
    with Janitor() as janitor:
        process = sleeper(janitor)
        janitor.adopt(process.pid)
    assert process.wait(5) == -signal.SIGKILL
    assert payload.strays({process.pid: 0}, janitor.variables[payload.VARIABLE]) == []


def test_an_adopted_process_can_be_ended_before() -> None:
    with Janitor() as janitor:
        one, other = sleeper(janitor), sleeper(janitor)
        janitor.adopt(one.pid)
        janitor.adopt(other.pid)
        janitor.end(one.pid)
        assert one.wait(5) == -signal.SIGKILL
        assert other.poll() is None
        janitor.dismiss(one.pid)
    assert other.wait(5) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environments of processes")
def test_processes_are_known_by_their_environment_too() -> None:
    with Janitor() as janitor:
        process = sleeper(janitor)  # Popen returns once the new program runs, with its own environment
    assert process.wait(5) == -signal.SIGKILL


def test_a_process_number_that_was_given_out_again_is_spared() -> None:
    with Janitor() as janitor:
        process = subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
        janitor._adopted[process.pid] = payload.start_of(process.pid) + 1
    if sys.platform == "linux":
        assert process.poll() is None
    process.kill()
    process.wait()


@POSIX
def test_folders_without_an_owner_are_swept_away_and_nothing_else(tmp_path: Path) -> None:
    digits = "0123456789abcdef"
    left = tmp_path / f"x-loadstone-{digits}"
    (left / "inside").mkdir(parents=True)
    target = tmp_path / "target"
    target.mkdir()
    (tmp_path / f"x-loadstone-{digits[::-1]}").symlink_to(target)
    (tmp_path / f"x-loadstone-{'0' * 16}").write_text("a file")
    for name in (f"y-loadstone-{digits}", f"x-loadstone-{digits}0", "x-loadstone-", f"x-{digits}"):
        (tmp_path / name).mkdir()
    before = set(tmp_path.iterdir())
    with Janitor() as janitor, Janitor() as other:
        owned = other.folder(parent=tmp_path, prefix="x-")
        assert set(tmp_path.iterdir()) == before - {left} | {owned}
        janitor.folder(parent=tmp_path, prefix="x-")
        assert sweep(parent=tmp_path, prefix="x-") == ()
        assert owned.exists()
    assert set(tmp_path.iterdir()) == before - {left}
    assert sweep(parent=tmp_path / "nowhere", prefix="x-") == ()


@POSIX
def test_a_forked_copy_owns_nothing(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys\n"
        "from loadstone.isolation.janitor import Janitor\n"
        "with Janitor() as janitor:\n"
        "    folder = janitor.folder(parent=pathlib.Path(sys.argv[1]), prefix='x')\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        janitor.close()\n"
        "        os._exit(folder.exists())\n"
        "    assert os.waitpid(child, 0)[1] >> 8 == 1\n"
        "    assert folder.exists()\n"
    )
    run_script(script, tmp_path)
    assert list(tmp_path.iterdir()) == []


def run_script(script: str, *arguments: Path) -> None:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})


@POSIX
def test_a_program_that_forgets_to_close_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys\n"
        "from loadstone.isolation.janitor import Janitor\n"
        "Janitor().folder(parent=pathlib.Path(sys.argv[1]), prefix='x')\n"
    )
    run_script(script, tmp_path)
    assert soon(lambda: not list(tmp_path.iterdir()))


def test_it_cleans_up_itself_when_the_process_beside_it_is_gone(tmp_path: Path) -> None:
    with Janitor() as janitor:
        assert janitor._process is not None
        janitor._process.kill()
        janitor._process.wait()
        janitor.folder(parent=tmp_path, prefix="x")
        process = sleeper(janitor)
        janitor.adopt(process.pid)
    assert process.wait(5) == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_where_folders_cannot_be_locked_nothing_is_swept_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    left = tmp_path / "x-loadstone-0123456789abcdef"
    left.mkdir()
    with Janitor() as janitor:
        assert janitor.folder(parent=tmp_path, prefix="x-").exists()
    assert list(tmp_path.iterdir()) == [left]


def test_an_embedded_interpreter_has_no_process_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with Janitor() as janitor:
        assert janitor._process is None
        janitor.folder(parent=tmp_path, prefix="x")
    assert list(tmp_path.iterdir()) == []
