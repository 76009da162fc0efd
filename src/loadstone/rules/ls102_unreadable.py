"""The file exists and may not be opened.

## What it means

The operating system does not let this user read the file, or a folder above it.

## Why it happens

The file was written by another user, typically by `root` in a container, or copied with its permissions from a
machine where the owner had another number. A file on a network drive may also have lost its server.

## Example

```text
PermissionError: [Errno 13] Unable to synchronously open file (unable to open file: name = 'model.h5', errno = 13,
error message = 'Permission denied')
```

## How to fix it

`ls -l` shows the owner and the mode. Give read permission (`chmod a+r model.h5`; for a SavedModel folder `chmod -R
a+rX folder`), or copy the file as a user who may read it.

## References

- [HDF5: file access](https://docs.h5py.org/en/stable/high/file.html)
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
        DefectKind.UNREADABLE,
        code=RULE.code,
        message="the file exists and cannot be opened",
        remedies=(Fetch(action="check the permissions of the file and of every folder above it"),),
    )


RULE = Rule(
    code="LS102",
    name="unreadable-file",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"unable to open file: .*errno = 13|PermissionDeniedError",
            raised_by="h5py and TensorFlow",
        ),
        Symptom(
            pattern=r"\[Errno 13\] Permission denied",
            raised_by="Python",
            general=True,
        ),
        Symptom(
            pattern=r"File not found: filepath=",
            raised_by="Keras 3.4 and 3.5, which open archives for writing too",
            means="the file is there and may not be written, which Keras 3.4 and 3.5 want",
        ),
        Symptom(
            pattern=r"\[Errno 30\]|Read-only file system",
            raised_by="Python",
        ),
    ),
)
