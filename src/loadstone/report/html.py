"""Reports as HTML for notebooks: one element with its own style, readable on a light and on a dark page.

A model file may hold anything, so every text is escaped on its way in; there is no script and nothing is fetched.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from loadstone.report.text import answer_text, counts_text, places_text, remedy_parts, repeats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loadstone.artifact import Artifact
    from loadstone.finding import Diagnosis, Finding
    from loadstone.report.text import Line
    from loadstone.resolve.lock import Lock
    from loadstone.resolve.prescription import Proof
    from loadstone.runtime.convert import Conversion

# Text and lines take the page's own colour; a badge brings its background along.
_STYLE = """<style>
.loadstone { color: inherit; line-height: 1.4; }
.loadstone pre, .loadstone code { color: inherit; background: transparent; white-space: pre-wrap; }
.loadstone details { border-left: 3px solid rgba(128, 128, 128, 0.5); margin: 0.3em 0; padding-left: 0.6em; }
.loadstone summary { cursor: pointer; }
.loadstone table { border-collapse: collapse; margin: 0.3em 0; color: inherit; background: transparent; }
.loadstone tr { background: transparent; }
.loadstone th, .loadstone td { text-align: left; vertical-align: top; padding: 0.1em 0.8em 0.1em 0; border: none; }
.loadstone th { font-weight: normal; opacity: 0.75; }
.loadstone .badge { color: #fff; background: #57606a; border-radius: 3px; padding: 0 0.4em; font-weight: bold; }
.loadstone .error { background: #b42318; }
.loadstone .warning { background: #8a5a00; }
.loadstone .title { background: #1a7f37; }
.loadstone .strong { font-weight: bold; }
</style>"""

_STRONG = frozenset({"error", "warning", "title"})
_ANSWERS = {True: "title", False: "error", None: "warning"}


def diagnosis_html(diagnosis: Diagnosis) -> str:
    """The verdict, then every finding; the first stands open."""
    counts = counts_text(diagnosis)
    verdict = (
        f"<p>{_badge(answer_text(diagnosis), _ANSWERS[diagnosis.loads])} <code>{_escaped(diagnosis.source)}</code> "
        f"in {_escaped(diagnosis.environment)}{f': {counts}' if counts else ''}</p>"
    )
    findings = (
        _finding(finding, repeated=repeats(previous, finding), opened=previous is None)
        for previous, finding in zip((None, *diagnosis.findings), diagnosis.findings, strict=False)
    )
    return _element(verdict, *findings)


def artifact_html(artifact: Artifact) -> str:
    """What is in a model file, as ``loadstone inspect`` tells it."""
    from loadstone.needs import infer  # noqa: PLC0415 - a diagnosis does without
    from loadstone.report.inspection import inspection_lines  # noqa: PLC0415 - as above

    return lines_html(inspection_lines(artifact, infer(artifact)))


def conversion_html(conversion: Conversion) -> str:
    """What was written, as ``loadstone convert`` tells it."""
    from loadstone.report.conversion import conversion_lines  # noqa: PLC0415 - as above

    return lines_html(conversion_lines(conversion))


def lock_html(lock: Lock) -> str:
    """Which environment, and why, as ``loadstone lock`` tells it."""
    from loadstone.report.environments import lock_lines  # noqa: PLC0415 - as above

    return lines_html(lock_lines(lock))


def proof_html(proof: Proof) -> str:
    """What was built and seen, as ``loadstone sync`` tells it."""
    from loadstone.report.environments import proof_lines  # noqa: PLC0415 - as above

    return lines_html(proof_lines(proof))


def lines_html(lines: Iterable[Line]) -> str:
    """Any report, line by line as in a terminal."""
    return _element(f"<pre>{''.join(_line(line) for line in lines)}</pre>")


def _line(line: Line) -> str:
    text = _escaped(line.text.rstrip())
    return f'<span class="strong">{text}</span>\n' if line.role in _STRONG else f"{text}\n"


def _finding(finding: Finding, *, repeated: bool, opened: bool) -> str:
    rows = "".join(f'<tr><th scope="row">{label}</th><td>{cell}</td></tr>' for label, cell in _rows(finding, repeated))
    return (
        f"<details{' open' if opened else ''}><summary>{_badge(finding.code, finding.severity.value)} "
        f"{_escaped(finding.message)}</summary><table>{rows}</table></details>"
    )


def _rows(finding: Finding, repeated: bool) -> Iterator[tuple[str, str]]:  # noqa: FBT001 - of this module alone
    places = places_text(finding)
    yield "found", (f"<code>{_escaped(places)}</code>: " if places else "") + _escaped(finding.found)
    if finding.provided:
        yield "provided", _escaped(finding.provided)
    if finding.here:
        yield "here", _escaped(finding.here)
    if repeated:
        yield "fix", "as above"
    for index, remedy in enumerate(() if repeated else finding.remedies):
        typed, beside = map(_escaped, remedy_parts(remedy))
        yield "or" if index else "fix", f"<code>{typed}</code>" + (f"<br>{beside}" if beside else "")
    yield "more", f"<code>loadstone explain {_escaped(finding.code)}</code>"


def _badge(text: str, role: str) -> str:
    return f'<span class="badge {role}">{_escaped(text)}</span>'


def _element(*parts: str) -> str:
    return f'<div class="loadstone">{_STYLE}{"".join(parts)}</div>'


def _escaped(text: str) -> str:
    """A text as HTML; what UTF-8 cannot say, of a file's name, becomes a question mark."""
    return escape(text.encode(errors="replace").decode())
