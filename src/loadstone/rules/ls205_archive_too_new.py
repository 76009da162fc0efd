"""A .keras archive needs Keras 2.12 or newer.

## What it means

The file is a `.keras` archive. This Keras came before that format and takes the file for something else.

## Why it happens

The archive format became the default in Keras 2.12 (TensorFlow 2.12). Earlier loaders try HDF5, then SavedModel, and
complain about a file signature or a missing `saved_model.pb`.

## Example

```text
OSError: SavedModel file does not exist at: model.keras/{saved_model.pbtxt|saved_model.pb}
```

## How to fix it

Load it with the release that wrote it or a newer one of the same generation. To use the model in the older
environment, save it there as `.h5`, or its weights alone.

## References

- [Keras: saving and loading](https://keras.io/guides/serialization_and_saving/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.case import FIRST_WITH_ARCHIVES
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """An archive, and a loader older than archives."""
    if case.is_archive and case.keras is not None and case.keras < FIRST_WITH_ARCHIVES:
        keras = case.needs.writer("keras")
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="a .keras archive needs Keras 2.12 or newer",
            where=(Member(path=""),),
            found=f"a .keras archive{f', written by {keras}' if keras else ''}",
            provided=f"Keras {FIRST_WITH_ARCHIVES} and newer",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS205",
    name="archive-too-new",
    detect=detect,
    raises=(
        Symptom(pattern=r"SavedModel file does not exist at: .*\.keras/", raised_by="tf.keras up to 2.4"),
        Symptom(
            pattern=r"Unable to open file \(file signature not found\)",
            raised_by="tf.keras 2.5 to 2.11",
            general=True,
        ),
        Symptom(
            pattern=r"No model config found in the file at",
            raised_by="tf.keras 2.5 to 2.11, where the weights in the archive begin at a round place",
            general=True,
        ),
    ),
)
