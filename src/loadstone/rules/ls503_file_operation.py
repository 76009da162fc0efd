"""The graph has operations that read or write files, or call out.

## What it means

The graph of a SavedModel, or a frozen graph, has operations that read or write files or talk to other processes. The
finding says whether loading or calling the model runs them, and with which constant paths.

## Why it happens

A SavedModel is a program, and TensorFlow's file operations are part of its language. Input pipelines and vocabularies
use some of them in good faith. A graph can equally well read a private file into a tensor, or write one. What stores
and restores the variables, as every SavedModel has it, is not counted, nor is a table that is filled from an asset.

## Example

```text
(no error)
```

## How to fix it

Look at what the finding lists. A model for arrays in and arrays out needs none of them. Load a model of unknown
origin only in a process that has no access to what matters.

## References

- [TensorFlow: using TensorFlow securely](https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Reach
from loadstone.finding import Blocks, Finding, Nothing, Severity
from loadstone.formats.outward_ops import GRAPH_RUNNING, OUTWARD, PYTHON
from loadstone.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import NodeUse
    from loadstone.rules.case import Case

_SHOWN = 5
_WHEN = {
    Reach.LOADING: "when the model is loaded",
    Reach.CALLING: "when it is called",
    Reach.SAVING: "when it is saved",
}


def detect(case: Case) -> Iterator[Finding]:
    """Operations that reach out of the model; those that run a graph given as a value are LS509."""
    uses = [use for use in case.artifact.outward if use.op in OUTWARD and use.op not in GRAPH_RUNNING]
    if not uses:
        return
    reached = frozenset[Reach]().union(*(use.reached for use in uses))
    when = " and ".join(_WHEN[reach] for reach in Reach if reach in reached) or "when somebody asks for their outputs"
    more = f"; and {len(uses) - _SHOWN} more" if len(uses) > _SHOWN else ""
    yield Finding(
        code=RULE.code,
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
        message=f"the graph has operations that reach files or other processes, {when}",
        where=tuple(use.at for use in uses),
        found="; ".join(dict.fromkeys(_described(use) for use in uses[:_SHOWN])) + more,
        here=_stance(case),
        remedies=(Nothing(why="the program does so wherever it runs; run it only if you trust its author"),),
    )


def _described(use: NodeUse) -> str:
    if use.op in PYTHON:
        return f"{use.op}, which calls a function of the Python that saved it, and fails in every other"
    return " ".join((use.op, *(repr(text[:80]) for text in use.texts[:2])))


def _stance(case: Case) -> str:
    if case.into_keras_3 and case.is_saved_model:
        return f"{case.here}, which opens SavedModels with TFSMLayer only; TensorFlow runs what is in them"
    return f"{case.here}; no release of TensorFlow stops it: a graph is a program"


RULE = Rule(
    code="LS503",
    name="file-operation",
    detect=detect,
)
