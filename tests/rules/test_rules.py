"""What holds for every rule: its code, its page, its symptoms."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loadstone.errors import LoadstoneError
from loadstone.finding import Blocks
from loadstone.rules import RULES, diagnose, rule
from loadstone.rules.rule import SECTIONS
from tests.rules.cases import ROWS

if TYPE_CHECKING:
    from loadstone.rules.rule import Rule

ROOT = Path(__file__).resolve().parents[2]

#: Codes that were published, with their names. A line is never changed or removed.
PUBLISHED = {
    line.split()[0]: line.split()[1]
    for line in (ROOT / "tests" / "rules" / "published_codes.txt").read_text().splitlines()
}


def test_codes_are_unique_and_in_order() -> None:
    codes = [each.code for each in RULES]

    assert codes == sorted(set(codes))


def test_codes_and_names_are_stable() -> None:
    assert {each.code: each.name for each in RULES} == PUBLISHED


@pytest.mark.parametrize("each", RULES, ids=lambda each: each.code)
def test_page_is_complete(each: Rule) -> None:
    headings = re.findall(r"^## (.*)$", each.page, re.MULTILINE)

    assert each.page.startswith(f"# {each.code}: {each.name}\n\n{each.summary}.\n")
    assert tuple(headings) == SECTIONS
    assert all(body.strip() for body in re.split(r"^## .*$", each.page, flags=re.MULTILINE)[1:])
    assert "](https://" in each.page.partition("## References")[2]


@pytest.mark.parametrize("each", RULES, ids=lambda each: each.code)
def test_module_is_named_after_the_code(each: Rule) -> None:
    assert each.detect.__module__.rpartition(".")[2].startswith(f"{each.code.lower()}_")


def test_rules_that_block_say_what_is_raised() -> None:
    blocking = {
        finding.code
        for row in ROWS
        for finding in diagnose(row.artifact, row.environment).findings
        if finding.blocks in {Blocks.LOADING, Blocks.COMPILING}
    }

    assert {each.code for each in RULES if not each.raises}.isdisjoint(blocking)


@pytest.mark.parametrize("each", [each for each in RULES if each.raises], ids=lambda each: each.code)
def test_a_symptom_is_found_in_the_page_s_own_example(each: Rule) -> None:
    example = " ".join(each.page.partition("## Example")[2].partition("## How to fix it")[0].split())

    assert any(re.search(symptom.pattern, example) for symptom in each.raises)


def test_rule_is_found_in_either_case() -> None:
    assert rule("ls301") is rule("LS301")


def test_unknown_code_is_an_error() -> None:
    with pytest.raises(LoadstoneError, match="LS999 is no finding's code"):
        rule("LS999")


def test_published_pages_are_up_to_date() -> None:
    task = runpy.run_path(str(ROOT / "tasks" / "docs.py"))
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "findings").glob("*.md")}

    assert written == task["pages"](), "run: python tasks/docs.py"
    assert [each.code for each in RULES if f"[{each.code} " not in written["README.md"]] == []
