"""Proves an environment: the model is loaded in it, by a process of its own, and run once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadstone.errors import IsolationError, NotTrusted
from loadstone.finding import Parity, Verdict
from loadstone.isolation.samples import sample
from loadstone.isolation.worker import Worker
from loadstone.parity import compare
from loadstone.recorded import ROW_LENGTHS, arrays_of, in_order
from loadstone.resolve.candidates import dangers
from loadstone.resolve.prescription import Seen
from loadstone.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadstone.finding import Diagnosis
    from loadstone.isolation.ports import Loaded, LoadRequest
    from loadstone.isolation.sandbox import Limits

#: Lengths that are tried in turn for the dimensions that a model leaves open, the batch apart: convolutions need some
#: room, embeddings of positions have an end.
LENGTHS = (32, 128, 8, 1)


def refuse(diagnosis: Diagnosis, *, trusted: bool) -> None:
    """Stop before a file is loaded that holds programs or reaches out, unless the user trusts it.

    Raises:
        NotTrusted: it does, and is not trusted; names all of it.
    """
    found = dangers(diagnosis)
    if found and not trusted:
        raise NotTrusted(diagnosis.source, found)


def prove(
    python: Path, request: LoadRequest, *, limits: Limits, variables: Mapping[str, str], io: Path | None = None
) -> Seen:
    """Load a model in an environment and run it: on recorded inputs, else once on made-up ones.

    Args:
        python: the environment's interpreter.
        request: how it opens the model.
        limits: what the process may use.
        variables: environment variables that belong to the environment.
        io: recorded inputs and outputs: by the model's names, or ``x0`` ... and ``y0`` ... in its order.

    Raises:
        IsolationError: it does not load.
        LoadstoneError: ``io`` cannot be read.
    """
    with Worker.start(python, limits=limits, variables=variables, bytecode=True) as worker:
        loaded = worker.load(request)
        if io is not None:
            return Seen(loaded=loaded, forward=None, parity=_compared(worker, loaded, io))
        failures = []
        for length in LENGTHS:
            try:
                worker.predict(sample(loaded.inputs, length=length))
            except IsolationError as problem:
                failures.append(str(problem))
                if problem.reason != "predict":
                    break  # no other length will do
            else:
                failures.clear()
                break
        why = "no outputs were recorded to compare with"
        forward = failures[0] if failures else None
        return Seen(loaded=loaded, forward=forward, parity=Parity(verdict=Verdict.UNPROVEN, why=why))


def _compared(worker: Worker, loaded: Loaded, io: Path) -> Parity:
    arrays = arrays_of(io)
    inputs = in_order(arrays, [port.name for port in loaded.inputs], "x", ordered=loaded.ordered)
    answered = worker.predict(inputs)
    names = [name for name in answered if not name.endswith(ROW_LENGTHS)]
    expected = in_order(arrays, names, "y", ordered=loaded.ordered)
    return compare(tuple(expected.values()), tuple(answered[name] for name in expected))


def known_for(error: str) -> tuple[str, ...]:
    """The codes of the rules that are known to raise such an error."""
    return tuple(rule.code for rule in RULES if any(re.search(symptom.pattern, error) for symptom in rule.raises))
