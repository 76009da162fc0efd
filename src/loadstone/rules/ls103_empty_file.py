"""The file has no content.

## What it means

The file is there and holds nothing, or the folder has no files. There is nothing to read.

## Why it happens

A copy was interrupted before its first byte, the disk was full when the model was saved, or a program opened the file
for writing and ended before it wrote.

## Example

```text
OSError: Unable to synchronously open file (file signature not found)
```

## How to fix it

Get the file again from where it was made. If it was saved to a full disk, the model is lost: an empty file cannot be
recovered.

## References

- [HDF5 file format: the superblock](https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html)
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
        DefectKind.EMPTY,
        code=RULE.code,
        message="the file is empty",
        remedies=(Fetch(action="copy or download the file again, and compare its size with the original's"),),
    )


RULE = Rule(
    code="LS103",
    name="empty-file",
    detect=detect,
    raises=(
        Symptom(pattern=r"file signature not found", raised_by="h5py"),
        Symptom(pattern=r"Unable to (?:synchronously )?open file \(truncated file: eof = 0", raised_by="h5py"),
    ),
)
