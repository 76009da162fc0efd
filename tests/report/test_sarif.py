"""Diagnoses as SARIF 2.1.0: what the standard requires, what GitHub reads, and nothing that a file could slip in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import Member, Pointer, Tensor
from loadstone.report.json import dumps
from loadstone.report.sarif import MAX_PLACES, sarif_report
from loadstone.rules import RULES, diagnose
from tests.report.test_text import DIAGNOSIS, FINDING
from tests.rules.cases import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.finding import Diagnosis

TEXT: Mapping[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}
LOCATION: Mapping[str, Any] = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": r"^[\w.~:/%?#@!$&'()*+,;=-]+$"}},
                    "additionalProperties": False,
                },
                "region": {"const": {"startLine": 1}},
            },
            "additionalProperties": False,
        },
        "logicalLocations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["fullyQualifiedName", "kind"],
                "properties": {"fullyQualifiedName": {"type": "string"}, "kind": {"type": "string", "minLength": 1}},
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
RULE: Mapping[str, Any] = {
    "type": "object",
    "required": ["id", "name", "shortDescription", "fullDescription", "help", "helpUri"],
    "properties": {
        "id": {"enum": [rule.code for rule in RULES]},
        "name": {"enum": [rule.name for rule in RULES]},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": {**TEXT, "required": ["text", "markdown"]},
        "helpUri": {"type": "string", "pattern": "^https://[^ )]+$"},
    },
    "additionalProperties": False,
}
RESULT: Mapping[str, Any] = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "ruleId": {"enum": [rule.code for rule in RULES]},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION, "minItems": 1, "maxItems": MAX_PLACES},
        "partialFingerprints": {
            "type": "object",
            "required": ["primaryLocationLineHash"],
            "additionalProperties": {"type": "string", "minLength": 1},
        },
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
#: The objects of the standard that are written, with all that it requires of each and no key that it does not know.
SHAPE: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"const": "loadstone"},
                                    "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                                    "rules": {"type": "array", "items": RULE, "uniqueItems": True},
                                },
                                "additionalProperties": False,
                            }
                        },
                        "additionalProperties": False,
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "properties": {
                                            "level": {"enum": ["none", "note", "warning", "error"]},
                                            "message": TEXT,
                                            "locations": {"type": "array", "items": LOCATION},
                                        },
                                        "additionalProperties": False,
                                    },
                                },
                            },
                            "additionalProperties": False,
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "artifacts": {"type": "array", "uniqueItems": True},
                    "results": {"type": "array", "items": RESULT},
                    "properties": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


def run_of(*diagnoses: Diagnosis) -> dict[str, Any]:
    report = json.loads(dumps(sarif_report(diagnoses)))
    jsonschema.Draft202012Validator(SHAPE).validate(report)
    run: dict[str, Any] = report["runs"][0]
    return run


def text_of(message: str) -> str:
    """What a reader shows of a message: doubled braces are single ones (3.11.5)."""
    return message.replace("{{", "{").replace("}}", "}")


def test_every_diagnosis_is_a_run_of_the_standard_s_shape() -> None:
    diagnoses = [diagnose(row.artifact, row.environment) for row in ROWS]
    run = run_of(*diagnoses)

    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert [result["ruleId"] for result in run["results"]] == [
        finding.code for diagnosis in diagnoses for finding in diagnosis.findings
    ]
    assert {rule["id"] for rule in rules} == {result["ruleId"] for result in run["results"]}
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == sum(each.loads is None for each in diagnoses)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_what_a_reader_shows_of_it(rule: Any) -> None:
    run = run_of(replace(DIAGNOSIS, findings=(replace(FINDING, code=rule.code),)))

    (shown,) = run["tool"]["driver"]["rules"]
    assert shown["shortDescription"]["text"] == f"{rule.summary}."
    assert shown["fullDescription"]["text"].endswith((".", "`", ":"))
    assert "## " not in shown["fullDescription"]["text"]
    assert shown["help"]["markdown"].startswith(f"# {rule.code}: {rule.name}\n")


def test_a_result_tells_what_the_finding_tells() -> None:
    (result,) = run_of(DIAGNOSIS)["results"]

    assert (result["ruleId"], result["level"]) == ("LS301", "error")
    assert text_of(result["message"]["text"]).splitlines() == [
        "Addons>Maxout cannot be resolved here",
        'Found model_config/config/layers/1: registered name "Addons>Maxout", saved by Keras 2.15.0',
        "Provided by tensorflow-addons 0.7.0 to 0.23.0",
        "Here: Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11",
        "Fix: loadstone convert m.h5 m.keras        or in Python: loadstone.load_model('m.h5')",
    ]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "m.h5"}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "model_config/config/layers/1", "kind": "value"}]


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("models/my model.h5", "models/my%20model.h5"),
        ("/srv/a#b.h5", "file:///srv/a%23b.h5"),
        ("c:odd.h5", "c%3Aodd.h5"),
        ("caf\udce9.h5", "caf%E9.h5"),
    ],
)
def test_a_path_is_a_uri_and_stays_relative(source: str, uri: str) -> None:
    run = run_of(replace(DIAGNOSIS, source=source))

    assert run["artifacts"] == [{"location": {"uri": uri}}]


def test_the_file_itself_and_no_place_are_locations_of_the_file() -> None:
    for where in ((), (Member(path=""),)):
        (result,) = run_of(replace(DIAGNOSIS, findings=(replace(FINDING, where=where),)))["results"]
        assert [list(location) for location in result["locations"]] == [["physicalLocation"]]


def test_many_places_are_listed_up_to_a_bound_and_counted() -> None:
    places = tuple(Tensor(name=f"t{index}") for index in range(3 * MAX_PLACES))
    (result,) = run_of(replace(DIAGNOSIS, findings=(replace(FINDING, where=places),)))["results"]

    assert len(result["locations"]) == MAX_PLACES
    assert result["properties"]["places"] == 3 * MAX_PLACES


def test_findings_of_one_file_have_fingerprints_of_their_own() -> None:
    other = replace(FINDING, where=(Pointer(document="model_config", path="/config/layers/2"),))
    run = run_of(replace(DIAGNOSIS, findings=(FINDING, other)), replace(DIAGNOSIS, environment="another"))

    first, second, again = (result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"])
    assert first != second
    assert first == again


def test_what_cannot_be_judged_is_a_notification() -> None:
    run = run_of(replace(DIAGNOSIS, loads=None, loads_uncompiled=None, findings=()))

    assert run["results"] == []
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == "m.h5 cannot be judged in Keras 3.15.1, Python 3.11"


@given(st.text())
def test_nothing_in_a_file_becomes_a_placeholder_or_a_link(name: str) -> None:
    hostile = f"{{0}} [{name}](https://example.org) {name}"
    (result,) = run_of(replace(DIAGNOSIS, findings=(replace(FINDING, message=hostile, found=hostile),)))["results"]

    shown = result["message"]["text"]
    assert "](" not in shown
    assert "{0}" not in shown.replace("{{", "").replace("}}", "")
    assert text_of(shown).startswith("{0} [") or "{{" in hostile
