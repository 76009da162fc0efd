"""The bounds that no metadata states: with other releases of these packages an old TensorFlow or Addons does not work.

They matter where an environment is resolved from what there is today, and seldom where it is resolved as of a day in
the life of its TensorFlow. The rows are ``data/constraints.toml``, the only table here that is written
by hand; for each there is a test that sees the error without the bound and none with it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

# The distributions that install TensorFlow itself, under the canonical name that a row speaks of.
_SUBJECTS = {
    "tensorflow": "tensorflow",
    "tensorflow-cpu": "tensorflow",
    "tensorflow-cpu-aws": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-intel": "tensorflow",
    "tensorflow-macos": "tensorflow",
    "tensorflow-rocm": "tensorflow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A bound that an old release needs and does not state.

    Attributes:
        package: the canonical name of what is bounded.
        bound: the releases of it that work.
        subject: the distribution that needs the bound; ``tensorflow`` stands for all that install it.
        when: the releases of the subject that need it.
        error: how the message begins that is seen without the bound.
        at: what raises it: ``import``, or ``load`` where a model is loaded.
        stated: the releases of the subject that state such a bound themselves, so that an installer keeps it.
        breaks: what the newer release changed: ``interface`` in general, ``binary`` where compiled code does not fit
        it,
            ``names`` where it dropped what the subject uses.
        layers: the kind of layers without which it does no harm, ``recurrent``; None where it always does.
        source: where the bound is known from.
        python: the Python on which the error was seen.
        example: the requirements that gave it there.
    """

    package: str
    bound: SpecifierSet
    subject: str
    when: SpecifierSet
    error: str
    at: str
    stated: tuple[SpecifierSet, ...]
    breaks: str
    layers: str | None
    source: str
    python: str
    example: tuple[str, ...]

    def is_of(self, distribution: str) -> bool:
        """Whether a distribution is the subject."""
        return _SUBJECTS.get(distribution, distribution) == self.subject

    def is_stated_by(self, subject: Version) -> bool:
        """Whether a release of the subject states such a bound in its metadata."""
        return any(subject in stated for stated in self.stated)

    @property
    def requirement(self) -> str:
        """The bound as a requirement: ``numpy<2``."""
        return f"{self.package}{self.bound}"


def constraints(pins: Mapping[str, Version]) -> tuple[Constraint, ...]:
    """The bounds that a set of top-level pins needs, by canonical name; empty when none is known."""
    pinned = ((subject, next((name for name in names if name in pins), None)) for subject, names in _subjects())
    return tuple(row for subject, name in pinned if name is not None for row in _of(subject, pins[name]))


@cache
def _subjects() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every subject with the distributions that install it."""
    subjects = dict.fromkeys(row.subject for row in known_constraints())
    installing = {each: tuple(name for name, of in _SUBJECTS.items() if of == each) for each in subjects}
    return tuple((subject, names or (subject,)) for subject, names in installing.items())


@cache
def _of(subject: str, version: Version) -> tuple[Constraint, ...]:
    """The rows that a release of a subject needs."""
    return tuple(
        row for row in known_constraints() if row.subject == subject and row.when.contains(version, prereleases=True)
    )


@cache
def known_constraints() -> tuple[Constraint, ...]:
    """Every row, in the order of the file."""
    text = files(__package__).joinpath("data", "constraints.toml").read_text(encoding="utf-8")
    return tuple(
        Constraint(
            package=row["package"],
            bound=SpecifierSet(row["bound"]),
            subject=row["subject"],
            when=SpecifierSet(row["when"]),
            error=row["error"],
            at=row["at"],
            stated=tuple(map(SpecifierSet, row.get("stated", ()))),
            breaks=row.get("breaks", "interface"),
            layers=row.get("layers"),
            source=row["source"],
            python=row["python"],
            example=tuple(row["example"]),
        )
        for row in tomllib.loads(text)["constraint"]
    )
