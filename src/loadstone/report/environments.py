"""Locks, built environments and predictions, as text for people and as values for JSON."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from loadstone.report.conversion import parity_text
from loadstone.report.json import SCHEMA
from loadstone.report.text import LABEL, SHOWN, Line, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loadstone.isolation.ports import Port
    from loadstone.resolve.lock import Lock
    from loadstone.resolve.prescription import Attempt, Candidate, Proof, Seen
    from loadstone.runtime.predict import Prediction


def lock_lines(lock: Lock, *, everything: bool = False) -> Iterator[Line]:
    """The environment, why it was chosen, what the reader has to know, and what else would do."""
    yield Line(text=f"{lock.model}: {stack_text(lock)}", role="title")
    yield from labelled("packages", f"{len(lock.packages)}, of {lock.as_of} or older" if lock.as_of else "")
    for reason in lock.why:
        yield from labelled("why", reason)
    for name, value in lock.variables.items():
        yield from labelled("set", f"{name}={value}")
    for note in lock.notes:
        yield from labelled("note", note, role="note")
    for candidate in lock.others if everything else lock.others[:SHOWN]:
        yield from labelled("or", candidate_text(candidate))


def stack_text(lock: Lock) -> str:
    """A lock in one line: what makes it what it is."""
    return f"{', '.join(lock.requirements)} on Python {lock.python}, {lock.platform} {lock.machine}"


def candidate_text(candidate: Candidate) -> str:
    """A candidate in one line, with the first reason for it."""
    return f"{candidate}: {candidate.because[0]}"


def attempt_lines(attempt: Attempt) -> Iterator[Line]:
    """One environment that was built and tried."""
    took = f"{attempt.seconds:.1f} s"
    title = (
        f"{stack_text(attempt.lock)}: {attempt.stage.value} ({took}{', was there before' if attempt.reused else ''})"
    )
    yield Line(text=title, role="error" if attempt.error else "title")
    if attempt.error:
        yield from labelled("failed", attempt.error, role="error")
    for code in attempt.codes:
        yield from labelled("more", f"loadstone explain {code}")
    if attempt.seen is not None:
        yield from seen_lines(attempt.seen)


def seen_lines(seen: Seen) -> Iterator[Line]:
    """What was seen of a model in an environment."""
    yield from labelled("loaded", seen.loaded.how)
    for title, ports in (("takes", seen.loaded.inputs), ("gives", seen.loaded.outputs)):
        yield from labelled(title, ", ".join(map(str, ports)) or "nothing that it tells")
    for note in seen.loaded.notes:
        yield from labelled("note", note, role="note")
    if seen.forward is None:
        yield from labelled("run", "one forward pass")
    else:
        yield from labelled("run", f"not on made-up inputs: {seen.forward}", role="warning")
    yield from labelled("outputs", parity_text(seen.parity))


def proof_lines(proof: Proof) -> Iterator[Line]:
    """Every attempt, then the environment and how to use it."""
    for attempt in proof.attempts:
        yield from attempt_lines(attempt)
        yield Line(text="")
    folder = shown(proof.folder)
    yield Line(text=f"{proof.model} loads in {folder}", role="title")
    # A command stays on one line, so that it can be copied.
    command = f"loadstone predict {quote(proof.model)} --env {quote(folder)} --input x.npz --output y.npz"
    yield Line(text=f"  {'use':<{LABEL}}{command}", role="fix")


def shown(folder: Path) -> str:
    """A folder as a user in the current one would name it."""
    here = folder.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def prediction_lines(prediction: Prediction, output: Path) -> Iterator[Line]:
    """Where a model was run, and what came out."""
    yield Line(text=f"{output}", role="title")
    if prediction.why_not_here:
        yield from labelled("not here", prediction.why_not_here, role="note")
    yield from labelled("ran", prediction.ran)
    for name, array in prediction.outputs.items():
        yield from labelled("output", f"{name} {array.shape} {array.dtype}")


def lock_report(lock: Lock) -> dict[str, Any]:
    """A lock with its packages, as plain values."""
    return {
        "schema": SCHEMA,
        "report": "lock",
        "source": lock.model,
        "sha256": lock.model_sha256,
        "python": lock.python,
        "platform": lock.platform,
        "machine": lock.machine,
        "gpu": lock.gpu,
        "requirements": list(lock.requirements),
        "as_of": None if lock.as_of is None else lock.as_of.isoformat(),
        "variables": dict(lock.variables),
        "packages": [
            {"name": each.name, "version": str(each.version), "hashes": list(each.hashes), "marker": each.marker}
            for each in lock.packages
        ],
        "why": list(lock.why),
        "notes": list(lock.notes),
        "loads": None if lock.diagnosis is None else lock.diagnosis.loads,
        "others": [
            {"requirements": list(each.requirements), "python": each.python, "why": list(each.because)}
            for each in lock.others
        ],
    }


def proof_report(proof: Proof) -> dict[str, Any]:
    """A built environment and every attempt, as plain values."""
    return {
        "schema": SCHEMA,
        "report": "proof",
        "source": proof.model,
        "folder": str(proof.folder),
        "attempts": [_attempt(each) for each in proof.attempts],
    }


def prediction_report(prediction: Prediction, source: str, output: Path) -> dict[str, Any]:
    """Where a model was run, and what came out, as plain values."""
    return {
        "schema": SCHEMA,
        "report": "prediction",
        "source": source,
        "output": str(output),
        "ran": prediction.ran,
        "isolated": prediction.isolated,
        "why_not_here": prediction.why_not_here,
        "outputs": [
            {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
            for name, array in prediction.outputs.items()
        ],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    seen = attempt.seen
    return {
        "requirements": list(attempt.lock.requirements),
        "python": attempt.lock.python,
        "stage": attempt.stage.value,
        "error": attempt.error,
        "codes": list(attempt.codes),
        "seconds": round(attempt.seconds, 3),
        "reused": attempt.reused,
        "loaded": None if seen is None else seen.loaded.how,
        "forward": None if seen is None else seen.forward,
        "parity": None if seen is None else seen.parity.verdict.value,
        "max_abs": None if seen is None else seen.parity.max_abs,
        "inputs": [] if seen is None else [_port(each) for each in seen.loaded.inputs],
        "outputs": [] if seen is None else [_port(each) for each in seen.loaded.outputs],
    }


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, "shape": None if port.shape is None else list(port.shape), "dtype": port.dtype}
