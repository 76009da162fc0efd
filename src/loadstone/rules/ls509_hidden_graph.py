"""A graph is hidden in a constant of the graph.

## What it means

A constant text of the program is a program itself: a serialised graph. Or the program runs a graph that reaches it as
a value, wherever that comes from.

## Why it happens

`DatasetFromGraph` builds a graph from bytes and runs it. No model that Keras saves has such a constant. Tools that
list a model's operations see one harmless constant, and what it does when it runs stays out of sight.

## Example

```text
(no error)
```

## How to fix it

Do not load it, whatever the hidden operations that the finding lists.

## References

- [TensorFlow: using TensorFlow securely](https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.formats.outward_ops import GRAPH_RUNNING
from loadstone.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import NodeUse
    from loadstone.rules.case import Case

_SHOWN = 10


def detect(case: Case) -> Iterator[Finding]:
    """Constants that are graphs, and operations that run such."""
    uses = [use for use in case.artifact.outward if use.contains or use.op in GRAPH_RUNNING]
    if uses:
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="a graph is hidden in a constant, or reaches the program as a value",
            where=tuple(use.at for use in uses),
            found="; ".join(dict.fromkeys(map(_described, uses))),
            here=f"{case.here}; no release of TensorFlow stops it: a graph is a program",
            remedies=(Fetch(action="ask where the file comes from; do not load this one"),),
        )


def _described(use: NodeUse) -> str:
    more = f" and {len(use.contains) - _SHOWN} more" if len(use.contains) > _SHOWN else ""
    return f"a constant with {', '.join(use.contains[:_SHOWN])}{more}" if use.contains else use.op


RULE = Rule(code="LS509", name="hidden-graph", detect=detect)
