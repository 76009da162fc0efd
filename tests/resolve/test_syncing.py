"""Building and proving, with both seams replaced: a uv that answers from a table, and an interpreter that is this one.

The environments of the past themselves are in tests/live.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from loadstone.errors import NothingLoads, NotTrusted, ResolutionError
from loadstone.formats import read
from loadstone.resolve import building, syncing
from loadstone.resolve.candidates import dangers
from loadstone.resolve.locking import Request
from loadstone.resolve.prescription import Attempt, Stage
from loadstone.resolve.proving import known_for, refuse
from loadstone.resolve.syncing import Sync, ready, sync, synced
from loadstone.resolve.uv import Answer
from loadstone.rules import diagnose
from tests.corpus_files import unpacked
from tests.resolve.fake_uv import UNREACHABLE, FakeUv
from tests.rules.environments import KERAS315, TF28

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL = unpacked("keras315") / "plain_training.keras"
OLD = unpacked("tf28") / "plain_training.h5"
CUSTOM = unpacked("tf28") / "custom_layer.h5"
LAMBDA = unpacked("keras315") / "lambda_layer.keras"
LINUX = Request(platform="linux")


class HereUv(FakeUv):
    """Resolves from the table, and makes every environment a link to this one."""

    def run(self, arguments: Sequence[str], **options: Any) -> Answer:
        if arguments[0] == "venv":
            folder = Path(arguments[-1])
            (folder / "bin").mkdir(parents=True)
            shutil.copyfile(Path(sys.prefix) / "pyvenv.cfg", folder / "pyvenv.cfg")
            (folder / "lib").symlink_to(Path(sys.prefix) / "lib")
            (folder / "bin" / "python").symlink_to(Path(sys.prefix) / "bin" / "python")
            return Answer(status=0, output="", error="")
        if arguments[:2] == ["pip", "install"] and self.answer is None:
            return Answer(status=0, output="", error="")
        return super().run(arguments, **options)


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> HereUv:
    fake = HereUv()
    monkeypatch.setattr(syncing, "Program", lambda _variables: fake)
    monkeypatch.setattr(building, "interpreter", lambda _python, _uv, offline: Path(sys.executable))  # noqa: ARG005 - the signature
    return fake


def attempts_of(folder: Path, model: Path, how: Sync) -> list[Attempt]:
    seen: list[Attempt] = []
    with pytest.raises(ResolutionError) as raised:
        synced(read(model), lambda _: folder, replace(how, tried=seen.append))
    assert isinstance(raised.value, NothingLoads) is any(attempt.stage is not Stage.BUILD for attempt in seen)
    return seen


def test_an_environment_in_which_the_model_loads_is_proved(tmp_path: Path, uv: HereUv) -> None:
    proof = synced(read(MODEL), lambda _: tmp_path / "env", Sync(request=LINUX, io=MODEL.with_suffix(".npz")))
    assert proof.attempt.stage is Stage.PROVED
    assert proof.attempt.seen is not None
    assert proof.attempt.seen.parity.max_abs is not None
    assert [path.name for path in tmp_path.iterdir()] == ["env"]
    assert any("--exclude-newer" in arguments for arguments in uv.asked)


@pytest.mark.usefixtures("uv")
def test_without_recorded_outputs_one_forward_pass_is_made(tmp_path: Path) -> None:
    proof = synced(read(MODEL), lambda _: tmp_path / "env", Sync(request=LINUX))
    assert proof.attempt.seen is not None
    assert proof.attempt.seen.forward is None
    assert proof.attempt.seen.parity.verdict.value == "unproven"


@pytest.mark.usefixtures("uv")
def test_other_outputs_than_the_recorded_ones_are_no_proof(tmp_path: Path) -> None:
    arrays = dict(np.load(MODEL.with_suffix(".npz")))
    np.savez(tmp_path / "io.npz", **{name: array + (name[0] == "y") for name, array in arrays.items()})
    seen = attempts_of(tmp_path / "env", MODEL, Sync(request=LINUX, io=tmp_path / "io.npz"))
    assert {attempt.stage for attempt in seen} == {Stage.OUTPUTS}
    assert "its outputs are not the recorded ones" in str(seen[0].error)
    assert not (tmp_path / "env").exists()


@pytest.mark.usefixtures("uv")
def test_a_model_that_does_not_load_there_is_tried_in_the_next_and_every_attempt_told(tmp_path: Path) -> None:
    # This Python's Keras 3 does not load a file with these, whatever the lock says is installed.
    seen = attempts_of(tmp_path / "env", unpacked("tf28") / "tensor_operators.h5", Sync(request=LINUX))
    assert [attempt.stage for attempt in seen] == [Stage.LOAD] * len(seen)
    assert len(seen) > 1
    assert len({attempt.lock.requirements for attempt in seen}) == len(seen)
    assert all(attempt.error for attempt in seen)
    assert not list(tmp_path.iterdir())


def test_packages_that_cannot_be_installed_are_told(tmp_path: Path, uv: HereUv) -> None:
    class Installs(HereUv):
        def run(self, arguments: Sequence[str], **options: Any) -> Answer:
            return UNREACHABLE if arguments[:2] == ["pip", "install"] else super().run(arguments, **options)

    uv.__class__ = Installs
    seen = attempts_of(tmp_path / "env", OLD, Sync(request=LINUX))
    assert {attempt.stage for attempt in seen} == {Stage.BUILD}
    assert f"and uv's cache does not hold all {len(seen[0].lock.packages)} packages" in str(seen[0].error)
    assert not list(tmp_path.iterdir())


def test_stored_programs_are_refused_before_anything_is_built(tmp_path: Path, uv: HereUv) -> None:
    with pytest.raises(NotTrusted, match="LS501"):
        synced(read(LAMBDA), lambda _: tmp_path / "env", Sync(request=LINUX))
    assert not list(tmp_path.iterdir())
    assert not any(arguments[0] == "venv" for arguments in uv.asked)


def test_the_authors_own_code_is_asked_for_before_anything_is_built(tmp_path: Path, uv: HereUv) -> None:
    with pytest.raises(NothingLoads, match=r"loads nowhere without its author's own code.*--custom-objects"):
        synced(read(CUSTOM), lambda _: tmp_path / "env", Sync(request=LINUX))
    assert not any(arguments[0] == "venv" for arguments in uv.asked)


@pytest.mark.usefixtures("uv")
def test_a_folder_that_is_the_users_stops_at_once(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(building.Occupied):
        sync(MODEL, tmp_path)


@pytest.mark.usefixtures("uv")
def test_what_is_not_there_is_not_ready(tmp_path: Path) -> None:
    assert ready(read(MODEL), lambda _: tmp_path / "env", LINUX) is None


def test_no_index_and_no_table_is_an_error_of_resolving(tmp_path: Path, uv: HereUv) -> None:
    uv.answer = UNREACHABLE
    with pytest.raises(ResolutionError, match="no package index could be reached, and the table has no pins"):
        synced(read(OLD), lambda _: tmp_path / "env", Sync(request=Request(platform="windows")))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("load raised ValueError: bad marshal data (unknown type code)", "LS501"),
        ("load raised ValueError: Unknown layer: 'Addons>WeightNormalization'", "LS301"),
        ("the moon is full", None),
    ],
)
def test_an_error_is_told_by_the_rules_that_know_it(error: str, code: str | None) -> None:
    assert (code in known_for(error)) if code else known_for(error) == ()


def test_dangers_are_what_a_loader_would_run_or_reach() -> None:
    assert dangers(diagnose(read(MODEL), KERAS315)) == ()
    diagnosis = diagnose(read(unpacked("tf28") / "lambda_layer.h5"), TF28)
    found = dangers(diagnosis)
    assert [finding.code for finding in found] == ["LS501"]
    refuse(diagnosis, trusted=True)
