"""MultiHeadAttention saved by TensorFlow 2.4, whose weights have no recorded order.

## What it means

The model has a `MultiHeadAttention` layer saved by TensorFlow 2.4 as `.h5`. Later releases want three shapes in its
settings that 2.4 did not write, and 2.4 itself restores the weights into the wrong places without an error.

## Why it happens

The layer creates its weights when it is called. TensorFlow 2.4 stored no shapes to create them by, so that after
loading the order of the weights is not the saved one. 2.5 added `query_shape`, `key_shape` and `value_shape` to the
settings and demands them.

## Example

```text
KeyError: 'query_shape'
```

## How to fix it

`loadstone convert model.h5 model.keras` assigns the weights by their names. Compare outputs with known ones before
you trust a model that 2.4 has loaded again.

## References

- [Keras: `MultiHeadAttention`](https://keras.io/api/layers/attention_layers/multi_head_attention/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.case import FIRST_WITH_ARCHIVES
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_FIRST_WITH_SHAPES = Version("2.5")
_SHAPES = frozenset({"query_shape", "key_shape", "value_shape"})


def detect(case: Case) -> Iterator[Finding]:
    """Keras' MultiHeadAttention without the shapes that every release but one writes."""
    if case.keras is None or case.into_keras_3 or case.from_keras_3 or case.is_refused:
        return
    if case.is_saved_model and case.keras >= FIRST_WITH_ARCHIVES:
        return  # from here on the stored functions do where the settings do not
    layers = [
        item
        for item in case.artifact.objects
        if item.class_name == "MultiHeadAttention" and item.package is None and not _SHAPES & item.config.keys()
    ]
    if layers:
        fails = case.keras >= _FIRST_WITH_SHAPES
        if not fails and case.is_saved_model:
            return  # its weights have names, and are restored by them
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR if fails else Severity.WARNING,
            blocks=Blocks.LOADING if fails else Blocks.NOTHING,
            message="MultiHeadAttention without its shapes"
            + ("" if fails else ": weights are restored in another order"),
            where=tuple(item.at for item in layers),
            found="settings without query_shape, key_shape and value_shape, as TensorFlow 2.4 writes them",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS403",
    name="attention-of-2-4",
    detect=detect,
    raises=(
        Symptom(pattern=r"KeyError: \W*query_shape", raised_by="tf.keras 2.5 to 2.15, for .h5"),
        Symptom(
            pattern=r"Unable to restore object of class 'MultiHeadAttention'",
            raised_by="tf.keras 2.7 to 2.11, for a SavedModel",
        ),
    ),
)
