"""From a model to the lock of the best environment for it."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from loadstone.artifact import Format
from loadstone.blueprint.parse import REBUILT
from loadstone.environment import planned
from loadstone.errors import NotAModel, NothingLoads, ResolutionError
from loadstone.finding import Blocks
from loadstone.formats import read
from loadstone.resolve.candidates import Wanted, blockers, candidates
from loadstone.resolve.conflicts import Asked, clash, resolved
from loadstone.resolve.distributions import gpu_notes
from loadstone.resolve.lock import Lock, Package
from loadstone.resolve.own import own_requirements
from loadstone.resolve.platforms import SYS_PLATFORM, here
from loadstone.resolve.prescription import Platform, Prefer
from loadstone.resolve.uv import Program
from loadstone.rules import diagnose

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis
    from loadstone.resolve.own import Own
    from loadstone.resolve.prescription import Candidate, Rejected
    from loadstone.resolve.uv import Uv

_NAMED = 4  # eras that one reason names before it gives only the first and the last

_UNDATED = (
    "your own requirements do not fit packages of that time: these are of today, below the upper bounds that are known"
)


class Unlockable(ResolutionError):  # noqa: N818 - the name states the problem
    """One candidate could not be locked; the next one may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asks for.

    Attributes:
        python: the minor release of Python, None for any.
        platform: ``linux``, ``macos`` or ``windows``; None for this one.
        gpu: with TensorFlow's GPU build.
        requirements: a requirements file with what else has to be in the environment.
        offline: ask no package index; the pins are those of the table.
        prefer: which of several environments that would do comes first.
    """

    python: str | None = None
    platform: str | None = None
    gpu: bool = False
    requirements: Path | None = None
    offline: bool = False
    prefer: Prefer = Prefer.WRITER


def lock(
    model: str | os.PathLike[str],
    *,
    python: str | None = None,
    platform: str | None = None,
    gpu: bool = False,
    requirements: str | os.PathLike[str] | None = None,
    offline: bool = False,
    prefer: str = "writer",
) -> Lock:
    """The exact pins of the best environment for a model.

    Nothing is built. The releases follow from the file and from measured tables; everything below them is resolved as
    of a day in their life, because today's releases of it often do not work with them.

    Args:
        model: an ``.h5`` or ``.keras`` file, a SavedModel folder, or a frozen graph.
        python: the minor release of Python to lock for (``3.8``); by default the newest that is known to work.
        platform: ``linux``, ``macos`` or ``windows``; by default this one.
        gpu: take TensorFlow's GPU build.
        requirements: a requirements file with what else has to be in the environment.
        offline: ask no package index: the pins of the table, without hashes.
        prefer: ``writer``, ``newest`` or ``oldest``: which of several environments that would do comes first.

    Raises:
        NotAModel: the file is none.
        NothingLoads: no environment is known in which the model loads.
        ResolutionError: none can be resolved.
    """
    wanted = Request(
        python=python,
        platform=platform,
        gpu=gpu,
        requirements=None if requirements is None else Path(requirements),
        offline=offline,
        prefer=Prefer(prefer),
    )
    return next(locks(read(model), wanted, Program()))


def locks(
    artifact: Artifact, request: Request, uv: Uv, *, made: Callable[[str], Lock | None] = lambda _: None
) -> Iterator[Lock]:
    """The locks of all candidates, best first; each is made when it is asked for.

    Args:
        artifact: the model.
        request: what the user asks for.
        uv: what resolves.
        made: the lock of an environment that exists already, by its key; among equals one that exists comes first.

    Raises:
        ResolutionError: at the first step, when there is none at all.
    """
    target = _target(request)
    own = own_requirements(request.requirements)
    found = _found(artifact, request, own, target)
    checksum = _checksum(Path(artifact.source))
    failures: list[tuple[str, str]] = []
    count = 0
    for there in _existing(found, own, target, made):
        count += 1
        yield replace(there, model=artifact.source, model_sha256=checksum)
    for candidate in found:
        try:
            locked = _locked(artifact, candidate, request, own, target, uv)
        except Unlockable as problem:
            failures.append((str(candidate), str(problem)))
            continue
        count += 1
        others = tuple(each for each in found if each is not candidate)
        yield replace(locked, model_sha256=checksum, others=others, notes=(*locked.notes, *by_reason(failures)))
    if not count:
        raise ResolutionError("\n  ".join(("no environment could be locked:", *by_reason(failures))))


def by_reason(failures: Iterable[tuple[str, str]], named: Callable[[list[str]], str] = "; ".join) -> tuple[str, ...]:
    """Pairs of what failed and why: each reason once, with all that it holds for."""
    reasons: dict[str, list[str]] = {}
    for name, why in failures:
        reasons.setdefault(why, []).append(name)
    return tuple(f"{named(names)}: {why}" for why, names in reasons.items())


def existing(artifact: Artifact, request: Request, made: Callable[[str], Lock | None]) -> Lock | None:
    """The lock of an environment that exists already and in which the model should load; None without one."""
    target = _target(request)
    own = own_requirements(request.requirements)
    return next(_existing(_found(artifact, request, own, target), own, target, made), None)


def _existing(
    found: tuple[Candidate, ...], own: Own, target: Platform, made: Callable[[str], Lock | None]
) -> Iterator[Lock]:
    for candidate in found:
        if candidate.wrote is not found[0].wrote:
            continue  # one that did not write the model is no match for one that did, built or not
        there = made(_key(candidate, own, target))
        if there is not None:
            yield there


def _found(artifact: Artifact, request: Request, own: Own, target: Platform) -> tuple[Candidate, ...]:
    if artifact.format is Format.UNRECOGNISED:
        why = "; ".join(defect.message for defect in artifact.defects) or "it is no model that is known"
        raise NotAModel(f"{artifact.source}: {why}")
    wanted = Wanted(python=request.python, platform=target, gpu=request.gpu, prefer=request.prefer, own=own)
    found, rejected = candidates(artifact, wanted)
    if not found:
        raise NothingLoads(_nothing_loads(artifact, request, rejected))
    return found


def _key(candidate: Candidate, own: Own, target: Platform) -> str:
    """What is asked for, before anything is resolved."""
    constraints = (path.read_text(encoding="utf-8") for path in own.constraints)
    wanted = (*sorted(candidate.requirements), *sorted(own.requirements), *constraints)
    parts = (candidate.python, candidate.as_of.isoformat(), str(target), *wanted)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _target(request: Request) -> Platform:
    """The platform to lock for; another system than this one is taken with the processor that is usual for it."""
    running_on = here()
    if request.platform is None or request.platform == running_on.system:
        return running_on
    return Platform(system=request.platform, machine="aarch64" if request.platform == "macos" else "x86_64")


def _nothing_loads(artifact: Artifact, request: Request, rejected: tuple[Rejected, ...]) -> str:
    told = "; ".join(by_reason(((each.name, each.why) for each in rejected), _span))
    asked = f" for Python {request.python}" if request.python else ""
    here = f" loadstone can rebuild such a file for Keras 3: loadstone convert {quote(artifact.source)} OUT.keras"
    return f"no environment is known in which the own loader of Keras opens {artifact.source}{asked}. {told}." + (
        here if artifact.format in REBUILT else ""
    )


def _span(names: list[str]) -> str:
    """Names of eras, the first and the last of many."""
    return ", ".join(names) if len(names) <= _NAMED else f"{names[0]} ... {names[-1]} ({len(names)} eras)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What is to be installed: the main pins, every package, the PEP 751 text if there is one, its day, and notes."""

    requirements: tuple[str, ...]
    packages: tuple[Package, ...]
    as_of: date | None
    text: str | None = None
    notes: tuple[str, ...] = ()


def _locked(artifact: Artifact, candidate: Candidate, request: Request, own: Own, target: Platform, uv: Uv) -> Lock:
    """One candidate's lock, judged by the rules with its very pins."""
    if request.offline:
        content = _from_table(candidate, request, "no package index was asked")
    else:
        content = _resolved(candidate, request, own, target, uv)
    notes = content.notes
    if request.gpu:
        tensorflow = next(p.version for p in content.packages if p.name.startswith("tensorflow"))
        notes = (*notes, *gpu_notes(tensorflow, target))
    lock = Lock(
        model=artifact.source,
        python=candidate.python,
        platform=target.system,
        machine=target.machine,
        gpu=request.gpu,
        requirements=content.requirements,
        as_of=content.as_of,
        packages=content.packages,
        variables=candidate.variables,
        why=candidate.because,
        notes=notes,
        pylock=content.text,
        key=_key(candidate, own, target),
    )
    return replace(lock, diagnosis=_verdict(artifact, candidate, environment_of(lock)))


def _resolved(candidate: Candidate, request: Request, own: Own, target: Platform, uv: Uv) -> _Content:
    """The packages of a candidate; from the table, without a text, where no index can be reached.

    Raises:
        Unlockable: they cannot be resolved, or no index can be reached and the table does not have them.
    """
    asked = Asked(candidate=candidate, platform=target, own=own)
    found = resolved(uv, asked)
    answer = found.answer
    if answer.status == 0:
        return _Content(
            requirements=found.requirements,
            packages=_packages(answer.output),
            as_of=None if found.undated else candidate.as_of,
            text=answer.output,
            notes=(_UNDATED,) if found.undated else (),
        )
    if not answer.is_unreachable:
        raise Unlockable(clash(uv, asked, answer))
    return _from_table(candidate, request, "no package index could be reached")


def environment_of(lock: Lock) -> Environment:
    """What an environment of a lock holds, whether it exists or not."""
    return planned(
        f"the lock of {', '.join(lock.requirements)}",
        python=f"{lock.python}.0",
        pins={package.name: package.version for package in lock.packages},
        variables=lock.variables,
        platform=SYS_PLATFORM[lock.platform],
        machine=lock.machine,
    )


def _from_table(candidate: Candidate, request: Request, why: str) -> _Content:
    """The pins that were measured, where no index is asked."""
    if request.requirements is not None:
        raise Unlockable(f"{why}; without one, {request.requirements} cannot be resolved")
    if candidate.pins is None:
        raise Unlockable(f"{why}, and the table has no pins of it for {request.platform or here()}")
    note = f"{why}: these pins were measured to work together as of {candidate.as_of}, and carry no hashes"
    packages = tuple(Package(name=name, version=version) for name, version in sorted(candidate.pins.items()))
    return _Content(requirements=candidate.requirements, packages=packages, as_of=candidate.as_of, notes=(note,))


def _packages(text: str) -> tuple[Package, ...]:
    """The packages of a PEP 751 lock."""
    return tuple(
        Package(
            name=each["name"],
            version=Version(each["version"]),
            hashes=tuple(sorted(_hashes(each))),
            marker=each.get("marker"),
        )
        for each in sorted(tomllib.loads(text)["packages"], key=lambda each: str(each["name"]))
    )


def _hashes(package: dict[str, Any]) -> Iterator[str]:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    for file in files:
        for algorithm, value in file["hashes"].items():
            yield f"{algorithm}:{value}"


def _verdict(artifact: Artifact, candidate: Candidate, environment: Environment) -> Diagnosis:
    """What the rules say about the pins; the same question as for any environment.

    Raises:
        Unlockable: the model does not load with them.
    """
    diagnosis = diagnose(artifact, environment)
    blocking = blockers(diagnosis, Blocks.LOADING)
    if blocking and not blockers(candidate.diagnosis, Blocks.LOADING):
        raise Unlockable(f"its pins resolve, but the model does not load with them: {blocking[0].message}")
    return diagnosis


def _checksum(path: Path) -> str | None:
    """The SHA-256 of a file; None for a folder."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
