"""What each era was: TensorFlow, TensorFlow Addons and Keras of one time, complete pins, and what was measured of them.

The table is ``data/eras.json``, written by ``tasks/eras.py``, which builds each environment and tries it. Its format::

    {"generated": "2026-11-22",
     "eras": {"tf2.8": {"tensorflow": "2.8.4", "addons": "0.16.1", "keras": "2.8.0", "tf_keras": null,
                        "distribution": "tensorflow-cpu", "variables": {},
                        "trials": [["0.18.0", true, false], ["0.17.1", true, false], ["0.16.1", true, true]],
                        "builds": {"3.10": {"as_of": "2022-11-19",
                                            "pins": "absl-py==1.3.0 astunparse==1.6.3 ...",
                                            "measured": ["2026-11-22", true, true, true, true, true, true,
                                                         9.1, 1042, null]}}}}}

The values of ``measured`` are those of `Measured`, in order, those of a trial are those of `AddonsTrial`; null stands
for what was not measured. Eras are in the
order of their releases, and the Python that is recommended for an era comes first. The file is parsed at the first
question to it, and once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from loadstone.knowledge.tables import read

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = "tensorflow"
_CPU = "tensorflow-cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was seen of one environment, on one day, on Linux x86-64 without a GPU.

    Attributes:
        on: the day.
        builds: its pins resolve, and install from what the package index still serves.
        tensorflow: ``import tensorflow`` works; None when it was not tried, here and below.
        keras: the Keras of the era can be imported: ``tensorflow.keras``, or ``keras`` or ``tf_keras`` as a
            distribution of its own.
        addons: ``import tensorflow_addons`` works; None where the era has no Addons.
        addons_ops: every custom operator library of Addons loads, beside the distribution ``tensorflow``. (Most do not
            load beside ``tensorflow-cpu``.)
        fixture: models that were saved in that era load and give their recorded outputs within 1e-5. (Of Keras 3,
            models of the newest release up to the era's own that any were saved by.)
        seconds: of resolving and installing, with everything downloaded before.
        megabytes: 10^6 bytes of the whole environment on disk.
        why: in words, what failed; None when nothing did.
    """

    on: date
    builds: bool
    tensorflow: bool | None
    keras: bool | None
    addons: bool | None
    addons_ops: bool | None
    fixture: bool | None
    seconds: float
    megabytes: int
    why: str | None

    @property
    def works(self) -> bool:
        """Whether everything that was tried worked; Addons' custom operators apart, which few models need."""
        return self.builds and False not in {self.tensorflow, self.keras, self.addons, self.fixture}


@dataclass(frozen=True, slots=True, kw_only=True)
class EraBuild:
    """An era on one Python.

    Attributes:
        python: its minor release: ``3.8``.
        as_of: no package of it was released later than this day.
        locked: everything in it, ``name==version`` with canonical names, sorted and separated by blanks; empty where
            it was not resolved, or cannot be.
        measured: what was seen of it; None when it was not built.
    """

    python: str
    as_of: date
    locked: str
    measured: Measured | None

    @property
    def pins(self) -> tuple[tuple[str, Version], ...]:
        """``locked`` as names and versions. There are thousands in the table, so they are parsed when asked for."""
        return _pins(self.locked)

    @property
    def addons(self) -> Version | None:
        """The release of TensorFlow Addons in it: the best for the era of those that have wheels for this Python."""
        return dict(self.pins).get("tensorflow-addons")

    def pins_for(self, *, custom_ops: bool) -> tuple[tuple[str, Version], ...]:
        """The pins, with ``tensorflow`` for ``tensorflow-cpu`` where Addons' custom operators are needed."""
        if not custom_ops:
            return self.pins
        return tuple(sorted((_PLAIN if name == _CPU else name, version) for name, version in self.pins))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddonsTrial:
    """A release of Addons in an era, beside the distribution ``tensorflow`` on the newest Python of both.

    Attributes:
        addons: the newest patch release of a minor release that declares this TensorFlow.
        imports: ``import tensorflow_addons`` works.
        ops: all its custom operator libraries load, and one operator gives its documented result. They are built
            against one minor release of TensorFlow, whatever the release declares.
    """

    addons: Version
    imports: bool
    ops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """The newest patch release of a TensorFlow minor release, with the best Addons and one Keras for it.

    Attributes:
        name: ``tf2.8``, ``tf2.16-tf_keras``, ``tf1.15-keras2.3``.
        tensorflow: its release.
        addons: the newest release of TensorFlow Addons whose custom operators load there, too; None where no release
            fits, or none is wanted.
        keras: the release of the distribution ``keras`` that answers; None where TensorFlow's own copy answers (up to
            2.5) or tf-keras does.
        tf_keras: the release of tf-keras; None in the other eras.
        distribution: ``tensorflow-cpu``, or ``tensorflow`` where that release has no smaller one for Linux.
        variables: the environment variables that belong to the era.
        trials: each minor release of Addons that declares this TensorFlow, as it was tried, the newest first.
        builds: the era on each Python that it has wheels for, the recommended Python first.
    """

    name: str
    tensorflow: Version
    addons: Version | None
    keras: Version | None
    tf_keras: Version | None
    distribution: str
    variables: Mapping[str, str]
    trials: tuple[AddonsTrial, ...]
    builds: tuple[EraBuild, ...]

    @property
    def as_of(self) -> date:
        """The day as of which the recommended build was resolved."""
        return self.builds[0].as_of

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is asked for by name: ``tensorflow-cpu==2.8.4``, ``tensorflow-addons==0.18.0``, ``keras==2.8.0``."""
        return self.requirements_for(custom_ops=False)

    def requirements_for(self, *, custom_ops: bool) -> tuple[str, ...]:
        """The same, with ``tensorflow`` for ``tensorflow-cpu`` where Addons' custom operators are needed."""
        wanted = {
            _PLAIN if custom_ops else self.distribution: self.tensorflow,
            "tensorflow-addons": self.addons,
            "keras": self.keras,
            "tf-keras": self.tf_keras,
        }
        return tuple(f"{name}=={version}" for name, version in wanted.items() if version is not None)


@cache
def eras() -> tuple[Era, ...]:
    """Every era, the oldest TensorFlow first."""
    return tuple(_era(name, row) for name, row in read("eras")["eras"].items())


def _era(name: str, row: Mapping[str, Any]) -> Era:
    return Era(
        name=name,
        tensorflow=_version(row["tensorflow"]),
        addons=_optional(row["addons"]),
        keras=_optional(row["keras"]),
        tf_keras=_optional(row["tf_keras"]),
        distribution=row["distribution"],
        variables=MappingProxyType(row["variables"]),
        trials=tuple(
            AddonsTrial(addons=_version(version), imports=imports, ops=ops) for version, imports, ops in row["trials"]
        ),
        builds=tuple(_build(python, build) for python, build in row["builds"].items()),
    )


def _build(python: str, build: Mapping[str, Any]) -> EraBuild:
    return EraBuild(
        python=python,
        as_of=date.fromisoformat(build["as_of"]),
        locked=build["pins"],
        measured=None if build["measured"] is None else _measured(*build["measured"]),
    )


def _measured(on: str, *seen: Any) -> Measured:
    names = Measured.__slots__[1:]
    return Measured(on=date.fromisoformat(on), **dict(zip(names, seen, strict=True)))


def _optional(text: str | None) -> Version | None:
    return None if text is None else _version(text)


@cache
def _pins(locked: str) -> tuple[tuple[str, Version], ...]:
    pins = (pin.partition("==") for pin in locked.split())
    return tuple((name, _version(version)) for name, _, version in pins)


@cache
def _version(text: str) -> Version:
    """A version; each of them is pinned in many builds."""
    return Version(text)
