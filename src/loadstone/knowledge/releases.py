"""When each release came out, for which Pythons and platforms, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.knowledge.tables import read

if TYPE_CHECKING:
    from collections.abc import Iterator

PLATFORMS = ("linux-aarch64", "linux-x86_64", "macos-arm64", "macos-x86_64", "windows-x86_64")

# What stands in the place of platforms: a wheel of pure Python, or no wheel at all.
ANY, SDIST = "any", "sdist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A final release of a distribution.

    Attributes:
        version: its version.
        released: the day of its first upload.
        pythons: the CPythons it has wheels for, on any platform, oldest first; those before 3.6 are left out. Of a
            release of pure Python, those that its metadata admits, which says little: the first releases admit all.
        platforms: the platforms it has wheels for, of ``PLATFORMS``; all for pure Python.
        lacking: the pairs of one of ``pythons`` and one of ``platforms`` that it has no wheel for.
    """

    version: Version
    released: date
    pythons: tuple[str, ...]
    platforms: tuple[str, ...] = PLATFORMS
    lacking: frozenset[tuple[str, str]] = frozenset()

    def installs_on(self, python: str, platform: str) -> bool:
        """Whether it has a file for a CPython (``3.8``) on a platform (``linux-x86_64``)."""
        return python in self.pythons and platform in self.platforms and (python, platform) not in self.lacking

    @property
    def python_specifier(self) -> SpecifierSet:
        """``pythons`` as a specifier: ``>=3.9,<3.12``."""
        first, last = Version(self.pythons[0]), Version(self.pythons[-1])
        return SpecifierSet(f">={first},<{last.major}.{last.minor + 1}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorFlowRelease(Release):
    """A final release of TensorFlow, as one of the distributions ``tensorflow``, ``-cpu`` and ``-macos``.

    Attributes:
        keras: what it requires of the ``keras`` distribution itself; None when Keras is bundled (up to 2.5), and for
            ``tensorflow-macos`` from 2.15.1 on, which only passes on another distribution.
    """

    keras: SpecifierSet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasRelease(Release):
    """A final release of the ``keras`` or the ``tf-keras`` distribution, which are pure Python.

    Attributes:
        tensorflow: what it requires of the ``tensorflow`` distribution; None when nothing.
        wheel: whether it has one. Without, it is built from its source distribution.
    """

    tensorflow: SpecifierSet | None
    wheel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TfaRelease(Release):
    """A release of TensorFlow Addons; 0.5.0 and later, the ones for TensorFlow 2.

    Attributes:
        tensorflow: the window that the release itself declares, in the check that it makes at its import or, without
            one, in its requirements. Early releases declare no upper bound, though they have one.
    """

    tensorflow: SpecifierSet


@cache
def tensorflow_releases(distribution: str = "tensorflow") -> tuple[TensorFlowRelease, ...]:
    """Every final release of TensorFlow since 1.13.1, lowest version first.

    ``distribution`` may also be ``tensorflow-cpu`` or ``tensorflow-macos``, which do not have all of them. A
    post-release counts as the release that it repeats.
    """
    return tuple(TensorFlowRelease(keras=required, **fields) for fields, required, _ in _entries(distribution))


@cache
def keras_releases() -> tuple[KerasRelease, ...]:
    """Every final release of ``keras`` since 1.0.0, lowest version first."""
    return _keras("keras")


@cache
def tf_keras_releases() -> tuple[KerasRelease, ...]:
    """Every final release of ``tf-keras``, lowest version first."""
    return _keras("tf-keras")


def _keras(distribution: str) -> tuple[KerasRelease, ...]:
    return tuple(
        KerasRelease(tensorflow=required, wheel=kind != SDIST, **fields)
        for fields, required, kind in _entries(distribution)
    )


@cache
def tfa_releases() -> tuple[TfaRelease, ...]:
    """Every release of TensorFlow Addons since 0.5.0, lowest version first."""
    return tuple(
        TfaRelease(tensorflow=required or SpecifierSet(), **fields)
        for fields, required, _ in _entries("tensorflow-addons")
    )


def _entries(distribution: str) -> Iterator[tuple[dict[str, Any], SpecifierSet | None, str]]:
    """Each release's common fields, its requirement, and what is said of its platforms."""
    for version, (released, pythons, required, platforms) in read("releases")[distribution].items():
        fields: dict[str, Any] = {
            "version": Version(version),
            "released": date.fromisoformat(released),
            "pythons": tuple(pythons.split()),
        }
        if platforms not in {ANY, SDIST}:
            stated = [platform.split("!") for platform in platforms.split()]
            fields["platforms"] = tuple(platform for platform, *_ in stated)
            fields["lacking"] = frozenset((python, platform) for platform, *gone in stated for python in gone)
        yield fields, None if required is None else SpecifierSet(required), platforms
