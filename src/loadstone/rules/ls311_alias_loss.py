"""A loss stored by its short name, which Keras 3 cannot read back from .h5.

## What it means

The model was compiled with a loss given as `"mse"`, `"mae"`, `"bce"` or another short name, and saved as `.h5`. Keras
3 fails when it reads the short name back, even in a file that it wrote itself.

## Why it happens

Keras 3 turns the name into the function and the function into a place to import it from; for short names that place
does not exist. Long names (`mean_squared_error`) and classes are not affected, nor is the `.keras` format.

## Example

```text
ValueError: Could not deserialize 'keras.metrics.mse' because it is not a KerasSaveable subclass
```

## How to fix it

`load_model(path, compile=False)`, then `model.compile(...)` again. Saving as `.keras`, or compiling with the long
name, keeps it from coming back.

## References

- [Keras: losses](https://keras.io/api/losses/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import uncompiled, ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: Aliases of loss functions (``ALL_OBJECTS_DICT`` of ``keras/src/losses/__init__.py``, 3.0 to 3.15), lower case.
_ALIASES = frozenset({"bce", "kld", "mae", "mse", "mape", "msle"})


def detect(case: Case) -> Iterator[Finding]:
    """Losses of the compile state that stand there by a short name."""
    if not (case.into_keras_3 and case.is_hdf5):
        return
    short = [
        item
        for item in case.artifact.objects
        if item.in_training and item.is_identifier and item.slot == "loss" and item.class_name.lower() in _ALIASES
    ]
    if short:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.COMPILING,
            message="the loss is stored by its short name, which Keras 3 cannot read back from .h5",
            where=tuple(item.at for item in short),
            found=", ".join(dict.fromkeys(f'"{item.class_name}"' for item in short)),
            here=case.here,
            remedies=(*uncompiled(case, "then compile it again"), *ways(case)),
        )


RULE = Rule(
    code="LS311",
    name="alias-loss",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Could not deserialize 'keras\.metrics\.\w+' because it is not a KerasSaveable",
            raised_by="Keras 3.9 and newer",
        ),
        Symptom(pattern=r"Could not locate function '(?:mse|mae|bce|kld|mape|msle)'", raised_by="Keras 3.0 to 3.8"),
    ),
)
