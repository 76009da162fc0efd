"""What is prescribed, as frozen values: candidates, locks, attempts. Types only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from packaging.version import Version

    from loadstone.finding import Diagnosis, Parity
    from loadstone.isolation.ports import Loaded
    from loadstone.resolve.lock import Lock


class LockFormat(Enum):
    """How a lock is written down."""

    PYLOCK = "pylock"  # PEP 751
    REQUIREMENTS = "requirements"
    CONDA = "conda"
    DOCKERFILE = "dockerfile"
    PYPROJECT = "pyproject"


class Prefer(Enum):
    """Which of several environments that would do comes first."""

    WRITER = "writer"  # the releases that wrote the model, newest of them first
    NEWEST = "newest"  # the newest releases that still load it
    OLDEST = "oldest"  # the oldest releases that load it


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where an environment is to run.

    Attributes:
        system: ``linux``, ``macos`` or ``windows``.
        machine: the processor's architecture: ``x86_64`` or ``aarch64``.
    """

    system: str
    machine: str

    def __str__(self) -> str:
        return f"{self.system} {self.machine}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An environment in which the model should load.

    Attributes:
        name: the era's name in the table, ``tf2.8``.
        python: the minor release of Python, ``3.8``.
        requirements: the pins that make it what it is (``tensorflow-cpu==2.8.4``); the rest follows from them.
        as_of: the day as of which everything else is chosen.
        pins: everything that was measured to work together on Linux x86-64, by canonical name; None when this Python
            was not measured.
        variables: environment variables that belong to it.
        diagnosis: what the rules say about the model in it.
        wrote: whether the releases fit all that the file tells about its writer.
        because: why it is offered, and what speaks against it, as sentences.
    """

    name: str
    python: str
    requirements: tuple[str, ...]
    as_of: date
    pins: Mapping[str, Version] | None
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    diagnosis: Diagnosis
    wrote: bool
    because: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.requirements)} on Python {self.python}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An era that is no candidate, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen when a model was loaded in an environment.

    Attributes:
        loaded: what the worker tells of the model.
        forward: None when one forward pass worked; else why it did not.
        parity: how the outputs compare with recorded ones; unproven where none were given.
    """

    loaded: Loaded
    forward: str | None
    parity: Parity


class Stage(Enum):
    """How far an attempt came."""

    BUILD = "build"
    LOAD = "load"
    OUTPUTS = "outputs"  # it loads, but its outputs are not the recorded ones
    PROVED = "proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One lock that was built and tried.

    Attributes:
        lock: what was built.
        stage: where it failed, or ``PROVED``.
        seen: what was seen of the model there; None when it did not load.
        error: what went wrong, as it was said; None when nothing did.
        codes: the findings that this error is known for.
        seconds: how long it took.
        reused: whether an environment that was built before was used again.
    """

    lock: Lock
    stage: Stage
    seen: Seen | None = None
    error: str | None = None
    codes: tuple[str, ...] = ()
    seconds: float = 0.0
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An environment that was built, and the model loaded in it.

    Attributes:
        model: the path as it was given.
        folder: the environment.
        attempts: every lock that was tried, the one that worked last.
    """

    model: str
    folder: Path
    attempts: tuple[Attempt, ...]

    @property
    def attempt(self) -> Attempt:
        """The one that worked."""
        return self.attempts[-1]

    def _repr_html_(self) -> str:
        """What a notebook shows; the report stands above this type, so it is imported when a notebook asks."""
        shown: str = import_module("loadstone.report.html").proof_html(self)
        return shown
