"""Opening a part of the model runs code that it names.

## What it means

The file, or one that lies in or beside it, is of a kind that runs code when it is opened: a pickle, NumPy's arrays of
Python objects, or YAML with tags of Python. The finding lists what it would import.

## Why it happens

`pickle`, `joblib`, `cloudpickle` and MLflow's `custom_objects` store whole Python objects, and those are rebuilt by
calling what the file names. Honest files name the classes of their model; whoever makes a file can name anything.

## Example

```text
(no error)
```

## How to fix it

Save the model in one of Keras' own formats in the environment where it lives. Never open such a file of unknown
origin; look at what it imports first, which is what the finding shows.

## References

- [Python: `pickle`](https://docs.python.org/3/library/pickle.html)
- [CVE-2021-37678](https://nvd.nist.gov/vuln/detail/CVE-2021-37678) (YAML)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule
from loadstone.rules.stances import here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_SHOWN = 5


def detect(case: Case) -> Iterator[Finding]:
    """Parts that the reader saw to run code."""
    defects = [defect for defect in case.artifact.defects if defect.kind is DefectKind.RUNS_CODE]
    if defects:
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="opening it runs code that it names",
            where=tuple(dict.fromkeys(defect.where for defect in defects)),
            found="; ".join([*dict.fromkeys(defect.message for defect in defects)][:_SHOWN]),
            here=here(case, *sorted({defect.mechanism for defect in defects if defect.mechanism})),
            remedies=(Fetch(action="get the model as .keras, .h5 or SavedModel from its author"),),
        )


RULE = Rule(code="LS511", name="runs-when-opened", detect=detect)
