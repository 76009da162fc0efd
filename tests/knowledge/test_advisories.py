"""Every row of the table of advisories: where it is from, and at which release it changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from loadstone.artifact import Format
from loadstone.knowledge import known_keras_releases
from loadstone.knowledge.advisories import Stance, advisories, known_advisories

if TYPE_CHECKING:
    from loadstone.knowledge.advisories import Advisory

ROWS = known_advisories()
IDS = [f"{row.id} {row.mechanism}" for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_row_says_what_it_is_about_and_where_it_is_from(row: Advisory) -> None:
    assert re.fullmatch(r"CVE-20\d\d-\d{4,5}|GHSA(?:-\w{4}){3}|keras#\w+", row.id)
    assert row.source.startswith("https://")
    assert row.formats <= {each.value for each in Format}
    assert row.summary
    assert row.summary[0].islower() or row.summary.startswith(("Keras", "TFSMLayer", "TorchModuleWrapper", "YAML"))
    assert row.fixed
    assert {*row.fixed, *row.affected} <= {"keras", "tf-keras", "tensorflow"}


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_release_line_changes_where_the_row_says(row: Advisory) -> None:
    for distribution in row.fixed:
        for first in map(Version, row.first_fixed(distribution)):
            assert row.stance(distribution, first) is Stance.STOPS
            last = Version(f"{first.major}.{first.minor}.{first.micro - 1}") if first.micro else None
            if last is not None:
                assert row.stance(distribution, last) is not Stance.STOPS


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_is_stopped_stays_stopped(row: Advisory) -> None:
    newest = known_keras_releases("keras")[-1]

    assert row.stance("keras", newest) is Stance.STOPS
    assert row.stance("keras", Version("99")) is Stance.STOPS


@pytest.mark.parametrize(
    ("advisory", "distribution", "version", "stance"),
    [
        ("CVE-2024-3660", "keras", "2.12.0", Stance.OPEN),
        ("CVE-2024-3660", "keras", "2.13.1", Stance.STOPS),
        ("CVE-2025-1550", "keras", "3.8.0", Stance.OPEN),
        ("CVE-2025-1550", "keras", "3.9.0", Stance.STOPS),
        ("CVE-2025-1550", "tf-keras", "2.21.0", Stance.OPEN),
        ("CVE-2025-9905", "keras", "3.11.2", Stance.OPEN),
        ("CVE-2025-9905", "tf-keras", "2.21.0", Stance.OPEN),
        ("CVE-2025-49655", "keras", "3.10.0", Stance.UNAFFECTED),
        ("CVE-2025-49655", "keras", "3.11.1", Stance.OPEN),
        ("CVE-2026-1669", "keras", "3.13.1", Stance.OPEN),
        ("CVE-2026-1669", "keras", "3.12.1", Stance.STOPS),
        ("CVE-2026-12480", "keras", "3.13.2", Stance.OPEN),
        ("CVE-2026-12480", "keras", "3.14.0", Stance.OPEN),
        ("CVE-2026-12480", "keras", "3.14.1", Stance.STOPS),
        ("CVE-2021-37678", "tensorflow", "2.5.0", Stance.OPEN),
        ("CVE-2021-37678", "tensorflow", "2.4.3", Stance.STOPS),
    ],
)
def test_what_a_release_does_about_it(advisory: str, distribution: str, version: str, stance: Stance) -> None:
    row = next(row for row in ROWS if row.id == advisory)

    assert row.stance(distribution, Version(version)) is stance


def test_rows_are_found_by_mechanism_format_and_call() -> None:
    assert {row.id for row in advisories("stored-program")} == {"CVE-2024-3660", "CVE-2025-9905", "CVE-2026-12481"}
    archives = advisories("stored-program", format_name="keras-archive", call="load_model")
    assert [row.id for row in archives] == ["CVE-2024-3660"]
    assert advisories("no such thing") == ()
