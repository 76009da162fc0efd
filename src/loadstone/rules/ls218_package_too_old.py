"""A package is older than the code that uses it was made for.

## What it means

Code that was generated for, or written with, a later release of protobuf or `typing_extensions` meets an older one.

## Why it happens

TensorFlow's and other packages' `_pb2.py` files are generated: since protobuf 5 they ask the installed release whether
it is at least as new as they are. An installer that may not update a package, a second copy in another folder, or a
requirement of something else keeps the older one in place.

## Example

```text
ImportError: cannot import name 'runtime_version' from 'google.protobuf'
(/env/site-packages/google/protobuf/__init__.py)
```

## How to fix it

Update the package to what TensorFlow asks for (`pip show tensorflow` lists it, the finding names it): `pip install
"protobuf>=5.28"` for TensorFlow 2.19 and newer. Where another package forbids that, give the model an environment of
its own: `loadstone sync MODEL .venv-model`.

## References

- [protobuf: cross-version runtime guarantee](https://protobuf.dev/support/cross-version-runtime-guarantee/)
- [TensorFlow models issue 11192: runtime_version](https://github.com/tensorflow/models/issues/11192)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.rules.remedies import isolated
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: The protobuf that the generated code of TensorFlow asks for when it is imported (``Requires-Dist`` of the wheels).
_ASKS = (
    (SpecifierSet(">=2.21"), SpecifierSet(">=6.31.1")),
    (SpecifierSet(">=2.20,<2.21"), SpecifierSet(">=5.28")),
    (SpecifierSet(">=2.12,<2.20"), SpecifierSet(">=3.20.3")),
    (SpecifierSet(">=2.9.1,<2.12"), SpecifierSet(">=3.9.2")),
)


def detect(case: Case) -> Iterator[Finding]:
    """A protobuf older than the generated code of TensorFlow."""
    tensorflow, installed = case.environment.tensorflow, case.environment.distributions.get("protobuf")
    wanted = next((bound for when, bound in _ASKS if tensorflow is not None and tensorflow in when), None)
    if wanted is None or installed is None or installed in wanted:
        return
    newest = tensorflow is not None and tensorflow >= Version("2.20")
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if newest else Severity.WARNING,
        blocks=Blocks.LOADING if newest else Blocks.PERHAPS,
        message=f"protobuf {installed} is older than TensorFlow {tensorflow} asks for",
        where=(Member(path=""),),
        found=f"protobuf {installed}",
        provided=f"protobuf{wanted} works",
        here=case.here,
        remedies=(Install(requirements=(f"protobuf{wanted}",)), *isolated(case)),
    )


RULE = Rule(
    code="LS218",
    name="package-too-old",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"import runtime_version as _runtime_version|cannot import name '?runtime_version"
            r"|Detected (?:incompatible|mismatched) Protobuf Gencode/Runtime",
            raised_by="code that was generated for protobuf 5 and newer",
            means="protobuf is older than the code that was generated for it",
        ),
        Symptom(
            pattern=r"cannot import name '?\w+'? from '?google\.protobuf|No module named '?google\.protobuf\.\w+"
            r"|module 'google\.protobuf[\w.]*' has no attribute",
            raised_by="code that was generated for a later protobuf",
        ),
        Symptom(
            pattern=r"cannot import name '?\w+'? from '?typing_extensions|module 'typing_extensions' has no attribute",
            raised_by="code that was written with a later typing_extensions",
        ),
    ),
)
