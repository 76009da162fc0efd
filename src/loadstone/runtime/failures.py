"""What stands in the way of a rebuild -> findings, in the shape that is printed everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from loadstone.artifact import DefectKind, Format, Member, Tensor
from loadstone.blueprint.graph import Obstacle
from loadstone.finding import Blocks, Finding, Nothing, Provide, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadstone.artifact import Artifact, Defect, Where
    from loadstone.blueprint.graph import Problem
    from loadstone.blueprint.weights import Mismatch
    from loadstone.finding import Remedy

    Failure = tuple[str, tuple[Finding, ...]]

_HARMLESS = frozenset({DefectKind.MISLABELLED})

_CODES = {
    Obstacle.UNKNOWN_OBJECT: "LS302",
    Obstacle.UNKNOWN_ARGUMENT: "LS303",
    Obstacle.UNKNOWN_OPERATOR: "LS305",
    Obstacle.STORED_PROGRAM: "LS501",
    Obstacle.UNSUPPORTED_MODEL: "LS309",
}


def fatal(defects: Sequence[Defect]) -> bool:
    """Whether any defect keeps the file from being read."""
    return any(defect.kind not in _HARMLESS for defect in defects)


def of_artifact(artifact: Artifact) -> Failure:
    """Why a file is not rebuilt at all: its defects, else its format."""
    if fatal(artifact.defects):
        findings = tuple(
            _finding(artifact, "LS107", defect.message, (defect.where,), defect.message)
            for defect in artifact.defects
        )
        return _message(artifact, findings), findings
    why = {
        Format.SAVED_MODEL: "a SavedModel is read and diagnosed, but not rebuilt yet",
        Format.HDF5_WEIGHTS: "the file holds weights without an architecture",
    }.get(artifact.format, "the file holds no model configuration")
    findings = (_finding(artifact, "LS109", why, (Member(path=""),), why),)
    return _message(artifact, findings), findings


def of_problems(artifact: Artifact, problems: Iterable[Problem]) -> Failure:
    """One finding for each thing that is missing, wherever it stands; what the user can give is asked for at once."""
    by_subject: dict[tuple[Obstacle, str], list[Problem]] = {}
    for problem in problems:
        by_subject.setdefault((problem.obstacle, problem.subject), []).append(problem)
    findings = tuple(
        _finding(
            artifact,
            _CODES[obstacle],
            group[0].message,
            tuple(dict.fromkeys(problem.at for problem in group)),
            subject,
            remedies=_remedies(obstacle, subject),
        )
        for (obstacle, subject), group in by_subject.items()
    )
    return _message(artifact, findings), findings


def _remedies(obstacle: Obstacle, subject: str) -> tuple[Remedy, ...]:
    match obstacle:
        case Obstacle.UNKNOWN_OBJECT | Obstacle.STORED_PROGRAM:
            name = subject.rpartition(">")[2]
            python = f'loadstone.load_model(..., custom_objects={{"{name}": {name}}})'
            return (Provide(names=(name,), python=python),)
        case Obstacle.UNKNOWN_OPERATOR | Obstacle.UNKNOWN_ARGUMENT | Obstacle.UNSUPPORTED_MODEL:
            return (Nothing(why="loadstone knows no equivalent in Keras 3"),)


def of_mismatches(artifact: Artifact, mismatches: Sequence[Mismatch]) -> Failure:
    """Weights that do not fit the rebuilt model."""
    findings = tuple(
        _finding(artifact, "LS401", mismatch.message, (Tensor(name=mismatch.message.partition(" ")[0]),), "")
        for mismatch in mismatches
    )
    return _message(artifact, findings), findings


def _finding(
    artifact: Artifact,
    code: str,
    message: str,
    where: tuple[Where, ...],
    found: str,
    remedies: tuple[Remedy, ...] = (),
) -> Finding:
    del artifact
    return Finding(
        code=code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message=message,
        where=where,
        found=found or message,
        here=f"Keras {keras.__version__} on {keras.backend.backend()}",
        remedies=remedies,
    )


def _message(artifact: Artifact, findings: Sequence[Finding]) -> str:
    lines = [f"{artifact.source} cannot be loaded, for {len(findings)} reason(s):"]
    lines += [f"  {finding.code}  {finding.message}" for finding in findings]
    asked = [name for f in findings for remedy in f.remedies if isinstance(remedy, Provide) for name in remedy.names]
    if asked:
        lines.append(f"  give in custom_objects: {', '.join(dict.fromkeys(asked))}")
    return "\n".join(lines)


