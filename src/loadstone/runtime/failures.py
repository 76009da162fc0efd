"""What stands in the way of a rebuild -> findings, in the shape that is printed everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from loadstone.artifact import Tensor
from loadstone.blueprint.graph import Obstacle
from loadstone.environment import probe
from loadstone.errors import LoadFailed
from loadstone.finding import Blocks, CallWith, Finding, Nothing, Provide, Severity
from loadstone.resolve.diagnosing import diagnose
from loadstone.rules.rebuilding import is_harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadstone.artifact import Artifact, Where
    from loadstone.blueprint.graph import Problem
    from loadstone.blueprint.weights import Mismatch
    from loadstone.finding import Remedy

# Of a diagnosis, what concerns loadstone too: the file itself, and formats that are not rebuilt.
_OF_THE_FILE = ("LS1", "LS207")

_CODES = {
    Obstacle.UNKNOWN_OBJECT: "LS302",
    Obstacle.UNKNOWN_ARGUMENT: "LS306",
    Obstacle.UNKNOWN_OPERATOR: "LS305",
    Obstacle.STORED_PROGRAM: "LS501",
    Obstacle.UNSUPPORTED_MODEL: "LS306",
    Obstacle.MISSING_STATE: "LS610",
}
_UNRESOLVED_ADDON = "LS301"
_WEIGHTS = "LS402"


def fatal(artifact: Artifact) -> bool:
    """Whether any defect keeps the file from being read."""
    return not all(is_harmless(defect, artifact.format) for defect in artifact.defects)


def of_artifact(artifact: Artifact) -> LoadFailed:
    """Why a file is not rebuilt at all: what is wrong with it, else its format."""
    diagnosis = diagnose(artifact, probe())
    findings = tuple(finding for finding in diagnosis.findings if finding.code.startswith(_OF_THE_FILE))
    return _failure(artifact, findings or diagnosis.findings)  # a file that is sound may be refused for its dangers


def of_problems(artifact: Artifact, problems: Iterable[Problem]) -> LoadFailed:
    """One finding for each thing that is missing, wherever it stands; what the user can give is asked for at once."""
    groups: dict[tuple[Obstacle, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.obstacle, problem.subject), []).append(problem)
    return _failure(
        artifact,
        tuple(
            _finding(
                _code(obstacle, subject),
                group[0].message,
                tuple(dict.fromkeys(problem.at for problem in group)),
                remedies=(_remedy(obstacle, subject),),
            )
            for (obstacle, subject), group in groups.items()
        ),
    )


def _code(obstacle: Obstacle, subject: str) -> str:
    return _UNRESOLVED_ADDON if subject.startswith("Addons>") else _CODES[obstacle]


def _remedy(obstacle: Obstacle, subject: str) -> Remedy:
    match obstacle:
        case Obstacle.UNKNOWN_OBJECT | Obstacle.STORED_PROGRAM:
            name = subject.rpartition(">")[2]
            return Provide(names=(name,), python=f'loadstone.load_model(..., custom_objects={{"{name}": {name}}})')
        case Obstacle.UNKNOWN_OPERATOR | Obstacle.UNKNOWN_ARGUMENT | Obstacle.UNSUPPORTED_MODEL:
            return Nothing(why="loadstone knows no equivalent in Keras 3")
        case Obstacle.MISSING_STATE:
            return CallWith(
                python="loadstone.load_weights(model, ...)",
                effect="sets the weights of a model that your code builds, with the vocabulary in it",
            )


def of_mismatches(artifact: Artifact, mismatches: Sequence[Mismatch]) -> LoadFailed:
    """Stored arrays and variables that do not fit each other."""
    return _failure(
        artifact,
        tuple(
            _finding(_WEIGHTS, mismatch.message, (Tensor(name=mismatch.name),), remedies=()) for mismatch in mismatches
        ),
    )


def _finding(code: str, message: str, where: tuple[Where, ...], *, remedies: tuple[Remedy, ...]) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message=message,
        where=where,
        found=message,
        here=f"Keras {keras.__version__} on {keras.backend.backend()}",
        remedies=remedies,
    )


def _failure(artifact: Artifact, findings: tuple[Finding, ...]) -> LoadFailed:
    lines = [f"{artifact.source} cannot be loaded:"]
    lines += [f"  {finding.code}  {finding.message}" for finding in findings]
    asked = [name for f in findings for remedy in f.remedies if isinstance(remedy, Provide) for name in remedy.names]
    if asked:
        lines.append(f"  give in custom_objects: {', '.join(dict.fromkeys(asked))}")
    return LoadFailed("\n".join(lines), findings)
