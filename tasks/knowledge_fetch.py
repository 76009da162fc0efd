"""Fetches what the knowledge tables are generated from: wheels, and what the registry says about a release.

Everything goes through pip and uv, as the machine has them configured. Wheels are kept in ``.cache/wheels``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / ".cache" / "wheels"
UV = Path(sys.executable).with_name("uv")

# uv speaks of 3.6 and later; older interpreters are outside what loadstone judges.
PYTHONS = tuple(f"3.{minor}" for minor in range(6, 15))
PLATFORMS = ("manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux2010_x86_64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The wheels of one release: the day of the first upload, the CPythons they are built for."""

    released: dt.date
    pythons: tuple[str, ...]


def run(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command and returns what it said, whatever its exit status."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=environment)


def pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs pip of this interpreter."""
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


def versions(distribution: str) -> tuple[Version, ...]:
    """Every final release that has a wheel for one of ``PYTHONS``, oldest first."""
    found: set[Version] = set()
    for python in PYTHONS:
        platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
        answer = pip(
            "index", "versions", distribution, "--python-version", python, *platforms, "--only-binary", ":all:"
        )
        listed = re.search(r"^Available versions: (.*)$", answer.stdout, re.MULTILINE)
        if listed:
            found |= {Version(version) for version in listed[1].split(", ")}
    if not found:
        raise SystemExit(f"pip lists no release of {distribution}")
    return tuple(sorted(found))


def files(distribution: str, version: Version) -> Files:
    """The dates and Pythons of one release.

    uv's lock in the pylock format (PEP 751) carries each wheel's name and upload time. A release is locked for the
    lowest Python that it has wheels for, or the older ones would be left out.
    """
    for python in PYTHONS:
        answer = run(
            *(UV, "pip", "compile", "--quiet", "--no-deps", "--universal", "--format", "pylock.toml"),
            *("--python-version", python, "-"),
            text=f"{distribution}=={version}",
        )
        if answer.returncode == 0:
            wheels = tomllib.loads(answer.stdout)["packages"][0]["wheels"]
            return Files(
                released=min(wheel["upload-time"] for wheel in wheels).date(),
                pythons=_pythons([wheel["url"].rpartition("/")[2] for wheel in wheels]),
            )
    raise SystemExit(f"uv finds no wheel of {distribution} {version}: {answer.stderr}")


def _pythons(names: list[str]) -> tuple[str, ...]:
    tags = {tag.interpreter for name in names for tag in parse_wheel_filename(name)[3]}
    pythons = {f"{tag[2]}.{tag[3:]}" for tag in tags if re.fullmatch(r"cp3\d+", tag)}
    return tuple(sorted(pythons & set(PYTHONS), key=PYTHONS.index))


def requirement(distribution: str, version: Version, python: str, name: str) -> SpecifierSet | None:
    """What a release's metadata requires of ``name``, None when it does not.

    uv reads the metadata alone, not the whole wheel, and tells the requirements in its verbose log before it resolves
    them; it is stopped there.
    """
    stated = f"Adding transitive dependency for {distribution}=={version}: "
    stated_by_uv: list[str] = []
    with subprocess.Popen(
        (UV, "pip", "compile", "--verbose", "--no-header", "--python-version", python, "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    ) as process:
        if process.stdin and process.stderr:
            process.stdin.write(f"{distribution}=={version}")
            process.stdin.close()
            for line in process.stderr:
                if stated in line:
                    stated_by_uv.append(line.partition(stated)[2])
                elif stated_by_uv:
                    break
        process.terminate()
    if not stated_by_uv:
        raise SystemExit(f"uv tells no requirement of {distribution} {version}")
    for line in stated_by_uv:
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*([^;{]*)", line)
        if match and canonicalize_name(match[1]) == canonicalize_name(name):
            return SpecifierSet(match[2].strip().removesuffix("*"))
    return None


def wheel(distribution: str, version: Version) -> Path:
    """The path of a release's wheel, downloaded unless it is cached."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    if cached := _cached(distribution, version):
        return cached
    platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
    fixed = ("download", "--quiet", "--no-deps", "--ignore-requires-python", "--only-binary", ":all:")
    for python in reversed(PYTHONS):
        pip(*fixed, "--python-version", python, *platforms, "--dest", WHEELS, f"{distribution}=={version}")
        if cached := _cached(distribution, version):
            return cached
    raise SystemExit(f"pip downloads no wheel of {distribution} {version}")


def _cached(distribution: str, version: Version) -> Path | None:
    stem = canonicalize_name(distribution).replace("-", "_")
    return next(iter(sorted(WHEELS.glob(f"{stem}-{version}-*"))), None)


def sources(path: Path, keep: tuple[str, ...] = ("",)) -> Mapping[str, str]:
    """The Python files of a wheel below one of ``keep``, by their path in it. Nothing is unpacked."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(keep) and name.endswith(".py")]
        # Up to 2.1 TensorFlow's own modules lie beside the name they are imported by.
        return {name.replace("tensorflow_core/", "tensorflow/"): archive.read(name).decode("utf-8") for name in names}


def shrink(path: Path, keep: tuple[str, ...]) -> Path:
    """Replaces a large wheel by an archive of its Python files below ``keep`` alone."""
    if path.suffix == ".zip":
        return path
    small = path.with_suffix(".zip")
    with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sources(path, keep).items():
            archive.writestr(name, text)
    path.unlink()
    return small


def metadata(path: Path) -> str:
    """A wheel's METADATA."""
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(name).decode("utf-8")


def ask(python: Path, script: Path) -> dict[str, object]:
    """Runs a script in a foreign interpreter and returns the JSON that it prints."""
    answer = run(python, script)
    if answer.returncode:
        raise SystemExit(f"{python} {script}: {answer.stderr[-3000:]}")
    told: dict[str, object] = json.loads(answer.stdout.splitlines()[-1])
    return told
