"""A layer inside a layer, in a notation that Keras 3 does not read.

## What it means

A wrapper (`Bidirectional`, `TimeDistributed`) or a recurrent layer holds another layer or a cell, or an optimizer
holds a schedule, stored with its class name alone. Keras 3 reads what stands inside another layer only in its own
notation, which names the module too.

## Why it happens

tf.keras up to 2.12 writes `{"class_name": "LSTM", "config": …}` there. Keras 3 translates that notation for the
layers of the model itself, but not for layers within layers.

## Example

```text
TypeError: Could not locate class 'LSTM'. Make sure custom classes and functions are decorated with
`@keras.saving.register_keras_serializable()`.
```

The message proposes to register a class that is Keras' own; that does not help.

## How to fix it

`loadstone convert model.h5 model.keras`.

## References

- [Keras 3 changes against Keras 2](https://keras.io/guides/migrating_to_keras_3/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.lookup import NESTED_LAYER_SLOTS, Found, look_up
from loadstone.rules.remedies import uncompiled, ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Keras' own layers that stand without a module where Keras 3 wants one."""
    if not (case.into_keras_3 and case.is_hdf5) or case.is_refused:
        return
    bare = [
        item
        for item in case.artifact.objects
        if item.slot in NESTED_LAYER_SLOTS and item.module is None and look_up(case, item) is Found.KERAS
    ]
    if bare:
        yield _finding(case, bare, Blocks.LOADING, "layers inside layers are")
    schedules = [
        item
        for item in case.artifact.objects
        if item.slot == "learning_rate" and item.module is None and item.config and look_up(case, item) is Found.KERAS
    ]
    if schedules:
        yield _finding(case, schedules, Blocks.COMPILING, "the learning rate's schedule is")


def _finding(case: Case, bare: list[KerasObject], blocks: Blocks, what: str) -> Finding:
    compiled = blocks is Blocks.COMPILING
    return Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=blocks,
        message=f"{what} written in the notation of tf.keras up to 2.12",
        where=tuple(item.at for item in bare),
        found=f"class {', '.join(sorted({item.class_name for item in bare}))} without a module",
        here=case.here,
        remedies=ways(case, *(uncompiled(case, "leaves the compile state out") if compiled else ())),
    )


RULE = Rule(
    code="LS309",
    name="bare-nested-layer",
    detect=detect,
    raises=(Symptom(pattern=r"Could not locate class '[A-Z]\w+'", raised_by="Keras 3"),),
)
