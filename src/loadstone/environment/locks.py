"""Reads what package managers lock: pylock.toml (PEP 751), uv.lock, poetry.lock and Pipfile.lock."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from loadstone.environment.described import ANY, Described, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def from_pylock(text: str, source: str) -> Described:
    """A PEP 751 lock."""
    data = tomllib.loads(text)
    wanted = tuple(_pinned(each["name"], each.get("version"), each.get("marker")) for each in data.get("packages", ()))
    return Described(source=source, wanted=wanted, python=python_of(data.get("requires-python")), whole=True)


def from_uv(text: str, source: str) -> Described:
    """A ``uv.lock``: what its projects require, without optional and development dependencies.

    One lock serves all platforms, so a package may stand in it several times, each for some of them.
    """
    data = tomllib.loads(text)
    packages: list[Mapping[str, Any]] = data.get("package", [])
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for each in packages:
        by_name.setdefault(canonicalize_name(each["name"]), []).append(each)
    roots = [each for each in packages if {"virtual", "editable", "directory"} & each.get("source", {}).keys()]
    wanted: dict[tuple[str, str, str], Wanted] = {}
    left = [(each, "") for each in roots]
    while left:
        package, marker = left.pop()
        for dependency in package.get("dependencies", ()):
            name = canonicalize_name(dependency["name"])
            both = _and(marker, dependency.get("marker"))
            for found in by_name.get(name, ()):
                if dependency.get("version") not in {None, found.get("version")}:
                    continue
                condition = _and(both, _any(found.get("resolution-markers", ())))
                key = name, str(found.get("version")), condition
                if key not in wanted:
                    wanted[key] = _pinned(name, found.get("version"), condition)
                    left.append((found, both))
    return Described(
        source=source, wanted=_merged(wanted.values()), python=python_of(data.get("requires-python")), whole=True
    )


def from_poetry(text: str, source: str) -> Described:
    """A ``poetry.lock``: the packages of its main group."""
    data = tomllib.loads(text)
    wanted = tuple(
        _pinned(each["name"], each.get("version"), _marker_of_poetry(each))
        for each in data.get("package", ())
        if not each.get("optional", False)
        and each.get("category", "main") == "main"
        and "main" in each.get("groups", ["main"])
    )
    python = data.get("metadata", {}).get("python-versions")
    return Described(source=source, wanted=_merged(wanted), python=python_of(python), whole=True)


def from_pipfile(text: str, source: str) -> Described:
    """A ``Pipfile.lock``: its default packages."""
    data = json.loads(text)
    wanted = tuple(
        Wanted(
            name=canonicalize_name(name),
            versions=_specifier(each.get("version", "")),
            marker=_marker(each.get("markers")),
        )
        for name, each in data.get("default", {}).items()
    )
    requires = data.get("_meta", {}).get("requires", {})
    stated = requires.get("python_full_version") or requires.get("python_version")
    return Described(source=source, wanted=wanted, python=python_of(f"=={stated}.*" if stated else None), whole=True)


def from_pyproject(text: str, source: str) -> Described:
    """A ``pyproject.toml``: what the project requires, and nothing of what that brings."""
    data = tomllib.loads(text)
    project = data.get("project", {})
    wanted = [_requirement(each) for each in project.get("dependencies", ())]
    poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {})
    ranges = {name: each.get("version") if isinstance(each, dict) else each for name, each in poetry.items()}
    wanted += [Wanted(name=canonicalize_name(n), versions=python_of(v)) for n, v in ranges.items() if n != "python"]
    python = python_of(project.get("requires-python") or ranges.get("python"))
    return Described(source=source, wanted=tuple(each for each in wanted if each is not None), python=python)


def _requirement(stated: str) -> Wanted | None:
    try:
        found = Requirement(stated)
    except InvalidRequirement:
        return None
    return Wanted(name=canonicalize_name(found.name), versions=found.specifier, marker=found.marker)


def python_of(stated: Any) -> SpecifierSet:
    """The Pythons that are stated: a specifier, in Poetry's writing too; all where that is not understood."""
    if not isinstance(stated, str) or "||" in stated:
        return ANY
    found = ANY
    for part in stated.replace(" ", ",").split(","):
        found &= _caret(part) if part.startswith(("^", "~")) and not part.startswith("~=") else _specifier(part)
    return found


def _caret(stated: str) -> SpecifierSet:
    """Poetry's ``^3.8`` (up to the next major release) and ``~3.8`` (up to the next minor one)."""
    try:
        version = Version(stated[1:])
    except InvalidVersion:
        return ANY
    upper = f"{version.major + 1}" if stated[0] == "^" else f"{version.major}.{version.minor + 1}"
    return SpecifierSet(f">={version},<{upper}")


def _specifier(stated: str) -> SpecifierSet:
    """A specifier; a bare version stands for itself, what is not understood for every release."""
    text = stated.strip()
    try:
        return SpecifierSet(f"=={text}" if text[:1].isdigit() else "" if text == "*" else text)
    except InvalidSpecifier:
        return ANY


def _pinned(name: str, version: str | None, marker: str | None) -> Wanted:
    versions = ANY if version is None else _specifier(f"=={version}")
    return Wanted(name=canonicalize_name(name), versions=versions, marker=_marker(marker))


def _marker(stated: str | None) -> Marker | None:
    try:
        return Marker(stated) if stated else None
    except InvalidMarker:
        return None


def _marker_of_poetry(package: Mapping[str, Any]) -> str | None:
    """The marker of a package; Poetry before 2.1 states only the Pythons that it is for."""
    stated = package.get("markers")
    if isinstance(stated, dict):
        stated = stated.get("main")
    return stated if isinstance(stated, str) else None


def _and(*conditions: str | None) -> str:
    stated = [each for each in conditions if each]
    return stated[0] if len(stated) == 1 else " and ".join(f"({each})" for each in stated)


def _any(conditions: Iterable[object]) -> str:
    stated = [str(each) for each in conditions]
    return stated[0] if len(stated) == 1 else " or ".join(f"({each})" for each in stated)


def _merged(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    return tuple(sorted(wanted, key=lambda each: (each.name, str(each.versions), str(each.marker))))
