"""The uses of an inner model are counted as tf.keras counts them.

## What it means

The model contains another model as a layer. The file refers to the first use of that inner model as number 1, because
in tf.keras number 0 was the inner model's own construction. Keras 3 counts from 0, so the number that is meant does
not exist.

## Why it happens

Keras 3 does not translate the count when it reads files of Keras 2. Siamese networks, encoders and transfer learning
on a pretrained base all have the shape.

## Example

```text
ValueError: Invalid Functional model configuration. The graph of the Functional model either has loops or disconnected
nodes.
```

## How to fix it

`loadstone convert model.h5 model.keras` translates the count.

## References

- [Keras: all models are callable, just like layers](https://keras.io/guides/functional_api/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Pointer
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.graph import graphs
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """References to a call of a layer beyond the last one that Keras 3 will make."""
    if not (case.into_keras_3 and case.is_hdf5) or case.is_refused:
        return
    beyond = {
        reference.at: reference.layer
        for graph in graphs(case.artifact)
        for reference in graph.references
        if reference.node >= max(1, graph.calls.get(reference.layer, reference.node + 1))
    }
    if beyond:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="the uses of an inner model are counted as tf.keras counts them",
            where=tuple(Pointer(document="model_config", path=path) for path in beyond),
            found=f"uses of {', '.join(dict.fromkeys(beyond.values()))} numbered from 1",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS312",
    name="nested-model-call",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"The graph of the Functional model either has loops or disconnected nodes", raised_by="Keras 3"
        ),
        Symptom(pattern=r"Layer node index out of bounds", raised_by="Keras 3"),
        Symptom(
            pattern=r"Layer '[^']+' expected \d+ input\(s\)\. Received \d+ instead",
            raised_by="Keras 3.0 and 3.1",
            means="the uses of a model inside a Sequential were stored twice",
        ),
        Symptom(
            pattern=r"[Ll]ayer \"?'?\w+'?\"? expects \d+ input(?:\(s\)|s)?,? but it received \d+ input",
            raised_by="tf.keras 2.2 and newer, Keras 3",
            general=True,
        ),
    ),
)
