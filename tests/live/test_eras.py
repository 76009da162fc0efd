"""From nothing but a file that an era saved: its environment is inferred, locked, built and proved by the outputs.

Environments are kept in ``.cache/live`` and used again. ``make test`` builds two of them, ``make test-live`` all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from loadstone.artifact import Format
from loadstone.finding import Verdict
from loadstone.formats import read
from loadstone.resolve.locking import Request
from loadstone.resolve.prescription import Stage
from loadstone.resolve.syncing import Sync, synced
from loadstone.runtime.isolated import Isolation
from loadstone.runtime.predict import How, Where, predict
from tests.corpus_files import ROOT, recorded
from tests.era_files import ERA_MODELS, EraModel

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.resolve.prescription import Proof

pytestmark = pytest.mark.live

LIVE = ROOT / ".cache" / "live"

#: The environments that `make test` builds: one of the oldest, and one with Keras 3.
ALWAYS = ("tf21/addons.h5", "tf216/plain.keras")

PROVABLE = [model for model in ERA_MODELS if model.reloads or model.reloads_uncompiled]


def place(key: str) -> Path:
    return LIVE / key[:16]


def rows() -> list[object]:
    return [
        pytest.param(model, id=model.file, marks=() if model.file in ALWAYS else pytest.mark.eras) for model in PROVABLE
    ]


@pytest.mark.parametrize("model", rows())
def test_a_file_brings_back_its_environment_and_its_outputs(model: EraModel, tmp_path: Path) -> None:
    signature = model.format is Format.SAVED_MODEL  # which has names and no order
    io = model.named_io(tmp_path / "io.npz") if signature else model.io_path
    proof = synced(read(model.path), place, Sync(io=io))
    print(line(model, proof))  # noqa: T201 - the table of `make test-live`
    assert proof.attempt.stage is Stage.PROVED
    assert proof.attempt.seen is not None
    assert proof.attempt.seen.parity.verdict in {Verdict.EXACT, Verdict.WITHIN}
    assert len(proof.attempts) == 1, [attempt.error for attempt in proof.attempts]


@pytest.mark.parametrize("model", rows())
def test_the_model_predicts_from_there(model: EraModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("LOADSTONE_CACHE", str(cache))
    named = model.named_io(tmp_path / "io.npz")
    proof = synced(read(model.path), place, Sync(io=named))
    arrays = recorded(named)
    inputs = {name: arrays[name] for name in model.inputs}
    isolation = Isolation(env=proof.folder)
    outputs = predict(model.path, inputs, How(where=Where.ISOLATED, isolation=isolation)).outputs
    assert set(outputs) == set(model.outputs)
    for name in model.outputs:
        assert np.max(np.abs(arrays[name] - outputs[name])) <= model.tolerance
    assert not list(cache.iterdir()), "the environment that was named is the one that was used"


#: One file of each environment with Addons.
WITH_ADDONS = [model for model in PROVABLE if model.file.endswith("/addons.h5")]


@pytest.mark.eras
@pytest.mark.parametrize("model", WITH_ADDONS, ids=lambda model: model.era)
def test_beside_the_projects_own_requirements_its_very_releases_come_back(model: EraModel, tmp_path: Path) -> None:
    """The file does not tell its release of Addons; the project that it is from does."""
    own = tmp_path / "requirements.txt"
    pins = [f"{name}=={model.stack[name]}" for name in ("tensorflow", "tensorflow-addons")]
    own.write_text("\n".join(pins), encoding="utf-8")
    proof = synced(read(model.path), place, Sync(io=model.io_path, request=Request(requirements=own)))
    print(line(model, proof))  # noqa: T201 - as above
    assert proof.attempt.stage is Stage.PROVED
    assert len(proof.attempts) == 1, [attempt.error for attempt in proof.attempts]
    assert set(pins) <= set(proof.attempt.lock.requirements)


def line(model: EraModel, proof: Proof) -> str:
    """A row of the table: the file, what was built for it, and how long that took."""
    attempt = proof.attempt
    how = "reused" if attempt.reused else "built"
    stack = ", ".join(attempt.lock.requirements)
    return f"\n{model.file:32} {stack} on Python {attempt.lock.python}: {how} and proved in {attempt.seconds:.1f} s"


def test_the_two_that_are_always_built_are_in_the_table() -> None:
    assert set(ALWAYS) <= {model.file for model in PROVABLE}
