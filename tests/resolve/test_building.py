"""Environments as folders: whole or not there; built by the real uv from two small packages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from loadstone.environment import interpreter_of
from loadstone.errors import ResolutionError
from loadstone.isolation.janitor import Janitor
from loadstone.resolve.building import MANIFEST, Occupied, build, discard, held, settle
from loadstone.resolve.interpreters import interpreter
from loadstone.resolve.platforms import here
from loadstone.resolve.uv import Answer, Program, compiled
from tests.resolve.fake_uv import UNREACHABLE, FakeUv
from tests.resolve.small_lock import LOCK, PYTHON, SIX

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.resolve.lock import Lock


def built(lock: Lock, folder: Path) -> Path:
    with Janitor() as janitor:
        found = build(lock, folder, uv=Program(janitor.variables), janitor=janitor)
        settle(found, lock, janitor)
        return found.folder


def test_an_environment_is_built_under_its_name_alone(tmp_path: Path) -> None:
    folder = built(LOCK, tmp_path / "deep" / "env")
    assert [path.name for path in folder.parent.iterdir()] == ["env"]
    there = held(folder)
    assert there is not None
    assert (there.packages, there.requirements, there.key, there.as_of, there.why) == (
        LOCK.packages,
        LOCK.requirements,
        LOCK.key,
        LOCK.as_of,
        LOCK.why,
    )
    answer = subprocess.run(
        [interpreter_of(folder), "-c", "import six, idna, sys; print(six.__version__, sys.prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == ["1.16.0", str(folder)]


def test_hashes_are_checked(tmp_path: Path) -> None:
    lie = replace(LOCK, packages=tuple(replace(each, hashes=(f"sha256:{'0' * 64}",)) for each in LOCK.packages))
    with pytest.raises(ResolutionError, match=r"cannot be installed: .*[Hh]ash"):
        built(lie, tmp_path / "env")
    assert not list(tmp_path.iterdir()), "a failed build leaves nothing"


def test_a_real_lock_installs_with_its_hashes(tmp_path: Path) -> None:
    answer = compiled(Program(), ["six==1.16.0"], python=PYTHON, platform=here(), as_of=LOCK.as_of)
    (package,) = tomllib.loads(answer.output)["packages"]
    wheel = package["wheels"][0]["hashes"]["sha256"]
    lock = replace(LOCK, packages=(replace(SIX, hashes=(f"sha256:{wheel}",)),))
    assert held(built(lock, tmp_path / "env")) is not None


def test_a_second_build_uses_the_first(tmp_path: Path) -> None:
    folder = built(LOCK, tmp_path / "env")
    marker = folder / "untouched"
    marker.touch()
    with Janitor() as janitor:
        never = FakeUv(answer=Answer(status=9, output="", error="never asked"))
        again = build(LOCK, folder, uv=never, janitor=janitor)
    assert again.reused
    assert marker.exists()
    assert not never.asked


@pytest.mark.parametrize("damage", ["manifest gone", "manifest cut", "package gone", "package changed", "python gone"])
def test_a_changed_environment_is_not_trusted(tmp_path: Path, damage: str) -> None:
    folder = built(LOCK, tmp_path / "env")
    metadata = next(folder.rglob("six-1.16.0.dist-info"))
    match damage:
        case "manifest gone":
            (folder / MANIFEST).unlink()
        case "manifest cut":
            (folder / MANIFEST).write_text((folder / MANIFEST).read_text()[:40])
        case "package gone":
            shutil.rmtree(metadata)
        case "package changed":
            metadata.rename(metadata.with_name("six-1.15.0.dist-info"))
        case _:
            interpreter_of(folder).unlink()
    assert held(folder) is None
    with pytest.raises(Occupied, match="name another folder, or remove it"):
        built(LOCK, folder)
    assert folder.exists(), "what is there is the user's to remove"


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(Occupied, match="is no environment of loadstone's"):
        built(LOCK, folder)
    assert (folder / "thesis.tex").read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["env"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    assert held(built(LOCK, tmp_path / "env")) is not None


def test_another_environment_is_not_overwritten(tmp_path: Path) -> None:
    folder = built(LOCK, tmp_path / "env")
    with pytest.raises(Occupied, match=r"holds another environment.*six==1\.16\.0"):
        built(replace(LOCK, key="another"), folder)
    assert held(folder) is not None


def test_a_discarded_environment_leaves_nothing(tmp_path: Path) -> None:
    with Janitor() as janitor:
        found = build(LOCK, tmp_path / "env", uv=Program(janitor.variables), janitor=janitor)
        assert found.python.exists()
        discard(found, janitor)
        assert not list(tmp_path.iterdir())


def test_of_two_builds_the_first_stays(tmp_path: Path) -> None:
    with Janitor() as janitor:
        uv = Program(janitor.variables)
        one = build(LOCK, tmp_path / "env", uv=uv, janitor=janitor)
        two = build(LOCK, tmp_path / "env", uv=uv, janitor=janitor)
        settle(one, LOCK, janitor)
        (one.folder / "first").touch()
        settle(two, LOCK, janitor)
    assert (tmp_path / "env" / "first").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["env"]


def test_a_build_that_loses_its_place_to_something_else_says_so(tmp_path: Path) -> None:
    with Janitor() as janitor:
        one = build(LOCK, tmp_path / "env", uv=Program(janitor.variables), janitor=janitor)
        (tmp_path / "env").mkdir()
        (tmp_path / "env" / "notes").touch()
        with pytest.raises(ResolutionError, match="cannot be put in place"):
            settle(one, LOCK, janitor)
    assert [path.name for path in (tmp_path / "env").iterdir()] == ["notes"]


def test_an_unreachable_index_is_said_at_install(tmp_path: Path) -> None:
    class NoIndex(FakeUv):
        def run(self, arguments, **options):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202 - the protocol's
            return Program().run(arguments, **options) if arguments[0] == "venv" else UNREACHABLE

    with (
        Janitor() as janitor,
        pytest.raises(
            ResolutionError, match=r"no package index could be reached .*, and uv's cache does not hold all 2"
        ),
    ):
        build(LOCK, tmp_path / "env", uv=NoIndex(), janitor=janitor)
    assert not list(tmp_path.iterdir())


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    manifest = json.loads((built(LOCK, tmp_path / "env") / MANIFEST).read_text())
    assert manifest["packages"] == {"idna": "3.7", "six": "1.16.0"}


def test_the_running_python_is_found() -> None:
    found = interpreter(PYTHON, FakeUv(answer=Answer(status=2, output="", error="")))
    answer = subprocess.run(
        [found, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == str(sys.version_info[:2])


@pytest.mark.parametrize("offline", [True, False])
def test_a_python_that_is_nowhere_is_said_with_what_to_do(*, offline: bool) -> None:
    uv = FakeUv(answer=Answer(status=2, output="", error="error: No interpreter found"))
    with pytest.raises(ResolutionError, match=r"Python 3\.5 is needed and is not on this machine.*pyenv install 3\.5"):
        interpreter("3.5", uv, offline=offline)
    assert any("install" in arguments for arguments in uv.asked) is not offline


def test_pyenvs_newest_patch_release_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("3.5.2", "3.5.10", "3.5-dev"):
        python = tmp_path / "versions" / version / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text("#!/bin/sh\necho 3.5 cpython\n")
        python.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    found = interpreter("3.5", FakeUv(answer=Answer(status=2, output="", error="")))
    assert found == tmp_path / "versions" / "3.5.10" / "bin" / "python"
