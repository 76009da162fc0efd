"""A part that the format demands is absent.

## What it means

The format consists of several parts and one of them is not there: a SavedModel without its `variables/` files, a
`.keras` archive without `config.json` or its weights, an HDF5 model without weights.

## Why it happens

Only one file of a folder was copied, often `saved_model.pb` alone. Or an upload dropped the large files, or the
archive was repacked by hand. Or the program was written without functions that its layers call, as TensorFlow 2.4 does
for layers inside some wrappers.

## Example

```text
NotFoundError: Unsuccessful TensorSliceReader constructor: Failed to find any matching files for
model/variables/variables
```

## How to fix it

Copy the folder as a whole (`cp -r`, or as one archive). `saved_model.pb` holds the program without the weights;
without `variables/variables.index` and `variables/variables.data-…` the model cannot be restored. Functions that were
never written are in no copy: save the model again as `.h5`, or build it from its settings and load the weights.

## References

- [TensorFlow: the SavedModel format on
  disk](https://www.tensorflow.org/guide/saved_model#the_savedmodel_format_on_disk)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind, Member
from loadstone.finding import Fetch
from loadstone.rules.defects import defect_finding
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Defect
    from loadstone.finding import Finding
    from loadstone.rules.case import Case

_COPY = Fetch(action="copy the whole model: a SavedModel is a folder, saved_model.pb and variables/ belong together")

#: No copy has what was never written; the settings of the layers and the arrays are there.
_SAVE_AGAIN = Fetch(
    action="save the model again where it was built, as .h5; or build its layers from the settings in saved_model.pb or"
    " keras_metadata.pb, and load their weights with load_weights('variables/variables')"
)


def detect(case: Case) -> Iterator[Finding]:
    """Every defect of this kind that the reader saw."""
    absent = [defect for defect in case.artifact.defects if defect.kind is DefectKind.INCOMPLETE]
    remedies = dict.fromkeys(_SAVE_AGAIN if _is_in_the_program(case, defect) else _COPY for defect in absent)
    yield from defect_finding(
        case,
        DefectKind.INCOMPLETE,
        code=RULE.code,
        message="a needed part of the model is absent",
        remedies=tuple(remedies),
    )


def _is_in_the_program(case: Case, defect: Defect) -> bool:
    """Whether the absent part is one of the program itself, which is there and was read."""
    return defect.where == Member(path="saved_model.pb") and bool(case.artifact.ops)


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
        Symptom(
            pattern=r"Can't open attribute \(can't locate attribute: 'layer_names'\)|attribute: 'layer_names'",
            raised_by="h5py, for a file without lists of its layers",
        ),
        Symptom(
            pattern=r"appears to be a SavedModel directory, but checkpoint either doesn't exist",
            raised_by="tf.keras 2.4 to 2.15",
        ),
    ),
)
