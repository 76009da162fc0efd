"""What became of a conversion, as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.report.text import Line, finding_lines, folded, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.finding import Finding, Parity
    from loadstone.runtime.convert import Conversion


def conversion_lines(conversion: Conversion, *, everything: bool = False) -> Iterator[Line]:
    """The new file, everything that was changed, and how the outputs compare."""
    yield Line(text=f"{conversion.source} -> {conversion.target}", role="title")
    places: dict[str, list[str]] = {}
    for note in conversion.notes:
        places.setdefault(note.message, []).extend([note.at] if note.at else [])
    for message, where in places.items():
        at = folded(where, everything=everything, unit="more places")
        yield from labelled("changed", f"{message} ({at})" if at else message)
    yield from labelled("outputs", parity_text(conversion.parity))


def parity_text(parity: Parity) -> str:
    """The comparison in one line: the verdict, the largest difference, or why there is none."""
    parts = [parity.verdict.value]
    if parity.max_abs is not None:
        parts.append(f"largest difference {parity.max_abs:.3g}, tolerance {parity.tolerance:.3g}")
    if parity.first_divergence is not None:
        parts.append(f"first at {parity.first_divergence}")
    if parity.why is not None:
        parts.append(parity.why)
    return "; ".join(parts)


def failure_lines(
    source: str, message: str, findings: tuple[Finding, ...], *, everything: bool = False
) -> Iterator[Line]:
    """Why nothing was written: every finding, then the message."""
    for finding in findings:
        yield from finding_lines(finding, source, everything=everything)
        yield Line(text="")
    yield Line(text=f"{source} was not converted: {message}", role="error")
