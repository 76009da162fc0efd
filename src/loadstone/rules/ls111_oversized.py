"""The file declares more than its bytes can hold.

## What it means

A header promises arrays, members or messages that are far larger than the bytes that are stored. Reading them as
declared would fill the memory.

## Why it happens

Either the bytes are damaged, or the file was made to do this: a dataset of many gigabytes costs nothing to *declare*,
and a few kilobytes of zeros decompress to gigabytes.

## Example

```text
numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 TiB for an array with shape (1000000, 1024000) and
data
type float64
```

## How to fix it

Do not load it. Get the model from its author. Keras refuses such files from 3.12.1 on (HDF5 datasets) and 3.15.0 on
(archives), so for files of unknown origin use at least those.

## References

- [CVE-2026-0897](https://nvd.nist.gov/vuln/detail/CVE-2026-0897)
- [CVE-2026-12570](https://nvd.nist.gov/vuln/detail/CVE-2026-12570)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Fetch
from loadstone.rules.defects import defect_finding
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Every defect of this kind that the reader saw."""
    yield from defect_finding(
        case,
        DefectKind.OVERSIZED,
        code=RULE.code,
        message="the file declares more than it can hold",
        remedies=(
            Fetch(action="get the file from a source that you trust; do not raise memory limits to load this one"),
        ),
    )


RULE = Rule(
    code="LS111",
    name="oversized-declaration",
    detect=detect,
    raises=(
        Symptom(pattern=r"exceed(?:s|ing) .*(?:limit|maximum|bytes)", raised_by="Keras 3.12.1 and newer"),
        Symptom(
            pattern=r"Unable to allocate .* for an array with shape",
            raised_by="NumPy, in older releases",
            general=True,
        ),
    ),
)
