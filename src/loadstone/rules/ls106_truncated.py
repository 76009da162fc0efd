"""The file ends before its content does.

## What it means

The file's own header promises more bytes than there are.

## Why it happens

A download or a copy was interrupted, a disk or a quota was full, a size limit of an upload cut it, or the program
that saved the model was killed while it wrote.

## Example

```text
OSError: Unable to synchronously open file (truncated file: eof = 8388608, sblock->base_addr = 0, stored_eof = 98209864)
```

## How to fix it

Get the file again and compare its size with the original's; `sha256sum` on both sides settles it. A checkpoint that
was cut while it was being saved is lost: take the one before.

## References

- [HDF5 file format: the superblock's end-of-file
  address](https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html)
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
        DefectKind.TRUNCATED,
        code=RULE.code,
        message="the file is cut off",
        remedies=(
            Fetch(action="copy or download the file again, and compare its size or checksum with the original's"),
        ),
    )


RULE = Rule(
    code="LS106",
    name="truncated-file",
    detect=detect,
    raises=(
        Symptom(pattern=r"truncated file: eof = \d+, sblock->base_addr", raised_by="h5py"),
        Symptom(
            pattern=r"BadZipFile|File is not a zip file",
            raised_by="Python, for a .keras archive",
            general=True,
        ),
        Symptom(
            pattern=r"too short to be an sstable|DataLossError|unexpected end of (?:file|data)|EOFError",
            raised_by="TensorFlow and Python",
            general=True,
        ),
    ),
)
