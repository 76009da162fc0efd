"""Builds the environment of a model and proves it by loading the model there; the next candidate where it does not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.errors import IsolationError, NothingLoads, ProbeError, ResolutionError
from loadstone.finding import Blocks, Verdict
from loadstone.formats import read
from loadstone.isolation.janitor import Janitor
from loadstone.isolation.sandbox import Limits
from loadstone.resolve.building import build, discard, held, settle
from loadstone.resolve.locking import Request, by_reason, environment_of, existing, locks
from loadstone.resolve.prescription import Attempt, Prefer, Proof, Stage
from loadstone.resolve.proving import known_for, prove, refuse
from loadstone.resolve.requests import load_request
from loadstone.resolve.uv import Program
from loadstone.rules import diagnose

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from loadstone.artifact import Artifact
    from loadstone.finding import Diagnosis
    from loadstone.resolve.building import Built
    from loadstone.resolve.lock import Lock
    from loadstone.resolve.prescription import Seen
    from loadstone.resolve.uv import Uv

#: Candidates that are built at most before giving up.
MOST_ATTEMPTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """How an environment is built and proved.

    Attributes:
        request: what is asked of the lock.
        trusted: the user lets run what the file holds.
        custom_objects: a Python file of the user's with the classes and functions that the model names.
        io: recorded inputs and outputs (``.npz``) that the model has to reproduce there.
        shown: let uv's own progress through.
        progress: told each step.
        tried: told each attempt when it is over.
    """

    request: Request = field(default_factory=Request)
    trusted: bool = False
    custom_objects: Path | None = None
    io: Path | None = None
    limits: Limits = field(default_factory=Limits)
    shown: bool = False
    progress: Callable[[str], object] = lambda _: None
    tried: Callable[[Attempt], object] = lambda _: None


def sync(  # noqa: PLR0913 - the options of the command, by keyword
    model: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    python: str | None = None,
    gpu: bool = False,
    requirements: str | os.PathLike[str] | None = None,
    offline: bool = False,
    prefer: str = "writer",
    trust: bool = False,
    custom_objects: str | os.PathLike[str] | None = None,
    io: str | os.PathLike[str] | None = None,
) -> Proof:
    """Build the environment of a model in a folder, and prove it by loading the model there.

    A second call uses the environment that is there. A build that fails or is killed leaves nothing behind.

    Args:
        model: an ``.h5`` or ``.keras`` file, a SavedModel folder, or a frozen graph.
        folder: where; it must not exist, or be empty, or hold the same environment.
        python: the minor release of Python (``3.8``); by default the newest that is known to work.
        gpu: take TensorFlow's GPU build.
        requirements: a requirements file with what else has to be in the environment.
        offline: ask no package index; what uv has in its cache has to do.
        prefer: ``writer``, ``newest`` or ``oldest``: which of several environments that would do is tried first.
        trust: let the programs run that the file holds.
        custom_objects: a Python file of your own with the classes and functions that the model names; it is run there.
        io: recorded inputs and outputs (``.npz``: ``x0`` ..., ``y0`` ...) that the model has to reproduce there.

    Raises:
        NotTrusted: the file holds programs, or reaches out, and ``trust`` is not given.
        NothingLoads: it loads in none that is known, or in none that was built; every attempt is told.
        ResolutionError: none can be resolved, or none can be built; every attempt is told.
    """
    request = Request(
        python=python,
        gpu=gpu,
        requirements=None if requirements is None else Path(requirements),
        offline=offline,
        prefer=Prefer(prefer),
    )
    how = Sync(
        request=request,
        trusted=trust,
        custom_objects=None if custom_objects is None else Path(custom_objects),
        io=None if io is None else Path(io),
    )
    return synced(read(model), lambda _: Path(folder), how)


def synced(artifact: Artifact, place: Callable[[str], Path], how: Sync) -> Proof:
    """As `sync`, for a model that was read already.

    ``place`` gives the folder for an environment by the key of its lock.
    """
    with Janitor() as janitor:
        uv = Program(janitor.variables)
        attempts: list[Attempt] = []
        made = partial(_made, place)
        for lock in islice(locks(artifact, how.request, uv, made=made), MOST_ATTEMPTS):
            attempt = _attempted(artifact, place(lock.key), lock, how, uv=uv, janitor=janitor)
            attempts.append(attempt)
            how.tried(attempt)
            if attempt.stage is Stage.PROVED:
                return Proof(model=artifact.source, folder=place(lock.key).absolute(), attempts=tuple(attempts))
    told = "\n  ".join(by_reason((_named(attempt.lock), attempt.error or "") for attempt in attempts))
    if all(attempt.stage is Stage.BUILD for attempt in attempts):
        raise ResolutionError(f"no environment could be built, so nothing is known of how the model loads:\n  {told}")
    raise NothingLoads(f"no environment was built in which the model loads:\n  {told}")


def ready(artifact: Artifact, place: Callable[[str], Path], request: Request) -> tuple[Path, Lock] | None:
    """The folder and the lock of an environment that was built for such a model before; None without one."""
    lock = existing(artifact, request, partial(_made, place))
    return None if lock is None else (place(lock.key), lock)


def _made(place: Callable[[str], Path], key: str) -> Lock | None:
    """The lock of the environment that is in the folder for a key already, if it is that one."""
    there = held(place(key))
    return there if there is not None and there.key == key else None


def _attempted(artifact: Artifact, folder: Path, lock: Lock, how: Sync, *, uv: Uv, janitor: Janitor) -> Attempt:
    """Build one lock and load the model in it; only an environment in which it loads gets its name."""
    begun = time.monotonic()
    built: Built | None = None
    diagnosis = lock.diagnosis or diagnose(artifact, environment_of(lock))
    refuse(diagnosis, trusted=how.trusted)
    _ask_for_own_objects(diagnosis, how)
    try:
        built = build(
            lock, folder, uv=uv, janitor=janitor, offline=how.request.offline, shown=how.shown, progress=how.progress
        )
        seen = _seen(artifact, lock, built, how)
        if seen.parity.verdict is Verdict.DIVERGES:
            discard(built, janitor)
            error = f"it loads, but its outputs are not the recorded ones: {seen.parity}"
            return Attempt(lock=lock, stage=Stage.OUTPUTS, seen=seen, error=error, seconds=time.monotonic() - begun)
        settle(built, lock, janitor)
    except (IsolationError, ResolutionError, ProbeError) as problem:
        if built is not None:
            discard(built, janitor)
        return Attempt(
            lock=lock,
            stage=Stage.BUILD if built is None else Stage.LOAD,
            error=str(problem),
            codes=known_for(str(problem)),
            seconds=time.monotonic() - begun,
        )
    return Attempt(lock=lock, stage=Stage.PROVED, seen=seen, seconds=time.monotonic() - begun, reused=built.reused)


def _ask_for_own_objects(diagnosis: Diagnosis, how: Sync) -> None:
    """Stop before anything is built where the model cannot load for want of the author's own code."""
    missing = [
        finding for finding in diagnosis.findings if finding.code == "LS302" and finding.blocks is Blocks.LOADING
    ]
    if missing and how.custom_objects is None:
        raise NothingLoads(
            f"{diagnosis.source} loads nowhere without its author's own code ({missing[0].found}): give a Python file "
            "with it (--custom-objects, custom_objects=)"
        )


def _seen(artifact: Artifact, lock: Lock, built: Built, how: Sync) -> Seen:
    """Load the model in an environment and run it."""
    how.progress(f"loading {artifact.source} there")
    request = load_request(artifact, environment_of(lock), custom_objects=how.custom_objects, trusted=how.trusted)
    return prove(built.python, request, limits=how.limits, variables=lock.variables, io=how.io)


def _named(lock: Lock) -> str:
    return f"{', '.join(lock.requirements)} on Python {lock.python}"
