"""A .keras archive of another Keras 2, which names modules that this one keeps elsewhere.

## What it means

The archive names a class by the file inside Keras that defined it, and in this release of Keras that file is elsewhere.

## Why it happens

For Functional models, and for the layers that stand for bare TensorFlow operations, tf.keras wrote its own internal
module path into the archive. That path was `keras.engine` in 2.12, `keras.src.engine` in 2.13 to 2.15, and
`tf_keras.src.engine` in tf-keras since 2.16, which takes `keras.src` for its own. Sequential models of public layers
are not affected.

## Example

```text
TypeError: Could not deserialize class 'Functional' because its parent module keras.engine.functional cannot be
imported.
```

## How to fix it

`loadstone convert model.keras new.keras` rebuilds the model for Keras 3. Or load it where it was written: the finding
names that environment.

## References

- [TensorFlow issue 62363: archives of 2.13 in 2.14](https://github.com/tensorflow/tensorflow/issues/62363)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.case import moved_modules
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Objects of a Keras 2 archive whose module another Keras 2 does not have."""
    if not case.into_keras_2 or not case.reads_archives or case.from_keras_3:
        return
    objects = moved_modules(case)
    if objects:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="this .keras archive names modules by the place that they have in another Keras 2",
            where=tuple(item.at for item in objects),
            found=f"module {', '.join(sorted({item.module for item in objects if item.module}))}",
            provided="the Keras that wrote it",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS313",
    name="moved-module",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Could not deserialize class '\w+' because its parent module (?:tf_)?keras\.(?:src\.)?engine\.",
            generation=Generation.TF_KERAS,
            raised_by="tf.keras 2.12 to 2.15, tf_keras",
        ),
    ),
)
