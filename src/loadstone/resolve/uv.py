"""Runs uv: the one seam through which packages are resolved and installed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from loadstone.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from loadstone.resolve.prescription import Platform

#: uv's names for platforms (``--python-platform``).
PLATFORMS = {
    ("linux", "x86_64"): "x86_64-unknown-linux-gnu",
    ("linux", "aarch64"): "aarch64-unknown-linux-gnu",
    ("macos", "x86_64"): "x86_64-apple-darwin",
    ("macos", "aarch64"): "aarch64-apple-darwin",
    ("windows", "x86_64"): "x86_64-pc-windows-msvc",
    ("windows", "aarch64"): "aarch64-pc-windows-msvc",
}

#: How uv says that it reached no index; the rest of its errors are about the packages.
_UNREACHABLE = re.compile(
    r"error sending request|dns error|failed to lookup address|tcp connect error|connection (?:refused|reset|timed out)"
    r"|network (?:is unreachable|was disabled)|could not connect|client error \(connect\)|operation timed out",
    re.IGNORECASE,
)

#: Variables of the environment loadstone runs in, which would point uv at the wrong interpreter.
_MISLEADING = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON", "UV_SYSTEM_PYTHON")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What uv said: its exit status, its standard output and its standard error."""

    status: int
    output: str
    error: str

    @property
    def is_unreachable(self) -> bool:
        """Whether it failed because no package index could be reached."""
        return self.status != 0 and _UNREACHABLE.search(self.error) is not None

    @property
    def reason(self) -> str:
        """Its error in one paragraph, without labels, colour and drawing."""
        return " ".join(self._lines()) or f"uv ended with status {self.status} and said nothing"

    @property
    def cause(self) -> str:
        """The last and most telling line of the same."""
        return next(reversed(self._lines()), self.reason)

    def _lines(self) -> list[str]:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", self.error)
        labels = (re.sub(r"^\W*(?:error|cause|hint): ", "", line) for line in plain.splitlines())
        lines = (" ".join(re.sub("[\u00d7\u2570\u2500\u25b6\u2502\u251c]+", " ", line).split()) for line in labels)
        return [line for line in lines if line]


class Uv(Protocol):
    """Something that runs uv; the tests have one that answers from a table."""

    def run(
        self,
        arguments: Sequence[str],
        *,
        text: str = "",
        shown: bool = False,
        started: Callable[[int], object] | None = None,
    ) -> Answer:
        """Run uv to its end.

        Args:
            arguments: what follows ``uv`` on the command line.
            text: its standard input.
            shown: let its progress through to the terminal; its error is then not kept.
            started: told the process' number as soon as it runs.
        """
        ...


class Program:
    """The uv that is installed beside loadstone.

    ``variables`` are set for it beside those of this process.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = dict(variables or {})

    def run(
        self,
        arguments: Sequence[str],
        *,
        text: str = "",
        shown: bool = False,
        started: Callable[[int], object] | None = None,
    ) -> Answer:
        """Run uv to its end, in a process group of its own, which an interruption here ends as a whole."""
        kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
        with subprocess.Popen(  # noqa: S603 - uv is our dependency, and nothing is read by a shell
            (self.binary(), *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if shown else subprocess.PIPE,
            text=True,
            env={**kept, **self._variables},
            start_new_session=True,
        ) as process:
            if started is not None:
                started(process.pid)
            try:
                output, error = process.communicate(text)
            except BaseException:
                _end(process)
                raise
        return Answer(status=process.returncode, output=output, error=error or "")

    @staticmethod
    def binary() -> str:
        """Where uv is.

        Raises:
            ResolutionError: it is not installed.
        """
        from shutil import which  # noqa: PLC0415 - an offline lock does without

        try:
            from uv import find_uv_bin  # noqa: PLC0415 - the same

            return str(find_uv_bin())
        except (ImportError, FileNotFoundError) as problem:
            found = which("uv")
            if found is None:
                raise ResolutionError(
                    "uv, which resolves and installs packages, is not installed: pip install uv"
                ) from problem
            return found


def _end(process: subprocess.Popen[str]) -> None:
    """Kill a process with its group, where there are groups."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def compiled(
    uv: Uv,
    requirements: Sequence[str],
    *,
    python: str,
    platform: Platform,
    as_of: date | None,
    whole: bool = False,
    constraints: Sequence[Path] = (),
) -> Answer:
    """Resolve requirements for an interpreter that need not be here; the output is PEP 751 text.

    Args:
        uv: what resolves.
        requirements: PEP 508 requirements.
        python: the minor release of Python.
        platform: where the packages are to run.
        as_of: the day up to which packages are considered, None for all of them.
        whole: the requirements are everything; what they require is among them.
        constraints: files whose requirements hold for what is installed anyway.

    Raises:
        ResolutionError: uv has no name for the platform.
    """
    named = PLATFORMS.get((platform.system, platform.machine))
    if named is None:
        known = ", ".join(" ".join(pair) for pair in PLATFORMS)
        raise ResolutionError(f"{platform} is not a platform that can be locked for; these are: {known}")
    arguments = ["pip", "compile", "-", "--quiet", "--no-header", "--no-annotate", "--format", "pylock.toml"]
    arguments += ["--python-version", python, "--python-platform", named]
    if as_of is not None:
        arguments += ["--exclude-newer", as_of.isoformat()]
    if whole:
        arguments.append("--no-deps")
    for path in constraints:
        arguments += ["--constraints", str(path)]
    return uv.run(arguments, text="\n".join(requirements) + "\n")
