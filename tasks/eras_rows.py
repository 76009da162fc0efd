"""Which eras there are: each TensorFlow minor release with its Addons, its Keras and its Pythons."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.knowledge import TensorFlowRelease, TfaRelease, tensorflow_releases, tfa_releases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The first releases of Addons declare no upper bound. They were built and tested against one TensorFlow each, as their
# own notes say; what the later ones declare is what they were tested against.
TESTED = {
    "0.5": SpecifierSet("==2.0.*"),
    "0.6": SpecifierSet("==2.0.*"),
    "0.7": SpecifierSet("==2.1.*"),
    "0.8": SpecifierSet("==2.1.*"),
}

# The Keras of each TensorFlow that does not carry its own copy: up to 2.15 the one release that it accepts; from 2.16
# on the newest one at that time which still had wheels for every Python of that TensorFlow.
KERAS = {
    "2.6": "2.6.0",
    "2.7": "2.7.0",
    "2.8": "2.8.0",
    "2.9": "2.9.0",
    "2.10": "2.10.0",
    "2.11": "2.11.0",
    "2.12": "2.12.0",
    "2.13": "2.13.1",
    "2.14": "2.14.0",
    "2.15": "2.15.0",
    "2.16": "3.4.1",
    "2.17": "3.6.0",
    "2.18": "3.9.0",
    "2.19": "3.10.0",
    "2.20": "3.10.0",
    "2.21": "3.12.1",
}
TF_KERAS = {
    "2.16": "2.16.0",
    "2.17": "2.17.0",
    "2.18": "2.18.0",
    "2.19": "2.19.0",
    "2.20": "2.20.1",
    "2.21": "2.21.0",
}
LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
STANDALONE_BACKEND = {"KERAS_BACKEND": "tensorflow"}  # whatever a settings file of the user says

# Keras as a distribution of its own, where it is not the one that TensorFlow asks for: TensorFlow, Keras, and the day
# of the later of the two.
STANDALONE = (
    ("1.13", "1.2.2", dt.date(2019, 7, 16)),
    ("1.13", "2.2.4", dt.date(2019, 7, 16)),
    ("1.15", "2.3.1", dt.date(2021, 1, 6)),
    ("2.21", "3.15.1", dt.date(2026, 11, 20)),
)

# tensorflow-cpu has every release since 2.1 (and 1.15.0, which is not the newest of 1.15). The Addons for 2.1 compute
# their activations with their operator library, which loads beside the whole TensorFlow only.
_FIRST_CPU = Version("2.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One era, before anything of it was tried.

    Attributes:
        name: as the table calls it.
        tensorflow: the newest patch release of a minor release.
        addons: the releases of Addons that are for it, newest first.
        keras: the distribution's release that answers.
        tf_keras: the release of tf-keras that answers.
        distribution: the smallest distribution of that TensorFlow that everything else in the era accepts.
        since: the day of the latest of the releases named, Addons apart.
        pythons: with wheels of TensorFlow, newest first.
        variables: set whenever it runs.
    """

    name: str
    tensorflow: TensorFlowRelease
    addons: tuple[TfaRelease, ...] = ()
    keras: str | None = None
    tf_keras: str | None = None
    distribution: str
    since: dt.date
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def pythons(self) -> tuple[str, ...]:
        """The Pythons that TensorFlow has wheels for, newest first."""
        return self.tensorflow.pythons[::-1]

    def requirements(self, addons: TfaRelease | None, distribution: str | None = None) -> tuple[str, ...]:
        """What is asked for by name."""
        wanted = {
            distribution or self.distribution: str(self.tensorflow.version),
            "tensorflow-addons": None if addons is None else str(addons.version),
            "keras": self.keras,
            "tf-keras": self.tf_keras,
        }
        return tuple(f"{name}=={version}" for name, version in wanted.items() if version is not None)

    def earliest(self, addons: TfaRelease | None) -> dt.date:
        """The first day on which everything named was there."""
        return self.since if addons is None else max(self.since, addons.released)


def rows() -> tuple[Row, ...]:
    """Every era, the oldest TensorFlow first."""
    return tuple(sorted(_rows(), key=lambda row: (row.tensorflow.version, row.name)))


def _rows() -> Iterator[Row]:
    newest = {f"{each.version.major}.{each.version.minor}": each for each in tensorflow_releases()}
    for minor, release in newest.items():
        plain = Row(
            name=f"tf{minor}",
            tensorflow=release,
            addons=_addons(release.version),
            keras=KERAS.get(minor),
            distribution="tensorflow-cpu" if release.version >= _FIRST_CPU else "tensorflow",
            since=release.released,
        )
        yield plain
        if minor in TF_KERAS:
            yield Row(
                name=f"tf{minor}-tf_keras",
                tensorflow=release,
                tf_keras=TF_KERAS[minor],
                distribution="tensorflow",  # tf-keras requires it by this name
                since=release.released,
                variables=LEGACY,
            )
    for minor, keras, since in STANDALONE:
        short = ".".join(keras.split(".")[:2])
        distribution = "tensorflow-cpu" if newest[minor].version >= _FIRST_CPU else "tensorflow"
        name = f"tf{minor}-keras{short}"
        yield Row(
            name=name,
            tensorflow=newest[minor],
            keras=keras,
            distribution=distribution,
            since=since,
            variables=STANDALONE_BACKEND,
        )


def _addons(tensorflow: Version) -> tuple[TfaRelease, ...]:
    """The newest release of each minor release of Addons that is for a TensorFlow, newest first."""
    fitting: dict[str, TfaRelease] = {}
    for each in tfa_releases():
        minor = f"{each.version.major}.{each.version.minor}"
        if tensorflow in TESTED.get(minor, each.tensorflow):
            fitting[minor] = each
    return tuple(reversed(fitting.values()))
