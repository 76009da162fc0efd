"""A member of the archive grows far more than weights can.

## What it means

A few kilobytes of the archive grow to hundreds of times as much when they are unpacked. That is within what a machine
can hold, so that loaders go on, and it is no data of a model: floating-point numbers hardly shrink.

## Why it happens

Someone compressed an archive whose weights are all one value, or made a file that is to fill a disk or a memory by
being loaded many times. Keras stores its archives uncompressed.

## Example

```text
(no error)
```

## How to fix it

Ask what the member is for. In a service that loads models of strangers, limit memory and disk from outside.

## References

- [Keras: members that inflate](https://github.com/keras-team/keras/pull/23010)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule
from loadstone.rules.stances import here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_SHOWN = 3


def detect(case: Case) -> Iterator[Finding]:
    """Members that the reader saw grow beyond what is noticeable."""
    defects = [defect for defect in case.artifact.defects if defect.kind is DefectKind.INFLATES]
    if defects:
        more = f"; and {len(defects) - _SHOWN} more" if len(defects) > _SHOWN else ""
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="members of the archive grow far more than weights can",
            where=tuple(defect.where for defect in defects),
            found="; ".join(defect.message for defect in defects[:_SHOWN]) + more,
            here=here(case, "inflating-member"),
            remedies=(Fetch(action="ask what these members are for; limit memory and disk where you load it"),),
        )


RULE = Rule(code="LS510", name="inflating-member", detect=detect)
