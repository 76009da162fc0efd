"""Asks an interpreter what it holds.

Nothing is imported to find out. ``probe(deep=True)`` does import, each module in a process of its own, because an
installed TensorFlow may still crash, and one module's crash must not hide the next one's answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packaging.version import InvalidVersion, Version

from loadstone.environment.values import Environment, ImportOutcome, Interpreter
from loadstone.errors import ProbeError
from loadstone.payloads import probe as payload

if TYPE_CHECKING:
    import os
    import subprocess
    from collections.abc import Mapping

#: What a deep probe imports, the cheapest first.
DEEP_MODULES = ("numpy", "h5py", "tensorflow", "keras", "tf_keras", "tensorflow_addons")

_PROBE_SECONDS = 30.0
_IMPORT_SECONDS = 120.0


def probe(env: str | os.PathLike[str] | None = None, *, deep: bool = False) -> Environment:
    """What an interpreter holds.

    Args:
        env: a Python executable, or the folder of a virtual or conda environment; None is the running interpreter.
        deep: import NumPy, h5py, TensorFlow, Keras and TensorFlow Addons too, each in its own process (half a minute).

    Raises:
        ProbeError: there is no such interpreter, or it does not answer.
    """
    executable = Path(sys.executable) if env is None else interpreter_of(Path(env))
    answer: Mapping[str, Any] = payload.describe(sys.path) if env is None else _ask(executable)
    imports = {name: _attempt(executable, name) for name in DEEP_MODULES} if deep else None
    return Environment(
        python=Version(answer["python"]),
        implementation=answer["implementation"],
        platform=answer["platform"],
        machine=answer["machine"],
        distributions=MappingProxyType(_versions(answer["distributions"])),
        variables=MappingProxyType(answer["variables"]),
        imports=None if imports is None else MappingProxyType(imports),
        origin=Interpreter(path=str(executable)),
    )


def _versions(distributions: Mapping[str, str]) -> dict[str, Version]:
    """Versions as values; what is no PEP 440 version cannot be compared and is left out."""
    versions: dict[str, Version] = {}
    for name, text in sorted(distributions.items()):
        try:
            versions[name] = Version(text)
        except InvalidVersion:
            continue
    return versions


def interpreter_of(env: Path) -> Path:
    """The interpreter of an environment folder, or the executable itself.

    Raises:
        ProbeError: there is none.
    """
    if env.is_dir():
        for inside in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
            if (env / inside).exists():
                return env / inside
        raise ProbeError(f"{env} is a folder without a Python: give a virtual environment, or a Python executable")
    if not env.exists():
        raise ProbeError(f"{env} does not exist: give a virtual environment, or a Python executable")
    return env


def _ask(executable: Path) -> Mapping[str, Any]:
    """Run the payload in a foreign interpreter and read its answer."""
    import subprocess  # noqa: PLC0415 - describing the running interpreter does without

    try:
        run = _run(executable, (), _PROBE_SECONDS)
    except subprocess.TimeoutExpired as problem:
        raise ProbeError(f"{executable} did not answer within {_PROBE_SECONDS:.0f} seconds") from problem
    except OSError as problem:
        raise ProbeError(f"{executable} cannot be run: {problem.strerror or problem}") from problem
    answer = _answer(run.stdout)
    if answer is None:
        said = (run.stderr.strip().splitlines() or [f"nothing, exit status {run.returncode}"])[-1]
        raise ProbeError(f"{executable} is no Python from 3.6 on, or is broken; it said: {said}")
    return answer


def _attempt(executable: Path, name: str) -> ImportOutcome:
    """Import one module in a process of its own."""
    import subprocess  # noqa: PLC0415 - as above

    try:
        run = _run(executable, (name,), _IMPORT_SECONDS)
    except subprocess.TimeoutExpired:
        return ImportOutcome(imports=False, error=f"did not finish within {_IMPORT_SECONDS:.0f} seconds")
    answer = _answer(run.stdout)
    if answer is None:
        return ImportOutcome(imports=False, error=f"the interpreter ended with status {run.returncode}")
    return ImportOutcome(imports=answer["imports"], version=answer["version"], error=answer["error"])


def _run(executable: Path, arguments: tuple[str, ...], seconds: float) -> subprocess.CompletedProcess[str]:
    """Run the payload, shielded from this process's PYTHONPATH; the user's own packages stay visible."""
    import subprocess  # noqa: PLC0415 - as above

    command = (str(executable), "-E", "-B", payload.__file__, *arguments)
    return subprocess.run(  # noqa: S603 - the interpreter is the one that the user named
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _answer(output: str) -> Mapping[str, Any] | None:
    """The payload's line of JSON; None when there is none."""
    _, mark, text = output.rpartition(payload.MARK)
    if not mark:
        return None
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
