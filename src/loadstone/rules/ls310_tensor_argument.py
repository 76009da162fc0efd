"""A tensor given to a layer by keyword, which Keras 3 does not read from .h5.

## What it means

A layer is called with a tensor as a keyword argument, as in `attention(query, value=memory)`. In the file that
argument is a reference to another layer. Keras 3 does not resolve such references in the notation of tf.keras, and
passes the reference itself.

## Why it happens

Keras 3 has a notation of its own for calls. Its reader for the old one handles positional tensors only.

## Example

```text
TypeError: MultiHeadAttention.build() missing 1 required positional argument: 'value_shape'
```

## How to fix it

`loadstone convert model.h5 model.keras` calls the layer with the tensors that are meant.

## References

- [Keras: the functional API](https://keras.io/guides/functional_api/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Pointer
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.graph import graphs, tensor_keywords
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Calls with a tensor as keyword, in the notation that Keras 3 passes on unread."""
    if not (case.into_keras_3 and case.is_hdf5) or case.is_refused or case.from_keras_3:
        return
    found = {
        reference.at: f"{keyword} from layer {layer}"
        for graph in graphs(case.artifact)
        for reference in graph.references
        for keyword, layer in tensor_keywords(reference, graph)
    }
    if found:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="layers are called with tensors as keyword arguments",
            where=tuple(Pointer(document="model_config", path=path) for path in found),
            found=", ".join(list(dict.fromkeys(found.values()))[:3]),
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS310",
    name="tensor-argument",
    detect=detect,
    raises=(
        Symptom(pattern=r"build\(\) missing \d+ required positional arguments?: '\w+_shape'", raised_by="Keras 3"),
    ),
)
