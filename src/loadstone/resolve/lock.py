"""The exact pins of an environment for a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from packaging.version import Version

    from loadstone.finding import Diagnosis
    from loadstone.resolve.prescription import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One locked distribution.

    Attributes:
        name: its canonical name (PEP 503).
        version: its release.
        hashes: ``sha256:...`` of every file that may be installed; empty when it was not resolved against an index.
        marker: the environment marker (PEP 508) under which it is needed, None for always.
    """

    name: str
    version: Version
    hashes: tuple[str, ...] = ()
    marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The exact pins of an environment for a model.

    Attributes:
        model: the path as it was given.
        model_sha256: the checksum of the file; None for a folder.
        python: the minor release of Python, ``3.8``.
        platform: ``linux``, ``macos`` or ``windows``.
        machine: the processor's architecture: ``x86_64`` or ``aarch64``.
        gpu: whether TensorFlow's GPU build is in it.
        requirements: the pins that make it what it is (``tensorflow-cpu==2.8.4``); the rest follows from them.
        as_of: the day as of which everything else was chosen; None where no day was needed.
        packages: everything that is installed, by name.
        variables: environment variables that belong to it.
        why: why this environment, as sentences.
        notes: what the reader has to know: what was not done, and what was done instead.
        pylock: the packages as PEP 751 text, from the resolver; None for a lock made without an index.
        key: what it was asked for, as a checksum: two locks with the same one are for the same environment.
        diagnosis: what the rules say about the model with these very pins; None where it was not asked.
        others: the candidates that were not chosen, best first.
    """

    model: str
    model_sha256: str | None = None
    python: str
    platform: str = "linux"
    machine: str = "x86_64"
    gpu: bool = False
    requirements: tuple[str, ...]
    as_of: date | None = None
    packages: tuple[Package, ...]
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pylock: str | None = None
    key: str = ""
    diagnosis: Diagnosis | None = None
    others: tuple[Candidate, ...] = ()

    def _repr_html_(self) -> str:
        """What a notebook shows; the report stands above this type, so it is imported when a notebook asks."""
        shown: str = import_module("loadstone.report.html").lock_html(self)
        return shown
