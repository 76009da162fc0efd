"""The suffix promises another format than the content has.

## What it means

The content is a model, in another format than the file's name says.

## Why it happens

Up to TensorFlow 2.11, saving to a path that ends in `.keras` wrote HDF5. A renamed or re-uploaded file has the same
effect. tf.keras up to 2.11 looks at the content and does not mind. Keras 3 goes by the suffix alone, and so says
*File not found* about a file that is there.

## Example

```text
ValueError: File not found: filepath=model.keras. Please ensure the file is an accessible `.keras` zip file.
```

## How to fix it

Rename the file, or copy it under the right name: `.h5` for HDF5, `.keras` for an archive; the finding says which.

## References

- [Keras: `load_model`](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/)
"""

from __future__ import annotations

import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind, Format, Member
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_SUFFIX = {Format.HDF5_MODEL: ".h5", Format.KERAS_ARCHIVE: ".keras"}
_HDF5_SUFFIXES = frozenset({".h5", ".hdf5"})


def detect(case: Case) -> Iterator[Finding]:
    """A model under a suffix that the loader takes for another format."""
    wanted = _SUFFIX.get(case.artifact.format)
    defects = [defect for defect in case.artifact.defects if defect.kind is DefectKind.MISLABELLED]
    misread = wanted is not None and _misreads(case)
    if not misread and not defects:
        return
    source = case.artifact.source
    rename = f"mv -n {shlex.quote(source)} {shlex.quote(str(PurePath(source).with_suffix(wanted)))}" if wanted else ""
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if misread else Severity.WARNING,
        blocks=Blocks.LOADING if misread else Blocks.NOTHING,
        message=f"the content is {case.artifact.format.value}, under the suffix {case.suffix or '(none)'}",
        where=tuple(defect.where for defect in defects) or (Member(path=""),),
        found="; ".join(defect.message for defect in defects) or f"content of format {case.artifact.format.value}",
        here=case.here,
        remedies=(Fetch(action=rename),) if rename else (),
    )


def _misreads(case: Case) -> bool:
    """Whether this loader chooses the wrong reader; each generation chooses in its own way."""
    if case.loader is None:
        return False
    is_archive = case.artifact.format is Format.KERAS_ARCHIVE
    if case.into_keras_3:
        return case.suffix != ".keras" if is_archive else case.suffix not in _HDF5_SUFFIXES
    # tf.keras takes anything but a .keras archive for HDF5 or a SavedModel, by its content.
    return is_archive and not case.is_refused and case.suffix != ".keras"


RULE = Rule(
    code="LS109",
    name="mislabelled-file",
    detect=detect,
    raises=(
        Symptom(pattern=r"File not found: filepath=.*\.keras", raised_by="Keras 3, for HDF5 content"),
        Symptom(pattern=r"File format not supported: filepath=", raised_by="Keras 3, for a path without a suffix"),
        Symptom(pattern=r"file signature not found", raised_by="h5py, for an archive under .h5"),
    ),
)
