"""TensorFlow's compiled library cannot be used on this machine.

## What it means

The package is there, and its library is refused by the system: another library or symbol is missing, or the processor
or the system is older than the one it was built for.

## Why it happens

Wheels of TensorFlow need a C library of a certain age (`GLIBC`), since 1.6 a processor with AVX, on Windows the Visual
C++ runtime, and those for GPUs the CUDA of their time. Wheels for one kind of processor do not run on another.

## Example

```text
ImportError: DLL load failed while importing _pywrap_tensorflow_internal: The specified module could not be found.
```

## How to fix it

On Windows install the Visual C++ runtime; on an old system or processor use `tensorflow-cpu`, an older release, or a
container (`loadstone lock MODEL --format dockerfile`). The model itself can be converted on another machine: `loadstone
convert MODEL model.keras`, and then be run by Keras 3 on another backend.

## References

- [TensorFlow: errors of installation](https://www.tensorflow.org/install/errors)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import convert
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_REFUSED = (
    r"DLL load failed|cannot open shared object file|Illegal instruction|GLIBC(?:XX)?_[\d.]+' not found"
    r"|Failed to load the native TensorFlow runtime|incompatible architecture|wrong architecture"
    r"|TensorFlow library was compiled to use \w+ instructions"
)


def detect(case: Case) -> Iterator[Finding]:
    """An import that was tried, and that the system refused."""
    for module, outcome in (case.environment.imports or {}).items():
        if module in {"tensorflow", "keras"} and outcome.error and re.search(_REFUSED, outcome.error):
            yield Finding(
                code=RULE.code,
                severity=Severity.ERROR,
                blocks=Blocks.LOADING,
                message=f"{module} is installed, and the system refuses its library",
                where=(Member(path=""),),
                found=outcome.error.splitlines()[0],
                here=case.here,
                remedies=convert(case),
            )
            return


RULE = Rule(
    code="LS222",
    name="native-library",
    detect=detect,
    raises=(
        Symptom(pattern=_REFUSED, raised_by="the system's loader", general=True),
        Symptom(pattern=r"undefined symbol: ", raised_by="the system's loader", general=True),
    ),
)
