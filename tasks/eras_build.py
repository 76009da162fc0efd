"""Resolves, builds and tries one environment of the past, with uv, in a scratch folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uv import find_uv_bin

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache" / "eras"
PROBE = ROOT / "tasks" / "eras_probe.py"

# Requirements that a release states by a name that would put a second TensorFlow over the first: dropped.
OVERRIDES = ("tensorflow-gpu; sys_platform == 'never'",)

_PROBE_SECONDS = 600
_BLOCK = 512  # bytes; what stat counts in


class BuildFailedError(Exception):
    """uv could not resolve or install; the text is what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one try in an environment gave: its steps' answers, or the last line of what it printed before it died."""

    steps: Mapping[str, bool]
    errors: Mapping[str, str]

    def went(self, step: str) -> bool | None:
        """Whether a step worked; None when it was not reached."""
        return self.steps.get(step)


def resolve(requirements: Sequence[str], python: str, as_of: dt.date | None) -> tuple[str, ...]:
    """The pins of everything that the requirements bring, as of a day; None stands for what there is now.

    Raises:
        BuildFailedError: nothing fits.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as overrides:
        overrides.write("\n".join(OVERRIDES))
        overrides.flush()
        options = ["--no-header", "--no-annotate", "--quiet", "--overrides", overrides.name]
        text = _uv(
            "pip", "compile", "-", *options, *_until(as_of), "--python", interpreter(python),
            text="\n".join(requirements),
        )  # fmt: skip
    return tuple(line.strip() for line in text.splitlines() if "==" in line)


def create(folder: Path, python: str) -> Path:
    """A new environment; its interpreter."""
    _uv("venv", "--quiet", "--python", interpreter(python), str(folder))
    return folder / "bin" / "python"


def install(python: Path, pins: Sequence[str], as_of: dt.date | None) -> None:
    """Makes an environment hold the pins and nothing else.

    The day is for what source distributions are built with. Raises BuildFailedError.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pins))
        file.flush()
        _uv("pip", "sync", "--quiet", *_until(as_of), "--python", str(python), file.name)


def timed(requirements: Sequence[str], python: str, as_of: dt.date, folder: Path) -> float:
    """Seconds to resolve and build it in a new folder; with uv's cache warm when it was done before."""
    start = time.monotonic()
    pins = resolve(requirements, python, as_of)
    install(create(folder, python), pins, as_of)
    return time.monotonic() - start


def megabytes(folder: Path) -> int:
    """10^6 bytes that a folder takes on disk."""
    blocks = sum(path.lstat().st_blocks for path in folder.rglob("*"))
    return round(blocks * _BLOCK / 1e6)


def forget(*distributions: str) -> None:
    """Drops distributions from uv's cache, where the disk cannot hold every TensorFlow there is."""
    with contextlib.suppress(BuildFailedError):
        _uv("cache", "clean", "--quiet", *distributions)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder beside uv's cache, so that files are linked and not copied; gone afterwards."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=KEPT) as folder:
        yield Path(folder)


def probe(python: Path, request: Mapping[str, Any], variables: Mapping[str, str]) -> Outcome:
    """Tries imports, operators or models in an environment, in a process of their own."""
    own = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", **variables}
    command = [str(python), "-W", "ignore", "-I", "-B", str(PROBE), json.dumps(dict(request))]
    with tempfile.TemporaryDirectory() as folder:
        try:
            answer = subprocess.run(
                command, cwd=folder, env={**_clean(), **own, "HOME": folder}, capture_output=True, text=True,
                check=False, errors="replace", timeout=_PROBE_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(steps={}, errors={"process": f"no answer within {_PROBE_SECONDS} seconds"})
    said = [json.loads(line[len(MARK) :]) for line in answer.stdout.splitlines() if line.startswith(MARK)]
    steps = {each["step"]: each["error"] is None for each in said}
    errors = {each["step"]: each["error"] for each in said if each["error"] is not None}
    if answer.returncode:
        last = deque(answer.stderr.strip().splitlines(), maxlen=1)
        errors["process"] = f"exit status {answer.returncode}: {''.join(last)}"
    return Outcome(steps=steps, errors=errors)


MARK = "eras-probe:"


@cache
def interpreter(python: str) -> str:
    """The path of a Python of this machine: the active one of that release, or one that pyenv installed.

    Raises:
        BuildFailedError: there is none.
    """
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return str(Path(sys.executable).resolve())
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(versions.glob(f"{python}.*/bin/python"))
    if not found and not (known := shutil.which(f"python{python}")):
        raise BuildFailedError(f"no interpreter of Python {python} on this machine")
    return str(found[-1]) if found else str(known)


def _until(as_of: dt.date | None) -> tuple[str, ...]:
    return () if as_of is None else ("--exclude-newer", as_of.isoformat())


def _uv(*arguments: str, text: str = "") -> str:
    settings = {"UV_PYTHON_DOWNLOADS": "never"}
    answer = subprocess.run(
        [find_uv_bin(), *arguments], input=text, env={**_clean(), **settings}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if answer.returncode:
        raise BuildFailedError(answer.stderr.strip())
    return answer.stdout


def _clean() -> dict[str, str]:
    """The environment without what belongs to the interpreter that runs this."""
    return {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
