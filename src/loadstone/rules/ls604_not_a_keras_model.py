"""What was loaded is not a Keras model.

## What it means

`load_model` or `tf.saved_model.load` returned something, and it has no `predict`, `summary` or `fit`.

## Why it happens

Any program of TensorFlow can be a SavedModel: a `tf.Module`, a detector, a model of TensorFlow 1, of TensorFlow Hub, or
one that Keras saved with `export`. Of such a folder there is only the program. `tf.saved_model.load` gives that even
for models of Keras. And `load_weights` returns nothing, or a status: it fills the model that it is called on.

## Example

```text
AttributeError: '_UserObject' object has no attribute 'summary'
```

## How to fix it

Call its signature: `loaded.signatures["serving_default"](...)`, or `loadstone predict MODEL --input x.npz --output
y.npz`. For a folder that Keras saved, call `tf.keras.models.load_model` instead of `tf.saved_model.load`. Do not
assign the result of
`load_weights`.

## References

- [TensorFlow: SavedModel](https://www.tensorflow.org/guide/saved_model)
- [TensorFlow models issue 8990: a detector](https://github.com/tensorflow/models/issues/8990)
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


#: The first TensorFlow whose ``load_model`` returns what is in a SavedModel, whether Keras wrote it or not.
_FIRST_RETURNING = Version("2.0")


def detect(case: Case) -> Iterator[Finding]:
    """A SavedModel with objects, none of them of Keras, in a loader that reads SavedModels."""
    artifact, tensorflow = case.artifact, case.environment.tensorflow
    if not (case.is_saved_model and case.into_keras_2) or artifact.defects:
        return
    if tensorflow is None or tensorflow < _FIRST_RETURNING:
        return
    if artifact.has_objects and artifact.dialect is None:
        python = f'import tensorflow as tf; tf.saved_model.load({artifact.source!r}).signatures["serving_default"]'
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="this SavedModel holds no Keras model; what is loaded has no predict or summary",
            where=(Member(path="saved_model.pb"),),
            found="objects of TensorFlow, and none of Keras",
            here=case.here,
            remedies=(CallWith(python=python, effect="a function from arrays to arrays"),),
        )


RULE = Rule(
    code="LS604",
    name="not-a-keras-model",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"'(?:_UserObject|AutoTrackable|_WrapperFunction|WrapperFunction|ConcreteFunction|"
            r"RestoredFunction)' object "
            r"(?:has no attribute|is not callable)",
            raised_by="Python, for what tf.saved_model.load returns",
            means="the SavedModel was not loaded as a Keras model, or is none",
        ),
        Symptom(
            pattern=r"'_UserObject' object has no attribute '(?:add_slot|_create_or_restore_slot_variable)'",
            raised_by="TensorFlow, for a SavedModel whose optimizer cannot be revived",
            means="the SavedModel's optimizer has slots and cannot be revived as an optimizer",
        ),
        Symptom(
            pattern=r"'NoneType' object has no attribute '(?:predict\w*|summary|fit|evaluate|layers|compile|save|"
            r"get_layer"
            r"|inputs?|outputs?|get_weights|to_json)'",
            raised_by="Python",
            means="a call that returns nothing, load_weights above all, was assigned to the model",
        ),
        Symptom(
            pattern=r"'TFSMLayer' object has no attribute|'_?dict'? object has no attribute '(?:predict|summary)'",
            raised_by="Keras 3, for a SavedModel",
        ),
    ),
)
