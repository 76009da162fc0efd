"""Environments by the name of a generation, or by a few requirements: what there would be if they were installed."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from loadstone import knowledge
from loadstone.environment.described import Alternatives, Described, Wanted, alternatives
from loadstone.environment.values import TENSORFLOW_DISTRIBUTIONS
from loadstone.errors import ProbeError

if TYPE_CHECKING:
    from packaging.version import Version

#: The generations, each as the requirements and the variables that give its newest release.
_NAMED = {
    "keras3": (("tensorflow", "keras"), {}),
    "tf-keras": (("tensorflow", "tf-keras"), {"TF_USE_LEGACY_KERAS": "1"}),
}


def target(name: str) -> Alternatives:
    """The environments of a generation, or of requirements (PEP 508) without blanks, separated by blanks.

    ``keras3`` and ``tf-keras`` are the newest releases; ``tensorflow==2.8.* tensorflow-addons`` is what goes with both.

    Raises:
        ProbeError: it is neither.
    """
    if name.lower() in _NAMED:
        return _of_generation(name.lower())
    try:
        stated = [Requirement(each) for each in name.split()]
    except InvalidRequirement as problem:
        raise ProbeError(
            f"{name!r} is no target: {', '.join(_NAMED)} are, and requirements such as 'tensorflow==2.8.*'"
        ) from problem
    wanted = tuple(Wanted(name=canonicalize_name(each.name), versions=each.specifier) for each in stated)
    if not {*TENSORFLOW_DISTRIBUTIONS, "keras", "tf-keras"} & {each.name for each in wanted}:
        raise ProbeError(f"{name!r} is no target: it names neither TensorFlow nor Keras")
    # A target is what works: packages below the bounds that no metadata states are taken for granted.
    return _whole(alternatives(Described(source=name, wanted=wanted)))


def _of_generation(name: str) -> Alternatives:
    distributions, variables = _NAMED[name]
    newest = {"tensorflow": _newest(knowledge.tensorflow_releases()), "keras": _newest(knowledge.keras_releases())}
    newest["tf-keras"] = _newest(knowledge.tf_keras_releases())
    wanted = tuple(Wanted.of(each, newest[each]) for each in distributions)
    found = alternatives(Described(source=name, wanted=wanted, variables=MappingProxyType(dict(variables))))
    return _whole(replace(found, environments=found.environments[:1]))


def _newest(releases: tuple[knowledge.TensorFlowRelease | knowledge.KerasRelease, ...]) -> Version:
    return releases[-1].version


def _whole(found: Alternatives) -> Alternatives:
    return replace(found, environments=tuple(replace(each, whole=True) for each in found.environments))
