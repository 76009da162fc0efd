"""Reads the committed tables in ``data/``. They are generated; their format is documented here alone.

``keras.json`` and ``addons.json`` say which names a release finds, and which keywords each takes::

    {"generated": "2026-11-22",              the day they were generated
     "releases": ["2.2.4", "2.3.0", ...],    the rows, oldest first; spans refer to them by position
     "origins": ["tensorflow 2.1.4", ...],   the distribution and release that each row was read from
     "objects": {"layers": {"LSTM": [span, ...]}}}

A span is ``[first, last, path, keywords]``: in the rows ``first`` to ``last``, both included, the name stands for what
is imported from ``path``. ``keywords`` are separated by blanks; in a name's later spans they are the difference to
the span before (``+new -gone``), and an empty ``path`` is the one before. The keyword ``*`` says that further keywords
are swallowed unchecked. ``addons.json`` has one kind only, ``addons``, and its names carry their package.

``releases.json`` says when each release of a distribution came out, for which Pythons it has wheels, and what it
requires of its counterpart (of Keras for TensorFlow, of TensorFlow for Addons; null when nothing is required)::

    {"generated": "2026-11-22", "tensorflow": {"2.8.2": ["2022-05-23", "3.7 3.8 3.9 3.10", "<2.9,>=2.8.0rc0"]}}

All mappings and keyword lists are sorted. Each file is parsed at the first question to it, and once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPEN_ENDED = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a name stands for in the rows ``first`` to ``last``, both included."""

    first: int
    last: int
    import_path: str
    arguments: frozenset[str]
    open_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The release that a row was read from."""

    distribution: str
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One generated table of names. Spans are decoded when they are asked for."""

    releases: tuple[Version, ...]
    origins: tuple[Origin, ...]
    objects: Mapping[str, Mapping[str, Sequence[Sequence[Any]]]]

    def spans(self, kind: str, name: str) -> tuple[Span, ...]:
        """A name's spans, oldest first; empty when no release has it."""
        return tuple(_decoded(self.objects.get(kind, {}).get(name, ())))

    def at(self, kind: str, name: str, row: int) -> Span | None:
        """What a name stands for in one row."""
        return next((span for span in self.spans(kind, name) if span.first <= row <= span.last), None)


def _decoded(encoded: Sequence[Sequence[Any]]) -> Iterator[Span]:
    path = ""
    keywords: set[str] = set()
    for position, (first, last, changed, text) in enumerate(encoded):
        path = changed or path
        for token in text.split():
            if position == 0:
                keywords.add(token)
            elif token.startswith("+"):
                keywords.add(token[1:])
            else:
                keywords.discard(token[1:])
        yield Span(
            first=first,
            last=last,
            import_path=path,
            arguments=frozenset(keywords - {OPEN_ENDED}),
            open_ended=OPEN_ENDED in keywords,
        )


def read(name: str) -> dict[str, Any]:
    """One data file as it stands."""
    data: dict[str, Any] = json.loads(files(__package__).joinpath("data", f"{name}.json").read_bytes())
    return data


@cache
def table(name: str) -> Table:
    """The table ``keras`` or ``addons``."""
    data = read(name)
    origins = [origin.split(" ") for origin in data["origins"]]
    return Table(
        releases=tuple(map(Version, data["releases"])),
        origins=tuple(Origin(distribution=name, version=Version(version)) for name, version in origins),
        objects=data["objects"],
    )
