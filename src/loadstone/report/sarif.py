"""Diagnoses as SARIF 2.1.0, the format that code scanning services and editors read.

Written from the standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; its sections are named
where a choice rests on them.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from loadstone import __version__
from loadstone.artifact import Attribute, Member, Node, Pointer, Tensor
from loadstone.report.text import places_text, remedy_text, verdict_text, where_text
from loadstone.rules import rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.artifact import Where
    from loadstone.finding import Diagnosis, Finding
    from loadstone.rules.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

#: Places of one finding that are listed; the number of all of them is among the properties.
MAX_PLACES = 100

#: What a place is (3.33.7); where the standard has no word for it, our own.
_KINDS = {Pointer: "value", Tensor: "tensor", Attribute: "attribute", Node: "operation", Member: "file"}
_WHOLE = Member(path="")


def sarif_report(diagnoses: Sequence[Diagnosis]) -> dict[str, Any]:
    """One run over all models: the rules that fired, their results, and what could not be judged."""
    codes = sorted({finding.code for diagnosis in diagnoses for finding in diagnosis.findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "loadstone",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule(code)) for code in codes],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            _unjudged(diagnosis) for diagnosis in diagnoses if diagnosis.loads is None
                        ],
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": _uri(source)}} for source in _sources(diagnoses)],
                "results": [
                    _result(finding, diagnosis, codes.index(finding.code))
                    for diagnosis in diagnoses
                    for finding in diagnosis.findings
                ],
                "properties": {
                    "diagnoses": [
                        {
                            "source": diagnosis.source,
                            "environment": diagnosis.environment,
                            "loads": diagnosis.loads,
                            "loads_uncompiled": diagnosis.loads_uncompiled,
                        }
                        for diagnosis in diagnoses
                    ]
                },
            }
        ],
    }


def _sources(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Each model once, because a run lists no artifact twice (3.14.15)."""
    return list(dict.fromkeys(diagnosis.source for diagnosis in diagnoses))


def _rule(described: Rule) -> dict[str, Any]:
    """A rule with its page. It has no address of its own, so its first reference is where more is told."""
    meaning = described.page.partition("## What it means")[2].partition("\n## ")[0]
    reference = re.search(r"\]\((https://[^)\s]+)\)", described.page.partition("## References")[2])
    return {
        "id": described.code,
        "name": described.name,
        "shortDescription": {"text": f"{described.summary}."},
        "fullDescription": {"text": " ".join(meaning.split()) or described.summary},
        "help": {"text": described.page, "markdown": described.page},
        **({"helpUri": reference[1]} if reference else {}),
    }


def _result(finding: Finding, diagnosis: Diagnosis, index: int) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        # All places have to be mended for the finding to go away, which is what several locations mean (3.27.12).
        "locations": [_location(diagnosis.source, where) for where in finding.where[:MAX_PLACES]]
        or [_location(diagnosis.source, None)],
        # The name is the one that GitHub reads; else all findings of a file, which has no lines, would be one.
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(finding)},
        "properties": {
            "blocks": finding.blocks.value,
            "places": len(finding.where),
            "remedies": [remedy_text(remedy) for remedy in finding.remedies],
        },
    }


def _message(finding: Finding) -> str:
    places = places_text(finding)
    parts = (
        finding.message,
        f"Found {places}: {finding.found}" if places else f"Found: {finding.found}",
        *((f"Provided by {finding.provided}",) if finding.provided else ()),
        *((f"Here: {finding.here}",) if finding.here else ()),
        *((f"Fix: {remedy_text(finding.remedies[0])}",) if finding.remedies else ()),
    )
    return _escaped("\n".join(parts))


def _escaped(text: str) -> str:
    """A text in which nothing is a placeholder (3.11.5) or a link (3.11.6), whatever a file put into it."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _location(source: str, where: Where | None) -> dict[str, Any]:
    """A place in a model file; the line is there because GitHub shows no result without one."""
    physical = {"artifactLocation": {"uri": _uri(source)}, "region": {"startLine": 1}}
    if where is None or where == _WHOLE:
        return {"physicalLocation": physical}
    logical = {"fullyQualifiedName": where_text(where), "kind": _KINDS[type(where)]}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _unjudged(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": _escaped(verdict_text(diagnosis))},
        "locations": [_location(diagnosis.source, None)],
    }


def _uri(source: str) -> str:
    """A path as a URI reference: relative where the path is, so that it names a file of the repository."""
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogateescape")


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding of another run, another for another one of the same file."""
    places = "\n".join(where_text(where) for where in finding.where)
    return sha256(f"{finding.code}\n{finding.message}\n{places}".encode(errors="surrogatepass")).hexdigest()[:16]
