"""The optimizer's state is not restored.

## What it means

The model loads, and training that goes on from it does not continue where it stopped: the optimizer's moments are not
restored.

## Why it happens

Either the file does not have them (saved with `include_optimizer=False`, or after no step of training), or the
optimizer was written by the other generation of Keras, whose variables have another order. Keras then logs a warning
and goes on.

## Example

```text
WARNING:absl:Error in loading the saved optimizer state. As a result, your model is starting with a freshly initialized
optimizer.
```

## How to fix it

For inference nothing has to be done. To continue training, `loadstone.load_model` restores the moments and the number
of steps of every release's optimizers, and `loadstone convert` writes a `.keras` file that Keras 3 restores them from.
What a file does not have (an archive of tf.keras 2.15 holds nothing of an optimizer of the old kind) is said; accept a
fresh optimizer there, with a short warm-up of the learning rate.

## References

- [Keras: optimizers](https://keras.io/api/optimizers/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Nothing, Severity
from loadstone.rules.remedies import isolated
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """A compile state with stored optimizer variables, on its way into the other generation."""
    training = case.artifact.training
    if training is None or not case.into_keras_3 or case.from_keras_3 or case.is_saved_model:
        return
    if training.optimizer_tensors == 0:
        return
    yield Finding(
        code=RULE.code,
        severity=Severity.NOTE,
        blocks=Blocks.NOTHING,
        message="the optimizer's state is of Keras 2 and is not restored",
        where=(training.at,),
        found=f"{training.optimizer_tensors} arrays of optimizer state",
        here=case.here,
        remedies=isolated(case) or (Nothing(why="Keras 3 orders the variables of its optimizers in another way"),),
    )


RULE = Rule(
    code="LS401",
    name="optimizer-state",
    detect=detect,
    raises=(
        Symptom(pattern=r"Error in loading the saved optimizer state", raised_by="tf.keras and Keras 3, as a warning"),
        Symptom(
            pattern=r"Skipping variable loading for optimizer '\w+', because it has \d+ variables",
            raised_by="Keras 2.12 and newer, as a warning",
        ),
    ),
)
