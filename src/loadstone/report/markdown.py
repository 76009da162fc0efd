"""Diagnoses as Markdown, for a comment on a pull request or the summary of a job.

Whatever comes from a model file stands in a code span, where GitHub's Markdown makes no link, no image, no mention and
no HTML of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadstone.report.text import all_load, answer_text, counts_text, places_text, remedy_parts, repeats
from loadstone.rules import rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadstone.finding import Diagnosis, Finding

_TITLES = {
    True: "Every model loads",
    False: "Not every model loads",
    None: "Not every model could be judged",
}


def diagnoses_markdown(diagnoses: Sequence[Diagnosis], *, everything: bool = False) -> str:
    """An overview of all models, then the findings of each that has some."""
    return "\n".join(_lines(diagnoses, everything=everything)) + "\n"


def code_span(text: str) -> str:
    """A text as it is, within a cell of a table too."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    gap = " " if not plain or plain.startswith("`") or plain.endswith("`") else ""
    escaped = plain.replace("|", r"\|")  # a cell ends at a bar, even in a code span
    return f"{fence}{gap}{escaped}{gap}{fence}"


def _lines(diagnoses: Sequence[Diagnosis], *, everything: bool) -> Iterator[str]:
    yield from (f"## {_TITLES[all_load(diagnoses)]}", "")
    yield from ("| model | answer | in | findings |", "|---|---|---|---|")
    for diagnosis in diagnoses:
        answer = answer_text(diagnosis)
        emphasised = answer if diagnosis.loads else f"**{answer}**"
        cells = (code_span(diagnosis.source), emphasised, code_span(diagnosis.environment), counts_text(diagnosis))
        yield f"| {' | '.join(cells)} |"
    for diagnosis in diagnoses:
        if diagnosis.findings:
            yield from ("", f"### {code_span(diagnosis.source)} {answer_text(diagnosis)}", "")
            yield from ("| finding | found | where | what to do |", "|---|---|---|---|")
            for previous, finding in zip((None, *diagnosis.findings), diagnosis.findings, strict=False):
                yield _row(finding, repeated=repeats(previous, finding), everything=everything)
    yield from ("", "`loadstone explain CODE` prints the page of a finding.")


def _row(finding: Finding, *, repeated: bool, everything: bool) -> str:
    places = places_text(finding, everything=everything)
    cells = (
        f"**{finding.code}** {finding.severity.value}: {rule(finding.code).name}",
        f"{code_span(finding.message)}<br>{code_span(finding.found)}",
        code_span(places) if places else "",
        "as above" if repeated else "<br>or ".join(_remedy(*remedy_parts(remedy)) for remedy in finding.remedies),
    )
    return f"| {' | '.join(cells)} |"


def _remedy(typed: str, beside: str) -> str:
    return f"{code_span(typed)} ({code_span(beside)})" if beside else code_span(typed)
