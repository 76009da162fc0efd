"""A part that the format demands is absent.

## What it means

The format consists of several parts and one of them is not there: a SavedModel without its `variables/` files, a
`.keras` archive without `config.json` or its weights, an HDF5 model without weights.

## Why it happens

Only one file of a folder was copied, often `saved_model.pb` alone. Or an upload dropped the large files, or the
archive was repacked by hand.

## Example

```text
NotFoundError: Unsuccessful TensorSliceReader constructor: Failed to find any matching files for
model/variables/variables
```

## How to fix it

Copy the folder as a whole (`cp -r`, or as one archive). `saved_model.pb` holds the program without the weights;
without `variables/variables.index` and `variables/variables.data-…` the model cannot be restored.

## References

- [TensorFlow: the SavedModel format on
  disk](https://www.tensorflow.org/guide/saved_model#the_savedmodel_format_on_disk)
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
        DefectKind.INCOMPLETE,
        code=RULE.code,
        message="a needed part of the model is absent",
        remedies=(
            Fetch(
                action="copy the whole model: a SavedModel is a folder, saved_model.pb and variables/ belong together"
            ),
        ),
    )


RULE = Rule(
    code="LS110",
    name="incomplete-model",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"'__inference_\w+'|No encoder for object.*StructuredValue",
            raised_by="tf.keras, for a SavedModel whose program lacks functions that its layers call",
        ),
        Symptom(
            pattern=r"SavedModel file does not exist at", raised_by="tf.keras, for a folder without saved_model.pb"
        ),
        Symptom(
            pattern=r"NOT_FOUND: .*variables/variables|NotFoundError: .*variables/variables",
            raised_by="TensorFlow, for a folder without its variables",
        ),
        Symptom(
            pattern=r"There is no item named 'config\.json' in the archive|Expected a model\.weights\.h5 or"
            r"|open object \(object 'model_weights' doesn't exist\)",
            raised_by="Keras, for an archive or HDF5 file that lacks a part",
        ),
    ),
)
