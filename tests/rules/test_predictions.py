"""Predictions against the truth: what the real ``load_model`` of every era did with every file of the corpus.

Tens of thousands of pairs, so a test is an environment or the whole; ``python -m tests.rules.test_predictions`` prints
every pair that is not predicted, and every error that no finding tells of.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import pytest

from loadstone.environment import planned
from loadstone.finding import Blocks
from loadstone.formats import read
from loadstone.knowledge.eras import eras
from loadstone.needs import ADDONS
from loadstone.rules import diagnose, rule
from loadstone.rules.explaining import explanations
from tests.between import BETWEEN
from tests.corpus_table import MODELS, Model
from tests.era_files import ERA_MODELS, EraModel
from tests.oracle import WITH_ADDONS, Raised, environments, files, seen
from tests.rules.environments import era as stack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis

AGREEING = 0.99
UNKNOWN = 0.02
TOLD = 0.95

#: Measuring coverage takes twice the time of the tests themselves, and each rule has tests of its own.
pytestmark = pytest.mark.no_cover

_EVERY: tuple[Model | EraModel, ...] = (*MODELS, *ERA_MODELS)
BY_FILE: dict[str, Model | EraModel] = {model.file: model for model in _EVERY}
BY_ERA = {era.name: era for era in eras()}
BY_BETWEEN = {between.name: between for between in BETWEEN}


class Prediction(Enum):
    """How a prediction compares with what happened."""

    RIGHT = "right"
    UNKNOWN = "unknown"
    FALSE_GREEN = "predicted to load, and does not"
    FALSE_RED = "predicted to fail, and loads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One file, in one environment, in one mode."""

    environment: str
    file: str
    compiled: bool
    prediction: Prediction
    raised: Raised | None
    codes: tuple[str, ...]

    def __str__(self) -> str:
        mode = "" if self.compiled else ", compile=False"
        error = "" if self.raised is None else f": {self.raised.text[:200]}"
        return f"{self.file} in {self.environment}{mode} is {self.prediction.value} {self.codes}{error}"

    @property
    def is_told(self) -> bool:
        """Whether one of the findings that block is known to raise what was raised."""
        if self.raised is None:
            return True
        patterns = (symptom.pattern for code in self.codes for symptom in rule(code).raises)
        return any(re.search(pattern, self.raised.text) for pattern in patterns)


def environment(name: str) -> Environment:
    """An environment of the oracle; without TensorFlow Addons where they were not imported."""
    base = name.removesuffix(WITH_ADDONS)
    addons = name != base
    if base in BY_BETWEEN:
        return BY_BETWEEN[base].environment
    if base not in BY_ERA:
        return stack_of(base, addons=addons)
    build = BY_ERA[base].builds[0]
    pins = {key: version for key, version in build.pins if addons or key != ADDONS}
    return planned(name, python=f"{build.python}.0", pins=pins, variables=BY_ERA[base].variables)


@cache
def artifact(file: str) -> Artifact:
    """A file of the corpus, read once."""
    return read(BY_FILE[file].path)


@cache
def pairs(name: str) -> tuple[Pair, ...]:
    """Every pair of an environment."""
    there = environment(name)
    return tuple(pair for file in files(name) for pair in _of_file(name, file, diagnose(artifact(file), there)))


def _of_file(name: str, file: str, diagnosis: Diagnosis) -> Iterator[Pair]:
    blocking = dict.fromkeys(f.code for f in diagnosis.findings if f.blocks is not Blocks.NOTHING)
    predicted = {True: diagnosis.loads, False: diagnosis.loads_uncompiled}
    for compiled, outcome in zip((True, False), seen(name, file), strict=True):
        if outcome is not None:
            prediction = compared(predicted[compiled], loads=outcome.loads)
            yield Pair(
                environment=name,
                file=file,
                compiled=compiled,
                prediction=prediction,
                raised=outcome.raised,
                codes=tuple(blocking),
            )


def compared(predicted: bool | None, *, loads: bool) -> Prediction:  # noqa: FBT001 - a verdict
    """A verdict beside what happened."""
    if predicted is None:
        return Prediction.UNKNOWN
    if predicted is loads:
        return Prediction.RIGHT
    return Prediction.FALSE_GREEN if predicted else Prediction.FALSE_RED


@pytest.mark.parametrize("name", environments())
def test_nothing_is_predicted_to_load_that_does_not(name: str) -> None:
    green = [str(pair) for pair in pairs(name) if pair.prediction is Prediction.FALSE_GREEN]
    assert not green, green[:10]


def every_pair() -> Iterator[Pair]:
    for name in environments():
        yield from pairs(name)


def test_predictions_agree_with_what_happened() -> None:
    counts = Counter(pair.prediction for pair in every_pair())
    total = counts.total()
    assert total > 30_000
    assert counts[Prediction.RIGHT] >= AGREEING * total, counts
    assert counts[Prediction.UNKNOWN] <= UNKNOWN * total, counts


def test_what_is_raised_is_among_what_the_findings_tell() -> None:
    failing = [pair for pair in every_pair() if pair.prediction is Prediction.RIGHT and pair.raised is not None]
    told = sum(pair.is_told for pair in failing)
    assert told >= TOLD * len(failing), Counter(str(p.raised and p.raised.text[:60]) for p in failing if not p.is_told)


def test_what_load_model_really_raised_is_explained_by_a_finding_of_that_pair() -> None:
    """Every exception of the oracle, with its frames, and nothing of the model: a true cause is among the answers."""
    causes: dict[str, set[str]] = {}
    for pair in every_pair():
        if pair.prediction is Prediction.RIGHT and pair.raised is not None and pair.raised.error != "process":
            causes.setdefault(pair.raised.traceback, set()).update(pair.codes)
    right = sum(bool({each.rule.code for each in explanations(text)} & codes) for text, codes in causes.items())
    assert len(causes) > 1_000
    assert right >= 0.95 * len(causes)


def main() -> None:
    """Prints every pair that is not right, or whose error is not told."""
    for pair in every_pair():
        if pair.prediction is not Prediction.RIGHT or not pair.is_told:
            print(pair)  # noqa: T201 - the purpose


if __name__ == "__main__":
    main()
