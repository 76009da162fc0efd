"""What the user wants in an environment beside the model: a requirements file, in pip's format.

Requirements, comments, continued lines, hashes, ``-r`` and ``-c`` are read; hashes are left out, since the lock has its
own. What says where packages come from is for uv's own settings, and is refused with the number of its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from loadstone.environment.requirements_file import statements
from loadstone.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from loadstone.environment.requirements_file import Statement

#: The distributions that hold the package ``tensorflow``. Two of them overwrite each other's files; except that
#: ``tensorflow`` for Apple's processors is an empty one that requires ``tensorflow-macos``.
TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos")

_STACK = frozenset({*TENSORFLOWS, "tensorflow-addons", "keras", "tf-keras"})

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
        if not self.requirements:
            return
        from packaging.requirements import Requirement  # noqa: PLC0415 - most ask without requirements of their own
        from packaging.utils import canonicalize_name  # noqa: PLC0415 - as above

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
    try:
        for statement in statements(path):
            if statement.constraint is None:
                requirements.append(_requirement(statement))
            elif statement.constraint.is_file():
                constraints.append(statement.constraint)
            else:
                raise ResolutionError(f"{_place(statement)}: there is no file {statement.constraint}")
    except (OSError, UnicodeDecodeError) as problem:
        raise ResolutionError(f"{path} cannot be read as a requirements file: {problem}") from problem
    return Own(source=path, requirements=tuple(requirements), constraints=tuple(constraints))


def _place(statement: Statement) -> str:
    return f"{statement.path}, line {statement.number}"


def _requirement(statement: Statement) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - as above

    line = statement.text
    try:
        Requirement(line)
    except InvalidRequirement as problem:
        if _INDEX.match(line):
            cure = (
                "where packages come from is set for uv itself (UV_DEFAULT_INDEX, UV_INDEX, uv.toml); leave it out here"
            )
        else:
            cure = "a name with a version range and a marker is wanted (PEP 508), or -r or -c with a file"
        raise ResolutionError(f"{_place(statement)}: {line!r} is not understood: {cure}") from problem
    return line
