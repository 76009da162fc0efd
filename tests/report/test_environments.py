"""Reports about environments: of the published shape, and with everything in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from packaging.version import Version

from loadstone.finding import Diagnosis, Parity, Verdict
from loadstone.isolation.ports import Loaded, Port
from loadstone.report.environments import (
    attempt_lines,
    lock_lines,
    lock_report,
    prediction_lines,
    prediction_report,
    proof_lines,
    proof_report,
)
from loadstone.report.json import dumps
from loadstone.report.text import render
from loadstone.resolve.lock import Lock, Package
from loadstone.resolve.prescription import Attempt, Candidate, Proof, Seen, Stage
from loadstone.runtime.predict import Prediction
from tests.report.test_json import validator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.report.text import Line

DIAGNOSIS = Diagnosis(source="m.h5", environment="", loads=True, loads_uncompiled=True, findings=())
OTHER = Candidate(
    name="tf2.9",
    python="3.10",
    requirements=("tensorflow-cpu==2.9.3",),
    as_of=date(2022, 11, 19),
    pins=None,
    diagnosis=DIAGNOSIS,
    wrote=False,
    because=("it reads it too", "another reason"),
)
LOCK = Lock(
    model="m.h5",
    model_sha256="0" * 64,
    python="3.10",
    requirements=("tensorflow==2.16.2", "tf-keras==2.16.0"),
    as_of=date(2024, 7, 1),
    packages=(Package(name="six", version=Version("1.16.0"), hashes=("sha256:" + "0" * 64,)),),
    variables=MappingProxyType({"TF_USE_LEGACY_KERAS": "1"}),
    why=("the file says so",),
    notes=("no package index was asked",),
    diagnosis=DIAGNOSIS,
    others=(OTHER,) * 5,
)
PORT = Port(name="image", shape=(None, 28, 28, 1), dtype="float32")
SEEN = Seen(
    loaded=Loaded(
        inputs=(PORT,),
        outputs=(replace(PORT, name="labels", shape=None),),
        compiled=True,
        how="tf.keras.models.load_model",
        versions={},
        seconds=1.0,
        notes=("it was loaded with compile=False",),
    ),
    forward=None,
    parity=Parity(verdict=Verdict.WITHIN, max_abs=1e-7, max_rel=1e-6),
)
FAILED = Attempt(
    lock=LOCK, stage=Stage.LOAD, error="ValueError: Unknown layer: 'Scale'", codes=("LS301", "LS302"), seconds=3.21
)
PROVED = Attempt(lock=LOCK, stage=Stage.PROVED, seen=SEEN, seconds=12.34, reused=True)
PROOF = Proof(model="my model.h5", folder=Path("/envs/one"), attempts=(FAILED, PROVED))
PREDICTION = Prediction(
    outputs={"labels": np.zeros((2, 3), np.float32)}, ran="Keras", isolated=True, why_not_here="no Keras here"
)


def text(lines: Iterable[Line]) -> str:
    return render(lines, colour=False)


def test_a_lock_is_told_with_its_reasons() -> None:
    told = text(lock_lines(LOCK))
    assert told.startswith("m.h5: tensorflow==2.16.2, tf-keras==2.16.0 on Python 3.10, linux x86_64\n")
    assert "  why       the file says so" in told
    assert "  set       TF_USE_LEGACY_KERAS=1" in told
    assert "  note      no package index was asked" in told
    assert told.count("  or        tensorflow-cpu==2.9.3 on Python 3.10: it reads it too") == 3
    assert text(lock_lines(LOCK, everything=True)).count("  or  ") == 5


def test_attempts_are_told_with_what_was_seen() -> None:
    failed, proved = text(attempt_lines(FAILED)), text(attempt_lines(PROVED))
    assert "load (3.2 s)" in failed.splitlines()[0]
    assert "  failed    ValueError: Unknown layer: 'Scale'" in failed
    assert "  more      loadstone explain LS302" in failed
    assert "proved (12.3 s, was there before)" in proved
    assert "  takes     image: float32 [None, 28, 28, 1]" in proved
    assert "  outputs   within; largest difference 1e-07" in proved


def test_a_forward_pass_that_did_not_work_is_told() -> None:
    seen = replace(SEEN, forward="it wants two rows")
    told = text(attempt_lines(replace(PROVED, seen=seen)))
    assert "  run       not on made-up inputs: it wants two rows" in told


def test_a_proof_ends_with_a_command_that_can_be_copied() -> None:
    last = text(proof_lines(PROOF)).splitlines()[-1]
    assert last == "  use       loadstone predict 'my model.h5' --env /envs/one --input x.npz --output y.npz"


def test_a_prediction_is_told_with_where_it_ran() -> None:
    told = text(prediction_lines(PREDICTION, Path("y.npz")))
    assert "  not here  no Keras here" in told
    assert "  output    labels (2, 3) float32" in told


def test_the_reports_have_the_published_shape() -> None:
    bare = replace(LOCK, model_sha256=None, as_of=None, diagnosis=None)
    for report in (
        lock_report(LOCK),
        lock_report(bare),
        proof_report(PROOF),
        prediction_report(PREDICTION, "m.h5", Path("y.npz")),
    ):
        validator().validate(json.loads(dumps(report)))
