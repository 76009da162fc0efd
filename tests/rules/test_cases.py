"""Each rule on hand-made models: which codes, and the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from loadstone.artifact import Pointer
from loadstone.environment import ImportOutcome
from loadstone.finding import Blocks, Convert, Fetch, Isolate, Severity
from loadstone.resolve.diagnosing import diagnose as diagnosed
from loadstone.rules import RULES, diagnose
from tests.rules.cases import ROWS

if TYPE_CHECKING:
    from loadstone.artifact import Json
    from tests.rules.cases import Row


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_codes_and_verdict(row: Row) -> None:
    diagnosis = diagnose(row.artifact, row.environment)

    assert sorted({finding.code for finding in diagnosis.findings}) == sorted(row.codes)
    assert (diagnosis.loads, diagnosis.loads_uncompiled) == (row.loads, row.bare)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_findings_are_consistent(row: Row) -> None:
    for finding in diagnose(row.artifact, row.environment).findings:
        assert finding.where
        assert (finding.severity is Severity.ERROR) == (finding.blocks in {Blocks.LOADING, Blocks.COMPILING})
        assert "\n" not in finding.message + finding.found


def test_every_rule_is_shown_by_a_case() -> None:
    assert {code for row in ROWS for code in row.codes} == {rule.code for rule in RULES if not rule.in_texts_only}


def test_a_finding_says_who_provides_what_is_missing_and_what_is_here() -> None:
    row = next(row for row in ROWS if row.name == "an addon in Keras 3")
    layers: Json = {"layers": [{"class_name": "Addons>GroupNormalization"}]}
    config: dict[str, Json] = {"class_name": "Sequential", "config": layers}
    artifact = replace(row.artifact, config=config, config_at=Pointer(document="model_config", path=""))
    diagnosis = diagnosed(artifact, row.environment)
    (finding,) = diagnosis.findings

    assert finding.provided == (
        "tensorflow-addons 0.7.0 to 0.23.0 (0.23.0 wants TensorFlow 2.13 to 2.15, Python 3.9 to 3.11)"
    )
    assert finding.here == "Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11; tensorflow-addons not installed"
    assert finding.remedies[0] == Convert(
        command="loadstone convert model.h5 model.keras", python="import loadstone; loadstone.load_model('model.h5')"
    )
    assert isinstance(finding.remedies[1], Isolate)
    assert finding.remedies[1].requirements == diagnosis.candidates[0].requirements
    assert diagnosis.candidates[0].requirements == (
        "tensorflow-cpu==2.15.1",
        "tensorflow-addons==0.23.0",
        "keras==2.15.0",
    )
    assert diagnosis.loads_with_loadstone


def test_one_environment_that_is_judged_for_its_verdict_tells_of_no_other() -> None:
    row = next(row for row in ROWS if row.name == "an addon in Keras 3")
    diagnosis = diagnose(row.artifact, row.environment)

    assert (diagnosis.with_loadstone, diagnosis.candidates, diagnosis.loads_with_loadstone) == (None, (), None)
    assert diagnosis.findings[0].remedies == ()


@pytest.mark.parametrize(
    ("name", "advice"), [("incomplete", "copy"), ("a SavedModel whose program lacks functions", "save")]
)
def test_copying_helps_only_what_was_whole_when_it_was_saved(name: str, advice: str) -> None:
    row = next(row for row in ROWS if row.name == name)
    (finding,) = diagnose(row.artifact, row.environment).findings

    actions = [remedy.action for remedy in finding.remedies if isinstance(remedy, Fetch)]
    assert [action.partition(" ")[0] for action in actions] == [advice]


def test_imports_that_were_seen_to_fail_outweigh_what_is_installed() -> None:
    row = next(row for row in ROWS if row.name == "Addons to import")
    failed = {"tensorflow_addons": ImportOutcome(imports=False, error="ImportError: undefined symbol")}
    diagnosis = diagnose(row.artifact, replace(row.environment, imports=failed))

    assert diagnosis.loads is False
    assert {finding.code for finding in diagnosis.findings} == {"LS202", "LS301"}
    assert "fails with ImportError: undefined symbol" in str(diagnosis.findings)
