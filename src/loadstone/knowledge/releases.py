"""When each release of TensorFlow and of TensorFlow Addons came out, for which Pythons, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.knowledge.tables import read


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorFlowRelease:
    """A final release of TensorFlow.

    Attributes:
        version: 1.13.1 and later.
        released: the day of its first upload.
        pythons: the CPythons it has wheels for, on any platform, oldest first; those before 3.6 are left out.
        keras: what it requires of the ``keras`` distribution; None when Keras is bundled (up to 2.5).
    """

    version: Version
    released: date
    pythons: tuple[str, ...]
    keras: SpecifierSet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TfaRelease:
    """A release of TensorFlow Addons.

    Attributes:
        version: 0.5.0 and later, the ones for TensorFlow 2.
        released: the day of its first upload.
        pythons: the CPythons it has wheels for, on any platform, oldest first; those before 3.6 are left out.
        tensorflow: the window that the release itself declares, in the check that it makes at its import or, without
            one, in its requirements. Early releases declare no upper bound, though they have one.
    """

    version: Version
    released: date
    pythons: tuple[str, ...]
    tensorflow: SpecifierSet

    @property
    def python_specifier(self) -> SpecifierSet:
        """``pythons`` as a specifier: ``>=3.9,<3.12``."""
        first, last = Version(self.pythons[0]), Version(self.pythons[-1])
        return SpecifierSet(f">={first},<{last.major}.{last.minor + 1}")


@cache
def tensorflow_releases() -> tuple[TensorFlowRelease, ...]:
    """Every final release of TensorFlow since 1.13.1, lowest version first."""
    return tuple(
        TensorFlowRelease(
            version=Version(version),
            released=date.fromisoformat(released),
            pythons=tuple(pythons.split()),
            keras=None if keras is None else SpecifierSet(keras),
        )
        for version, (released, pythons, keras) in read("releases")["tensorflow"].items()
    )


@cache
def tfa_releases() -> tuple[TfaRelease, ...]:
    """Every release of TensorFlow Addons since 0.5.0, lowest version first."""
    return tuple(
        TfaRelease(
            version=Version(version),
            released=date.fromisoformat(released),
            pythons=tuple(pythons.split()),
            tensorflow=SpecifierSet(tensorflow),
        )
        for version, (released, pythons, tensorflow) in read("releases")["tensorflow-addons"].items()
    )
