"""This load_model reads HDF5 files only, and the model is a SavedModel.

## What it means

The model is a SavedModel folder. The `load_model` of this release opens HDF5 files and nothing else, and takes the
folder for one.

## Why it happens

`tf.keras` reads SavedModels since TensorFlow 1.15. Keras as a package of its own, up to 2.3, never did.

## Example

```text
OSError: Unable to open file (file read failed: ... error message = 'Is a directory' ...)
```

## How to fix it

Load it with TensorFlow 1.15 or newer, as far as 2.15; `loadstone sync` builds an environment with the one that wrote
it.

## References

- [TensorFlow 1.15: release notes](https://github.com/tensorflow/tensorflow/releases/tag/v1.15.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.knowledge import is_multibackend
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_FIRST_READING = Version("1.15")


def detect(case: Case) -> Iterator[Finding]:
    """A SavedModel, and a loader of the time before."""
    if not case.is_saved_model or case.loader is None or case.into_keras_3:
        return
    tensorflow = case.environment.tensorflow
    standalone = case.loader.call == "keras.models.load_model" and is_multibackend(case.loader.keras)
    if standalone or (tensorflow is not None and tensorflow < _FIRST_READING):
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="this load_model reads HDF5 files only",
            where=(Member(path="saved_model.pb"),),
            found="a SavedModel folder",
            provided="tf.keras 1.15 to 2.15, and tf_keras",
            here=case.here,
            remedies=ways(case),
        )


RULE = Rule(
    code="LS210",
    name="reads-hdf5-only",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"(?s)Unable to (?:synchronously )?open file \(file read failed:.*Is a directory",
            raised_by="tf.keras up to 1.14, Keras up to 2.3",
        ),
    ),
)
