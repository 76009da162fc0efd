"""One verdict on several environments: what they share, and what decides where they share nothing."""

from __future__ import annotations

import pytest

from loadstone.environment import Alternatives
from loadstone.environment.targets import target
from loadstone.finding import Blocks, Install
from loadstone.formats import read
from loadstone.rules import diagnose
from tests.corpus_files import unpacked
from tests.rules.artifacts import layer, model
from tests.rules.environments import environment

OF_TF28 = unpacked("tf28") / "recurrent_classifier.h5"


@pytest.mark.parametrize(
    ("name", "loads", "told"),
    [
        ("tensorflow>=2.8,<2.16", True, None),
        ("tensorflow>=2.8", None, "it loads with TensorFlow 2.8 to 2.15, not with 2.16 to 2.21"),
    ],
)
def test_an_answer_that_is_not_shared_is_unknown_and_what_decides_is_told(
    name: str,
    loads: bool | None,  # noqa: FBT001 - a verdict
    told: str | None,
) -> None:
    diagnosis = diagnose(read(OF_TF28), target(name))
    assert diagnosis.loads is loads
    assert "the newest of" in diagnosis.environment
    deciding = [finding for finding in diagnosis.findings if finding.code == "LS213"]
    assert [finding.found for finding in deciding] == ([told] if told else [])
    for finding in deciding:
        assert finding.blocks is Blocks.PERHAPS
        assert finding.remedies == (Install(requirements=("tensorflow==2.15.1",)),)


def test_where_no_release_decides_by_itself_the_environments_are_counted() -> None:
    one = environment(python="3.9.18", tensorflow="2.8.4", keras="2.8.0")
    other = environment(python="3.9.18", tensorflow="2.8.4", keras="2.8.0", protobuf="4.25.3")
    diagnosis = diagnose(model(layer("Dense")), Alternatives(source="a list", environments=(one, other)))
    assert diagnosis.loads is None
    assert diagnosis.findings[0].found == "1 of 2 environments load it"


def test_one_environment_is_told_as_it_is() -> None:
    there = environment(tensorflow="2.15.1", keras="2.15.0")
    diagnosis = diagnose(model(), Alternatives(source="a lock", environments=(there,)))
    assert diagnosis.environment == f"a lock ({there.summary})"
    assert diagnosis.loads is True
