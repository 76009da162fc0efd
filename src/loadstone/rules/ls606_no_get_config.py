"""The model cannot be saved, because a class of it does not say its settings.

## What it means

Saving asks every layer for its settings, and one of them has a constructor with arguments and no `get_config`.

## Why it happens

Keras rebuilds a layer from what `get_config` returns. The inherited one knows only the name and the type, so Keras
refuses to save a layer whose constructor wants more. A `ModelCheckpoint` saves the whole model after each epoch
unless told otherwise.

## Example

```text
NotImplementedError: Layer AddCoordinates has arguments in `__init__` and therefore must override `get_config`.
```

## How to fix it

Give the class a `get_config` that adds its arguments to those of `super().get_config()`. Where the class is not
yours, save weights only (`save_weights_only=True`, `model.save_weights(...)`) and build the model by its code before
loading them.

## References

- [Keras: custom layers and `get_config`](https://keras.io/guides/serialization_and_saving/)
- [MaxViT issue 6: saving weights only](https://github.com/google-research/maxvit/issues/6)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(_case: Case) -> tuple[Finding, ...]:
    """Nothing: it is in the code around the file, which only a traceback shows."""
    return ()


RULE = Rule(
    code="LS606",
    name="no-get-config",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"must(?: therefore)? override `?get_config",
            raised_by="tf.keras and Keras 3",
        ),
        Symptom(
            pattern=r"[Ll]ayers? (?:\w+ )?(?:with|has) arguments .{0,60}`__init__`",
            raised_by="tf.keras and Keras 3",
        ),
        Symptom(
            pattern=r"doesn't implement `get_config|must implement the `get_config|"
            r"does not have a get_config\(\) method",
            raised_by="Keras",
        ),
        Symptom(
            pattern=r"(?i)not JSON serializable|Unable to serialize [^\n]{0,300} to JSON|cannot serialize object",
            raised_by="Keras, for settings that are no plain values",
            means="a setting of the model is an object, which cannot be written as JSON",
        ),
    ),
)
