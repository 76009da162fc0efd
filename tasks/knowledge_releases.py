"""When each release of a distribution came out, what its files run on, and what it requires of its counterpart."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tasks import knowledge_fetch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.specifiers import SpecifierSet

    from tasks.knowledge_fetch import Files

Entry = list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What is asked of one distribution: its releases from ``oldest`` on, and their requirement of ``counterpart``."""

    name: str
    oldest: Version
    counterpart: str
    sdists: bool = False
    platform: str = "linux"


COLUMNS = 4

DISTRIBUTIONS = (
    Distribution(name="tensorflow", oldest=Version("1.13.1"), counterpart="keras"),
    Distribution(name="tensorflow-cpu", oldest=Version("1.13.1"), counterpart="keras"),
    Distribution(name="tensorflow-macos", oldest=Version("2.5.0"), counterpart="keras", platform="macos"),
    Distribution(name="keras", oldest=Version("1.0.0"), counterpart="tensorflow", sdists=True),
    Distribution(name="tf-keras", oldest=Version("2.14.0"), counterpart="tensorflow"),
    Distribution(name="tensorflow-addons", oldest=Version("0.5.0"), counterpart="tensorflow"),
)


def releases(
    distribution: Distribution, known: Mapping[str, Entry], windows: Mapping[Version, SpecifierSet]
) -> dict[str, Entry]:
    """The releases of a distribution, by version.

    ``known`` were told before: a release's date, files and requirements are facts of the past and not asked for
    again. ``windows`` are the requirements that are known better than from the metadata.
    """
    told = {version: entry for version, entry in known.items() if len(entry) == COLUMNS}
    listed = knowledge_fetch.listed(distribution.name, sdists=distribution.sdists)
    for version, pythons in listed.items():
        # A post-release is the same release, built again for one platform.
        if version < distribution.oldest or version.is_postrelease or str(version) in told:
            continue
        print(f"asking for {distribution.name} {version}", file=sys.stderr, flush=True)
        files = knowledge_fetch.files(distribution.name, version, pythons)
        needed = windows.get(version) or knowledge_fetch.requirement(
            distribution.name, version, files.pythons[-1], distribution.counterpart, distribution.platform
        )
        told[str(version)] = entry(files, needed)
    return {str(version): told[str(version)] for version in sorted(map(Version, told))}


def entry(files: Files, requirement: SpecifierSet | None) -> Entry:
    """A release as ``loadstone.knowledge.tables`` documents it."""
    stated = None if requirement is None else ",".join(sorted(map(str, requirement), reverse=True))
    return [files.released.isoformat(), " ".join(files.pythons), stated, " ".join(_platforms(files))]


def _platforms(files: Files) -> list[str]:
    """The platforms, each with the Pythons that it lacks: ``macos-arm64!3.8!3.9``."""
    if not files.wheels:
        return [files.kind]
    return [
        "!".join([platform, *(python for python in files.pythons if (python, platform) not in files.wheels)])
        for platform in sorted({platform for _, platform in files.wheels})
    ]
