"""Remedies do what they say: judged anew as each leaves the environment, the finding is gone.

Here for every model of the corpus in environments of each kind; `tests.resolve.remedied` prints them all. What a line
of Python or a command does is seen in `tests.runtime.test_remedies`, in real environments in `tests.live`.
"""

from __future__ import annotations

import ast
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from loadstone import knowledge
from loadstone.environment import planned
from loadstone.finding import Blocks, CallWith, Convert, Install, Isolate, Provide, SetVariable
from loadstone.needs import ADDONS
from loadstone.resolve.candidates import ANSWERED_BY_USER
from loadstone.resolve.changes import changed, opens
from loadstone.rules import diagnose
from tests.resolve.remedied import DESCRIBED, diagnosis, environment, stacks_of
from tests.rules.test_predictions import BY_FILE, artifact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.finding import Diagnosis, Finding, Remedy
    from loadstone.knowledge.releases import Release

#: Tens of thousands of diagnoses: see `tests.rules.test_predictions`.
pytestmark = pytest.mark.no_cover

#: Of the environments that the corpus was tried in, some of each kind: `tests.resolve.remedied` asks all.
OF_THE_PAST = (
    "tf1.13-keras1.2", "tf1.13", "tf2.1+tfa", "tf2.4", "tf2.8", "tf2.8+tfa", "tf2.11", "tf2.15", "tf2.15+tfa", "tf2.16",
    "tf2.16-tf_keras", "keras315",
)  # fmt: skip
EVERY = (*OF_THE_PAST, *DESCRIBED)

#: Codes whose own pin takes away what stops the load, and not more.
BOUNDS = frozenset({"LS203", "LS209", "LS213", "LS214", "LS216", "LS217", "LS218", "LS220"})


def files(name: str) -> tuple[str, ...]:
    """The files that are judged in an environment: all, or every third in one that nobody built."""
    return tuple(BY_FILE)[:: 3 if name in DESCRIBED else 1]


@cache
def diagnoses(name: str) -> dict[str, Diagnosis]:
    """The diagnosis of each file in an environment."""
    return {file: diagnosis(file, name) for file in files(name)}


@cache
def shown(name: str) -> tuple[tuple[str, Diagnosis, Finding, Remedy], ...]:
    """Every remedy that is shown in an environment: the file, its diagnosis, the finding and the remedy."""
    return tuple(_shown(name))


def _shown(name: str) -> Iterator[tuple[str, Diagnosis, Finding, Remedy]]:
    for file, found in diagnoses(name).items():
        for finding in found.findings:
            for remedy in finding.remedies:
                yield file, found, finding, remedy


def still(finding: Finding, after: Diagnosis) -> bool:
    """Whether a finding is there again, and stops something for sure."""
    return any(
        each.blocks in {Blocks.LOADING, Blocks.COMPILING}
        and (each.code, each.message) == (finding.code, finding.message)
        for each in after.findings
    )


@cache
def changed_by(remedy: Install | SetVariable, name: str, file: str) -> Diagnosis:
    """What is found after a change of an environment."""
    return diagnose(artifact(file), changed(environment(name), remedy))


@cache
def past(file: str) -> Diagnosis:
    """What is found in the environment that is named as the best one for a file."""
    best = stacks_of(file)[0]
    stated = ((each.name, str(each.specifier)) for each in map(Requirement, best.requirements))
    pins = {package: Version(specifier.removeprefix("==")) for package, specifier in stated}
    there = planned("past", python=f"{best.python}.0", pins=pins, variables=dict(best.variables))
    return diagnose(artifact(file), there)


every_environment = pytest.mark.parametrize("name", EVERY)


@every_environment
def test_a_change_of_the_environment_takes_the_finding_away(name: str) -> None:
    for file, found, finding, remedy in shown(name):
        if not isinstance(remedy, Install | SetVariable):
            continue
        after = changed_by(remedy, name, file)
        told = (file, finding.code, remedy)
        assert not still(finding, after), told
        if finding.code not in BOUNDS:
            assert opens(after) or (opens(after, compiled=False) and not found.loads_uncompiled), told


@every_environment
def test_what_is_to_be_installed_exists_for_that_python_and_is_not_there_already(name: str) -> None:
    there = environment(name)
    python = f"{there.python.major}.{there.python.minor}"
    pins = {pin for *_, remedy in shown(name) if isinstance(remedy, Install) for pin in remedy.requirements}
    assert "" not in pins
    releases: dict[str, tuple[Release, ...]] = {
        "tensorflow": knowledge.tensorflow_releases(),
        "tensorflow-cpu": knowledge.tensorflow_releases("tensorflow-cpu"),
        "tensorflow-addons": knowledge.tfa_releases(),
        "keras": knowledge.keras_releases(),
        "tf-keras": knowledge.tf_keras_releases(),
    }
    for requirement in map(Requirement, pins):
        if requirement.name in releases:
            (version,) = (Version(each.version) for each in requirement.specifier if each.operator == "==")
            release = next(each for each in releases[requirement.name] if each.version == version)
            assert python in release.pythons, (name, str(requirement))
        else:
            assert there.distributions[requirement.name] not in requirement.specifier


@every_environment
def test_pins_go_together(name: str) -> None:
    for file, _, _, remedy in shown(name):
        if not isinstance(remedy, Install):
            continue
        after = changed(environment(name), remedy)
        tensorflow, changes = after.tensorflow, {Requirement(each).name for each in remedy.requirements}
        if ADDONS in changes:
            release = next(each for each in knowledge.tfa_releases() if each.version == after.distributions[ADDONS])
            assert tensorflow is not None
            assert tensorflow in release.tensorflow, (file, remedy)
            assert after.distributions.get("keras", Version("2")).major < 3, (file, remedy)
        if "tf-keras" in changes:
            assert tensorflow is not None
            assert after.distributions["tf-keras"].release[:2] == tensorflow.release[:2], (file, remedy)
            assert after.variables["TF_USE_LEGACY_KERAS"] == "1"


@every_environment
def test_leaving_the_compile_state_out_is_offered_where_it_helps(name: str) -> None:
    for file, found, finding, remedy in shown(name):
        if isinstance(remedy, CallWith) and "compile=False" in remedy.python:
            assert found.loads_uncompiled is not False, (file, finding.code)
            assert finding.blocks is Blocks.COMPILING, (file, finding.code)
            assert (
                not remedy.python.startswith("import keras;")
                or found.environment.startswith("Keras") is False
                or (not found.environment.startswith("Keras 1."))
            )


@every_environment
def test_the_environment_of_the_past_is_the_one_that_sync_builds_and_has_no_such_finding(name: str) -> None:
    for file, _, finding, remedy in shown(name):
        if not isinstance(remedy, Isolate):
            continue
        best = stacks_of(file)[0]
        assert (remedy.python_version, remedy.requirements) == (best.python, best.requirements)
        assert ("--trust" in remedy.command) is best.trust
        assert ("--custom-objects" in remedy.command) is bool(best.custom_objects)
        if best.loads is None or finding.code in ANSWERED_BY_USER:
            continue
        assert not still(finding, past(file)), (file, finding.code, best)


@every_environment
def test_where_a_model_loads_nothing_has_to_be_changed(name: str) -> None:
    for file, found, finding, remedy in shown(name):
        if found.loads and finding.code not in BOUNDS:
            assert not isinstance(remedy, Install | SetVariable), (file, finding.code)


@every_environment
def test_lines_of_python_can_be_compiled_and_import_what_they_use(name: str) -> None:
    lines = {r.python for *_, r in shown(name) if isinstance(r, CallWith | Convert | Provide)}
    for line in lines:
        tree = ast.parse(line)
        imported = {
            (each.asname or each.name).partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for each in node.names
        }
        call = tree.body[-1]
        assert isinstance(call, ast.Expr)
        assert ast.unparse(call).partition(".")[0] in imported, line


def test_the_right_names_are_asked_for() -> None:
    asked = {
        (file, remedy.names)
        for name in ("tf2.15", "keras315")
        for file, _, finding, remedy in shown(name)
        if isinstance(remedy, Provide) and finding.blocks is not Blocks.NOTHING
    }
    assert {names for file, names in asked if "custom_layer" in file} == {("Scale",)}
    own = {file for file, _ in asked}
    assert own == {file for file in own if "custom_layer" in file or file == "tf21/addons.h5"}


def test_every_kind_of_remedy_is_among_them() -> None:
    kinds = {type(remedy).__name__ for *_, remedy in chain.from_iterable(map(shown, EVERY))}
    assert kinds >= {"Convert", "Install", "Provide", "SetVariable", "CallWith", "Isolate", "Fetch"}
