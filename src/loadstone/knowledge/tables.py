"""Reads the committed tables in ``data/``. They are generated; their format is documented here alone.

``keras.json``, ``bundled.json``, ``multibackend.json`` and ``addons.json`` say which names a release finds, and which
keywords each takes::

    {"generated": "2026-11-22",              the day they were generated
     "releases": ["2.2.4", "2.3.0", ...],    the rows, oldest first; spans refer to them by position
     "origins": ["tensorflow 2.1.4", ...],   the distribution and release that each row was read from
     "objects": {"layers": {"LSTM": [span, ...]}}}

A span is ``[first, last, path, keywords]``: in the rows ``first`` to ``last``, both included, the name stands for what
is imported from ``path``. ``keywords`` are separated by blanks; in a name's later spans they are the difference to
the span before (``+new -gone``), and an empty ``path`` is the one before. The keyword ``*`` says that further keywords
are swallowed unchecked. ``addons.json`` has one kind only, ``addons``, and its names carry their package.

``keras_config.json`` and so on say which keys the ``get_config`` of the same classes writes; functions are not among
them. They have no ``origins``, and their spans are ``[first, last, keys]``. A key with a question mark
(``batch_input_shape?``) is written under a condition. ``keys`` is null where they cannot be read, and given in full
after that.

``releases.json`` says when each release of a distribution came out, for which Pythons it has wheels, what it
requires of its counterpart (of Keras for TensorFlow, of TensorFlow for the others; null when nothing is required), and
for which platforms it has wheels::

    {"generated": "2026-11-22",
     "tensorflow": {"2.8.2": ["2022-05-23", "3.7 3.8 3.9 3.10", "<2.9,>=2.8.0rc0", "linux-x86_64 macos-x86_64 ..."]}}

A platform is followed by the Pythons that it has no wheel for (``macos-arm64!3.8!3.9``). ``any`` stands for a wheel of
pure Python, and ``sdist`` for a release of pure Python without a wheel; their Pythons are those that they admit.

All mappings and keyword lists are sorted. Each file is parsed at the first question to it, and once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPEN_ENDED = "*"
CONDITIONAL = "?"

#: Answers that are remembered: the same few names are asked of every environment that a model is judged in.
REMEMBERED = 4096


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # there is one of each, told apart by identity
class Table:
    """One generated table of names. Spans are decoded when they are asked for."""

    releases: tuple[Version, ...]
    origins: tuple[Origin, ...]
    objects: Mapping[str, Mapping[str, Sequence[Sequence[Any]]]]

    def spans(self, kind: str, name: str) -> tuple[Span, ...]:
        """A name's spans, oldest first; empty when no release has it."""
        return _spans(self, kind, name)

    def at(self, kind: str, name: str, row: int) -> Span | None:
        """What a name stands for in one row."""
        return next((span for span in self.spans(kind, name) if span.first <= row <= span.last), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSpan:
    """The keys that a class writes in the rows ``first`` to ``last``, None where they are not known."""

    first: int
    last: int
    keys: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigTable:
    """One generated table of configuration keys; those under a condition end in a question mark."""

    releases: tuple[Version, ...]
    objects: Mapping[str, Mapping[str, Sequence[Sequence[Any]]]]

    def spans(self, kind: str, name: str) -> tuple[ConfigSpan, ...]:
        """A class's spans, oldest first; empty when no release has it, and of a function."""
        return tuple(_decoded_keys(self.objects.get(kind, {}).get(name, ())))

    def at(self, kind: str, name: str, row: int) -> ConfigSpan | None:
        """What a class writes in one row."""
        return next((span for span in self.spans(kind, name) if span.first <= row <= span.last), None)


@lru_cache(maxsize=REMEMBERED)
def _spans(known: Table, kind: str, name: str) -> tuple[Span, ...]:
    return tuple(_decoded(known.objects.get(kind, {}).get(name, ())))


def _decoded(encoded: Sequence[Sequence[Any]]) -> Iterator[Span]:
    path = ""
    keywords: frozenset[str] | None = None
    for first, last, changed, text in encoded:
        path = changed or path
        keywords = _applied(keywords, text)
        yield Span(
            first=first,
            last=last,
            import_path=path,
            arguments=keywords - {OPEN_ENDED},
            open_ended=OPEN_ENDED in keywords,
        )


def _decoded_keys(encoded: Sequence[Sequence[Any]]) -> Iterator[ConfigSpan]:
    keys: frozenset[str] | None = None
    for first, last, text in encoded:
        keys = None if text is None else _applied(keys, text)
        yield ConfigSpan(first=first, last=last, keys=keys)


def _applied(before: frozenset[str] | None, text: str) -> frozenset[str]:
    """A list of names: the difference to the one before, or the whole where there is none."""
    tokens = text.split()
    if before is None:
        return frozenset(tokens)
    gone = {token[1:] for token in tokens if token.startswith("-")}
    return (before - gone) | {token[1:] for token in tokens if token.startswith("+")}


def read(name: str) -> dict[str, Any]:
    """One data file as it stands."""
    data: dict[str, Any] = json.loads(files(__package__).joinpath("data", f"{name}.json").read_bytes())
    return data


@cache
def table(name: str) -> Table:
    """The table ``keras``, ``bundled``, ``multibackend`` or ``addons``."""
    data = read(name)
    origins = [origin.split(" ") for origin in data["origins"]]
    return Table(
        releases=tuple(map(Version, data["releases"])),
        origins=tuple(Origin(distribution=name, version=Version(version)) for name, version in origins),
        objects=data["objects"],
    )


@cache
def config_table(name: str) -> ConfigTable:
    """The keys that the classes of a table write."""
    data = read(f"{name}_config")
    return ConfigTable(releases=tuple(map(Version, data["releases"])), objects=data["objects"])
