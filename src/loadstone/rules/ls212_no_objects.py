"""A SavedModel of TensorFlow 1, without the objects that load_model looks for.

## What it means

The folder holds a program with its signatures, and nothing that says which objects it was made of. `load_model` wants
such objects, Keras' or others.

## Why it happens

TensorFlow 1 saved sessions: a graph and its variables. Since 2.0 a SavedModel also lists the objects that it was saved
from. `tf.keras.models.load_model` handed any SavedModel to `tf.saved_model.load` at first, and looks for objects since
2.4.

## Example

```text
IndexError: list index out of range
```

## How to fix it

There is no Keras model in it. Run it by its signatures: `tf.saved_model.load(path).signatures["serving_default"]`, or
`loadstone predict`.

## References

- [TensorFlow: SavedModels of TensorFlow 1 in TensorFlow
  2](https://www.tensorflow.org/guide/migrate/saved_model)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Member
from loadstone.finding import Blocks, CallWith, Finding, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_FIRST_LOOKING = Version("2.4")
_SERVED = "serving_default"


def detect(case: Case) -> Iterator[Finding]:
    """A SavedModel without an object graph, and a tf.keras that looks into it."""
    tensorflow = case.environment.tensorflow
    if not (case.is_saved_model and case.into_keras_2) or tensorflow is None or tensorflow < _FIRST_LOOKING:
        return
    if case.artifact.has_objects or case.artifact.defects:
        return
    names = [signature.name for signature in case.artifact.signatures]
    endpoint = _SERVED if _SERVED in names else next(iter(names), None)
    python = f"import tensorflow as tf; tf.saved_model.load({case.artifact.source!r}).signatures[{endpoint!r}]"
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message="this SavedModel has no objects, so there is no Keras model in it",
        where=(Member(path="saved_model.pb"),),
        found="a program and its signatures",
        here=case.here,
        remedies=(CallWith(python=python, effect="a function from arrays to arrays"),) if endpoint else (),
    )


RULE = Rule(
    code="LS212",
    name="no-objects",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"list index(?: \(0\))? out of range", raised_by="tf.keras 2.4 to 2.15, tf_keras", general=True
        ),
    ),
)
