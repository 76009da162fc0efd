"""What lists packages, read into a description: each kind by a reader of its own.

Requirements files, and what ``pip freeze``, ``pip list`` or ``conda list`` print; pylock.toml, uv.lock, poetry.lock,
Pipfile.lock, pyproject.toml; environment.yml; the folder of an MLflow model. What a file is is told by its content; its
name decides where two kinds look alike.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.environment import conda, locks
from loadstone.environment.described import Described, is_whole
from loadstone.environment.requirements_file import statements
from loadstone.errors import ProbeError

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST = 20_000_000  # bytes of a file that is read; the lock of a large project has two million
_MLMODEL = "MLmodel"
_UNREADABLE = (OSError, UnicodeDecodeError)


def described(path: Path) -> Described:
    """What a file says about an environment.

    Raises:
        ProbeError: it cannot be read, or is no such file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ProbeError(f"{path} is too large for a list of packages: {path.stat().st_size} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except _UNREADABLE as problem:
        raise ProbeError(f"{path} cannot be read as a list of packages: {problem}") from problem
    read = _reader(path, text)
    try:
        found = read(text, str(path))
    except (ValueError, TypeError, KeyError, AttributeError) as problem:  # no such file inside, or of another shape
        raise ProbeError(f"{path} is not understood: {problem}") from problem
    if not found.wanted:
        raise ProbeError(f"{path} names no package")
    return found


def _reader(path: Path, text: str) -> Callable[[str, str], Described]:
    """The reader for a file's content."""
    if path.suffix == ".toml" or path.name.endswith(".lock"):
        return _toml_reader(path, text)
    if path.suffix == ".json" or text.lstrip()[:1] == "{":
        return locks.from_pipfile
    if path.suffix in {".yml", ".yaml"} or re.search(r"(?m)^dependencies:\s*$", text):
        return conda.from_environment_yml
    if re.search(r"(?m)^(?:Package +Version|# packages in environment at|@EXPLICIT)", text):
        return conda.from_list
    return lambda _, source: _of_requirements(Path(source))


def _toml_reader(path: Path, text: str) -> Callable[[str, str], Described]:
    if text.lstrip()[:1] == "{":
        return locks.from_pipfile
    try:
        data = tomllib.loads(text)
    except ValueError as problem:
        raise ProbeError(f"{path} is not understood: {problem}") from problem
    if "lock-version" in data:
        return locks.from_pylock
    if "package" in data:
        return locks.from_poetry if "metadata" in data else locks.from_uv
    if "project" in data or "tool" in data:
        return locks.from_pyproject
    raise ProbeError(f"{path} is no lock that is known: pylock.toml, uv.lock and poetry.lock are, and pyproject.toml")


def _of_requirements(path: Path) -> Described:
    """A requirements file, or what ``pip freeze`` printed."""
    wanted, notes = [], []
    try:
        for statement in statements(path):
            if statement.constraint is not None or statement.text.startswith("--"):
                continue
            found = conda.requirement(statement.text)
            if found is None:
                notes.append(f"{statement.path}, line {statement.number}: {statement.text!r} is not understood")
            else:
                wanted.append(found)
    except _UNREADABLE as problem:
        raise ProbeError(f"{path} cannot be read as a requirements file: {problem}") from problem
    return Described(source=str(path), wanted=tuple(wanted), whole=is_whole(wanted), notes=tuple(notes))


def of_mlflow(folder: Path) -> Described:
    """What an MLflow model says about its environment: python_env.yaml with requirements.txt, or conda.yaml."""
    pip, environment = folder / "requirements.txt", folder / "conda.yaml"
    if not pip.is_file():
        if environment.is_file():
            return replace(described(environment), source=str(folder))
        raise ProbeError(f"{folder} is an MLflow model without requirements.txt and conda.yaml")
    python = locks.python_of(_python_of_mlflow(folder))
    return replace(_of_requirements(pip), source=str(folder), python=python)


def _python_of_mlflow(folder: Path) -> str | None:
    """The Python that python_env.yaml states, else conda.yaml or MLmodel."""
    for name, pattern in (
        ("python_env.yaml", r"(?m)^python:\s*['\"]?(\d+\.\d+)"),
        ("conda.yaml", r"(?m)^\s*-\s*python\s*=+\s*(\d+\.\d+)"),
        (_MLMODEL, r"(?m)^\s*python_version:\s*['\"]?(\d+\.\d+)"),
    ):
        path = folder / name
        found = re.search(pattern, path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
        if found:
            return f"=={found[1]}.*"
    return None
