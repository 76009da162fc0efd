"""Finds the Python that an environment needs: on this machine, or through uv."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from loadstone.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.resolve.uv import Uv

_ANSWER_SECONDS = 20.0
_SAY_VERSION = "import sys; print('.'.join(map(str, sys.version_info[:2])), sys.implementation.name)"


def interpreter(python: str, uv: Uv, *, offline: bool = False) -> Path:
    """An executable of a minor release of CPython (``3.8``).

    Looked for on this machine first; then uv is asked to fetch one, unless ``offline``.

    Raises:
        ResolutionError: there is none, and none can be fetched.
    """
    for path in _here(python):
        if _is(path, python):
            return path
    found = _through(uv, "--no-python-downloads", python)
    if found is None and not offline and uv.run(("python", "install", "--quiet", python)).status == 0:
        found = _through(uv, "--managed-python", python)
    if found is not None:
        return found
    raise ResolutionError(
        f"Python {python} is needed and is not on this machine"
        + ("" if offline else ", nor could uv fetch it")
        + f": install it (pyenv install {python}, or conda create -n python{python} python={python}) and try again"
    )


def _through(uv: Uv, option: str, python: str) -> Path | None:
    """The interpreter that uv finds, None where it finds none."""
    found = uv.run(("python", "find", "--no-project", option, python))
    path = Path(found.output.strip())
    return path if found.status == 0 and _is(path, python) else None


def _here(python: str) -> Iterator[Path]:
    """Where interpreters usually are."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if running == python:
        yield Path(getattr(sys, "_base_executable", None) or sys.executable)
    on_path = which(f"python{python}")
    if on_path is not None:
        yield Path(on_path)
    roots = dict.fromkeys((os.environ.get("PYENV_ROOT"), "~/.pyenv"))
    for root in roots:
        if root:
            yield from _of_pyenv(Path(root).expanduser() / "versions", python)


def _of_pyenv(versions: Path, python: str) -> Iterator[Path]:
    """Pyenv's builds of a minor release, the newest patch first. Its shims answer only for the active ones."""
    found: list[tuple[Version, Path]] = []
    for folder in versions.glob(f"{python}.*"):
        try:
            found.append((Version(folder.name), folder))
        except InvalidVersion:
            continue
    for _, folder in sorted(found, reverse=True):
        yield folder / "bin" / "python"


def _is(path: Path, python: str) -> bool:
    """Whether an executable is CPython of that minor release."""
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter, asked for its version
            (str(path), "-I", "-S", "-c", _SAY_VERSION),
            capture_output=True,
            text=True,
            timeout=_ANSWER_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.split() == [python, "cpython"]
