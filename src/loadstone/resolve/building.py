"""Builds a locked environment: whole, or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from loadstone.environment import interpreter_of, probe
from loadstone.errors import LoadstoneError, ProbeError, ResolutionError
from loadstone.resolve.interpreters import interpreter
from loadstone.resolve.lock import Lock, Package
from loadstone.resolve.lock_formats import render
from loadstone.resolve.prescription import LockFormat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from loadstone.isolation.janitor import Janitor
    from loadstone.resolve.uv import Answer, Uv

#: Sets the variables that belong to an environment whenever its Python starts, whoever starts it. (Lines of such files
#: that begin with ``import`` are run; see the documentation of ``site``.)
VARIABLES = "loadstone_variables.pth"

#: Beside ``pyvenv.cfg`` of an environment that loadstone built: what it was built from. It is written before the
#: environment gets its name, so a folder that has it is whole.
MANIFEST = "loadstone.json"


class Occupied(LoadstoneError):  # noqa: N818 - the name states the problem
    """The folder for an environment holds something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An environment with everything its lock asks for.

    Attributes:
        folder: where it belongs.
        place: where it is: the same, or a temporary folder until `settle` gives it its name.
        reused: whether it was there before.
    """

    folder: Path
    place: Path
    reused: bool

    @property
    def python(self) -> Path:
        """Its interpreter, where it is now."""
        return interpreter_of(self.place)


def build(
    lock: Lock,
    folder: Path,
    *,
    uv: Uv,
    janitor: Janitor,
    offline: bool = False,
    shown: bool = False,
    progress: Callable[[str], object] = lambda _: None,
) -> Built:
    """The environment of a lock: the one that is in the folder already, or a new one beside it.

    A new one has a temporary name until `settle`, so that a build that fails, is killed, or turns out not to load the
    model, leaves nothing.

    Args:
        lock: what to install.
        folder: where it belongs; it must not exist, or be empty, or hold an environment of the same lock.
        uv: what installs.
        janitor: removes the unsettled environment, whatever happens to this process.
        offline: install only what uv has in its cache.
        shown: let uv's own progress bars through.
        progress: told each step.

    Raises:
        Occupied: the folder holds something else.
        ResolutionError: the environment cannot be built.
    """
    folder = folder.absolute()
    if _is_of(folder, lock):
        return Built(folder=folder, place=folder, reused=True)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Occupied(_occupied(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = janitor.folder(parent=folder.parent, prefix=f".{folder.name}-") / "environment"
    except OSError as problem:
        raise ResolutionError(f"{folder.parent} cannot be written to: {problem.strerror or problem}") from problem
    progress(f"building {', '.join(lock.requirements)} on Python {lock.python} ({len(lock.packages)} packages)")
    _create(lock, place, uv=uv, janitor=janitor, offline=offline)
    _install(lock, place, uv=uv, janitor=janitor, offline=offline, shown=shown)
    if lock.variables:
        lines = (f"import os; os.environ.setdefault({name!r}, {value!r})\n" for name, value in lock.variables.items())
        (_site_packages(place) / VARIABLES).write_text("".join(lines), encoding="utf-8")
    (place / MANIFEST).write_text(json.dumps(_to_json(lock), indent=2) + "\n", encoding="utf-8")
    return Built(folder=folder, place=place, reused=False)


def settle(built: Built, lock: Lock, janitor: Janitor) -> None:
    """Give an environment its name; of two that are built for one folder at once, the first stays.

    Raises:
        ResolutionError: something else is in the folder by now.
    """
    if built.place == built.folder:
        return
    try:
        if built.folder.is_dir():
            built.folder.rmdir()  # it was empty; if it no longer is, this says so
        built.place.rename(built.folder)
    except OSError as problem:
        if not _is_of(built.folder, lock):
            raise ResolutionError(f"{built.folder} cannot be put in place: {problem.strerror or problem}") from problem
    janitor.remove(built.place.parent)


def discard(built: Built, janitor: Janitor) -> None:
    """Remove an environment that was not settled."""
    if built.place != built.folder:
        janitor.remove(built.place.parent)


def held(folder: Path) -> Lock | None:
    """The lock of the environment in a folder; None where there is none of ours, or not everything of it any more."""
    manifest = _manifest(folder)
    if manifest is None:
        return None
    try:
        lock = _from_json(manifest)
        installed = probe(folder).distributions
    except (ProbeError, KeyError, TypeError, ValueError):
        return None
    whole = all(installed.get(package.name) == package.version for package in lock.packages)
    variables = not lock.variables or (_site_packages(folder) / VARIABLES).exists()
    return lock if whole and variables else None


def _site_packages(folder: Path) -> Path:
    """Where the packages of a virtual environment are."""
    return next(folder.glob("lib/python*/site-packages"), folder / "Lib" / "site-packages")


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def _to_json(lock: Lock) -> dict[str, Any]:
    return {
        "loadstone": 1,
        "key": lock.key,
        "model": lock.model,
        "python": lock.python,
        "platform": lock.platform,
        "machine": lock.machine,
        "gpu": lock.gpu,
        "requirements": list(lock.requirements),
        "as_of": None if lock.as_of is None else lock.as_of.isoformat(),
        "variables": dict(lock.variables),
        "why": list(lock.why),
        "packages": {package.name: str(package.version) for package in lock.packages},
    }


def _from_json(manifest: dict[str, Any]) -> Lock:
    return Lock(
        model=manifest["model"],
        python=manifest["python"],
        platform=manifest["platform"],
        machine=manifest["machine"],
        gpu=manifest["gpu"],
        requirements=tuple(manifest["requirements"]),
        as_of=None if manifest["as_of"] is None else date.fromisoformat(manifest["as_of"]),
        packages=tuple(Package(name=name, version=Version(text)) for name, text in manifest["packages"].items()),
        variables=MappingProxyType(dict(manifest["variables"])),
        why=tuple(manifest["why"]),
        key=manifest["key"],
    )


def _is_of(folder: Path, lock: Lock) -> bool:
    there = held(folder)
    return there is not None and there.key == lock.key


def _occupied(folder: Path) -> str:
    manifest = _manifest(folder) if folder.is_dir() else None
    if manifest is None:
        return f"{folder} exists and is no environment of loadstone's: name another folder, or remove it"
    held = ", ".join(manifest.get("requirements", ()))
    return (
        f"{folder} holds another environment, or one that was changed since ({held}): name another folder, or remove it"
    )


def _create(lock: Lock, inside: Path, *, uv: Uv, janitor: Janitor, offline: bool) -> None:
    python = interpreter(lock.python, uv, offline=offline)
    arguments = (
        "venv",
        "--quiet",
        "--no-project",
        "--no-config",
        "--relocatable",
        "--python",
        str(python),
        str(inside),
    )
    answer = uv.run(arguments, started=janitor.adopt)
    if answer.status:
        raise ResolutionError(f"no virtual environment can be made with {python}: {answer.reason}")


def _install(lock: Lock, inside: Path, *, uv: Uv, janitor: Janitor, offline: bool, shown: bool) -> None:
    arguments = ["pip", "install", "--python", str(interpreter_of(inside)), "--no-deps", "--requirements", "-"]
    if all(package.hashes for package in lock.packages):
        arguments.append("--require-hashes")
    if lock.as_of is not None:
        # What builds an old source archive is of that time too.
        arguments += ["--exclude-newer", lock.as_of.isoformat()]
    if offline:
        arguments.append("--offline")
    if not shown:
        arguments.append("--quiet")
    text = render(lock, LockFormat.REQUIREMENTS)
    answer = uv.run(arguments, text=text, shown=shown, started=janitor.adopt)
    if answer.status:
        raise ResolutionError(_not_installed(answer, len(lock.packages), offline=offline))


def _not_installed(answer: Answer, count: int, *, offline: bool) -> str:
    if offline:
        return f"uv's cache does not hold all {count} packages, and offline no index is asked: {answer.reason}"
    if answer.is_unreachable:
        return f"no package index could be reached ({answer.cause}), and uv's cache does not hold all {count} packages"
    return f"the packages cannot be installed: {answer.reason}" if answer.error else "the packages cannot be installed"
