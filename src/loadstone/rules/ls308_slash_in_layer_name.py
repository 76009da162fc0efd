"""Keras 3 refuses layer names that contain a slash.

## What it means

A layer's name contains `/`. Keras 3 refuses such names.

## Why it happens

Keras 3 uses the slash to join names into the path of a variable. Keras 2 allowed it, and some well-known models have
it: all DenseNets of `keras.applications` name their layers `conv1/conv`, `conv1/bn`.

## Example

```text
ValueError: Argument `name` must be a string and cannot contain character `/`. Received: name=conv1/conv
```

## How to fix it

`loadstone convert model.h5 model.keras` renames the layers and still finds their weights.

## References

- [Keras 3 changes against Keras 2](https://keras.io/guides/migrating_to_keras_3/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.lookup import NESTED_LAYER_SLOTS
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Layers whose name Keras 3 refuses."""
    if not case.into_keras_3 or case.is_refused:
        return
    named = [item for item in case.artifact.objects if _is_layer(item) and "/" in str(item.config.get("name", ""))]
    if named:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="layer names contain a slash",
            where=tuple(item.at for item in named),
            found=", ".join(dict.fromkeys(f'"{item.config["name"]}"' for item in named[:3])),
            here=case.here,
            remedies=ways(case),
        )


def _is_layer(item: KerasObject) -> bool:
    return item.slot in NESTED_LAYER_SLOTS or item.slot in {"layers", ""}


RULE = Rule(
    code="LS308",
    name="slash-in-layer-name",
    detect=detect,
    raises=(Symptom(pattern=r"`name` must be a string and cannot contain character `/`", raised_by="Keras 3"),),
)
