"""The verdict for one model in one environment: every rule's findings, and what they add up to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone import knowledge
from loadstone.artifact import DefectKind, Format
from loadstone.finding import Blocks, CallWith, Diagnosis, Isolate, Provide, Severity
from loadstone.needs import infer, is_standalone
from loadstone.rules import RULES, ls215_two_kerases
from loadstone.rules.case import case_of
from loadstone.rules.lookup import is_in_window, needs_addons
from loadstone.rules.ls213_open_environment import deciding
from loadstone.rules.remedies import UNCOMPILED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loadstone.artifact import Artifact
    from loadstone.environment import Alternatives, Environment, Loader
    from loadstone.finding import Finding, Remedy
    from loadstone.needs import Needs, Writer
    from loadstone.rules.case import Advice, Case

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_BLOCKING = {Blocks.LOADING: 0, Blocks.COMPILING: 1, Blocks.PERHAPS: 2, Blocks.NOTHING: 3}


#: Without the rule that judges every other loader of the environment anew, and stops nothing.
_STOPPING = tuple(rule for rule in RULES if rule.code != ls215_two_kerases.RULE.code)


def verdict(
    artifact: Artifact, environment: Environment, *, needs: Needs | None = None, advice: Advice | None = None
) -> Diagnosis:
    """Every reason why a model does not load in an environment, in one pass.

    The answer is for a program that imports what is installed and registers objects (TensorFlow Addons) before it
    calls ``load_model``, and passes no custom objects.
    """
    return verdict_of(case_of(artifact, environment, needs=needs, advice=advice))


def verdict_of(case: Case) -> Diagnosis:
    """As `verdict`, for those who have the case."""
    return _concluded(case, [finding for rule in RULES for finding in rule.detect(case)])


def verdict_with(case: Case, loader: Loader, *, without: str) -> Diagnosis:
    """The verdict for another of the environment's loaders, by all rules but one, and without remedies."""
    other = replace(case, loader=loader, advice=None)
    return _concluded(other, [finding for rule in RULES if rule.code != without for finding in rule.detect(other)])


def verdict_unless(
    artifact: Artifact, environment: Environment, *, needs: Needs, stops: Callable[[Finding], bool]
) -> Diagnosis | Finding:
    """As `verdict`; or the finding with the lowest code that stops the load, as soon as there is one that ``stops``.

    For those who look for an environment that will do among many that will not.
    """
    case = case_of(artifact, environment, needs=needs)
    findings: list[Finding] = []
    for rule in _STOPPING:
        found = tuple(rule.detect(case))
        findings += found
        if any(map(stops, found)):
            return next(finding for finding in findings if finding.blocks is Blocks.LOADING)
    return _concluded(case, findings)


def _concluded(case: Case, found: Iterable[Finding]) -> Diagnosis:
    """What the findings of all rules add up to."""
    advice = case.advice
    if case.compiles_always:
        found = map(_whatever_is_passed, found)
    findings = sorted(found, key=lambda each: (_BLOCKING[each.blocks], _RANK[each.severity], each.code))
    blocked = {finding.blocks for finding in findings}
    known = is_covered(case) and Blocks.PERHAPS not in blocked
    return Diagnosis(
        source=case.artifact.source,
        environment=case.here,
        loads=False if blocked & {Blocks.LOADING, Blocks.COMPILING} else True if known else None,
        loads_uncompiled=False if Blocks.LOADING in blocked else True if known else None,
        findings=tuple(_with_remedies_that_help(finding, blocked, advice) for finding in findings),
        with_loadstone=None if advice is None else advice.rebuild,
        candidates=() if advice is None else advice.stacks,
    )


def _whatever_is_passed(finding: Finding) -> Finding:
    """A finding for a loader that does not look at its arguments: no argument is a remedy."""
    blocks = Blocks.LOADING if finding.blocks is Blocks.COMPILING else finding.blocks
    left = tuple(remedy for remedy in finding.remedies if not isinstance(remedy, CallWith | Provide))
    return replace(finding, blocks=blocks, remedies=left)


def _with_remedies_that_help(finding: Finding, blocked: set[Blocks], advice: Advice | None) -> Finding:
    """A finding without the remedies that something else makes vain.

    Leaving the compile state out helps only where nothing else stops the load; and for what is wrong with the compile
    state, no environment helps that has to leave it out too.
    """
    lossy: tuple[Remedy, ...] = ()
    if advice is not None and finding.blocks is not Blocks.LOADING:
        lossy = advice.changes if advice.lossy else ()
    elsewhere = advice is not None and bool(advice.stacks) and not advice.stacks[0].compiled
    vain = tuple(
        remedy
        for remedy in finding.remedies
        if (isinstance(remedy, CallWith) and UNCOMPILED in remedy.python and Blocks.LOADING in blocked)
        or (isinstance(remedy, Isolate) and elsewhere and finding.blocks is Blocks.COMPILING)
        or remedy in lossy
    )
    return replace(finding, remedies=tuple(r for r in finding.remedies if r not in vain)) if vain else finding


def _is_of_keras_1(writer: Writer | None) -> bool:
    return writer is not None and writer.release is not None and writer.release.major == 1


def verdict_on_all(
    artifact: Artifact, alternatives: Alternatives, *, needs: Needs | None = None, advice: Advice | None = None
) -> Diagnosis:
    """What holds for all environments that a description may stand for, and the findings of the newest.

    An answer that they do not share is *unknown*; a finding says what decides.
    """
    needs = infer(artifact) if needs is None else needs
    newest, *others = alternatives.environments
    first = verdict(artifact, newest, needs=needs, advice=advice)
    judged = [(newest, first), *((each, verdict(artifact, each, needs=needs)) for each in others)]
    undecided = deciding(alternatives.source, judged)
    loads = {diagnosis.loads for _, diagnosis in judged}
    uncompiled = {diagnosis.loads_uncompiled for _, diagnosis in judged}
    more = f", the newest of {len(judged)} that it may be" if len(judged) > 1 else ""
    return replace(
        first,
        environment=f"{alternatives.source} ({first.environment}{more})",
        loads=loads.pop() if len(loads) == 1 else None,
        loads_uncompiled=uncompiled.pop() if len(uncompiled) == 1 else None,
        findings=first.findings if undecided is None else (undecided, *first.findings),
    )


def is_covered(case: Case) -> bool:
    """Whether the tables know enough to say that a model loads when no rule objects.

    Not for a file that was not recognised or is damaged in part, nor for a Keras older than the oldest that was read,
    nor for TensorFlow Addons outside the window that it declares.
    """
    if case.loader is None or case.artifact.format is Format.UNRECOGNISED:
        return False
    if any(defect.kind is not DefectKind.MISLABELLED for defect in case.artifact.defects):
        return False
    version, distribution = case.loader.row
    if knowledge.keras_release(version, distribution) is None:
        return False
    if distribution == "keras" and not is_standalone(case.artifact, case.needs.writers):
        return False  # what the Keras inside TensorFlow wrote, in the program that it was forked from
    if _is_of_keras_1(case.needs.writer("keras")) and version.major > 1:
        return False  # its settings have other names, and are rewritten by the loader
    return not needs_addons(case) or case.into_keras_3 or is_in_window(case.environment) is not False
