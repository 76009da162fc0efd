"""Two Kerases are installed, and the model was given to the wrong one.

## What it means

There is more than one `load_model` here, and another of them loads this model.

## Why it happens

`keras`, `tf.keras` and `tf_keras` may be three programs in one environment: Keras up to 2.3 beside the Keras inside
TensorFlow, Keras 3 beside a TensorFlow that has its own, tf_keras beside both. Each has its own layers, its own
registry and its own idea of a file, and an object of one means nothing to another.

## Example

```text
TypeError: The added layer must be an instance of class Layer. Found:
<tensorflow.python.keras.engine.input_layer.InputLayer object>
```

## How to fix it

Call the `load_model` that the finding names, and import everything from that one: `from tensorflow import keras`, or
`import tf_keras as keras`, never a mixture. Libraries that can use either ask a variable, `TF_KERAS=1` or
`TF_USE_LEGACY_KERAS=1`, before their first import.

## References

- [tf-keras issue 243: `tensorflow.python.keras` is a private copy](https://github.com/keras-team/tf-keras/issues/243)
- [MLflow issue 11411: TensorFlow 2.15 beside Keras 3](https://github.com/mlflow/mlflow/issues/11411)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.environment import loaders
from loadstone.finding import Blocks, CallWith, Finding, Severity
from loadstone.rules.remedies import calling
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Another loader of the environment loads the model, and the one that is called first does not."""
    from loadstone.rules.verdict import verdict_with  # noqa: PLC0415 - it imports the rules

    others = loaders(case.environment)[1:]
    if not others or case.loader is None or case.loader != loaders(case.environment)[0]:
        return  # asked for one of the others
    if verdict_with(case, case.loader, without=RULE.code).loads is not False:
        return
    for other in others:
        if verdict_with(case, other, without=RULE.code).loads:
            yield Finding(
                code=RULE.code,
                severity=Severity.WARNING,
                blocks=Blocks.NOTHING,
                message=f"{other.call} loads this model, and {case.loader.call} does not",
                where=(Member(path=""),),
                found=f"a model for {other}",
                here=f"{len(others) + 1} kinds of Keras: {', '.join(map(str, loaders(case.environment)))}",
                remedies=(CallWith(python=calling(replace(case, loader=other)), effect=f"loads it in {other}"),),
            )
            return


RULE = Rule(
    code="LS215",
    name="two-kerases",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"The added layer must be an instance of class Layer|"
            r"Only instances of `?keras\.Layer`? can be added",
            raised_by="Keras, for a layer of another Keras",
        ),
        Symptom(
            pattern=r"Could not interpret optimizer identifier: <(?:tf_)?keras|"
            r"Could not interpret optimizer identifier: "
            r"<tensorflow|Unexpectedly found an instance of type `<class '(?:tf_)?keras|must be the output of a "
            r"(?:TensorFlow |Keras )?`?Layer`?",
            raised_by="Keras, for an object of another Keras",
        ),
        Symptom(
            pattern=r"'Node' object has no attribute 'output_masks'|'tuple' object has no attribute 'layer'"
            r"|'_(?:keras|tf_keras)_\w+' object",
            raised_by="Keras up to 2.3, beside tf.keras",
        ),
        Symptom(
            pattern=r"No module named 'keras\.legacy'",
            raised_by="a library that takes Keras up to 2.3 for what is tf.keras",
        ),
        Symptom(
            pattern=r"(?s)tensorflow(?:_core)?/python/keras/.*site-packages/keras/(?:engine|src|models)"
            r"|site-packages/keras/(?:engine|src|models).*tensorflow(?:_core)?/python/keras/",
            raised_by="Python: frames of two Kerases in one traceback",
            in_frames=True,
        ),
    ),
)
