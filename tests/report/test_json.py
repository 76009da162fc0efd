"""Reports as JSON: of the published shape, and with everything in them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from loadstone.artifact import DefectKind, Format
from loadstone.finding import Parity, Verdict
from loadstone.formats import read
from loadstone.needs import infer
from loadstone.report.conversion import conversion_lines, failure_lines, parity_text
from loadstone.report.json import (
    conversion_report,
    diagnosis_report,
    dumps,
    failure_report,
    inspection_report,
    rule_report,
)
from loadstone.report.text import render
from loadstone.resolve.diagnosing import diagnose
from loadstone.rules import RULES
from tests.report.test_text import FINDING
from tests.rules.artifacts import array, broken, bytecode, layer, operation, saved_model, signature, trained
from tests.rules.cases import ROWS
from tests.rules.environments import KERAS315


@cache
def validator() -> Any:
    schema = json.loads(files("loadstone.report").joinpath("schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_every_diagnosis_has_the_published_shape() -> None:
    kinds = set()
    example = read(Path(__file__).parents[2] / "examples" / "image_classifier.h5")
    for artifact, environment in ((example, KERAS315), *((row.artifact, row.environment) for row in ROWS)):
        report = diagnosis_report(diagnose(artifact, environment))
        validator().validate(json.loads(dumps(report)))
        kinds |= {remedy["kind"] for finding in report["findings"] for remedy in finding["remedies"]}

    assert kinds == {"convert", "install", "provide", "set-variable", "call-with", "isolate", "fetch", "nothing"}


def test_inspection_has_the_published_shape() -> None:
    artifact = saved_model(
        layer("Addons>Maxout"),
        tensors=(array("kernel", 3),),
        ops=(operation("MatMul"),),
        signatures=(signature("serve", {"x": (None, 3), "mask": None}, {"y": ()}),),
        payloads=(bytecode(">=3.8", "tf"),),
        training=trained(2),
    )
    report = json.loads(dumps(inspection_report(artifact, infer(artifact))))
    validator().validate(report)

    assert report["training"] == {"optimizer_tensors": 2}
    assert report["provided_elsewhere"][0]["providers"][0]["distribution"] == "tensorflow-addons"
    assert report["payloads"][0]["python"] == ">=3.8"
    assert report["signatures"] == [
        {
            "name": "serve",
            "inputs": [
                {"name": "x", "tensor": "x:0", "dtype": "float32", "shape": [None, 3]},
                {"name": "mask", "tensor": "mask:0", "dtype": None, "shape": None},
            ],
            "outputs": [{"name": "y", "tensor": "y:0", "dtype": "float32", "shape": []}],
        }
    ]


def test_every_format_is_in_the_published_shape() -> None:
    for kind in Format:
        artifact = saved_model(format=kind)
        validator().validate(json.loads(dumps(inspection_report(artifact, infer(artifact)))))


def test_inspection_of_no_model_has_the_published_shape() -> None:
    artifact = broken(DefectKind.HTML_PAGE)
    report = json.loads(dumps(inspection_report(artifact, infer(artifact))))
    validator().validate(report)

    assert report["defects"] == [
        {"kind": "html-page", "message": "seen: html-page", "at": {"kind": "member", "text": "the file itself"}}
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rules_have_the_published_shape(rule: Any) -> None:
    validator().validate(rule_report(rule))


@pytest.mark.parametrize(
    ("parity", "text"),
    [
        (Parity(verdict=Verdict.EXACT, max_abs=0.0, max_rel=0.0), "exact; largest difference 0, tolerance 1e-05"),
        (Parity(verdict=Verdict.UNPROVEN, why="nothing was recorded"), "unproven; nothing was recorded"),
        (
            Parity(verdict=Verdict.DIVERGES, max_abs=0.25, max_rel=1.0, first_divergence="y1"),
            "diverges; largest difference 0.25, tolerance 1e-05; first at y1",
        ),
    ],
)
def test_conversion_has_the_published_shape(parity: Parity, text: str) -> None:
    from loadstone.blueprint.graph import Note
    from loadstone.runtime.convert import Conversion

    notes = tuple(Note(upgrade="groups", message="dropped groups", at=at) for at in ("dense", "dense_1"))
    notes += (Note(upgrade="x", message="whole", at=""),)
    conversion = Conversion(source="m.h5", target="m.keras", notes=notes, parity=parity)

    validator().validate(json.loads(dumps(conversion_report(conversion))))
    assert parity_text(parity) == text
    assert render(conversion_lines(conversion), colour=False) == (
        f"m.h5 -> m.keras\n  changed   dropped groups (dense, dense_1)\n  changed   whole\n  outputs   {text}\n"
    )


def test_failure_has_the_published_shape() -> None:
    validator().validate(json.loads(dumps(failure_report("m.h5", "no", (FINDING,)))))
    text = render(failure_lines("m.h5", "no", (FINDING,)), colour=False)

    assert text.startswith("LS301  ")
    assert text.endswith("\nm.h5 was not converted: no\n")


def test_schema_refuses_what_it_does_not_know() -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({"schema": 2, "report": "diagnosis"})
