"""What a traceback means, as text and as JSON."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from loadstone.report.json import SCHEMA
from loadstone.report.text import Line, labelled
from loadstone.rules.explaining import Confidence, is_ambiguous

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadstone.rules.explaining import Explanation, Reading

_SHOWN = 3
_EVIDENCE = 160  # characters of a line that are printed


def explanation_lines(told: Sequence[Explanation], beside: Reading, *, everything: bool) -> Iterator[Line]:
    """The findings that raise such an error, the likeliest first, and what decides between them."""
    if not told:
        yield Line(text="no failure to load a model that is known is in this text")
        return
    sure = [each for each in told if each.confidence is not Confidence.POSSIBLE]
    shown = told if everything else (sure or told)[:_SHOWN]
    for position, each in enumerate(shown):
        yield Line(text=f"{each.rule.code}  {each.rule.summary}", role="title")
        yield from labelled("is", each.confidence.value)
        if each.means != each.rule.summary:
            yield from labelled("means", each.means)
        yield from labelled("seen", each.evidence[:_EVIDENCE])
        yield from labelled("raised by", each.raised_by)
        if position == 0 or everything:
            yield from labelled("fix", each.rule.cure)
        yield from labelled("more", f"loadstone explain {each.rule.code}")
    if len(told) > len(shown):
        yield Line(text=f"... and {len(told) - len(shown)} more: --all")
    if beside.loader or beside.releases:
        releases = ", ".join(f"{name} {version}" for name, version in beside.releases)
        yield Line(text="the text also tells: " + "; ".join(each for each in (beside.loader, releases) if each))
    ambiguous = "several causes have these words; " if is_ambiguous(told) else ""
    yield Line(text=f"{ambiguous}what the model itself shows decides: {_deciding(beside)}")


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
                "means": each.means,
                "evidence": each.evidence,
                "raised_by": each.raised_by,
                "fix": each.rule.cure,
            }
            for each in told
        ],
        "ambiguous": is_ambiguous(told),
        "decide": _deciding(beside) if told else None,
        "loader": beside.loader,
        "releases": dict(beside.releases),
        "models": list(beside.models),
    }


def _deciding(beside: Reading) -> str:
    """The command that looks at the model, by the name that it has in the text."""
    return f"loadstone diagnose {shlex.quote(beside.models[0]) if beside.models else 'MODEL'}"
