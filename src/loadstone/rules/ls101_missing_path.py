"""Nothing is at the path that was given.

## What it means

The path that was given to the loader does not exist on this machine, from the folder in which Python runs.

## Why it happens

Most often the path is relative and the program was started elsewhere: a notebook, a service and a test each have
their own working folder. The other causes are a download that never happened and a file name whose case differs.

The loaders' messages mislead. Up to TensorFlow 2.4 every missing file is reported as a missing *SavedModel*, with the
file name `saved_model.pbtxt|saved_model.pb`, even for a path that ends in `.h5`.

## Example

```text
OSError: SavedModel file does not exist at: model.h5/{saved_model.pbtxt|saved_model.pb}
```

## How to fix it

Print `os.path.abspath(path)` where the loader is called and look there. In a program, build the path from
`pathlib.Path(__file__).parent` and not from the working folder.

## References

- [Python: `pathlib.Path.resolve`](https://docs.python.org/3/library/pathlib.html#pathlib.Path.resolve)
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
        DefectKind.MISSING,
        code=RULE.code,
        message="there is nothing at this path",
        remedies=(Fetch(action="check the path: a relative one is taken from the folder in which Python was started"),),
    )


RULE = Rule(
    code="LS101",
    name="missing-path",
    detect=detect,
    raises=(
        Symptom(pattern=r"File not found: filepath=", raised_by="Keras 3, for a path that ends in .keras", usual=True),
        Symptom(
            pattern=r"Unable to (?:synchronously )?open file \(unable to open file(?!.*errno = 13)",
            raised_by="h5py, for a .h5 path",
        ),
        Symptom(pattern=r"No file or directory found at", raised_by="tf.keras 2.5 to 2.15"),
        Symptom(pattern=r"SavedModel file does not exist at", raised_by="tf.keras up to 2.4, whatever the suffix"),
        Symptom(
            pattern=r"filepath=\s*\.\s+Keras 3 only supports",
            raised_by="Keras 3, for a path that is empty",
            means="the path that was given is empty",
            usual=True,
        ),
        Symptom(
            pattern=r"No such file or directory: '?[^'\n]*\.(?:h5|hdf5|keras|pb|json|weights|ckpt)",
            raised_by="Python",
            general=True,
        ),
        Symptom(
            pattern=r"Failed to find any matching files for(?!.*variables/variables)",
            raised_by="TensorFlow, for a checkpoint",
        ),
        Symptom(
            pattern=r"Unable to open object \([Oo]bject '(?:graph|nb_layers)' doesn't exist\)",
            raised_by="Keras 0 and 1, which make an empty file of a path that does not exist",
        ),
    ),
)
