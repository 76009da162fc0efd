"""A bare tensor operation inside the model, which this loader cannot rebuild.

## What it means

Part of the model is not a layer but an operation on tensors (`x + y`, `x[:, 0]`, `tf.concat(...)`), which Keras
stored as a layer of its own kind. This loader does not know that kind.

## Why it happens

tf.keras 2.4 to 2.15 writes `TFOpLambda` and `SlicingOpLambda`, which name a TensorFlow function; tf.keras 2.0 to 2.3
writes `TensorFlowOpLayer`, with a piece of graph. Keras 3 has neither: it writes the operation's own class
(`GetItem`, `NotEqual`), and its loader for `.h5` files looks among layers only, so it cannot even read back its own.

## Example

```text
ValueError: Unknown layer: 'TFOpLambda'. Please ensure you are using a `keras.utils.custom_object_scope` and that this
object is included in the scope.
```

## How to fix it

`loadstone convert model.h5 model.keras` replaces each operation with the function of `keras.ops` that computes the
same. A model that is still being developed is better saved as `.keras`, which stores operations.

## References

- [Keras: operations](https://keras.io/api/ops/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.knowledge import ObjectKind
from loadstone.rules.lookup import OPERATOR_LAYERS, Found, look_up
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Operations that the loader cannot turn into a layer again."""
    if case.keras is None or case.is_refused or (case.is_saved_model and not case.revives_by_settings):
        return
    unknown = [item for item in case.artifact.objects if is_operation(case, item)]
    if unknown:
        names = sorted({item.class_name for item in unknown})
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message=f"the model contains bare tensor operations ({', '.join(names)})",
            where=tuple(item.at for item in unknown),
            found=", ".join(sorted({_described(item) for item in unknown})),
            here=case.here,
            remedies=ways(case),
        )


def is_operation(case: Case, item: KerasObject) -> bool:
    """Whether an object is a tensor operation that the loader does not find."""
    if look_up(case, item) is not Found.NOWHERE:
        return False
    if item.class_name in OPERATOR_LAYERS:
        return True
    return case.built_in(item.class_name, ObjectKind.OPERATION) is not None


def _described(item: KerasObject) -> str:
    function = item.config.get("function")
    return f"{item.class_name} of {function}" if isinstance(function, str) else item.class_name


RULE = Rule(
    code="LS305",
    name="operator-layer",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Unknown layer: '?(?:TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|GetItem|NotEqual)\b",
            raised_by="Keras 3, and tf.keras older than the file",
        ),
        Symptom(
            pattern=r"Unable to restore a layer of class (?:TFOpLambda|SlicingOpLambda)",
            raised_by="tf.keras 2.3, for a SavedModel",
        ),
    ),
)
