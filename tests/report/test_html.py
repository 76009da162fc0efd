"""Reports as HTML: well formed, whole, and without anything that a model file slipped in."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loadstone
from loadstone.artifact import Member
from loadstone.finding import Parity, Verdict
from loadstone.report.html import diagnosis_html, lines_html
from loadstone.report.text import Line
from loadstone.rules import diagnose
from tests.corpus_files import unpacked
from tests.report.test_environments import LOCK, PROOF
from tests.report.test_text import DIAGNOSIS, FINDING
from tests.rules.cases import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

TAGS = {"div", "style", "p", "span", "code", "details", "summary", "table", "tr", "th", "td", "br", "pre"}
ATTRIBUTES = {"class", "open", "scope"}
MODEL = unpacked("tf215") / "addons_training.h5"


class Page(HTMLParser):
    """What a browser makes of a text: tags that close in order, attributes, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def test_every_diagnosis_is_well_formed_and_whole() -> None:
    for row in ROWS:
        diagnosis = diagnose(row.artifact, row.environment)
        page = Page(diagnosis._repr_html_())

        assert set(page.tags) <= TAGS
        assert page.attributes <= ATTRIBUTES
        assert page.tags.count("details") == len(diagnosis.findings)
        for finding in diagnosis.findings:
            assert f"{finding.code} {finding.message}" in page.text


@pytest.mark.parametrize(
    ("loads", "answer", "role"),
    [(True, "loads", "title"), (False, "does not load", "error"), (None, "cannot", "warning")],
)
def test_the_verdict_comes_first(loads: bool | None, answer: str, role: str) -> None:  # noqa: FBT001 - a table's columns
    html = diagnosis_html(replace(DIAGNOSIS, loads=loads, loads_uncompiled=loads))

    assert f'<p><span class="badge {role}">{answer}' in html
    assert " in Keras 3.15.1, Python 3.11: 1 error" in Page(html).text


def test_the_first_finding_stands_open_and_remedies_are_told_once() -> None:
    html = diagnosis_html(replace(DIAGNOSIS, findings=(FINDING, replace(FINDING, where=()))))

    assert html.count("<details open>") == 1
    assert html.count("pip install") == 1
    assert "as above" in html


@given(st.text())
def test_nothing_of_a_file_becomes_a_tag(text: str) -> None:
    hostile = f"<script>{text}</script><img src=x onerror=alert(1)> \"'&amp;{text}\udcff"
    finding = replace(
        FINDING, message=hostile, found=hostile, here=hostile, provided=hostile, where=(Member(path=hostile),)
    )
    for html in (
        diagnosis_html(replace(DIAGNOSIS, source=hostile, environment=hostile, findings=(finding,))),
        lines_html([Line(text=hostile, role="error"), Line(text=hostile)]),
    ):
        page = Page(html)
        assert set(page.tags) <= TAGS
        assert page.attributes <= ATTRIBUTES
        assert html.encode()


def test_it_takes_the_page_s_own_colours() -> None:
    style = re.search(r"<style>(.*?)</style>", diagnosis_html(DIAGNOSIS), re.DOTALL)
    assert style is not None
    rules = re.findall(r"([^{}]+)\{([^{}]+)\}", style[1])

    assert all(selector.strip().startswith(".loadstone") for selector, _ in rules)
    coloured = [body for _, body in rules if re.search(r"(?<!-)color: (?!inherit)", body)]
    assert coloured
    assert all("background: #" in body for body in coloured)


def conversion() -> Any:
    from loadstone.runtime.convert import Conversion

    return Conversion(source="m.h5", target="m.keras", notes=(), parity=Parity(verdict=Verdict.UNPROVEN, why="why"))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: loadstone.diagnose(MODEL), "LS301"),
        (lambda: loadstone.inspect(MODEL), "whole model in HDF5, Keras 2"),
        (lambda: LOCK, "tensorflow==2.16.2"),
        (lambda: PROOF, "proved"),
        (conversion, "m.h5 -> m.keras"),
        (lambda: loadstone.explain("ValueError: Unknown layer: 'Addons>Maxout'."), "LS301"),
    ],
    ids=["diagnosis", "artifact", "lock", "proof", "conversion", "explained"],
)
def test_notebooks_show_what_commands_print(make: Callable[[], Any], told: str) -> None:
    page = Page(make()._repr_html_())

    assert set(page.tags) <= TAGS
    assert told in page.text
