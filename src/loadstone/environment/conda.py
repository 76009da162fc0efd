"""Reads what conda and pip print or export: environment.yml, explicit lists, and the tables of ``list``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from loadstone.environment.described import ANY, Described, Wanted, is_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Packages of conda's that hold what pip calls otherwise. (Those of conda-forge and of Anaconda's own channel.)
_OF_CONDA = {
    "tensorflow-base": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "tensorflow-eigen": "tensorflow",
    "pytorch": "torch",
}

#: ``name=1.2=build``, ``name>=1,<2``, ``name 1.2.*``, with a channel before or without.
_SPEC = re.compile(r"(?:.*::)?(?P<name>[A-Za-z0-9_.-]+)\s*(?P<rest>.*)")
_PYTHON = "python"
_PARTS_OF_AN_EXPORT = 3  # of ``name=version=build``
_EXPLICIT = re.compile(r"/(?P<name>[^/]+)-(?P<version>[^-/]+)-[^-/]+\.(?:tar\.bz2|conda)(?:#.*)?$")
_TABLE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)\s+(?P<version>\d\S*)(?:\s.*)?")


def from_environment_yml(text: str, source: str) -> Described:
    """A conda ``environment.yml``.

    Raises:
        ValueError: it is no YAML.
    """
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as problem:
        raise ValueError(str(problem)) from problem
    stated: list[Any] = data.get("dependencies") or [] if isinstance(data, dict) else []
    specs = [each for each in stated if isinstance(each, str)]
    of_pip = [
        line for each in stated if isinstance(each, dict) for line in each.get("pip") or () if isinstance(line, str)
    ]
    conda = [found for spec in specs if (found := _conda(spec)) is not None]
    pip = [found for line in of_pip if (found := requirement(line)) is not None]
    exported = bool(specs) and all(spec.count("=") == _PARTS_OF_AN_EXPORT - 1 and "==" not in spec for spec in specs)
    return _described((*conda, *pip), source, whole=exported)


def from_list(text: str, source: str) -> Described:
    """What ``pip list`` or ``conda list`` printed, or an explicit list of conda's (``@EXPLICIT``)."""
    found = []
    for line in text.splitlines():
        match = _EXPLICIT.search(line) or _TABLE.fullmatch(line.strip())
        if match and not line.startswith(("#", "Package ", "---")):
            found.append(Wanted(name=_name(match["name"]), versions=_exactly(match["version"])))
    return _described(found, source, whole=True)


def requirement(line: str) -> Wanted | None:
    """A line as pip takes it: a requirement, or a package by the address or the folder that it comes from.

    None for what names no package.
    """
    stated = line.strip()
    if stated.startswith(("-e ", "--editable", "git+")) or "#egg=" in stated:
        egg = re.search(r"#egg=([A-Za-z0-9_.-]+)", stated)
        return Wanted(name=canonicalize_name(egg[1])) if egg else None
    try:
        found = Requirement(stated)
    except InvalidRequirement:
        return None
    versions = found.specifier
    if found.url and (file := re.search(r"/[^/]+?-(\d[^-/]*)(?:-[^/]*\.whl|\.tar\.gz|\.zip)(?:#.*)?$", found.url)):
        versions = _exactly(file[1])
    return Wanted(name=canonicalize_name(found.name), versions=versions, marker=found.marker)


def _conda(spec: str) -> Wanted | None:
    """One of conda's specifications; None for what names no package."""
    match = _SPEC.fullmatch(spec.strip())
    return None if match is None else Wanted(name=_name(match["name"]), versions=_versions(match["rest"].strip()))


def _versions(stated: str) -> SpecifierSet:
    """Conda's ranges: ``=1.2`` is the series, ``==1.2`` and ``=1.2=build`` the release."""
    text = stated.partition("[")[0].strip()
    if text.startswith("=") and not text.startswith("=="):
        version, build, _ = text[1:].partition("=")
        text = f"=={version}" if build else f"=={version.rstrip('.*')}.*"
    elif text[:1].isdigit():
        text = f"=={text.partition(' ')[0]}"
    try:
        return SpecifierSet(text.replace("|", ","))
    except InvalidSpecifier:
        return ANY


def _name(stated: str) -> str:
    name = canonicalize_name(stated)
    return _OF_CONDA.get(name, name)


def _exactly(version: str) -> SpecifierSet:
    try:
        return SpecifierSet(f"=={version}")
    except InvalidSpecifier:
        return ANY


def _described(wanted: Iterable[Wanted], source: str, *, whole: bool) -> Described:
    every = tuple(_once(wanted))
    python = next((each.versions for each in every if each.name == _PYTHON), ANY)
    packages = tuple(each for each in every if each.name != _PYTHON)
    return Described(source=source, wanted=packages, python=python, whole=whole or is_whole(packages))


def _once(wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    """Conda has several packages for one of pip's, of the same release."""
    seen: set[str] = set()
    for each in wanted:
        if each.name not in seen or each.marker is not None:
            seen.add(each.name)
            yield each
