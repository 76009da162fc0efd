"""The file declares more than its bytes can hold.

## What it means

A header promises arrays, members or messages that are far larger than the bytes that are stored. Reading them as
declared would fill the memory.

## Why it happens

Either the bytes are damaged, or the file was made to do this: a dataset of many gigabytes costs nothing to *declare*,
and a few kilobytes of zeros decompress to gigabytes.

## Example

```text
ValueError: Not allowed: H5 dataset 'kernel' declares 4.00 TB but only 0.00 B are stored on disk; refusing to load a
potential decompression/shape bomb.
```

## How to fix it

Do not load it. Get the model from its author. The finding says whether this Keras refuses such a file: the newest do
so from some gigabytes on, and load what is smaller.

## References

- [CVE-2026-0897](https://nvd.nist.gov/vuln/detail/CVE-2026-0897)
- [CVE-2026-12570](https://nvd.nist.gov/vuln/detail/CVE-2026-12570)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_INFLATING = "inflating-member"


def detect(case: Case) -> Iterator[Finding]:
    """Every defect of this kind that the reader saw."""
    defects = [defect for defect in case.artifact.defects if defect.kind is DefectKind.OVERSIZED]
    if not defects:
        return
    mechanisms = {defect.mechanism for defect in defects}
    # What no loader needs it does not inflate: Keras 3.15.1 loads an archive with a bomb among its assets.
    is_sure = mechanisms != {_INFLATING}
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if is_sure else Severity.WARNING,
        blocks=Blocks.LOADING if is_sure else Blocks.PERHAPS,
        message="the file declares more than it can hold",
        where=tuple(dict.fromkeys(defect.where for defect in defects)),
        found="; ".join(dict.fromkeys(defect.message for defect in defects)),
        here=here(case, *sorted(each for each in mechanisms if each)),
        remedies=(
            Fetch(action="get the file from a source that you trust; do not raise memory limits to load this one"),
        ),
    )


RULE = Rule(
    code="LS111",
    name="oversized-declaration",
    detect=detect,
    raises=(
        Symptom(pattern=r"refusing to load a potential decompression", raised_by="Keras 3.12.1 and newer"),
        Symptom(pattern=r"exceed(?:s|ing) .*(?:limit|maximum|bytes)", raised_by="Keras 3.12.1 and newer"),
        Symptom(
            pattern=r"Unable to allocate .* for an array with shape",
            raised_by="NumPy, in older releases",
            general=True,
        ),
    ),
)
