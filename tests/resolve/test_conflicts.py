"""The user's own requirements beside a candidate: resolved together, or told which two wants clash."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from loadstone.errors import ResolutionError
from loadstone.finding import Diagnosis
from loadstone.resolve.conflicts import Asked, clash, own_requirements, resolved
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
    answer, undated = resolved(uv, asked(None))
    assert (answer.status, undated) == (0, False)
    assert uv.texts == ["tensorflow-cpu==2.8.4\nnumpy==1.23.4\n"]
    assert "--no-deps" in uv.asked[0]


def test_own_requirements_are_resolved_together_as_of_the_day(own: Path) -> None:
    own.write_text("pandas<2  # ours\n\n# a comment\n")
    uv = FakeUv()
    answer, undated = resolved(uv, asked(own))
    assert (answer.status, undated) == (0, False)
    assert uv.texts == ["tensorflow-cpu==2.8.4\npandas<2\n"]
    assert "--exclude-newer" in uv.asked[0]


def test_younger_requirements_get_todays_packages_below_the_known_bounds(own: Path) -> None:
    own.write_text("pandas>=2\n")
    uv = FakeUv(dated={"pandas": "1.5.1"}, index={"pandas": "2.3.0", "protobuf": "3.19.6"})
    answer, undated = resolved(uv, asked(own))
    assert (answer.status, undated) == (0, True)
    assert "protobuf<" in uv.texts[-1], "a bound that TensorFlow 2.8 does not state"
    assert "--exclude-newer" not in uv.asked[-1]


def test_a_clash_names_both_wants_and_what_would_fit(own: Path) -> None:
    own.write_text("requests\nnumpy>=2\n")
    uv = FakeUv(index={"numpy": "1.23.4"})
    answer, _ = resolved(uv, asked(own))
    told = clash(uv, asked(own), answer)
    assert told.startswith("numpy>=2 clashes with tensorflow-cpu==2.8.4 on Python 3.10, which goes with numpy==1.23.4")
    assert "requests" not in told
    assert "only numpy<=1.23.4 is available" in told


def test_own_requirements_that_clash_with_each_other_are_told_so(own: Path) -> None:
    own.write_text("idna==1\nidna==2\n")
    uv = FakeUv()
    answer, _ = resolved(uv, asked(own))
    assert "clash with each other" in clash(uv, asked(own), answer)


def test_an_unreachable_index_is_asked_once(own: Path) -> None:
    own.write_text("pandas\n")
    uv = FakeUv(answer=UNREACHABLE)
    answer, _ = resolved(uv, asked(own))
    assert answer.is_unreachable
    assert len(uv.asked) == 1


@pytest.mark.parametrize("line", ["-r other.txt", "--hash=sha256:0", "numpy >", "git+file:///x", "a b"])
def test_what_is_no_requirement_is_named_with_its_line(own: Path, line: str) -> None:
    own.write_text(f"six\n{line}\n")
    with pytest.raises(ResolutionError, match="line 2"):
        own_requirements(own)


def test_an_unreadable_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResolutionError, match="cannot be read"):
        own_requirements(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("six==1.16.0\n", ("six==1.16.0",)),
        ("six ; python_version < '3.9' # why\n\n  idna>=2\n", ("six ; python_version < '3.9'", "idna>=2")),
    ],
)
def test_requirements_are_read_line_by_line(own: Path, text: str, found: tuple[str, ...]) -> None:
    own.write_text(text)
    assert own_requirements(own).requirements == found
