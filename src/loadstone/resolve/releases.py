"""Which releases an era of the table is taken with: its own, or others that the user or the model asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone import knowledge
from loadstone.needs import ADDONS
from loadstone.resolve.distributions import needs_custom_ops
from loadstone.resolve.prescription import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from loadstone.knowledge.eras import Era, EraBuild
    from loadstone.resolve.fitting import Demand
    from loadstone.resolve.own import Own

_ANY = SpecifierSet()
_AFTER_RELEASE = timedelta(days=1)  # so that the day of a release counts whole
_EXACT = frozenset({"==", "==="})


#: From this release on Keras is independent of TensorFlow; before, each TensorFlow goes with one.
_FIRST_INDEPENDENT = Version("3")


def as_asked(era: Era, own: Own) -> Era | Rejected:
    """An era with the releases that the user wants: other patch releases of its TensorFlow, another Keras 3.

    What was not measured together has no pins.
    """
    stated = own.stack
    if not stated:
        return era
    wanted: dict[str, Version | None] = {}
    for name, (release, others) in _choices(era).items():
        wanted[name] = _nearest(release, others, stated.get(name, _ANY))
        if release is not None and wanted[name] is None:
            return Rejected(name=era.name, why=f"{own.source} asks for {name}{stated[name]}")
    tensorflow = wanted["tensorflow"] or era.tensorflow
    asked = replace(era, tensorflow=tensorflow, keras=wanted["keras"], tf_keras=wanted["tf-keras"])
    return era if asked == era else replace(asked, builds=tuple(replace(build, locked="") for build in era.builds))


def _choices(era: Era) -> dict[str, tuple[Version | None, tuple[Version, ...]]]:
    """By distribution, the release of an era, and those that could be taken in its place."""
    minor = era.tensorflow.release[:2]
    independent = era.keras is not None and era.keras >= _FIRST_INDEPENDENT
    keras = (each.version for each in knowledge.keras_releases() if independent and each.version >= _FIRST_INDEPENDENT)
    tensorflow = (each.version for each in knowledge.tensorflow_releases() if each.version.release[:2] == minor)
    tf_keras = (each.version for each in knowledge.tf_keras_releases() if each.version.release[:2] == minor)
    return {
        "tensorflow": (era.tensorflow, tuple(tensorflow)),
        "keras": (era.keras, tuple(keras)),
        "tf-keras": (era.tf_keras, tuple(tf_keras)),
    }


def _nearest(own: Version | None, releases: Iterable[Version], wanted: SpecifierSet) -> Version | None:
    """The era's own release, else the newest other one that is wanted."""
    if own is None or own in wanted:
        return own
    return max((each for each in releases if each in wanted), default=None)


def addons_of(asked: Demand, era: Era, builds: Sequence[EraBuild], own: Own) -> Version | Rejected | None:
    """The release of TensorFlow Addons to take: the era's own, or another one that was seen to go with its TensorFlow.

    None where the model needs none.
    """
    wishes = [each for each in asked.addons if not each.only_in_training] or list(asked.addons)
    if not wishes and not asked.needs.op_libraries:
        return None
    if era.addons is None:
        return Rejected(name=era.name, why="no release of TensorFlow Addons goes with it")
    stated = own.stack.get(ADDONS, _ANY)
    pythons = {build.python for build in builds}
    fitting = [
        release.version
        for release in knowledge.tfa_releases()
        if (not stated or release.version in stated)
        and pythons & set(release.pythons)
        and all(release.version in each.releases for each in wishes)
        and _goes_with(
            era,
            release.version,
            operators=needs_custom_ops(asked.needs, release.version),
            by_name=any(each.operator in _EXACT for each in stated),
        )
    ]
    if fitting:
        seen = (*(build.addons for build in builds), era.addons)
        return next((each for each in seen if each in fitting), fitting[-1])
    names = ", ".join(each.identity for each in wishes[:3]) or ", ".join(asked.needs.op_libraries)
    wanted = f" that {own.source} asks for" if str(stated) else ""
    return Rejected(name=era.name, why=f"no TensorFlow Addons for TensorFlow {era.tensorflow}{wanted} provides {names}")


def _goes_with(era: Era, addons: Version, *, operators: bool, by_name: bool) -> bool:
    """Whether a release imports there, and its compiled operators load where they are needed.

    The newest patch release of each minor release was tried, of those that declare the era's TensorFlow; it speaks for
    the others. Users who ask for a release by name get it, if it was not seen to fail at its import.
    """
    tried = next((trial for trial in era.trials if trial.addons.release[:2] == addons.release[:2]), None)
    if tried is None:
        return by_name
    return tried.imports and (tried.ops or by_name or not operators)


def day_of(era: Era, build: EraBuild, addons: Version | None) -> date:
    """The day as of which the rest is chosen: the build's own, or when the last of the main releases was there."""
    main = (
        (knowledge.tensorflow_releases(), era.tensorflow),
        (knowledge.keras_releases(), era.keras),
        (knowledge.tf_keras_releases(), era.tf_keras),
        (knowledge.tfa_releases(), addons),
    )
    released = (each.released for releases, wanted in main for each in releases if each.version == wanted)
    return max(build.as_of, *(day + _AFTER_RELEASE for day in released))
