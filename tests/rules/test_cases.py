"""Each rule on hand-made models: which codes, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.rules.cases import ROWS

from loadstone.finding import Blocks, Severity
from loadstone.rules import RULES, diagnose

if TYPE_CHECKING:
    from tests.rules.cases import Row


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_codes_and_verdict(row: Row) -> None:
    diagnosis = diagnose(row.artifact, row.environment)

    assert sorted({finding.code for finding in diagnosis.findings}) == sorted(row.codes)
    assert (diagnosis.loads, diagnosis.loads_uncompiled) == (row.loads, row.bare)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_findings_are_consistent(row: Row) -> None:
    for finding in diagnose(row.artifact, row.environment).findings:
        assert finding.where
        assert (finding.severity is Severity.ERROR) == (finding.blocks is not Blocks.NOTHING)
        assert "\n" not in finding.message + finding.found


def test_every_rule_is_shown_by_a_case() -> None:
    assert {code for row in ROWS for code in row.codes} == {rule.code for rule in RULES}
