"""What a file says that an environment holds, and the environments that it may stand for.

A lock names every release; a requirements file often names a range and leaves the rest to the day on which it is
installed. So a description stands for one environment or for several, which are judged one by one: where they do not
agree, the answer is *unknown*, and the pins that would decide it are known too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone import knowledge
from loadstone.environment.values import TENSORFLOW_DISTRIBUTIONS, Environment, Target, bundled_keras

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.markers import Marker

ANY = SpecifierSet()

#: The CPythons that are considered where a description does not name one.
PYTHONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")

#: Patch releases of a Python that are tried against a range; none has more.
_PATCHES = range(40)

#: Environments that one description is taken for at most; of more, the first and the last of each kind count.
MOST = 400

#: What every TensorFlow requires: a list of pins that has these was made from an environment, and is the whole of it.
_OF_EVERY_TENSORFLOW = frozenset({"absl-py", "numpy", "protobuf"})

_ADDONS = "tensorflow-addons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One distribution that a description names.

    Attributes:
        name: its canonical name (PEP 503).
        versions: the releases that it may be; of all, where it does not tell.
        marker: the environments that it is for, None for all.
    """

    name: str
    versions: SpecifierSet = ANY
    marker: Marker | None = None

    @classmethod
    def of(cls, name: str, version: Version) -> Wanted:
        """One release."""
        return cls(name=name, versions=SpecifierSet(f"=={version}"))

    @property
    def pin(self) -> Version | None:
        """The one release that is named, None where there is a choice."""
        exact = [each.version for each in self.versions if each.operator in {"==", "==="} and "*" not in each.version]
        return Version(exact[0]) if len(exact) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a file says about an environment.

    Attributes:
        source: the file, as it was given.
        wanted: the distributions that it names.
        python: the releases of Python that it may have; of all, where it does not tell.
        whole: whether nothing else is installed.
        platform: as ``sys.platform`` names it.
        machine: as ``platform.machine()`` names it.
        variables: environment variables that belong to it.
        notes: what was left out while it was read, as sentences.
    """

    source: str
    wanted: tuple[Wanted, ...]
    python: SpecifierSet = ANY
    whole: bool = False
    platform: str = "linux"
    machine: str = "x86_64"
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """The environments that a description may stand for, the newest first.

    Attributes:
        source: the description.
        environments: at least one.
        notes: as in `Described`.
    """

    source: str
    environments: tuple[Environment, ...]
    notes: tuple[str, ...] = ()


def is_whole(wanted: Sequence[Wanted]) -> bool:
    """Whether distributions are all of an environment: each one pinned, and what TensorFlow requires among them."""
    names = {each.name for each in wanted}
    return names >= _OF_EVERY_TENSORFLOW and all(each.pin is not None for each in wanted)


def alternatives(described: Described) -> Alternatives:
    """The environments that a description may stand for: by the releases that the choice of a loader depends on."""
    found = tuple(_worlds(described))
    if len(found) > MOST:
        step = len(found) / MOST
        found = (*(found[int(number * step)] for number in range(MOST - 1)), found[-1])
    return Alternatives(source=described.source, environments=found, notes=described.notes)


def _worlds(described: Described) -> Iterator[Environment]:
    named = {each.name: each for each in described.wanted}
    distribution = next((name for name in TENSORFLOW_DISTRIBUTIONS if name in named), None)
    for tensorflow in _tensorflows(named, distribution):
        for python in _pythons(described, tensorflow):
            applying = _applying(described, python)
            for stack in _stacks(applying, tensorflow, python, whole=described.whole):
                name = distribution if distribution in applying else "tensorflow"
                yield _environment(described, python, applying, {**stack, **({name: tensorflow} if tensorflow else {})})


def _environment(
    described: Described, python: str, named: Mapping[str, Wanted], stack: Mapping[str, Version]
) -> Environment:
    pins = {name: pin for name, each in named.items() if (pin := each.pin) is not None}
    known = {**pins, **stack}
    return Environment(
        python=Version(f"{python}.0"),
        platform=described.platform,
        machine=described.machine,
        distributions=MappingProxyType(dict(sorted(known.items()))),
        ranges=MappingProxyType({name: each.versions for name, each in named.items() if name not in known}),
        whole=described.whole,
        variables=described.variables,
        origin=Target(name=described.source),
    )


def _applying(described: Described, python: str) -> dict[str, Wanted]:
    """What a description names for one Python, by name; of several for one name, all have to hold."""
    values = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": described.platform,
        "platform_machine": described.machine,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}.get(described.platform, ""),
        "os_name": "nt" if described.platform == "win32" else "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    found: dict[str, Wanted] = {}
    for each in described.wanted:
        if each.marker is None or each.marker.evaluate(values):
            before = found.get(each.name)
            found[each.name] = (
                each if before is None else Wanted(name=each.name, versions=before.versions & each.versions)
            )
    return found


def _tensorflows(named: Mapping[str, Wanted], distribution: str | None) -> list[Version | None]:
    """The releases of TensorFlow that there may be, the newest of each minor release, newest first."""
    if distribution is not None:
        wanted = named[distribution]
        every = [each.version for each in knowledge.tensorflow_releases()]
        return [wanted.pin] if wanted.pin else [*_newest_of_minors(every, wanted.versions)] or [None]
    if "tf-keras" in named:  # which requires it
        releases = knowledge.tf_keras_releases()
        bounds = [
            each.tensorflow for each in releases if each.version in named["tf-keras"].versions and each.tensorflow
        ]
        every = [each.version for each in knowledge.tensorflow_releases() if any(each.version in b for b in bounds)]
        return [*_newest_of_minors(every, ANY)] or [None]
    return [None]


def _pythons(described: Described, tensorflow: Version | None) -> list[str]:
    """The Pythons that there may be: the newest and the oldest of those that TensorFlow has wheels for."""
    admitted = [python for python in PYTHONS if any(f"{python}.{patch}" in described.python for patch in _PATCHES)]
    release = next((each for each in knowledge.tensorflow_releases() if each.version == tensorflow), None)
    fitting = (
        [python for python in admitted if release is None or python in release.pythons] or admitted or [PYTHONS[-1]]
    )
    return list(dict.fromkeys((fitting[-1], fitting[0])))


def _stacks(
    named: Mapping[str, Wanted], tensorflow: Version | None, python: str, *, whole: bool
) -> Iterator[dict[str, Version]]:
    """The releases of Keras, tf-keras and Addons that may go with a TensorFlow, the newest first."""
    choices = {
        "keras": _kerases(named, tensorflow, whole=whole),
        "tf-keras": _releases(named.get("tf-keras"), _of_tf_keras(tensorflow)),
        _ADDONS: _releases(
            named.get(_ADDONS), [each.version for each in knowledge.tfa_releases() if python in each.pythons]
        ),
    }
    for combination in product(*choices.values()):
        yield {name: version for name, version in zip(choices, combination, strict=True) if version is not None}


def _kerases(named: Mapping[str, Wanted], tensorflow: Version | None, *, whole: bool) -> list[Version | None]:
    """The releases of the distribution ``keras``: what is named, within what TensorFlow requires of it."""
    wanted = named.get("keras")
    release = next((each for each in knowledge.tensorflow_releases() if each.version == tensorflow), None)
    bound = None if release is None else release.keras
    if wanted is None and (whole or bound is None or (tensorflow is not None and bundled_keras(tensorflow))):
        return [None]
    if wanted is not None and wanted.pin:
        return [wanted.pin]
    versions = (wanted.versions if wanted else ANY) & (bound if bound is not None else ANY)
    every = [each.version for each in knowledge.keras_releases()]
    return [*_newest_of_minors(every, versions)] or [None]


def _of_tf_keras(tensorflow: Version | None) -> list[Version]:
    return [
        each.version
        for each in knowledge.tf_keras_releases()
        if tensorflow is None or each.version.release[:2] == tensorflow.release[:2]
    ]


def _releases(wanted: Wanted | None, releases: Sequence[Version]) -> list[Version | None]:
    """What is named of a distribution; None, which is not installed, where it is not named."""
    if wanted is None:
        return [None]
    return [wanted.pin] if wanted.pin else [*_newest_of_minors(releases, wanted.versions)] or [None]


def _newest_of_minors(releases: Sequence[Version], wanted: SpecifierSet) -> Iterator[Version]:
    """The newest release of each minor release, newest first."""
    newest: dict[tuple[int, ...], Version] = {}
    for version in sorted(releases):
        if version in wanted:
            newest[version.release[:2]] = version
    yield from reversed(newest.values())
