"""A model of Keras 3, in an environment with Keras 2.

## What it means

The file was written by Keras 3. This environment has Keras 2 (tf.keras up to 2.15, or `tf_keras`), which cannot read
it, in whatever container it is.

## Why it happens

Keras 3 writes other settings (`batch_shape` of the input, a dtype policy in every layer) and other module names.
Nothing translates in this direction.

## Example

```text
TypeError: Error when deserializing class 'InputLayer' using config={'batch_shape': [None, 12, 12, 3], …}
Exception encountered: Unrecognized keyword arguments: ['batch_shape', 'optional']
```

## How to fix it

Use Keras 3: `pip install keras tensorflow`. Where `TF_USE_LEGACY_KERAS=1` is set, unset it. Kaggle and Colab images
have had both generations side by side; `keras.__version__` tells which one answers.

## References

- [Keras: getting started](https://keras.io/getting_started/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """A configuration of the third generation, and a loader of the second; SavedModels carry none."""
    if case.into_keras_2 and case.from_keras_3 and not case.is_saved_model:
        keras = case.needs.writer("keras")
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="this model was written by Keras 3, and this is Keras 2",
            where=(case.artifact.config_at or Member(path=""),),
            found=f"a configuration of {keras or 'Keras 3'}",
            provided="Keras 3",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS206",
    name="keras3-file",
    detect=detect,
    raises=(
        Symptom(pattern=r"Unrecognized keyword arguments:.*batch_shape", raised_by="tf.keras 2.0 to 2.15"),
        Symptom(
            pattern=r"Could not deserialize class 'Functional' because its parent module (?:tf_)?keras\.src\.models",
            raised_by="tf.keras 2.12 to 2.15, tf_keras",
        ),
        Symptom(
            pattern=r"Unknown layer: '?Functional\b|Invalid layer: Functional",
            raised_by="tf.keras up to 2.2, Keras",
            general=True,
        ),
        Symptom(pattern=r"unexpected keyword argument 'batch_shape'", raised_by="Keras up to 2.3"),
        Symptom(pattern=r"Unknown dtype policy|Unknown layer: '?DTypePolicy", raised_by="tf.keras"),
    ),
)
