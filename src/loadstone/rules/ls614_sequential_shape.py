"""A Sequential model of a .keras archive does not accept the shape that was stored with it.

## What it means

The archive keeps the shape of the model's input as a list, and the model, which has one as a tuple, takes them for
different.

## Why it happens

JSON has no tuples. Keras 3.0 to 3.4 compare what they read with what the model has, without making them alike, where
a `Sequential` has no `Input` of its own and its first layer does not know its shape: a `Lambda`, a layer of
TensorFlow Hub, a nested model.

## Example

```text
ValueError: Sequential model 'sequential_1' has already been configured to use input shape (None, 224, 224, 3). You
cannot build it with input_shape [None, 224, 224, 3]
```

## How to fix it

Load it with Keras 3.5 or newer, or with `loadstone.load_model("model.keras")`. When building such a model, begin it
with `keras.Input(shape)`.

## References

- [Keras issue 20076: shapes as lists](https://github.com/keras-team/keras/issues/20076)
- [Keras issue 20214: a layer of TensorFlow Hub](https://github.com/keras-team/keras/issues/20214)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(_case: Case) -> tuple[Finding, ...]:
    """Nothing: it is in the code around the file, which only a traceback shows."""
    return ()


RULE = Rule(
    code="LS614",
    name="sequential-shape",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"has already been configured to use input shape",
            raised_by="Keras 3.0 to 3.4",
            generation=Generation.KERAS_3,
        ),
        Symptom(
            pattern=r"`?input_shape`? (?:might be|is) a list instead of a tuple",
            raised_by="people",
        ),
    ),
)
