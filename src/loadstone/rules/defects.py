"""The part that the LS1xx rules share: turning what the reader saw wrong with the bytes into a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import DefectKind
    from loadstone.finding import Remedy
    from loadstone.rules.case import Case


def defect_finding(
    case: Case, kind: DefectKind, *, code: str, message: str, remedies: tuple[Remedy, ...]
) -> Iterator[Finding]:
    """One finding for all defects of a kind, which no loader survives."""
    defects = [defect for defect in case.artifact.defects if defect.kind is kind]
    if defects:
        yield Finding(
            code=code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message=message,
            where=tuple(dict.fromkeys(defect.where for defect in defects)),
            found="; ".join(dict.fromkeys(defect.message for defect in defects)),
            remedies=remedies,
        )
