"""Diagnoses as Markdown: tables that stay tables, whatever a model file is called and holds."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.report.markdown import code_span, diagnoses_markdown
from tests.report.test_text import DIAGNOSIS, FINDING

if TYPE_CHECKING:
    from loadstone.finding import Diagnosis

LOADS = replace(DIAGNOSIS, source="fine.keras", loads=True, loads_uncompiled=True, findings=())
UNKNOWN = replace(LOADS, source="odd.keras", loads=None, loads_uncompiled=None)


def cells(row: str) -> list[str]:
    """The cells of a row, as GitHub's Markdown splits them."""
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def test_shape_of_a_report() -> None:
    assert diagnoses_markdown([DIAGNOSIS, LOADS]) == (
        "## Not every model loads\n"
        "\n"
        "| model | answer | in | findings |\n"
        "|---|---|---|---|\n"
        "| `m.h5` | **does not load** | `Keras 3.15.1, Python 3.11` | 1 error |\n"
        "| `fine.keras` | loads | `Keras 3.15.1, Python 3.11` |  |\n"
        "\n"
        "### `m.h5` does not load\n"
        "\n"
        "| finding | found | where | what to do |\n"
        "|---|---|---|---|\n"
        "| **LS301** error: unresolvable-object | `Addons>Maxout cannot be resolved here`<br>"
        '`registered name "Addons>Maxout", saved by Keras 2.15.0` | `model_config/config/layers/1` | '
        "`loadstone convert m.h5 m.keras` (`or in Python: loadstone.load_model('m.h5')`)<br>"
        "or `pip install tensorflow-addons==0.23.0` |\n"
        "\n"
        "`loadstone explain CODE` prints the page of a finding.\n"
    )


@pytest.mark.parametrize(
    ("diagnoses", "title"),
    [
        ([LOADS], "## Every model loads"),
        ([LOADS, UNKNOWN], "## Not every model could be judged"),
        ([UNKNOWN, DIAGNOSIS], "## Not every model loads"),
    ],
)
def test_the_title_is_the_answer_for_all(diagnoses: list[Diagnosis], title: str) -> None:
    assert diagnoses_markdown(diagnoses).startswith(f"{title}\n")


def test_remedies_that_were_just_told_are_not_told_again() -> None:
    text = diagnoses_markdown([replace(DIAGNOSIS, findings=(FINDING, replace(FINDING, where=())))])

    assert text.count("pip install") == 1
    assert cells(text.splitlines()[-3])[2:] == ["", "as above"]


@given(st.text(), st.text())
def test_every_row_has_its_cells_whatever_a_file_holds(text: str, source: str) -> None:
    hostile = f"| {text}\n|<img src=x>@everyone [x](https://example.org) ``` `{text}"
    finding = replace(FINDING, message=hostile, found=hostile)
    printed = diagnoses_markdown([replace(DIAGNOSIS, source=source, findings=(finding,))])

    rows = [line for line in printed.split("\n") if line.startswith("|")]
    assert len(rows) == 6
    assert {len(cells(row)) for row in rows} == {4}


@given(st.text())
def test_a_code_span_holds_the_text_and_ends_after_it(text: str) -> None:
    span = code_span(text)
    fence = re.match("`+", span)
    assert fence is not None
    inner = span[len(fence[0]) : -len(fence[0])]

    assert span.endswith(fence[0])
    assert fence[0] not in re.findall("`+", inner)
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    assert inner.strip() == plain.replace("|", r"\|")
