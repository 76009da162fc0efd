"""Fetches what the knowledge tables are generated from: wheels, and what the registry says about a release.

Everything goes through pip and uv, as the machine has them configured. Wheels are kept in ``.cache/wheels``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / ".cache" / "wheels"
UV = Path(sys.executable).with_name("uv")

# uv speaks of 3.6 and later; older interpreters are outside what loadstone judges.
PYTHONS = tuple(f"3.{minor}" for minor in range(6, 15))
# Where a wheel keeps files that it puts beside its packages (its own, in the wheels of TensorFlow 1.13 and 1.14).
_DATA = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/")

LINUX = (
    "manylinux_2_27_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
)
OTHERS = ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "macosx_14_0_arm64", "macosx_14_0_x86_64", "win_amd64")

# What a wheel's platform tag begins and ends with, and what loadstone calls the platform.
TAGS = {
    ("manylinux", "_x86_64"): "linux-x86_64",
    ("manylinux", "_aarch64"): "linux-aarch64",
    ("macosx", "_x86_64"): "macos-x86_64",
    ("macosx", "_arm64"): "macos-arm64",
    ("win", "_amd64"): "windows-x86_64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of one release: the day of the first upload, and the CPythons that they can be installed on.

    ``wheels`` are the pairs of Python and platform that there is a wheel for; none where every file is pure Python.
    """

    released: dt.date
    pythons: tuple[str, ...]
    wheels: frozenset[tuple[str, str]]
    kind: str


def run(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command and returns what it said, whatever its exit status."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=environment)


def pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs pip of this interpreter."""
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


def _options(platforms: tuple[str, ...]) -> list[str]:
    return [option for platform in platforms for option in ("--platform", platform)]


@cache
def listed(distribution: str, *, sdists: bool = False) -> dict[Version, tuple[str, ...]]:
    """Every final release with a file for one of ``PYTHONS``, on any platform, oldest first; and for which Pythons."""
    found: dict[Version, list[str]] = {}
    binary = () if sdists else ("--only-binary", ":all:")
    for python in PYTHONS:
        asked = ("index", "versions", distribution, "--python-version", python)
        answer = pip(*asked, *_options(LINUX + OTHERS), *binary)
        told = re.search(r"^Available versions: (.*)$", answer.stdout, re.MULTILINE)
        for version in told[1].split(", ") if told else ():
            found.setdefault(Version(version), []).append(python)
    if not found:
        raise SystemExit(f"pip lists no release of {distribution}")
    return {version: tuple(found[version]) for version in sorted(found)}


def files(distribution: str, version: Version, pythons: tuple[str, ...]) -> Files:
    """The dates, Pythons and platforms of one release, that pip lists for ``pythons``.

    uv's lock in the pylock format (PEP 751) carries each file's name and upload time. A release is locked for the
    lowest Python that it admits, or the files for older ones would be left out. pip lists an installed release for
    every Python, uv knows better.
    """
    error = ""
    for position, python in enumerate(pythons):
        answer = run(
            *(UV, "pip", "compile", "--quiet", "--no-deps", "--universal", "--format", "pylock.toml"),
            *("--python-version", python, "-"),
            text=f"{distribution}=={version}",
        )
        if answer.returncode == 0:
            package = tomllib.loads(answer.stdout)["packages"][0]
            wheels = package.get("wheels", [])
            tagged = _tagged([wheel["url"].rpartition("/")[2] for wheel in wheels])
            return Files(
                released=min(file["upload-time"] for file in wheels or [package["sdist"]]).date(),
                pythons=tuple(p for p in PYTHONS if any(p == each for each, _ in tagged)) or pythons[position:],
                wheels=tagged,
                kind="any" if wheels else "sdist",
            )
        error = answer.stderr
    raise SystemExit(f"uv finds no file of {distribution} {version}: {error}")


def _tagged(names: list[str]) -> frozenset[tuple[str, str]]:
    """The Pythons and platforms that wheels are built for."""
    return frozenset(
        (f"3.{tag.interpreter[3:]}", platform)
        for name in names
        for tag in parse_wheel_filename(name)[3]
        for (start, end), platform in TAGS.items()
        if tag.platform.startswith(start) and tag.platform.endswith(end)
        if tag.interpreter.startswith("cp3") and f"3.{tag.interpreter[3:]}" in PYTHONS
    )


def requirement(
    distribution: str, version: Version, python: str, name: str, platform: str = "linux"
) -> SpecifierSet | None:
    """What a release's metadata requires of ``name`` on one platform, None when it does not.

    uv reads the metadata alone, not the whole wheel, and tells the requirements in its verbose log before it resolves
    them; it is stopped there.
    """
    stated = f"Adding transitive dependency for {distribution}=={version}: "
    stated_by_uv: list[str] = []
    with subprocess.Popen(
        (
            *(UV, "pip", "compile", "--verbose", "--no-header", "--python-version", python),
            *("--python-platform", platform, "-"),
        ),
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
                    process.terminate()
                    break
    if not stated_by_uv and process.returncode:
        raise SystemExit(f"uv tells no requirement of {distribution} {version}")
    for line in stated_by_uv:
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*([^;{]*)", line)
        if match and canonicalize_name(match[1]) == canonicalize_name(name):
            return SpecifierSet(match[2].strip().removesuffix("*"))
    return None


def wheel(distribution: str, version: Version) -> Path:
    """The path of a release's wheel, or of its source distribution without one; downloaded unless it is cached."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    if cached := _cached(distribution, version):
        return cached
    fixed = ("download", "--quiet", "--no-deps", "--ignore-requires-python", "--only-binary", ":all:")
    for python in reversed(PYTHONS):
        pip(*fixed, "--python-version", python, *_options(LINUX), "--dest", WHEELS, f"{distribution}=={version}")
        if cached := _cached(distribution, version):
            return cached
    pip(*fixed[:3], "--no-binary", ":all:", "--dest", WHEELS, f"{distribution}=={version}")
    if cached := _cached(distribution, version):
        return cached
    raise SystemExit(f"pip downloads no wheel of {distribution} {version}")


def _cached(distribution: str, version: Version) -> Path | None:
    stem = canonicalize_name(distribution).replace("-", "_")
    # Early releases spell their own name as it is spoken: Keras-2.3.1.
    found = (
        path
        for path in WHEELS.iterdir()
        if path.name.lower().startswith((f"{stem}-{version}-", f"{stem}-{version}.tar"))
    )
    return min(found, default=None)


def sources(path: Path, keep: tuple[str, ...] = ("",)) -> Mapping[str, str]:
    """The Python files of an archive below one of ``keep``, by their path in it. Nothing is unpacked."""
    if path.name.endswith(".tar.gz"):
        return {name: text for name, text in _sdist_sources(path) if name.startswith(keep)}
    with zipfile.ZipFile(path) as archive:
        placed = {name: _DATA.sub("", name) for name in archive.namelist() if name.endswith(".py")}
        # Up to 2.1 TensorFlow's own modules lie beside the name they are imported by.
        return {
            place.replace("tensorflow_core/", "tensorflow/"): archive.read(name).decode("utf-8")
            for name, place in placed.items()
            if place.startswith(keep)
        }


def _sdist_sources(path: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if name.endswith(".py") and (content := archive.extractfile(member)):
                yield name, content.read().decode("utf-8")


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
