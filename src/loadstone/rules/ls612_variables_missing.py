"""Variables that the program asks for are not there.

## What it means

A checkpoint has no value under the name that is asked for, or a variable has lost its value before it was read.

## Why it happens

A checkpoint has what the saving program had: with another optimizer, other layers or other names, keys are missing. A
SavedModel's function that outlives the object it belongs to loses its variables, because Python has collected them.
In graphs, variables have to be initialised or restored in the session that uses them.

## Example

```text
NotFoundError: Key conv/weights/Adam not found in checkpoint
```

## How to fix it

Restore only what the checkpoint has (`loadstone inspect CHECKPOINT` lists it), without the optimizer's slots where
the optimizer is another. Keep the loaded object alive for as long as its functions are used. Restore in the session,
and after the graph was built.

## References

- [TensorFlow models issue 2800: another optimizer](https://github.com/tensorflow/models/issues/2800)
- [MLflow issue 4655: the loaded object was collected](https://github.com/mlflow/mlflow/issues/4655)
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
    code="LS612",
    name="variables-missing",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"Key \S+ not found in checkpoint|Tensor name \"[^\"]*\" not found in checkpoint",
            raised_by="TensorFlow",
        ),
        Symptom(
            pattern=r"Error while reading resource variable|"
            r"This could mean that the variable (?:was uninitialized|has been deleted)",
            raised_by="TensorFlow",
        ),
        Symptom(
            pattern=r"Attempting to use uninitialized value|Unresolved object in checkpoint",
            raised_by="TensorFlow",
        ),
    ),
)
