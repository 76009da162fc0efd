"""The table of operators knows each function that a model of tf.keras 2.4 to 2.15 can hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loadstone.blueprint.operators import OPERATORS, operator, why_absent
from loadstone.blueprint.operators.absent import ABSENT
from loadstone.blueprint.operators.nodes import NODES

LISTED = json.loads((Path(__file__).parent / "tensor_functions.json").read_text())


@pytest.mark.parametrize("name", LISTED)
def test_each_function_has_a_row_or_a_reason(name: str) -> None:
    row = operator(name)
    if row is None:
        assert why_absent(name) is not None
        return
    known = {parameter for parameter, _ in row.parameters}
    for signature in LISTED[name]:
        assert {parameter.removeprefix("*") for parameter in signature.split()} <= known


def test_no_function_has_both_a_row_and_a_reason_of_its_own() -> None:
    assert not OPERATORS.keys() & ABSENT.keys()


def test_each_operation_of_a_graph_is_one_of_tensorflow() -> None:
    known = json.loads((Path(__file__).parents[2] / "src/loadstone/knowledge/data/ops.json").read_text())["ops"]
    assert NODES.keys() <= known.keys()


@pytest.mark.parametrize("prefix", ["", "compat.v1.", "compat.v2."])
def test_a_function_goes_by_each_of_its_export_names(prefix: str) -> None:
    assert operator(f"{prefix}squeeze") == OPERATORS["squeeze"]


def test_a_reason_is_found_by_the_longest_beginning() -> None:
    assert why_absent("strings.lower") == ABSENT["strings.*"]
    assert why_absent("compat.v1.image.random_hue") == ABSENT["image.random_*"]
    assert why_absent("math.add") is None
