"""A Git LFS pointer stands where the model should be.

## What it means

The repository keeps its large files in Git Large File Storage. What lies here is the small text that stands in their
place (about 130 bytes: `version https://git-lfs.github.com/spec/v1`, a checksum, a size).

## Why it happens

The repository was cloned without Git LFS installed, downloaded as a ZIP archive, or checked out by a build service
that does not fetch large files unless told to.

## Example

```text
OSError: Unable to synchronously open file (file signature not found)
```

## How to fix it

In the clone, run `git lfs install` once and then `git lfs pull`. A ZIP download never contains the files: clone the
repository, or download the one file through its own link. In GitHub Actions, give `actions/checkout` the input `lfs:
true`.

## References

- [Git LFS pointer file specification](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)
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
        DefectKind.LFS_POINTER,
        code=RULE.code,
        message="this is a Git LFS pointer, not the model",
        remedies=(Fetch(action="git lfs install && git lfs pull"),),
    )


RULE = Rule(
    code="LS104",
    name="git-lfs-pointer",
    detect=detect,
    raises=(
        Symptom(pattern=r"file signature not found", raised_by="h5py"),
        Symptom(
            pattern=r"File not found: filepath=.*Please ensure the file is an accessible",
            raised_by="Keras 3, for .keras",
        ),
    ),
)
