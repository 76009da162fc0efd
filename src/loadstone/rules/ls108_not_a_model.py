"""The content is something other than a Keras model.

## What it means

The content was recognised, or at least is not any format in which Keras stores a whole model. The finding says what
it is: a frozen graph, a TensorFlow Lite file, an ONNX or PyTorch file, a training checkpoint, an archive that was not
unpacked.

## Why it happens

Many formats share suffixes: `.pb` is a SavedModel's graph, a frozen graph or any protocol buffer; `.h5` is any HDF5
file; a ZIP archive may hold a SavedModel folder, a PyTorch model or a `.keras` model with one folder too many.

## Example

```text
ValueError: No model config found in the file at <tensorflow.python.platform.gfile.GFile object at 0x7f0c5c1d7c10>.
```

## How to fix it

Find out what the file is (the finding says so where it can tell) and use that format's own loader, or ask for the
model in one of Keras's formats. An archive has to be unpacked first.

## References

- [Keras: saving and loading](https://keras.io/guides/serialization_and_saving/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Fetch
from loadstone.rules.defects import defect_finding
from loadstone.rules.remedies import convert
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Every defect of this kind that the reader saw."""
    yield from defect_finding(
        case,
        DefectKind.NOT_A_MODEL,
        code=RULE.code,
        message="this is no Keras model",
        remedies=convert(case)
        or (
            Fetch(
                action="give the loader the model itself: a .keras archive, a whole .h5 model or a SavedModel folder"
            ),
        ),
    )


RULE = Rule(
    code="LS108",
    name="not-a-model",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"No model config found in the file",
            raised_by="Keras 2.5 and newer, for an HDF5 file without a model",
        ),
        Symptom(
            pattern=r"Unable to (?:synchronously )?open file \(file signature not found\)",
            raised_by="tf.keras and Keras 2, for a file that is no HDF5",
        ),
        Symptom(pattern=r"File format not supported: filepath=", raised_by="Keras 3"),
        Symptom(
            pattern=r"Cannot parse file .*saved_model\.pb|SavedModel file does not exist at",
            raised_by="tf.keras, for a folder that is no SavedModel",
        ),
        Symptom(
            pattern=r"(?i)not a (?:valid )?hdf5 file|invalid hdf5|bad magic number",
            raised_by="h5py and others",
            general=True,
        ),
        Symptom(
            pattern=r"Filepath is not an hdf5 file|Invalid filename: expected a `\.keras`|not an sstable|"
            r"No valid checkpoints found",
            raised_by="tf.keras, Keras 3 and TensorFlow",
        ),
    ),
)
