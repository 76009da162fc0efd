"""Reports as JSON, in the shape of ``schema.json`` beside this file.

Keys are only ever added while ``schema`` stays 1; what a reader does not know it may ignore.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from loadstone.artifact import Attribute, Member, Node, Pointer, Tensor
from loadstone.finding import Install
from loadstone.report.text import all_load, remedy_text, where_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.artifact import Artifact, KerasObject, TensorPort, Where
    from loadstone.finding import Diagnosis, Finding, Rebuild, Remedy, Stack
    from loadstone.needs import Needs
    from loadstone.rules.rule import Rule
    from loadstone.runtime.convert import Conversion

#: The version of the shape; a reader refuses numbers that it does not know.
SCHEMA = 1

_WHERE_KINDS = {Pointer: "pointer", Tensor: "tensor", Attribute: "attribute", Node: "node", Member: "member"}


def dumps(report: dict[str, Any]) -> str:
    """A report as indented text with a line end, keys in the order in which they were put."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def diagnosis_report(diagnosis: Diagnosis) -> dict[str, Any]:
    """A diagnosis; ``loads`` and ``loads_uncompiled`` are null where they cannot be told."""
    return {
        "schema": SCHEMA,
        "report": "diagnosis",
        "source": diagnosis.source,
        "environment": diagnosis.environment,
        "loads": diagnosis.loads,
        "loads_uncompiled": diagnosis.loads_uncompiled,
        "loads_with_loadstone": diagnosis.loads_with_loadstone,
        "with_loadstone": None if diagnosis.with_loadstone is None else _rebuild(diagnosis.with_loadstone),
        "candidates": [_stack(stack) for stack in diagnosis.candidates],
        "findings": [_finding(finding) for finding in diagnosis.findings],
    }


def diagnoses_report(diagnoses: Sequence[Diagnosis]) -> dict[str, Any]:
    """Several models in one environment; ``loads`` is false as soon as one does not load."""
    return {
        "schema": SCHEMA,
        "report": "diagnoses",
        "loads": all_load(diagnoses),
        "diagnoses": [diagnosis_report(diagnosis) for diagnosis in diagnoses],
    }


def _rebuild(rebuild: Rebuild) -> dict[str, Any]:
    return {
        "loads": rebuild.loads,
        "here": rebuild.here,
        "custom_objects": list(rebuild.custom_objects),
        "why": rebuild.why,
    }


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "python": stack.python,
        "requirements": list(stack.requirements),
        "as_of": stack.as_of,
        "variables": dict(stack.variables),
        "loads": stack.loads,
        "compiled": stack.compiled,
        "trust": stack.trust,
        "custom_objects": list(stack.custom_objects),
    }


def inspection_report(artifact: Artifact, needs: Needs) -> dict[str, Any]:
    """What is in a file, and what it needs."""
    return {
        "schema": SCHEMA,
        "report": "inspection",
        "source": artifact.source,
        "format": artifact.format.value,
        "dialect": artifact.dialect.value if artifact.dialect else None,
        "bytes": artifact.size,
        "writers": [
            {
                "distribution": writer.distribution,
                "versions": str(writer.versions),
                "recorded": writer.recorded,
            }
            for writer in needs.writers
        ],
        "objects": [_object(item) for item in artifact.objects],
        "provided_elsewhere": [
            {
                "identity": need.identity,
                "only_in_training": need.only_in_training,
                "providers": [
                    {"distribution": p.distribution, "first": str(p.first), "last": str(p.last)} for p in need.providers
                ],
            }
            for need in needs.objects
        ],
        "tensors": [
            {"name": tensor.name, "shape": list(tensor.shape), "dtype": tensor.dtype, "at": _where(tensor.at)}
            for tensor in artifact.tensors
        ],
        "operations": [{"op": use.op, "function": use.function, "count": use.count} for use in artifact.ops],
        "signatures": [
            {
                "name": signature.name,
                "inputs": [_port(port) for port in signature.inputs],
                "outputs": [_port(port) for port in signature.outputs],
            }
            for signature in artifact.signatures
        ],
        "payloads": [
            {
                "kind": payload.kind.value,
                "owner": payload.owner,
                "bytes": payload.size,
                "python": None if payload.python is None else str(payload.python),
                "names": list(payload.names),
                "at": _where(payload.at),
            }
            for payload in artifact.payloads
        ],
        "training": None if artifact.training is None else {"optimizer_tensors": artifact.training.optimizer_tensors},
        "defects": [
            {"kind": defect.kind.value, "message": defect.message, "at": _where(defect.where)}
            for defect in artifact.defects
        ],
    }


def conversion_report(conversion: Conversion) -> dict[str, Any]:
    """What was written, what was changed on the way, and how the outputs compare."""
    parity = conversion.parity
    return {
        "schema": SCHEMA,
        "report": "conversion",
        "source": conversion.source,
        "target": conversion.target,
        "notes": [{"upgrade": note.upgrade, "message": note.message, "at": note.at} for note in conversion.notes],
        "parity": {
            "verdict": parity.verdict.value,
            "max_abs": parity.max_abs,
            "max_rel": parity.max_rel,
            "tolerance": parity.tolerance,
            "first_divergence": parity.first_divergence,
            "why": parity.why,
        },
    }


def failure_report(source: str, message: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Why nothing was written."""
    return {
        "schema": SCHEMA,
        "report": "failure",
        "source": source,
        "message": message,
        "findings": [_finding(finding) for finding in findings],
    }


def rule_report(rule: Rule) -> dict[str, Any]:
    """A rule and its page."""
    return {
        "schema": SCHEMA,
        "report": "rule",
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "symptoms": [{"pattern": symptom.pattern, "raised_by": symptom.raised_by} for symptom in rule.raises],
        "page": rule.page,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "blocks": finding.blocks.value,
        "message": finding.message,
        "where": [_where(where) for where in finding.where],
        "found": finding.found,
        "provided": finding.provided,
        "here": finding.here,
        "remedies": [_remedy(remedy) for remedy in finding.remedies],
    }


def _where(where: Where) -> dict[str, str]:
    return {"kind": _WHERE_KINDS[type(where)], "text": where_text(where)}


def _remedy(remedy: Remedy) -> dict[str, Any]:
    """The remedy's own fields under its kind, and the sentence that people read."""
    fields = {name: getattr(remedy, name) for name in remedy.__dataclass_fields__}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
    if isinstance(remedy, Install):
        plain["variables"] = dict(remedy.variables)
    return {"kind": _kebab(type(remedy).__name__), **plain, "text": remedy_text(remedy)}


def _object(item: KerasObject) -> dict[str, Any]:
    return {
        "identity": item.identity,
        "module": item.module,
        "slot": item.slot,
        "in_training": item.in_training,
        "at": _where(item.at),
    }


def _port(port: TensorPort) -> dict[str, Any]:
    shape = None if port.shape is None else list(port.shape)
    return {"name": port.name, "tensor": port.tensor, "dtype": port.dtype, "shape": shape}


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
