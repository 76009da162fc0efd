"""From whatever names an environment to the environments that it may stand for.

An interpreter, the folder of a virtual or conda environment, or what `loadstone.environment.lists` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.environment.probing import probe

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.environment.described import Alternatives
    from loadstone.environment.values import Environment

_MLMODEL = "MLmodel"


def environments_of(
    given: Path | None, *, releases: str | None = None, deep: bool = False
) -> Environment | Alternatives:
    """The environment that a path names, or those that a file there may stand for.

    Args:
        given: an interpreter, a folder, or a file; None is the running interpreter.
        releases: in its place, those of a target; see `loadstone.environment.targets`.
        deep: as `probe` takes it, of an interpreter.

    Raises:
        ProbeError: there is no such thing, or it is not understood.
    """
    if releases is not None:
        from loadstone.environment.targets import target  # noqa: PLC0415 - readers are imported by those who need them

        return target(releases)
    if given is None:
        return probe(deep=deep)
    if not given.exists() or (given.is_dir() and not (given / _MLMODEL).is_file()) or _is_executable(given):
        return probe(given, deep=deep)
    from loadstone.environment.described import alternatives  # noqa: PLC0415 - as above
    from loadstone.environment.lists import described, of_mlflow  # noqa: PLC0415 - as above

    return alternatives(of_mlflow(given) if given.is_dir() else described(given))


def _is_executable(path: Path) -> bool:
    """Whether a file is a program: none of the texts that are read here begins as one does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4).startswith((b"\x7fELF", b"#!", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"))
