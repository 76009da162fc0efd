"""From an exception to a diagnosis: of the model that was being loaded, or of the traceback alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadstone.environment.sources import environments_of
from loadstone.failures.explained import Explained, explain
from loadstone.failures.frames import traces_of
from loadstone.finding import Blocks, CallWith, Provide, Severity
from loadstone.formats import read
from loadstone.report.text import Line, diagnosis_lines, labelled, render, verdict_text
from loadstone.resolve.diagnosing import diagnose
from loadstone.rules.ls203_addons_missing import RULE as ADDONS_MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loadstone.finding import Diagnosis, Finding

_ADDONS_MODULE = "tensorflow_addons"
_EVIDENCE = 160  # characters of the line that was raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What is known of one failure to load.

    Attributes:
        diagnosis: of the model that was being loaded; None where none was found.
        explained: what the traceback itself says.
    """

    diagnosis: Diagnosis | None
    explained: Explained

    @property
    def accuses(self) -> bool:
        """Whether the diagnosis has a finding that may have stopped the loader."""
        return self.diagnosis is not None and any(
            finding.blocks is not Blocks.NOTHING for finding in self.diagnosis.findings
        )

    def lines(self) -> Iterator[Line]:
        """The answer first, because a traceback ends with it."""
        if self.diagnosis is None:
            yield from self.explained.lines()
            return
        yield Line(text=verdict_text(self.diagnosis), role="error")
        yield from self._raised(self.diagnosis)
        yield Line(text="")
        *findings, _ = diagnosis_lines(self.diagnosis)
        yield from findings
        if self._is_left_to_the_traceback:
            yield from self.explained.lines()

    @property
    def _is_left_to_the_traceback(self) -> bool:
        """Whether the file shows no reason, and the traceback is known for some."""
        return not self.accuses and bool(self.explained.explanations)

    def _raised(self, diagnosis: Diagnosis) -> Iterator[Line]:
        """The finding at which the loader stopped, where the traceback tells it."""
        codes = {finding.code for finding in diagnosis.findings}
        first = next((each for each in self.explained.explanations if each.rule.code in codes), None)
        if first is not None:
            yield from labelled("raised", f"{first.rule.code}, by: {first.evidence[:_EVIDENCE]}")

    def __str__(self) -> str:
        return render(self.lines(), colour=False).rstrip()

    def _repr_html_(self) -> str:
        from loadstone.report.html import diagnosis_html, lines_html  # noqa: PLC0415 - notebooks alone need it

        if self.diagnosis is None:
            return lines_html(self.explained.lines())
        beside = lines_html(self.explained.lines()) if self._is_left_to_the_traceback else ""
        return diagnosis_html(self.diagnosis) + beside


def examine(error: BaseException, env: Path | None = None) -> Examination | None:
    """Look into an exception: None where it is no failure to load a model, or nothing is known of it.

    Args:
        error: the exception, with its traceback.
        env: the environment that the model is judged in; by default the running interpreter.

    Raises:
        ProbeError: the environment could not be asked what it holds.
    """
    traces = traces_of(error)
    if not traces.is_loader and traces.path is None:
        return None
    explained = explain(error)
    if not traces.is_loader and not explained.is_known:
        return None
    if traces.path is None:
        return Examination(diagnosis=None, explained=explained) if explained.is_known else None
    diagnosis = without_given(diagnose(read(traces.path), environments_of(env)), traces.given)
    if env is None and _ADDONS_MODULE not in sys.modules:
        diagnosis = without_addons(diagnosis)
    return Examination(diagnosis=diagnosis, explained=explained)


def without_given(diagnosis: Diagnosis, given: frozenset[str]) -> Diagnosis:
    """A diagnosis for a loader that was given custom objects: what only they answer is no reason.

    Whether the model loads with them is not known, since they are the program's own.
    """
    left = tuple(finding for finding in diagnosis.findings if not _is_given(finding, given))
    if left == diagnosis.findings:
        return diagnosis
    blocked = {finding.blocks for finding in left}
    return replace(
        diagnosis,
        loads=False if blocked & {Blocks.LOADING, Blocks.COMPILING} else None,
        loads_uncompiled=False if Blocks.LOADING in blocked else None,
        findings=left,
    )


def _is_given(finding: Finding, given: frozenset[str]) -> bool:
    names = [name for remedy in finding.remedies if isinstance(remedy, Provide) for name in remedy.names]
    return bool(names) and all(name in given or name.rpartition(">")[2] in given for name in names)


def without_addons(diagnosis: Diagnosis) -> Diagnosis:
    """A diagnosis for a program that did not import TensorFlow Addons: the advice to do so becomes the first reason.

    A verdict holds for programs that import what is installed; of a running one it is known whether it did.
    """
    reasons = tuple(finding for finding in diagnosis.findings if _is_import_of_addons(finding))
    if not reasons:
        return diagnosis
    raised = (replace(finding, severity=Severity.ERROR, blocks=Blocks.LOADING) for finding in reasons)
    others = (finding for finding in diagnosis.findings if finding not in reasons)
    return replace(diagnosis, loads=False, loads_uncompiled=None, findings=(*raised, *others))


def _is_import_of_addons(finding: Finding) -> bool:
    return finding.code == ADDONS_MISSING.code and any(isinstance(remedy, CallWith) for remedy in finding.remedies)
