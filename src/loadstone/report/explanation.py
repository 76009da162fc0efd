"""What a traceback means, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadstone.report.json import SCHEMA
from loadstone.report.text import Line, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadstone.rules.explaining import Explanation, Reading

_SHOWN = 3
_EVIDENCE = 160  # characters of a line that are printed


def explanation_lines(told: Sequence[Explanation], beside: Reading, *, everything: bool) -> Iterator[Line]:
    """The findings that raise such an error, the likeliest first."""
    if not told:
        yield Line(text="no failure to load a model that is known is in this text")
        return
    shown = told if everything else told[:_SHOWN]
    for each in shown:
        yield Line(text=f"{each.rule.code}  {each.rule.summary}", role="title")
        yield from labelled("is", each.confidence.value)
        yield from labelled("seen", each.evidence[:_EVIDENCE])
        yield from labelled("raised by", each.raised_by)
        yield from labelled("more", f"loadstone explain {each.rule.code}")
    if len(told) > len(shown):
        yield Line(text=f"... and {len(told) - len(shown)} more: --all")
    if beside.loader or beside.releases:
        releases = ", ".join(f"{name} {version}" for name, version in beside.releases)
        yield Line(text="the text also tells: " + "; ".join(each for each in (beside.loader, releases) if each))
    yield Line(text="with the model itself, loadstone diagnose MODEL tells which")


def explanation_report(told: Sequence[Explanation], beside: Reading) -> dict[str, Any]:
    """The same as data."""
    return {
        "schema": SCHEMA,
        "report": "explanation",
        "explanations": [
            {
                "code": each.rule.code,
                "name": each.rule.name,
                "summary": each.rule.summary,
                "confidence": each.confidence.value,
                "evidence": each.evidence,
                "raised_by": each.raised_by,
            }
            for each in told
        ],
        "loader": beside.loader,
        "releases": dict(beside.releases),
    }
