"""Reads requirements files as pip does: comments, continued lines, hashes, and files that name other files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMENT = re.compile(r"(^|\s)#.*$")  # as pip reads it: an address may have a # with a fragment
_HASH = re.compile(r"\s--hash[= ]\S+")
_FILE = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc]))(\S.*)")
_CONSTRAINT = frozenset({"-c", "--constraint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One line of a requirements file that says something.

    Attributes:
        path: the file.
        number: of the line in which it begins.
        text: without comments and hashes.
        constraint: the file that it names as one of constraints (``-c``); None for everything else.
    """

    path: Path
    number: int
    text: str
    constraint: Path | None = None


def statements(path: Path) -> Iterator[Statement]:
    """What a requirements file says, and those that it names (``-r``), each once.

    Raises:
        OSError: a file cannot be read.
        UnicodeDecodeError: it is no text.
    """
    yield from _statements(path, {path.resolve()})


def _statements(path: Path, seen: set[Path]) -> Iterator[Statement]:
    for number, line in _lines(path.read_text(encoding="utf-8-sig")):
        other = _FILE.fullmatch(line)
        there = None if other is None else path.parent / other[2]
        if other is None or there is None or other[1] in _CONSTRAINT:
            yield Statement(path=path, number=number, text=line, constraint=there)
        elif there.resolve() not in seen:  # files that name each other are read once
            seen.add(there.resolve())
            yield from _statements(there, seen)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """What is not blank, with the number of the line where it begins."""
    held, begun = "", 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        begun = begun if held else number
        held += _COMMENT.sub("", line).rstrip()
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        if stated := _HASH.sub("", held).strip():
            yield begun, stated
        held = ""
