"""What a file asks of releases, worked out once, and whether releases meet it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.needs import addons_releases, conditions, infer, is_standalone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.artifact import Artifact
    from loadstone.needs import Condition, Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An object of TensorFlow Addons that the file names, and the releases that have it with its settings."""

    identity: str
    releases: frozenset[Version]
    only_in_training: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a file asks of an environment.

    Attributes:
        needs: what was inferred.
        conditions: what that says about releases.
        addons: the objects of TensorFlow Addons among them.
        standalone: whether the package ``keras`` of the time before it was TensorFlow's own wrote the file.
    """

    needs: Needs
    conditions: tuple[Condition, ...]
    addons: tuple[Wish, ...]
    standalone: bool

    @property
    def about_writer(self) -> tuple[Condition, ...]:
        """The conditions that tell what wrote the file."""
        return tuple(each for each in self.conditions if not each.must)


def demand(artifact: Artifact, needs: Needs | None = None) -> Demand:
    """What a file asks of an environment; ``needs`` are the model's, where they were inferred before."""
    needs = infer(artifact) if needs is None else needs
    wishes = tuple(
        Wish(identity=need.identity, releases=frozenset(releases), only_in_training=need.only_in_training)
        for need in needs.objects
        if (releases := addons_releases(need))
    )
    told = conditions(artifact, needs)
    return Demand(needs=needs, conditions=told, addons=wishes, standalone=is_standalone(artifact, needs.writers))


def fits(distribution: str, release: Version, conditions: Iterable[Condition], *, minor_only: bool = False) -> bool:
    """Whether a release meets every condition on its distribution.

    ``minor_only`` takes a stated release for any patch release of the same minor release.
    """
    return all(
        release in _loosened(each.versions, minor_only=minor_only)
        for each in conditions
        if each.distribution == distribution
    )


def _loosened(versions: SpecifierSet, *, minor_only: bool) -> SpecifierSet:
    if not minor_only:
        return versions
    loosened = []
    for each in versions:
        if each.operator in {"==", "==="} and "*" not in each.version:
            stated = Version(each.version)
            loosened.append(f"=={stated.major}.{stated.minor}.*")
        else:
            loosened.append(str(each))
    return SpecifierSet(",".join(loosened))
