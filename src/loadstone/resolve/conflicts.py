"""Resolves a candidate together with the user's own requirements, and says which two wants clash where they do."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from loadstone.knowledge.constraints import constraints
from loadstone.resolve.own import TENSORFLOWS
from loadstone.resolve.uv import Answer, compiled

if TYPE_CHECKING:
    from loadstone.resolve.own import Own
    from loadstone.resolve.prescription import Candidate, Platform
    from loadstone.resolve.uv import Uv

#: The user's requirements that are tried one by one; each costs a resolution.
_TRIED = 40

#: Distributions that put a TensorFlow in the same place.
_OVERWRITING = frozenset({"tensorflow", "tensorflow-cpu", "tensorflow-gpu"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to the resolver: a candidate, and what the user wants beside it."""

    candidate: Candidate
    platform: Platform
    own: Own


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What the resolver answered to one question.

    Attributes:
        answer: its answer.
        requirements: the pins that make the environment what it is: the candidate's own, but for the build of
            TensorFlow.
        undated: whether packages later than the candidate's day had to be allowed.
    """

    answer: Answer
    requirements: tuple[str, ...]
    undated: bool = False


def resolved(uv: Uv, asked: Asked) -> Resolution:
    """Everything that a candidate and what the user wants beside it bring.

    Pins that were measured to work together are taken as they are; only their hashes are asked for. Else everything is
    resolved as of a day in the candidate's life. What the user wants may be younger: then all releases are allowed,
    below the upper bounds that the packages themselves do not state. Where it requires ``tensorflow`` by that name, the
    smaller build of the candidate would be a second one beside it, and gives way.
    """
    found = _resolved(uv, asked)
    if not _overwriting(found.answer):
        return found
    requirements = tuple(_renamed(each) for each in asked.candidate.requirements)
    whole = _resolved(uv, replace(asked, candidate=replace(asked.candidate, requirements=requirements)))
    if names := _overwriting(whole.answer):
        refused = Answer(status=1, output="", error=f"{names} would overwrite each other's files")
        return replace(whole, answer=refused)
    return whole


def _overwriting(answer: Answer) -> str:
    """The distributions of TensorFlow in an environment, where there are several."""
    found = sorted(_OVERWRITING & _pinned(answer).keys()) if answer.status == 0 else []
    return " and ".join(found) if len(found) > 1 else ""


def _resolved(uv: Uv, asked: Asked) -> Resolution:
    pins, requirements = asked.candidate.pins, asked.candidate.requirements
    if pins is not None and not asked.own:
        exact = [f"{name}=={version}" for name, version in pins.items()]
        measured = compiled(
            uv,
            exact,
            python=asked.candidate.python,
            platform=asked.platform,
            as_of=asked.candidate.as_of,
            whole=True,
        )
        if measured.status == 0 or measured.is_unreachable:
            return Resolution(answer=measured, requirements=requirements)
    wanted = asked.own.requirements
    first = _compiled(uv, asked, wanted, dated=True)
    if first.status == 0 or first.is_unreachable or not asked.own:
        return Resolution(answer=first, requirements=requirements)
    second = _compiled(uv, asked, wanted, dated=False)
    undated = second.status == 0
    return Resolution(answer=second if undated else first, requirements=requirements, undated=undated)


def _pinned(answer: Answer) -> dict[str, str]:
    return {package["name"]: package["version"] for package in tomllib.loads(answer.output)["packages"]}


def _renamed(requirement: str) -> str:
    """The whole ``tensorflow`` in place of one of its smaller builds."""
    name, version = _pin(requirement)
    return f"{TENSORFLOWS[0]}=={version}" if name in TENSORFLOWS else requirement


def clash(uv: Uv, asked: Asked, answer: Answer) -> str:
    """Why a candidate cannot be resolved: which of the user's wants clash with it, and what would do instead."""
    wanted = asked.own.requirements
    if not asked.own or len(wanted) > _TRIED:
        return answer.reason
    clashing = [each for each in wanted if not _fits(uv, asked, (each,))]
    if not clashing:
        alone = compiled(
            uv,
            wanted,
            python=asked.candidate.python,
            platform=asked.platform,
            as_of=None,
            constraints=asked.own.constraints,
        )
        if alone.status:
            return f"the requirements in {asked.own.source} clash with each other: {alone.reason}"
        return f"each requirement in {asked.own.source} fits by itself, but not all of them together: {answer.reason}"
    told = "; ".join(_alternative(uv, asked, each) for each in clashing)
    return f"{told}. The resolver says: {_compiled(uv, asked, (clashing[0],), dated=True).reason}"


def _fits(uv: Uv, asked: Asked, wanted: tuple[str, ...]) -> bool:
    return any(_compiled(uv, asked, wanted, dated=dated).status == 0 for dated in (True, False))


def _alternative(uv: Uv, asked: Asked, requirement: str) -> str:
    """The two wants that clash, and the release that would fit."""
    stack = f"{', '.join(asked.candidate.requirements)} on Python {asked.candidate.python}"
    name = Requirement(requirement).name
    free = _compiled(uv, asked, (name,), dated=True)
    if free.status:
        return f"{requirement} clashes with {stack}, and so does every other release of {name}"
    return f"{requirement} clashes with {stack}, which goes with {name}=={_pinned(free)[canonicalize_name(name)]}"


def _compiled(uv: Uv, asked: Asked, wanted: tuple[str, ...], *, dated: bool) -> Answer:
    """Resolve as of the candidate's day, or as of today below the bounds that no metadata states."""
    candidate = asked.candidate
    requirements = (*candidate.requirements, *wanted)
    if not dated:
        requirements = (*requirements, *_bounds(candidate))
    return compiled(
        uv,
        requirements,
        python=candidate.python,
        platform=asked.platform,
        as_of=candidate.as_of if dated else None,
        constraints=asked.own.constraints,
    )


def _bounds(candidate: Candidate) -> tuple[str, ...]:
    """The upper bounds that go with the candidate's releases, as requirements."""
    pins = dict(_pin(requirement) for requirement in candidate.requirements)
    return tuple(each.requirement for each in constraints(pins))


def _pin(requirement: str) -> tuple[str, Version]:
    name, _, version = requirement.partition("==")
    return canonicalize_name(name.partition("[")[0]), Version(version.removesuffix(".*"))
