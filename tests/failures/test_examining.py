"""What a running program adds to a diagnosis: the objects that it gave, and the imports that it did not do."""

from __future__ import annotations

from dataclasses import replace

import pytest

import loadstone
from loadstone.failures.examining import without_addons, without_given
from loadstone.finding import Blocks, Severity
from loadstone.rules import diagnose
from tests.corpus_files import unpacked
from tests.report.test_text import DIAGNOSIS, FINDING
from tests.rules.environments import KERAS315, TF215, era

CUSTOM = diagnose(loadstone.inspect(unpacked("tf215") / "custom_layer.h5"), KERAS315)
ADDONS = diagnose(loadstone.inspect(unpacked("tf215") / "addons_training.keras"), TF215)


@pytest.mark.parametrize("given", [frozenset({"Scale"}), frozenset({"Scale", "Other"})])
def test_objects_that_were_given_leave_the_answer_open(given: frozenset[str]) -> None:
    assert [finding.code for finding in CUSTOM.findings] == ["LS302"]
    left = without_given(CUSTOM, given)

    assert (left.loads, left.loads_uncompiled, left.findings) == (None, None, ())


@pytest.mark.parametrize("given", [frozenset[str](), frozenset({"Other"})])
def test_objects_of_other_names_change_nothing(given: frozenset[str]) -> None:
    assert without_given(CUSTOM, given) is CUSTOM


def test_other_reasons_stay_reasons() -> None:
    both = replace(CUSTOM, findings=(*CUSTOM.findings, replace(FINDING, blocks=Blocks.COMPILING)))
    left = without_given(both, frozenset({"Scale"}))

    assert (left.loads, left.loads_uncompiled) == (False, None)
    assert [finding.code for finding in left.findings] == ["LS301"]


def test_addons_that_were_not_imported_are_the_first_reason() -> None:
    assert ADDONS.loads is True
    told = without_addons(ADDONS)

    assert (told.loads, told.loads_uncompiled) == (False, None)
    assert (told.findings[0].code, told.findings[0].severity) == ("LS203", Severity.ERROR)
    assert told.findings[0].message == "import tensorflow_addons before load_model"
    assert len(told.findings) == len(ADDONS.findings)


@pytest.mark.parametrize(
    "diagnosis",
    [DIAGNOSIS, diagnose(loadstone.inspect(unpacked("tf215") / "addons_training.keras"), era("tf215", addons=False))],
)
def test_addons_that_are_not_installed_or_not_needed_are_as_they_were(diagnosis: loadstone.Diagnosis) -> None:
    assert without_addons(diagnosis) is diagnosis
