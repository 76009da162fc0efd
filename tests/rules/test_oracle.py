"""Predictions against the truth: what the real ``load_model`` of each era did with every file of the corpus."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from loadstone.finding import Blocks
from loadstone.rules import rule
from tests.corpus_table import ERAS, MODELS, outcome
from tests.rules.expected_codes import EXPECTED, WITHOUT_ADDONS, codes, diagnosed

if TYPE_CHECKING:
    from tests.corpus_table import Model

#: Every environment of the oracle: the era, and whether TensorFlow Addons is imported first.
ENVIRONMENTS = [(name, addons) for name in ERAS for addons in ((True, False) if name != WITHOUT_ADDONS else (False,))]


def label(value: object) -> str:
    return f"{value[0]}{'+tfa' if value[1] else ''}" if isinstance(value, tuple) else getattr(value, "file", "")


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=label)
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_verdict_is_what_happened(model: Model, environment: tuple[str, bool]) -> None:
    name, addons = environment
    diagnosis = diagnosed(model, name, addons=addons)

    seen = tuple(outcome(model, name, tfa_imported=addons, compiled=compiled).loads for compiled in (True, False))
    assert (diagnosis.loads, diagnosis.loads_uncompiled) == seen, [
        (finding.code, finding.blocks.value, finding.message) for finding in diagnosis.findings
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=label)
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_reason_is_the_one_that_was_raised(model: Model, environment: tuple[str, bool]) -> None:
    """The first error that Keras raised is a known symptom of one of the findings that block."""
    name, addons = environment
    raised = outcome(model, name, tfa_imported=addons, compiled=True)
    blocking = [
        finding.code
        for finding in diagnosed(model, name, addons=addons).findings
        if finding.blocks is not Blocks.NOTHING
    ]
    patterns = [symptom.pattern for code in blocking for symptom in rule(code).raises]

    message = f"{raised.error}: {raised.message}"
    assert raised.loads or any(re.search(pattern, message) for pattern in patterns), (message, blocking)


@pytest.mark.parametrize("environment", ERAS)
def test_codes_are_the_expected_ones(environment: str) -> None:
    expected = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))[environment]

    assert codes(environment) == expected, "look at the difference; then run: python -m tests.rules.expected_codes"
