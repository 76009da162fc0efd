"""Locks of real models, with a resolver that answers from a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

import loadstone
from loadstone.errors import NothingLoads, ResolutionError
from loadstone.formats import read
from loadstone.resolve.locking import Request, existing, locks
from loadstone.resolve.platforms import here
from loadstone.resolve.uv import Answer
from tests.corpus_files import digest, unpacked
from tests.resolve.fake_uv import REFUSED, UNREACHABLE, FakeUv

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.resolve.lock import Lock

MODEL = unpacked("tf28") / "plain_training.h5"
ADDONS = unpacked("tf28") / "addons_training.h5"
LINUX = Request(platform="linux")
OFFLINE = Request(platform="linux", offline=True)

on_linux = pytest.mark.skipif(
    str(here()) != "linux x86_64", reason="the table's pins were measured on Linux x86-64 and are offered there"
)


def first(model: Path, request: Request, uv: FakeUv) -> Lock:
    return next(locks(read(model), request, uv))


@on_linux
def test_a_lock_has_the_measured_pins_and_their_hashes() -> None:
    lock = first(ADDONS, LINUX, FakeUv())
    pins = {package.name: package.version for package in lock.packages}
    assert (lock.python, lock.requirements[0]) == ("3.10", "tensorflow-cpu==2.8.4")
    assert pins["tensorflow-cpu"] == Version("2.8.4")
    assert "tensorflow-addons" in pins
    assert all(package.hashes == (f"sha256:{'0' * 64}",) for package in lock.packages)
    assert lock.pylock is not None
    assert lock.model_sha256 == digest(ADDONS)
    assert lock.diagnosis is not None
    assert lock.diagnosis.loads
    assert [other.name for other in lock.others] == ["tf2.9", "tf2.10"]


@on_linux
def test_a_model_without_addons_gets_none() -> None:
    lock = first(MODEL, LINUX, FakeUv())
    assert not any("addons" in text for text in (*lock.requirements, *(package.name for package in lock.packages)))


@on_linux
@pytest.mark.parametrize(
    ("request_", "uv", "said"),
    [
        (OFFLINE, FakeUv(answer=Answer(status=9, output="", error="never asked")), "no package index was asked"),
        (LINUX, FakeUv(answer=UNREACHABLE), "no package index could be reached"),
    ],
    ids=["offline", "unreachable"],
)
def test_without_an_index_the_table_answers_and_says_so(request_: Request, uv: FakeUv, said: str) -> None:
    lock = first(MODEL, request_, uv)
    assert lock.pylock is None
    assert not any(package.hashes for package in lock.packages)
    assert len(lock.packages) > 30
    assert said in lock.notes[0]
    assert bool(uv.asked) is not request_.offline


def test_without_an_index_there_is_nothing_for_another_platform() -> None:
    with pytest.raises(ResolutionError, match=r"(?s)no environment could be locked.*no pins of it for windows"):
        first(MODEL, Request(platform="windows", offline=True), FakeUv())


@on_linux
def test_without_an_index_own_requirements_cannot_be_resolved(tmp_path: Path) -> None:
    own = tmp_path / "requirements.txt"
    own.write_text("pandas\n")
    with pytest.raises(
        ResolutionError, match=r"no package index was asked; without one, .*requirements\.txt cannot be resolved"
    ):
        first(MODEL, Request(platform="linux", offline=True, requirements=own), FakeUv())


def test_what_cannot_be_resolved_is_told_for_every_candidate() -> None:
    with pytest.raises(ResolutionError, match=r"only numpy<=1\.23\.4 is available") as raised:
        first(MODEL, LINUX, FakeUv(answer=Answer(status=1, output="", error=REFUSED)))
    assert str(raised.value).count("tensorflow") >= 3


def test_a_clash_with_own_requirements_is_explained(tmp_path: Path) -> None:
    own = tmp_path / "requirements.txt"
    own.write_text("numpy>=2\n")
    uv = FakeUv(index={"numpy": "1.23.4"})
    with pytest.raises(ResolutionError, match=r"numpy>=2 clashes with tensorflow-cpu==2\.8\.4, .* on Python 3\.10"):
        first(MODEL, Request(platform="linux", requirements=own), uv)


@pytest.mark.parametrize("platform", ["macos", "windows"])
def test_other_platforms_are_resolved_as_of_the_day(platform: str) -> None:
    uv = FakeUv()
    lock = first(MODEL, Request(platform=platform), uv)
    assert (lock.platform, lock.machine) == (platform, "aarch64" if platform == "macos" else "x86_64")
    assert "--exclude-newer" in uv.asked[0]
    assert "--no-deps" not in uv.asked[0], "the pins were not measured there"


def test_a_gpu_is_told_what_it_needs_on_the_system() -> None:
    lock = first(MODEL, Request(platform="linux", gpu=True), FakeUv())
    assert lock.requirements[0] == "tensorflow==2.8.4"
    assert any("CUDA 11.2 and cuDNN 8.1" in note for note in lock.notes)


def test_nothing_loads_is_an_answer_with_reasons() -> None:
    model = unpacked("tf215") / "more_addons.h5"
    with pytest.raises(
        NothingLoads, match=r"more_addons\.h5\. tf1\.13 \.\.\. .*tf2\.15.*: LS\d\d\d .*loadstone convert"
    ):
        first(model, OFFLINE, FakeUv())


@on_linux
def test_the_key_is_what_was_asked_for() -> None:
    lock = first(MODEL, OFFLINE, FakeUv())
    assert lock.key == first(MODEL, LINUX, FakeUv()).key
    assert lock.key != first(ADDONS, OFFLINE, FakeUv()).key
    assert lock.key != first(MODEL, Request(platform="linux", python="3.9"), FakeUv()).key


@on_linux
def test_an_environment_that_is_there_comes_first_among_those_that_may_have_written_the_model() -> None:
    model = read(unpacked("tf24") / "plain_training.h5")
    every = list(locks(model, OFFLINE, FakeUv()))
    second, third = every[1:3]  # TensorFlow 2.3 may have written it as well as 2.4; 2.5 reads it
    again = locks(model, OFFLINE, FakeUv(), made=lambda key: second if key == second.key else None)
    assert next(again).requirements == second.requirements
    again = locks(model, OFFLINE, FakeUv(), made=lambda key: third if key == third.key else None)
    assert next(again).requirements == every[0].requirements
    assert existing(model, OFFLINE, lambda key: second if key == second.key else None) is second
    assert existing(model, OFFLINE, lambda _: None) is None


@on_linux
def test_the_verb_locks_offline() -> None:
    lock = loadstone.lock(MODEL, offline=True)
    assert lock.requirements[0] == "tensorflow-cpu==2.8.4"
