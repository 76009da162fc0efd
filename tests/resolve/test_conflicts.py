"""The user's own requirements beside a candidate: resolved together, or told which two wants clash."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from loadstone.finding import Diagnosis
from loadstone.resolve.conflicts import Asked, clash, resolved
from loadstone.resolve.own import own_requirements
from loadstone.resolve.prescription import Candidate, Platform
from tests.resolve.fake_uv import UNREACHABLE, FakeUv

if TYPE_CHECKING:
    from pathlib import Path

LINUX = Platform(system="linux", machine="x86_64")
CANDIDATE = Candidate(
    name="tf2.8",
    python="3.10",
    requirements=("tensorflow-cpu==2.8.4",),
    as_of=date(2022, 11, 19),
    pins={"tensorflow-cpu": Version("2.8.4"), "numpy": Version("1.23.4")},
    diagnosis=Diagnosis(source="model.h5", environment="", loads=True, loads_uncompiled=True, findings=()),
    wrote=True,
    because=("a reason",),
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "requirements.txt"


def asked(own: Path | None) -> Asked:
    return Asked(candidate=CANDIDATE, platform=LINUX, own=own_requirements(own))


def test_measured_pins_are_taken_as_they_are() -> None:
    uv = FakeUv()
    found = resolved(uv, asked(None))
    assert (found.answer.status, found.undated) == (0, False)
    assert uv.texts == ["tensorflow-cpu==2.8.4\nnumpy==1.23.4\n"]
    assert "--no-deps" in uv.asked[0]


def test_own_requirements_are_resolved_together_as_of_the_day(own: Path) -> None:
    own.write_text("pandas<2  # ours\n\n# a comment\n")
    uv = FakeUv()
    found = resolved(uv, asked(own))
    assert (found.answer.status, found.undated) == (0, False)
    assert found.requirements == CANDIDATE.requirements
    assert uv.texts == ["tensorflow-cpu==2.8.4\npandas<2\n"]
    assert "--exclude-newer" in uv.asked[0]


def test_younger_requirements_get_todays_packages_below_the_known_bounds(own: Path) -> None:
    own.write_text("pandas>=2\n")
    uv = FakeUv(dated={"pandas": "1.5.1"}, index={"pandas": "2.3.0", "protobuf": "3.19.6"})
    found = resolved(uv, asked(own))
    assert (found.answer.status, found.undated) == (0, True)
    assert "protobuf<" in uv.texts[-1], "a bound that TensorFlow 2.8 does not state"
    assert "--exclude-newer" not in uv.asked[-1]


def test_a_clash_names_both_wants_and_what_would_fit(own: Path) -> None:
    own.write_text("requests\nnumpy>=2\n")
    uv = FakeUv(index={"numpy": "1.23.4"})
    told = clash(uv, asked(own), resolved(uv, asked(own)).answer)
    assert told.startswith("numpy>=2 clashes with tensorflow-cpu==2.8.4 on Python 3.10, which goes with numpy==1.23.4")
    assert "requests" not in told
    assert "only numpy<=1.23.4 is available" in told


def test_own_requirements_that_clash_with_each_other_are_told_so(own: Path) -> None:
    own.write_text("idna==1\nidna==2\n")
    uv = FakeUv()
    assert "clash with each other" in clash(uv, asked(own), resolved(uv, asked(own)).answer)


def test_an_unreachable_index_is_asked_once(own: Path) -> None:
    own.write_text("pandas\n")
    uv = FakeUv(answer=UNREACHABLE)
    assert resolved(uv, asked(own)).answer.is_unreachable
    assert len(uv.asked) == 1


def test_a_second_tensorflow_that_something_requires_replaces_the_smaller_one(own: Path) -> None:
    own.write_text("tensorflow-hub\n")
    uv = FakeUv(requires={"tensorflow-hub": ("tensorflow==2.8.4",)})
    found = resolved(uv, asked(own))
    assert found.requirements == ("tensorflow==2.8.4",)
    assert 'name = "tensorflow"' in found.answer.output
    assert "tensorflow-cpu" not in found.answer.output


def test_two_tensorflows_that_are_both_required_are_refused(own: Path) -> None:
    own.write_text("tensorflow-gpu==2.8.4\ntensorflow-hub\n")
    uv = FakeUv(requires={"tensorflow-hub": ("tensorflow==2.8.4",)})
    answer = resolved(uv, asked(own)).answer
    assert answer.status
    assert answer.reason == "tensorflow and tensorflow-gpu would overwrite each other's files"


def test_constraints_are_passed_on_and_keep_from_the_measured_pins(own: Path) -> None:
    (own.parent / "bounds.txt").write_text("idna<3\n")
    own.write_text("-c bounds.txt\n")
    uv = FakeUv()
    assert resolved(uv, asked(own)).answer.status == 0
    assert uv.asked[0][-2:] == ("--constraints", str(own.parent / "bounds.txt"))
    assert "--no-deps" not in uv.asked[0]
