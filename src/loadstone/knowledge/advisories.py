"""What was published about model files that do harm, and which releases stop it: ``data/advisories.toml``.

A row is one thing that a file can do to those who load it. ``id`` is that of the CVE or of GitHub's advisory; where a
release stops something that nobody published, it names the change in Keras. The table is written by hand, each row from
its ``source``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

LOAD_MODEL = "load_model"


class Stance(Enum):
    """What a release does about it."""

    STOPS = "stops"
    OPEN = "does not stop"
    UNAFFECTED = "does not have"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One thing that a file can do, and who stops it.

    Attributes:
        id: the name it is known by.
        mechanism: what the rules call it.
        formats: the formats of files that it is about (`loadstone.artifact.Format`'s values); empty for any.
        call: what has to be called.
        summary: what happens, as half a sentence.
        source: where this is known from.
        affected: by distribution, the releases that have what it is about; all where it is not named.
        fixed: by distribution, the releases that stop it, as alternatives; a distribution that is not named has none.
    """

    id: str
    mechanism: str
    formats: frozenset[str]
    call: str
    summary: str
    source: str
    affected: Mapping[str, SpecifierSet]
    fixed: Mapping[str, tuple[SpecifierSet, ...]]

    def stance(self, distribution: str, version: Version) -> Stance:
        """What a release of a distribution (``keras``, ``tf-keras``, ``tensorflow``) does about it."""
        affected = self.affected.get(distribution)
        if affected is not None and not affected.contains(version, prereleases=True):
            return Stance.UNAFFECTED
        stops = any(each.contains(version, prereleases=True) for each in self.fixed.get(distribution, ()))
        return Stance.STOPS if stops else Stance.OPEN

    def first_fixed(self, distribution: str) -> tuple[str, ...]:
        """The first release of each line that stops it: ``3.12.1``, ``3.13.2``, ``3.14.0``; empty where none does."""
        alternatives = self.fixed.get(distribution, ())
        return tuple(each.version for one in alternatives for each in one if each.operator == ">=")


def advisories(*mechanisms: str, format_name: str | None = None, call: str | None = None) -> tuple[Advisory, ...]:
    """The rows about some mechanisms, for a format and for what is called, where these are given."""
    return tuple(
        row
        for row in known_advisories()
        if row.mechanism in mechanisms
        and (format_name is None or not row.formats or format_name in row.formats)
        and (call is None or call in row.call)
    )


@cache
def known_advisories() -> tuple[Advisory, ...]:
    """Every row, in the order of the file."""
    text = files(__package__).joinpath("data", "advisories.toml").read_text(encoding="utf-8")
    return tuple(
        Advisory(
            id=row["id"],
            mechanism=row["mechanism"],
            formats=frozenset(row["formats"]),
            call=row.get("call", LOAD_MODEL),
            summary=row["summary"],
            source=row["source"],
            affected=MappingProxyType({key: SpecifierSet(text) for key, text in row.get("affected", {}).items()}),
            fixed=MappingProxyType({key: tuple(map(SpecifierSet, texts)) for key, texts in row["fixed"].items()}),
        )
        for row in tomllib.loads(text)["advisory"]
    )
