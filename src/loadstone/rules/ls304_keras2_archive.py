"""A .keras archive of tf.keras, which Keras 3 cannot open.

## What it means

The archive was written by tf.keras 2.12 to 2.15. It names a class by the file inside Keras that defined it
(`keras.src.engine.functional`), and Keras 3 has no such file.

## Why it happens

Both generations write the suffix `.keras`, and the container is the same. For Functional models and the layers that
stand for bare TensorFlow operations, tf.keras wrote the internal module path into it. Sequential models of public
layers are not affected.

## Example

```text
TypeError: Could not deserialize class 'Functional' because its parent module keras.src.engine.functional cannot be
imported.
```

## How to fix it

`loadstone convert model.keras new.keras` rebuilds the model for Keras 3. Or load it where it was written and save it
as `.h5`, or only its weights.

## References

- [Keras issue 18913: archives of 2.14 in 2.15](https://github.com/keras-team/keras/issues/18913)
- [Keras 3 changes against Keras 2](https://keras.io/guides/migrating_to_keras_3/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.case import internal_modules
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Objects of a Keras 2 archive whose module Keras 3 does not have."""
    if not (case.into_keras_3 and case.is_archive) or case.from_keras_3:
        return
    objects = internal_modules(case.artifact)
    if objects:
        modules = sorted({item.module for item in objects if item.module})
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="this .keras archive was written by tf.keras, and names modules that Keras 3 does not have",
            where=tuple(item.at for item in objects),
            found=f"module {', '.join(modules)}",
            provided="tf.keras 2.12 to 2.15",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS304",
    name="keras2-archive",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Could not deserialize class '\w+' because its parent module (?:tf_)?keras\.(?:src\.)?engine",
            generation=Generation.KERAS_3,
            usual=True,
            raised_by="Keras 3",
        ),
        Symptom(
            pattern=r"Could not locate class 'Functional'|instance of `KerasSaveable`, but got <tf_keras\.",
            raised_by="Keras 3 where tf_keras is installed",
        ),
    ),
)
