"""The model has no weights yet, so that it can neither be saved nor filled.

## What it means

Saving, or reading weights, asks for the variables of a model, and the model has made none: it does not know the shape
of its input.

## Why it happens

A `Sequential` without `Input`, and a subclass of `Model`, make their variables when they are first called. Until then
there is nothing to save, and nothing that weights from a file could be put into. HDF5 keeps the layers of functional
and sequential models only.

## Example

```text
ValueError: Unable to load weights saved in HDF5 format into a subclassed Model which has not created its variables
yet. Call the Model first, then load the weights.
```

## How to fix it

Call the model once on data, or `model.build(input_shape)`, and load or save then. Begin a `Sequential` with
`keras.Input(shape)`. Save subclasses as `.keras` or as a SavedModel, or their weights alone.

## References

- [Keras: the Sequential model](https://keras.io/guides/sequential_model/)
- [Keras: saving](https://keras.io/guides/serialization_and_saving/)
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
    code="LS615",
    name="unbuilt-model",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"cannot be saved (?:either )?because the input shape|has not (?:yet )?(?:been built|"
            r"created its variables)|have not yet been created",
            raised_by="tf.keras and Keras 3",
        ),
        Symptom(
            pattern=r"Saving the model to HDF5 format requires the model to be a Functional|"
            r"forward pass of the model is not defined",
            raised_by="tf.keras, for a subclass of Model",
        ),
    ),
)
