"""DIAGNOSE from a text alone: a traceback, a log, or a line of it, to the findings that are known to raise it.

A rule says what its problem raises in real life (`Symptom`), and nothing else is matched here: no report is known by
itself. A text says more than its last line: which exceptions were chained, which loader's files the frames are in,
which releases stand in paths and messages. An error that several problems raise is told with all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from loadstone.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.rule import Rule, Symptom

MAX_TEXT = 2_000_000  # characters of a log that are looked through, from its end
MAX_LINE = 4_000

#: How the line of an exception begins: its class, with or without the modules that it is in.
_EXCEPTION = re.compile(
    r"(?m)^(?:[\w.]+\.)?(?P<error>[A-Z]\w*(?:Error|Exception|Warning|Interrupt)|KeyError): ?(?P<rest>.*)"
)
_RELEASE = re.compile(
    r"\b(?P<name>tensorflow(?:[_-](?:cpu|gpu|macos|addons))?|tf[_-]keras|keras|numpy|protobuf|h5py|typeguard)"
    r"(?:==|-| version:? | )(?P<version>\d+\.\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_PYTHON = re.compile(r"\bpython(?P<version>[23]\.\d{1,2})\b|\bPython (?P<said>[23]\.\d{1,2})", re.IGNORECASE)

#: Files that only one generation of loaders has, and what it is called.
_LOADERS = (
    (re.compile(r"tf_keras/(?:src/)?"), "tf_keras"),
    (re.compile(r"keras/src/(?:legacy|models|ops|trainers|backend/common)"), "Keras 3"),
    (re.compile(r"keras/src/(?:engine|saving/legacy|initializers|optimizers/legacy)"), "tf.keras 2.13 to 2.15"),
    (re.compile(r"tensorflow_core/python/keras"), "tf.keras of TensorFlow 1.15 to 2.1"),
    (re.compile(r"tensorflow/python/keras"), "tf.keras of TensorFlow up to 2.5"),
    (
        re.compile(
            r"keras/(?:engine|saving|layers|utils)/\w*.*traceback_utils|keras/saving/(?:saved_model|legacy|hdf5)"
        ),
        "tf.keras 2.6 to 2.12",
    ),
    (re.compile(r"keras/engine/(?:topology|saving)\.py|keras/models\.py"), "Keras up to 2.3"),
)


class Confidence(Enum):
    """How sure an explanation is."""

    CERTAIN = "certain"  # nothing else that is known raises this
    LIKELY = "likely"  # others raise it too, and less of the text is theirs
    POSSIBLE = "possible"  # one of several, or not in the exception itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text tells beside its message.

    Attributes:
        exceptions: every exception in it, the last one raised last.
        loader: whose files the frames are in, None where they do not tell.
        releases: releases of packages that it names, and of ``python``.
    """

    exceptions: tuple[str, ...]
    loader: str | None
    releases: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One finding that a text is known for.

    Attributes:
        rule: the finding.
        confidence: how sure.
        evidence: the line that says so.
        raised_by: which loader says so.
    """

    rule: Rule
    confidence: Confidence
    evidence: str
    raised_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    rule: Rule
    symptom: Symptom
    line: str
    in_last: bool
    length: int


def reading(text: str) -> Reading:
    """What a text tells of the loader and of releases."""
    releases: dict[str, str] = {}
    for found in _RELEASE.finditer(text):
        releases.setdefault(found["name"].lower().replace("_", "-"), found["version"])
    for found in _PYTHON.finditer(text):
        releases.setdefault("python", found["version"] or found["said"])
    return Reading(
        exceptions=tuple(_exceptions(text)),
        loader=next((name for pattern, name in _LOADERS if pattern.search(text.replace("\\", "/"))), None),
        releases=tuple(sorted(releases.items())),
    )


def explanations(text: str) -> tuple[Explanation, ...]:
    """The findings that raise what a text shows, the likeliest first; empty where no failure to load is in it."""
    tail = text[-MAX_TEXT:]
    matches = list(_matches(tail))
    best: dict[str, _Match] = {}
    for match in matches:
        before = best.get(match.rule.code)
        if before is None or _weight(match) > _weight(before):
            best[match.rule.code] = match
    ranked = sorted(best.values(), key=lambda match: (_weight(match), -int(match.rule.code[2:])), reverse=True)
    top = _weight(ranked[0]) if ranked else (False, 0)
    return tuple(
        Explanation(
            rule=match.rule,
            confidence=_confidence(match, top, alone=sum(_weight(each) == top for each in ranked) == 1),
            evidence=match.line,
            raised_by=match.symptom.raised_by,
        )
        for match in ranked
    )


def _matches(text: str) -> Iterator[_Match]:
    """Where the symptoms of all rules stand in a text."""
    last = next(reversed(list(_exceptions(text))), "")
    for rule in RULES:
        for symptom in rule.raises:
            found = re.search(symptom.pattern, last) or re.search(symptom.pattern, text)
            if found is not None and symptom.holds(found):
                in_last = found.string is last
                yield _Match(
                    rule=rule,
                    symptom=symptom,
                    line=_line_of(found),
                    in_last=in_last,
                    length=found.end() - found.start(),
                )


def _weight(match: _Match) -> tuple[bool, int]:
    """What counts for a match: that it is in the exception that was raised last, then how much of it it explains."""
    return match.in_last, match.length


def _confidence(match: _Match, top: tuple[bool, int], *, alone: bool) -> Confidence:
    if _weight(match) == top and match.in_last:
        return Confidence.CERTAIN if alone else Confidence.LIKELY
    return Confidence.LIKELY if match.in_last else Confidence.POSSIBLE


def _exceptions(text: str) -> Iterator[str]:
    """Each exception's class and message, up to the next frame or blank line."""
    for found in _EXCEPTION.finditer(text):
        following = text[found.end() : found.end() + MAX_LINE].partition("\n\n")[0].partition("\nTraceback")[0]
        yield f"{found['error']}: {found['rest']}{following}".rstrip()


def _line_of(found: re.Match[str]) -> str:
    """The line in which something was found."""
    begin = found.string.rfind("\n", 0, found.start()) + 1
    end = found.string.find("\n", found.end())
    return found.string[begin : end if end >= 0 else None].strip()[:MAX_LINE]
