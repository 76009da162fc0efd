"""What the user wants in an environment beside the model: a requirements file, in pip's format.

Requirements, comments, continued lines, hashes, ``-r`` and ``-c`` are read; hashes are left out, since the lock has its
own. What says where packages come from is for uv's own settings, and is refused with the number of its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from loadstone.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The distributions that hold the package ``tensorflow``. Two of them overwrite each other's files; except that
#: ``tensorflow`` for Apple's processors is an empty one that requires ``tensorflow-macos``.
TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos")

_STACK = frozenset({*TENSORFLOWS, "tensorflow-addons", "keras", "tf-keras"})

_COMMENT = re.compile(r"(^|\s)#.*$")  # as pip reads it: a name may have a # in a fragment of its address
_HASH = re.compile(r"\s--hash[= ]\S+")
_FILE = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc]))(\S.*)")
_INDEX = re.compile(r"(?:-i|-f|--(?:index-url|extra-index-url|find-links|no-index|trusted-host))\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the user wants in the environment beside the model's needs.

    Attributes:
        source: where that was read from.
        requirements: one requirement (PEP 508) each.
        constraints: files whose requirements hold for what is installed anyway.
    """

    source: Path | None = None
    requirements: tuple[str, ...] = ()
    constraints: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.requirements or self.constraints)

    @property
    def stack(self) -> Mapping[str, SpecifierSet]:
        """The releases wanted of TensorFlow (whatever its distribution), Addons, ``keras`` and ``tf-keras``.

        Requirements with a marker are not among them: whether they hold is for the resolver.
        """
        found: dict[str, SpecifierSet] = {}
        for name, specifier in self._stated():
            key = TENSORFLOWS[0] if name in TENSORFLOWS else name
            found[key] = found.get(key, SpecifierSet()) & specifier
        return found

    @property
    def tensorflow(self) -> str | None:
        """The distribution of TensorFlow that is named; None where none is."""
        return next((name for name, _ in self._stated() if name in TENSORFLOWS), None)

    def _stated(self) -> Iterator[tuple[str, SpecifierSet]]:
        for requirement in map(Requirement, self.requirements):
            name = canonicalize_name(requirement.name)
            if name in _STACK and requirement.marker is None:
                yield name, requirement.specifier


def own_requirements(path: Path | None) -> Own:
    """The requirements in a file, and in those that it names; none without one.

    Raises:
        ResolutionError: a file cannot be read, or has a line that is not understood.
    """
    if path is None:
        return Own()
    requirements: list[str] = []
    constraints: list[Path] = []
    _collect(path, requirements, constraints, seen={path.resolve()})
    return Own(source=path, requirements=tuple(requirements), constraints=tuple(constraints))


def _collect(path: Path, requirements: list[str], constraints: list[Path], *, seen: set[Path]) -> None:
    for number, line in _lines(path):
        other = _FILE.fullmatch(line)
        if other is None:
            requirements.append(_requirement(path, number, line))
            continue
        option, there = other[1], path.parent / other[2]
        if option in {"-c", "--constraint"}:
            if not there.is_file():
                raise ResolutionError(f"{path}, line {number}: there is no file {there}")
            constraints.append(there)
        elif there.resolve() not in seen:  # files that name each other are read once
            seen.add(there.resolve())
            _collect(there, requirements, constraints, seen=seen)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """What is not blank, without comments and hashes, with the number of the line where it begins."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ResolutionError(f"{path} cannot be read as a requirements file: {problem}") from problem
    held, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        begun = begun if held else number
        held += _COMMENT.sub("", line).rstrip()
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        if stated := _HASH.sub("", held).strip():
            yield begun, stated
        held = ""
    if stated := _HASH.sub("", held).strip():
        yield begun, stated


def _requirement(path: Path, number: int, line: str) -> str:
    try:
        Requirement(line)
    except InvalidRequirement as problem:
        if _INDEX.match(line):
            cure = (
                "where packages come from is set for uv itself (UV_DEFAULT_INDEX, UV_INDEX, uv.toml); leave it out here"
            )
        else:
            cure = "a name with a version range and a marker is wanted (PEP 508), or -r or -c with a file"
        raise ResolutionError(f"{path}, line {number}: {line!r} is not understood: {cure}") from problem
    return line
