"""A .keras archive compiled with an optimizer of the old kind, which cannot be built.

## What it means

The model loads, and then its optimizer does not: the loader asks it to build its variables, which optimizers of the old
kind have no method for.

## Why it happens

tf.keras 2.11 got new optimizers; those of TensorFlow Addons, and the ones under `legacy`, are still of the old kind.
The archives of 2.12 to 2.14 were made for new ones only; 2.15 passes old ones over.

## Example

```text
AttributeError: 'LAMB' object has no attribute 'build'
```

## How to fix it

Load it with `compile=False`, and compile it again. `loadstone convert` keeps the optimizer's settings; its moments are
not in such an archive.

## References

- [TensorFlow 2.11: release notes](https://github.com/tensorflow/tensorflow/releases/tag/v2.11.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.lookup import Found, look_up
from loadstone.rules.remedies import uncompiled, ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

_FIRST_PASSING_OVER = Version("2.15")
_LEGACY = ".legacy"


def detect(case: Case) -> Iterator[Finding]:
    """An archive of which the loader finds the optimizer, and cannot build it."""
    if not case.reads_archives or not case.into_keras_2 or case.is_refused or case.keras is None:
        return
    old = [
        item for item in case.artifact.objects if item.slot == "optimizer" and item.in_training and _is_old(case, item)
    ]
    if old and case.keras < _FIRST_PASSING_OVER:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.COMPILING,
            message=f"{old[0].identity} is an optimizer of the old kind, which this loader cannot build",
            where=tuple(item.at for item in old),
            found=f"a compile state with {old[0].identity}",
            here=case.here,
            remedies=(*uncompiled(case, "leaves the compile state out"), *ways(case)),
        )


def _is_old(case: Case, item: KerasObject) -> bool:
    return look_up(case, item) is Found.ADDONS or _LEGACY in (item.module or "")


RULE = Rule(
    code="LS406",
    name="unbuilt-optimizer",
    detect=detect,
    raises=(
        Symptom(pattern=r"'\w+' object has no attribute 'build'", raised_by="tf.keras 2.12 to 2.14"),
        Symptom(
            pattern=r"legacy \w+ is missing the method|runs slowly on M1/M2 Macs",
            raised_by="tf.keras 2.12 to 2.14, on Apple's processors too",
            means="the optimizer was replaced by one of the old kind, which cannot be built from an archive",
        ),
    ),
)
