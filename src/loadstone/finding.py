"""What a diagnosis says, as frozen values: findings, their remedies, and the verdict. Types only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from loadstone.artifact import Where


class Severity(Enum):
    """How much a finding matters to the question "does it load?"."""

    ERROR = "error"  # the environment's own load_model fails
    WARNING = "warning"  # it loads, but not as it was saved, or not safely
    NOTE = "note"  # worth knowing


class Blocks(Enum):
    """Which call a finding makes fail in the judged environment."""

    LOADING = "loading"  # load_model fails, compiled or not
    COMPILING = "compiling"  # load_model fails, load_model(compile=False) does not
    PERHAPS = "perhaps"  # it cannot be told whether load_model fails
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Convert:
    """Rewrite the model for Keras 3 with loadstone."""

    command: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """Add distributions to the judged environment, or change their releases.

    ``variables`` are the environment variables that have to be set from then on.
    """

    requirements: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provide:
    """Hand classes or functions to the loader by name."""

    names: tuple[str, ...]
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable:
    """Set an environment variable before the first import."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWith:
    """Call the loader with another argument."""

    python: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolate:
    """Use an environment of the past, described by its pins; ``command`` builds it and proves it.

    ``exclude_newer`` is the day (ISO 8601) up to which packages are considered, so that the dependencies which the
    pins leave open are those of that time; None where the pins' own requirements suffice.
    """

    command: str
    python_version: str
    requirements: tuple[str, ...]
    exclude_newer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Get the right file: what to do, in one sentence or command."""

    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """There is no remedy; why."""

    why: str


Remedy: TypeAlias = Convert | Install | Provide | SetVariable | CallWith | Isolate | Fetch | Nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason, in the one shape that is printed everywhere.

    Attributes:
        code: stable for ever, ``LS301``.
        severity: how much it matters.
        blocks: which call fails because of it, in the judged environment.
        message: the problem in one line, naming the thing.
        where: every place in the file where it stands; the first is printed, the rest are counted.
        found: what was found there.
        provided: who provides what is missing, None when that is not the question.
        here: what the judged environment has instead.
        remedies: best first.
    """

    code: str
    severity: Severity
    blocks: Blocks
    message: str
    where: tuple[Where, ...]
    found: str
    provided: str | None = None
    here: str | None = None
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """An environment in which the model should load, by its pins.

    Attributes:
        python: the minor release of Python, ``3.8``.
        requirements: the pins that make it what it is; the rest follows from them.
        as_of: the day (ISO 8601) up to which packages are considered.
        variables: environment variables that belong to it.
        loads: True; None where it cannot be told, or where the model can only be run by its signatures.
        compiled: False where it loads with ``compile=False`` only.
        trust: whether it runs programs, or reaches files, that a file may hold.
        custom_objects: the author's own objects that it has to be given.
    """

    python: str
    requirements: tuple[str, ...]
    as_of: str
    variables: tuple[tuple[str, str], ...] = ()
    loads: bool | None = True
    compiled: bool = True
    trust: bool = False
    custom_objects: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{', '.join(self.requirements)} on Python {self.python}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """What `loadstone.load_model` can do with a model.

    Attributes:
        loads: whether it loads it, where there is a Keras that it works with; None when it cannot be told.
        here: whether the judged environment has such a Keras.
        custom_objects: the names that it has to be given.
        why: the reason, or what is needed, as half a sentence.
    """

    loads: bool | None
    here: bool
    custom_objects: tuple[str, ...] = ()
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The verdict for one model in one environment.

    ``loads`` answers for that environment's own ``load_model(path)``, ``loads_uncompiled`` for
    ``load_model(path, compile=False)``: True, False, or None when it cannot be told. ``with_loadstone`` tells what
    `loadstone.load_model` can do, and ``candidates`` where the model loads as it is, best first; of both nothing is
    told (None, and none) where only the environment was judged.
    """

    source: str
    environment: str
    loads: bool | None
    loads_uncompiled: bool | None
    findings: tuple[Finding, ...]
    with_loadstone: Rebuild | None = None
    candidates: tuple[Stack, ...] = ()

    @property
    def loads_with_loadstone(self) -> bool | None:
        """Whether ``loadstone.load_model(path)`` returns a model in this environment; None when it cannot be told."""
        if self.with_loadstone is None:
            return None
        return self.with_loadstone.loads if self.with_loadstone.here else False

    def _repr_html_(self) -> str:
        """What a notebook shows; the report stands above this type, so it is imported when a notebook asks."""
        shown: str = import_module("loadstone.report.html").diagnosis_html(self)
        return shown


TOLERANCE = 1e-5


class Verdict(Enum):
    """How outputs compare."""

    EXACT = "exact"
    WITHIN = "within"
    DIVERGES = "diverges"
    UNPROVEN = "unproven"  # there was nothing recorded to compare with


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """The comparison of a model's outputs with recorded ones.

    Attributes:
        verdict: the answer.
        max_abs: the largest absolute difference, None when nothing was compared.
        max_rel: the largest difference relative to the recorded value's magnitude, where that is not zero.
        tolerance: what ``max_abs`` may be at most, relative to the output's largest magnitude where that exceeds 1.
        first_divergence: the output that differs first, None when none does.
        why: why nothing was compared, or what differs other than numbers.
    """

    verdict: Verdict
    max_abs: float | None = None
    max_rel: float | None = None
    tolerance: float = TOLERANCE
    first_divergence: str | None = None
    why: str | None = None
