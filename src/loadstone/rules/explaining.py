"""DIAGNOSE from a text alone: a traceback, a log, or a line of it, to the findings that are known to raise it.

A rule says what its problem raises in real life (`Symptom`), and nothing else is matched here: no report is known by
itself. A text says more than its last line: which exceptions were chained, which loader's files the frames are in,
which releases stand in paths and messages. An error that several problems raise is told with all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from loadstone.rules import RULES
from loadstone.rules.reading import Reading, plain_text, reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadstone.finding import Diagnosis
    from loadstone.rules.rule import Rule, Symptom

__all__ = ["Confidence", "Explanation", "Reading", "decided", "explanations", "is_ambiguous", "reading"]

_LONGEST_LINE = 4_000


class Confidence(Enum):
    """How sure an explanation is."""

    CERTAIN = "certain"  # nothing else that is known raises this
    LIKELY = "likely"  # others raise it too, and less of the text is theirs
    POSSIBLE = "possible"  # one of several, or not in the exception itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One finding that a text is known for.

    Attributes:
        rule: the finding.
        confidence: how sure.
        evidence: the line that says so.
        raised_by: which loader says so.
        means: what exactly has happened.
    """

    rule: Rule
    confidence: Confidence
    evidence: str
    raised_by: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A symptom that stands in a text.

    Attributes:
        rule: whose symptom.
        symptom: which.
        line: where.
        place: 3 in the exception that was raised last, 2 elsewhere, 1 among the frames.
        agrees: 2 where the frames are of the generation whose message it is, 0 where of another, 1 where that is open.
        length: how many characters it explains.
    """

    rule: Rule
    symptom: Symptom
    line: str
    place: int
    agrees: int
    length: int

    @property
    def rank(self) -> tuple[int, int, bool, bool]:
        """What counts, the most important first."""
        return self.place, self.agrees, not self.symptom.general, self.symptom.usual


def explanations(text: str) -> tuple[Explanation, ...]:
    """The findings that raise what a text shows, the likeliest first; empty where no failure to load is in it."""
    best: dict[str, _Match] = {}
    beside = reading(text)
    for match in _matches(plain_text(text), beside):
        before = best.get(match.rule.code)
        if before is None or (match.rank, match.length) > (before.rank, before.length):
            best[match.rule.code] = match
    ranked = sorted(best.values(), key=lambda match: (match.rank, match.length), reverse=True)
    first = sum(match.rank == ranked[0].rank for match in ranked) if ranked else 0
    return tuple(
        Explanation(
            rule=match.rule,
            confidence=_confidence(match, ranked[0], alone=first == 1, about_models=beside.about_models),
            evidence=match.line,
            raised_by=match.symptom.raised_by,
            means=match.symptom.means or match.rule.summary,
        )
        for match in ranked
    )


def is_ambiguous(told: Sequence[Explanation]) -> bool:
    """Whether several findings explain a text equally well, so that the model or its environment has to be seen."""
    return len(told) > 1 and told[0].confidence is told[1].confidence


def decided(told: Sequence[Explanation], diagnosis: Diagnosis) -> tuple[Explanation, ...]:
    """The same explanations in the light of a diagnosis of the model: what it found is certain, and comes first."""
    there = {finding.code for finding in diagnosis.findings}
    sure = [replace(each, confidence=Confidence.CERTAIN) for each in told if each.rule.code in there]
    rest = [replace(each, confidence=Confidence.POSSIBLE) for each in told if each.rule.code not in there]
    return tuple(sure + rest) if sure else tuple(told)


def _matches(plain: str, beside: Reading) -> Iterator[_Match]:
    """Where the symptoms of all rules stand; what any program says does not count in the traceback of another."""
    for rule in RULES:
        for symptom in rule.raises:
            found = _found(symptom, plain)
            if found is not None and not (beside.about_others and (symptom.general or symptom.in_frames)):
                in_last = found.end() > beside.last and not symptom.in_frames
                yield _Match(
                    rule=rule,
                    symptom=symptom,
                    line=_line_of(found),
                    place=3 if in_last else 1 if symptom.in_frames else 2,
                    agrees=_agreement(symptom, beside),
                    length=found.end() - found.start(),
                )


def _agreement(symptom: Symptom, beside: Reading) -> int:
    if symptom.generation is None or beside.generation is None:
        return 1
    return 2 if symptom.generation is beside.generation else 0


def _found(symptom: Symptom, text: str) -> re.Match[str] | None:
    """The last place where a symptom holds."""
    places = reversed(list(_compiled(symptom.pattern).finditer(text)))
    return next((found for found in places if symptom.holds(found)), None)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern in which a space stands for any white space, since terminals and R break lines."""
    return re.compile(pattern.replace(" ", r"\s+"))


def _confidence(match: _Match, top: _Match, *, alone: bool, about_models: bool) -> Confidence:
    if match.place == 1 or (match.symptom.general and not about_models):
        return Confidence.POSSIBLE
    in_last = match.place == top.place == 3  # noqa: PLR2004 - see `_Match.place`
    if match.rank == top.rank and in_last:
        return Confidence.CERTAIN if alone and not match.symptom.general else Confidence.LIKELY
    return Confidence.LIKELY if match.rank == top.rank else Confidence.POSSIBLE


def _line_of(found: re.Match[str]) -> str:
    """The line in which something was found."""
    begin = found.string.rfind("\n", 0, found.start()) + 1
    end = found.string.find("\n", found.end())
    return found.string[begin : end if end >= 0 else None].strip()[:_LONGEST_LINE]
