"""Resolves a candidate together with the user's own requirements, and says which two wants clash where they do."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from loadstone.errors import ResolutionError
from loadstone.knowledge.constraints import constraints
from loadstone.resolve.uv import compiled

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.resolve.prescription import Candidate, Platform
    from loadstone.resolve.uv import Answer, Uv

#: The user's requirements that are tried one by one; each costs a resolution.
_TRIED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the user wants in the environment beside the model's needs.

    Attributes:
        source: where that was read from.
        requirements: one requirement (PEP 508) each.
    """

    source: Path | None = None
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to the resolver: a candidate, and what the user wants beside it."""

    candidate: Candidate
    platform: Platform
    own: Own


def resolved(uv: Uv, asked: Asked) -> tuple[Answer, bool]:
    """The resolver's answer, and whether packages later than the candidate's day had to be allowed.

    Pins that were measured to work together are taken as they are; only their hashes are asked for. Else everything is
    resolved as of a day in the candidate's life. What the user wants may be younger: then all releases are allowed,
    below the upper bounds that the packages themselves do not state.
    """
    wanted = asked.own.requirements
    pins = asked.candidate.pins
    if pins is not None and not wanted:
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
            return measured, False
    first = _compiled(uv, asked, wanted, dated=True)
    if first.status == 0 or first.is_unreachable or not wanted:
        return first, False
    second = _compiled(uv, asked, wanted, dated=False)
    return (second, True) if second.status == 0 else (first, False)


def own_requirements(path: Path | None) -> Own:
    """The requirements in a file; none without one.

    Raises:
        ResolutionError: the file cannot be read, or holds what is no requirement (PEP 508).
    """
    if path is None:
        return Own()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ResolutionError(f"{path} cannot be read as a requirements file: {problem}") from problem
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.partition(" #")[0].strip() if not line.lstrip().startswith("#") else ""
        if not stated:
            continue
        try:
            Requirement(stated)
        except InvalidRequirement as problem:
            raise ResolutionError(
                f"{path}, line {number}: {stated!r} is no requirement (name, version range, marker); options and "
                f"other files have to be written out: {problem}"
            ) from problem
        found.append(stated)
    return Own(source=path, requirements=tuple(found))


def clash(uv: Uv, asked: Asked, answer: Answer) -> str:
    """Why a candidate cannot be resolved: which of the user's wants clash with it, and what would do instead."""
    wanted = asked.own.requirements
    if not wanted or len(wanted) > _TRIED:
        return answer.reason
    clashing = [each for each in wanted if not _fits(uv, asked, (each,))]
    if not clashing:
        alone = compiled(uv, wanted, python=asked.candidate.python, platform=asked.platform, as_of=None)
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
    release = next(
        package["version"]
        for package in tomllib.loads(free.output)["packages"]
        if package["name"] == canonicalize_name(name)
    )
    return f"{requirement} clashes with {stack}, which goes with {name}=={release}"


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
    )


def _bounds(candidate: Candidate) -> tuple[str, ...]:
    """The upper bounds that go with the candidate's releases, as requirements."""
    pins = dict(_pin(requirement) for requirement in candidate.requirements)
    return tuple(each.requirement for each in constraints(pins))


def _pin(requirement: str) -> tuple[str, Version]:
    name, _, version = requirement.partition("==")
    return canonicalize_name(name.partition("[")[0]), Version(version.removesuffix(".*"))
