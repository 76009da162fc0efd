"""Diagnoses as GitHub workflow commands: each finding becomes an annotation of its file.

The escapes are those of the runner's own toolkit (``actions/toolkit``, packages/core/src/command.ts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Severity
from loadstone.report.text import answer_text, places_text, remedy_text, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loadstone.finding import Diagnosis, Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def workflow_commands(diagnoses: Iterable[Diagnosis]) -> str:
    """One command a finding, then one line with the verdict of each model, for the log."""
    return "".join(f"{line}\n" for diagnosis in diagnoses for line in _lines(diagnosis))


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    for finding in diagnosis.findings:
        title = f"{finding.code} {finding.message}"
        yield _command(_COMMANDS[finding.severity], diagnosis.source, title, _message(finding))
    if diagnosis.loads is None:
        yield _command("warning", diagnosis.source, answer_text(diagnosis), verdict_text(diagnosis))
    # A name that begins with :: or holds ##[ would be a command of its own.
    plain = " ".join(verdict_text(diagnosis).split()).replace("##[", "## [")
    yield f"loadstone: {plain}"


def _message(finding: Finding) -> str:
    places = places_text(finding)
    return "\n".join(
        (
            f"found: {places}: {finding.found}" if places else f"found: {finding.found}",
            *((f"provided: {finding.provided}",) if finding.provided else ()),
            *((f"here: {finding.here}",) if finding.here else ()),
            *(f"{'or' if index else 'fix'}: {remedy_text(remedy)}" for index, remedy in enumerate(finding.remedies)),
        )
    )


def _command(name: str, file: str, title: str, message: str) -> str:
    properties = f"file={file.translate(_IN_PROPERTY)},title={title.translate(_IN_PROPERTY)}"
    return f"::{name} {properties}::{message.translate(_IN_DATA)}"
