"""Changes of an environment with which a model loads there: each is judged before it is offered.

What `pip install` does is told by the releases that it is given, all of them exact; bounds that no metadata states are
given with them. The dependencies below follow from the releases' own requirements.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone import knowledge
from loadstone.environment import KERAS_3, TENSORFLOW_DISTRIBUTIONS, loaders
from loadstone.finding import Blocks, Finding, Install, SetVariable
from loadstone.knowledge.constraints import constraints
from loadstone.knowledge.eras import eras
from loadstone.needs import ADDONS
from loadstone.resolve.candidates import ANSWERED_BY_USER, Wanted, blockers, candidates
from loadstone.resolve.own import TENSORFLOWS, Own
from loadstone.resolve.platforms import platform_of
from loadstone.rules.lookup import fitting_addons, needs_addons, registers
from loadstone.rules.verdict import verdict_unless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis
    from loadstone.knowledge.releases import Release
    from loadstone.rules.case import Case

    Change = Install | SetVariable

LEGACY = "TF_USE_LEGACY_KERAS"
_BACKEND = "KERAS_BACKEND"
_BACKENDS = ("tensorflow", "jax", "torch")

#: The first TensorFlow whose Keras may be tf_keras.
_FIRST_WITH_CHOICE = Version("2.15")


def changes(case: Case, found: Diagnosis) -> tuple[tuple[Change, ...], bool]:
    """The first change with which a model loads that does not, as it was ``found``; empty where none is known.

    And whether it then loads without its compile state only.
    """
    if found.loads or not any(finding.blocks is not Blocks.NOTHING for finding in found.findings):
        return (), False
    lossy: Change | None = None
    for change in _changes(case):
        there = changed(case.environment, change)
        after = verdict_unless(case.artifact, there, needs=case.needs, stops=_stops)
        if isinstance(after, Finding):
            continue
        if opens(after):
            return (change,), False
        if lossy is None and blockers(found, Blocks.LOADING) and opens(after, compiled=False):
            lossy = change
    return ((), False) if lossy is None else ((lossy,), True)


def _stops(finding: Finding) -> bool:
    """Whether a finding stops the load whatever is left out, and whatever the user answers."""
    return finding.blocks is Blocks.LOADING and finding.code not in ANSWERED_BY_USER


def opens(diagnosis: Diagnosis, *, compiled: bool = True) -> bool:
    """Whether a model loads for sure, but for what the user answers: objects of their own, and trust."""
    stopping = (Blocks.LOADING, Blocks.COMPILING) if compiled else (Blocks.LOADING,)
    if any(blockers(diagnosis, blocks) for blocks in (*stopping, Blocks.PERHAPS)):
        return False
    loads = diagnosis.loads if compiled else diagnosis.loads_uncompiled
    asked = any(f.code in ANSWERED_BY_USER and f.blocks is not Blocks.NOTHING for f in diagnosis.findings)
    return bool(loads) or asked


def changed(environment: Environment, change: Change) -> Environment:
    """An environment as a change leaves it.

    A bound takes effect on what is installed beyond it; which release comes in its place is not told.
    """
    match change:
        case SetVariable(name=name, value=value):
            return replace(environment, variables=MappingProxyType({**environment.variables, name: value}))
        case Install(requirements=requirements, variables=variables):
            stated = [_parsed(each) for each in requirements]
    held, ranges = dict(environment.distributions), dict(environment.ranges)
    for name, versions in stated:
        exact = [Version(each.version) for each in versions if each.operator == "==" and "*" not in each.version]
        if exact:
            held[name] = exact[0]
        elif name not in held or held[name] not in versions:
            held.pop(name, None)
            ranges[name] = versions
    return replace(
        environment,
        distributions=MappingProxyType(held),
        ranges=MappingProxyType(ranges),
        variables=MappingProxyType({**environment.variables, **dict(variables)}),
        imports=None,  # what was tried was tried before
    )


def _parsed(requirement: str) -> tuple[str, SpecifierSet]:
    """One of our own requirements: a canonical name and releases, and nothing else."""
    name = requirement[: next((at for at, each in enumerate(requirement) if each in "=<>!~"), len(requirement))]
    return name, SpecifierSet(requirement[len(name) :])


def _changes(case: Case) -> Iterator[Change]:
    """What could be changed, the least first."""
    yield from _variables(case)
    for pins, variables in chain(_addons(case), _tf_keras(case), _keras(case), _backends(case), _stack(case)):
        yield _bounded(case.environment, pins, variables)


def _bounded(environment: Environment, pins: tuple[str, ...], variables: tuple[tuple[str, str], ...] = ()) -> Install:
    """Pins with the bounds that what is installed then needs, and does not state."""
    plain = Install(requirements=pins, variables=variables)
    after = changed(environment, plain).distributions
    bounds = (
        bound.requirement
        for bound in constraints(after)
        if bound.package in after and after[bound.package] not in bound.bound
    )
    return replace(plain, requirements=(*pins, *bounds))


def _variables(case: Case) -> Iterator[SetVariable]:
    """What is installed already, and only has to be chosen."""
    environment = case.environment
    keras = environment.distributions.get("keras")
    if keras is None or keras.major < KERAS_3:
        return
    if _has_tf_keras(case):
        yield SetVariable(name=LEGACY, value="1")
    if environment.variables.get(LEGACY, "0") not in {"0", "false", "False"}:
        yield SetVariable(name=LEGACY, value="0")
    if not loaders(environment):
        for name in _BACKENDS:
            if name in environment.distributions:
                yield SetVariable(name=_BACKEND, value=name)


_Pins = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


def _addons(case: Case) -> Iterator[_Pins]:
    """The newest TensorFlow Addons for this TensorFlow and Python that registers all that the model names."""
    tensorflow = case.environment.tensorflow
    if tensorflow is None or not case.into_keras_2 or not needs_addons(case):
        return
    named = [need.identity for need in case.needs.objects if any(p.distribution == ADDONS for p in need.providers)]
    installed = case.environment.distributions.get(ADDONS)
    for release in fitting_addons(tensorflow, case.environment.python):
        usable = _installs(release, case) and _imports(tensorflow, release.version)
        if usable and release.version != installed and all(registers(release.version, name) for name in named):
            yield (f"{ADDONS}=={release.version}",), ()


def _imports(tensorflow: Version, addons: Version) -> bool:
    """Whether a release was not seen to fail at its import beside a TensorFlow; one patch release speaks for all."""
    minor = tensorflow.release[:2]
    trials = (trial for era in eras() if era.tensorflow.release[:2] == minor for trial in era.trials)
    return next((trial.imports for trial in trials if trial.addons.release[:2] == addons.release[:2]), True)


def _tf_keras(case: Case) -> Iterator[_Pins]:
    """tf_keras of the same minor release as TensorFlow, as the Keras that ``tf.keras`` is."""
    tensorflow = case.environment.tensorflow
    if tensorflow is None or tensorflow < _FIRST_WITH_CHOICE or not case.into_keras_3 or _has_tf_keras(case):
        return
    fitting = [
        release.version
        for release in knowledge.tf_keras_releases()
        if release.version.release[:2] == tensorflow.release[:2] and _installs(release, case)
    ]
    for version in fitting[-1:]:
        yield (f"tf-keras=={version}",), ((LEGACY, "1"),)


def _has_tf_keras(case: Case) -> bool:
    """Whether a tf_keras is there that goes with TensorFlow, and is not what ``tf.keras`` is."""
    tensorflow, there = case.environment.tensorflow, case.environment.distributions.get("tf-keras")
    if tensorflow is None or there is None or tensorflow < _FIRST_WITH_CHOICE or not case.into_keras_3:
        return False
    return there.release[:2] == tensorflow.release[:2]


def _keras(case: Case) -> Iterator[_Pins]:
    """A Keras 3 as new as the one that wrote the file, or the one that goes with TensorFlow where there is none."""
    python = f"{case.environment.python.major}.{case.environment.python.minor}"
    releases = {each.version: each for each in knowledge.keras_releases() if python in each.pythons}
    if case.into_keras_3 and case.from_keras_3 and case.writer_keras in releases:
        yield (f"keras=={case.writer_keras}",), ()
    tensorflow = case.environment.tensorflow
    if case.loader is None and tensorflow is not None:
        beside = (each.keras for each in eras() if each.tensorflow.release[:2] == tensorflow.release[:2])
        for keras in dict.fromkeys(beside):
            if keras is not None and keras in releases:
                yield (f"keras=={keras}",), ()


def _backends(case: Case) -> Iterator[_Pins]:
    """The newest TensorFlow, for a Keras 3 that has nothing to compute with."""
    if case.loader is None and case.environment.tensorflow is None and "keras" in case.environment.distributions:
        fitting = [each for each in knowledge.tensorflow_releases() if _installs(each, case)]
        for release in fitting[-1:]:
            yield (f"tensorflow=={release.version}",), ()


def _installs(release: Release, case: Case) -> bool:
    """Whether a release has a file for the environment's Python and platform."""
    platform, python = platform_of(case.environment), case.environment.python
    machine = "arm64" if (platform.system, platform.machine) == ("macos", "aarch64") else platform.machine
    return release.installs_on(f"{python.major}.{python.minor}", f"{platform.system}-{machine}")


def _stack(case: Case) -> Iterator[_Pins]:
    """The releases of another time, under the name of the TensorFlow that is installed, for the same Python."""
    if case.loader is not None and not case.into_keras_2:
        return
    environment = case.environment
    there = next((name for name in TENSORFLOW_DISTRIBUTIONS if name in environment.distributions), "tensorflow")
    if there not in TENSORFLOWS[:2]:
        return
    wanted = Wanted(
        python=f"{environment.python.major}.{environment.python.minor}",
        platform=platform_of(environment),
        own=Own(requirements=(there,)),
    )
    found, _ = candidates(case.artifact, wanted, needs=case.needs, enough=1)
    for candidate in found[:1]:
        # A choice that was made for the Keras of before does not hold for the one that comes.
        ours = {LEGACY: "0"} if LEGACY in environment.variables else {}
        yield candidate.requirements, tuple({**ours, **candidate.variables}.items())
