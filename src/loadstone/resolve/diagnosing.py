"""The whole diagnosis: why a model does not load here, what loadstone can do with it, and where it loads as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone.environment import Alternatives
from loadstone.finding import Blocks, Provide, Stack
from loadstone.needs import infer
from loadstone.resolve.candidates import Wanted, blockers, candidates, dangers
from loadstone.resolve.changes import changes
from loadstone.resolve.platforms import here
from loadstone.rules import diagnose as judged
from loadstone.rules.case import Advice, case_of
from loadstone.rules.rebuilding import rebuilding
from loadstone.rules.verdict import verdict_of

if TYPE_CHECKING:
    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis, Finding
    from loadstone.needs import Needs
    from loadstone.resolve.prescription import Candidate

#: The author's own objects are a finding of this rule.
_OWN_OBJECTS = "LS302"


def diagnose(artifact: Artifact, environment: Environment | Alternatives) -> Diagnosis:
    """As `loadstone.rules.diagnose`, with all that other environments tell: every remedy is known to help."""
    needs = infer(artifact)
    return diagnosed(artifact, environment, needs, stacks(artifact, needs))


def diagnosed(
    artifact: Artifact, environment: Environment | Alternatives, needs: Needs, found: tuple[Stack, ...]
) -> Diagnosis:
    """As `diagnose`, for those who judge a model in several environments: the ``stacks`` are the same for all."""
    newest = environment.environments[0] if isinstance(environment, Alternatives) else environment
    case = case_of(artifact, newest, needs=needs)
    plain = verdict_of(case)
    changed, lossy = changes(case, plain)
    advice = Advice(
        rebuild=rebuilding(artifact, needs, newest),
        stacks=found,
        changes=changed,
        lossy=lossy,
    )
    if isinstance(environment, Alternatives):
        return judged(artifact, environment, needs=needs, advice=advice)
    if not plain.findings:
        return replace(plain, with_loadstone=advice.rebuild, candidates=advice.stacks)
    return verdict_of(replace(case, advice=advice))


def stacks(artifact: Artifact, needs: Needs | None = None) -> tuple[Stack, ...]:
    """The best environment in which a model loads for sure on this platform, and those that may on the way to it.

    `loadstone lock` chooses from the same, in the same order, and looks at more of them.
    """
    found, _ = candidates(artifact, Wanted(platform=here()), needs=needs, enough=1)
    return tuple(map(_stack, found))


def _stack(candidate: Candidate) -> Stack:
    diagnosis = candidate.diagnosis
    own = [f for f in diagnosis.findings if f.code == _OWN_OBJECTS and f.blocks is not Blocks.NOTHING]
    stopped = bool(blockers(diagnosis, Blocks.LOADING))
    known = diagnosis.loads is not None or candidate.wrote
    return Stack(
        python=candidate.python,
        requirements=candidate.requirements,
        as_of=candidate.as_of.isoformat(),
        variables=tuple(candidate.variables.items()),
        loads=True if known and not stopped else None,
        compiled=not blockers(diagnosis, Blocks.COMPILING),
        trust=bool(dangers(diagnosis)),
        custom_objects=tuple(name for each in own for name in _asked_for(each)),
    )


def _asked_for(finding: Finding) -> tuple[str, ...]:
    return tuple(name for remedy in finding.remedies if isinstance(remedy, Provide) for name in remedy.names)
