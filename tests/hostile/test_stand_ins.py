"""Every stand-in is found, in bounded time, and no plain save of any release is taken for one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loadstone.formats import read
from loadstone.rules import diagnose
from tests.corpus_table import MODELS
from tests.era_files import ERA_MODELS
from tests.hostile.stand_ins import STAND_INS
from tests.rules.environments import KERAS315, TF215

if TYPE_CHECKING:
    from tests.corpus_table import Model
    from tests.era_files import EraModel
    from tests.hostile.stand_ins import StandIn

#: The architectures of the corpus with a Lambda layer, whose bytecode is what LS501 is about.
WITH_PROGRAMS = frozenset({"lambda_layer", "lambda_with_global"})


@pytest.mark.parametrize("each", STAND_INS, ids=str)
def test_a_stand_in_is_found(tmp_path: Path, each: StandIn) -> None:
    path = each.make(tmp_path / "made")
    begun = time.process_time()

    codes = {finding.code for finding in diagnose(read(path), TF215).findings}

    assert each.code in codes
    assert time.process_time() - begun < 5


def test_stand_ins_have_names_of_their_own() -> None:
    assert len({each.name for each in STAND_INS}) == len(STAND_INS)


def test_the_page_has_every_stand_in() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "safety.md").read_text(encoding="utf-8")
    rows = [
        line for line in page.splitlines() if line.endswith(("| found | found |", "missed |", "error |", "not read |"))
    ]

    listed = [row.rpartition(" | found | ")[0] for row in rows]
    expected = [f"| {each.name} | {each.advisory} | [{each.code}](findings/{each.code}.md)" for each in STAND_INS]
    assert listed == expected, "run: python benchmarks/safety.py --write docs/safety.md"


@pytest.mark.parametrize("model", [*MODELS, *ERA_MODELS], ids=lambda model: model.file)
def test_a_plain_save_is_safe(model: Model | EraModel) -> None:
    artifact = read(model.path)
    assert not artifact.payloads or model.architecture in WITH_PROGRAMS
    expected = {"LS501"} if artifact.payloads else set()

    for environment in (TF215, KERAS315):
        found = {finding.code for finding in diagnose(artifact, environment).findings if finding.code.startswith("LS5")}
        assert found == expected
