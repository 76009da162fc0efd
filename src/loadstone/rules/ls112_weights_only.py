"""A file of weights, given to load_model.

## What it means

The file holds weights and no architecture. `load_model` needs both.

## Why it happens

It was written by `save_weights`, by a `ModelCheckpoint` with `save_weights_only=True`, or it is one of the weight
files that `keras.applications` downloads. The suffix `.h5` is the same as for a whole model; since Keras 3 it has to
be `.weights.h5`.

## Example

```text
ValueError: No model config found in the file at depthwise_separable.weights.h5.
```

## How to fix it

Give the architecture beside the weights: what `model.to_json()` or `model.to_yaml()` of any release wrote, or another
file of the same model.

```python
model = loadstone.load_model("model.weights.h5", architecture="model.json")
```

On the command line it is `loadstone convert model.weights.h5 model.keras --architecture model.json`. Without such a
file, build the model with the code that made it, in today's Keras, then load the weights into it. Layers are found by
their names, and by their order where Keras has numbered them anew:

```python
model = build()  # your code
loadstone.load_weights(model, "model.weights.h5")
```

## References

- [Keras: saving weights](https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Format, Member
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """A file of weights given to load_model."""
    if case.artifact.format is not Format.HDF5_WEIGHTS:
        return
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message="this file holds weights without a model",
        where=(Member(path=""),),
        found=f"{len(case.artifact.tensors)} arrays and no configuration",
        provided="the code that built the model, or its JSON (model.to_json())",
        remedies=(
            Fetch(
                action=f"loadstone.load_model({case.artifact.source!r}, architecture='model.json'), with its to_json()"
            ),
            Fetch(action=f"build the model by its code, then loadstone.load_weights(model, {case.artifact.source!r})"),
        ),
    )


RULE = Rule(
    code="LS112",
    name="weights-only",
    detect=detect,
    raises=(
        Symptom(pattern=r"Cannot create group in read[- ]only mode", raised_by="Keras up to 2.3"),
        Symptom(pattern=r"No model found in config\b", raised_by="tf.keras up to 2.4"),
        Symptom(pattern=r"No model config found in the file at", raised_by="tf.keras 2.5 and newer, Keras 3"),
        Symptom(
            pattern=r"Checkpoint does not contain model configuration|must end in `?\.weights\.h5",
            raised_by="Keras 3",
        ),
    ),
)
