"""A package is newer than this TensorFlow works with, which its metadata does not say.

## What it means

The packages are installed, pip sees nothing wrong, and importing TensorFlow fails, or loading a model does: one of the
packages is from a later time than TensorFlow.

## Why it happens

Releases seldom state upper bounds for what they require, because nobody knows the future. pip takes the newest release
of everything, and an old TensorFlow gets packages that it was never tried with.

## Example

```text
TypeError: Descriptors cannot be created directly.
```

## How to fix it

Install the package within the bound that the finding names. Where several are too new, resolve the environment as of a
day in TensorFlow's life: `loadstone lock` does that.

## References

- [TensorFlow issue 56266: protobuf 4](https://github.com/tensorflow/tensorflow/issues/56266)
- [TensorFlow issue 85070: NumPy 2](https://github.com/tensorflow/tensorflow/issues/85070)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.knowledge.constraints import constraints
from loadstone.rules.lookup import needs_addons
from loadstone.rules.remedies import isolated
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.knowledge.constraints import Constraint
    from loadstone.rules.case import Case

_ADDONS = "tensorflow-addons"
_OF_A_RULE_OF_ITS_OWN = "h5py"


def detect(case: Case) -> Iterator[Finding]:
    """Packages beyond the bounds that no metadata states."""
    distributions = case.environment.distributions
    for bound in bounds_of(case):
        version = distributions.get(bound.package)
        if version is not None and version not in bound.bound:
            subject = next(name for name in distributions if name.startswith(bound.subject))
            yield Finding(
                code=RULE.code,
                severity=Severity.ERROR,
                blocks=Blocks.LOADING,
                message=f"{bound.package} {version} is too new for {subject} {distributions[subject]}",
                where=(Member(path=""),),
                found=f"{bound.package} {version}",
                provided=f"{bound.requirement} works",
                here=case.here,
                remedies=(Install(requirements=(bound.requirement,)), *isolated(case)),
            )


def bounds_of(case: Case) -> tuple[Constraint, ...]:
    """The bounds that hold for the environment, and matter to this model."""
    return tuple(
        bound
        for bound in constraints(case.environment.distributions)
        if bound.package != _OF_A_RULE_OF_ITS_OWN and (bound.subject != _ADDONS or needs_addons(case))
    )


RULE = Rule(
    code="LS214",
    name="package-too-new",
    detect=detect,
    raises=(
        Symptom(pattern=r"Descriptors cannot (?:not )?be created directly", raised_by="TensorFlow up to 2.9.0"),
        Symptom(
            pattern=r"Unable to convert function return value to a Python type", raised_by="TensorFlow 2.7 to 2.11"
        ),
        Symptom(
            pattern=r"A module that was compiled using NumPy 1\.x cannot be run in|_ARRAY_API not found"
            r"|numpy\.core\.(?:multiarray|umath) failed to import",
            raised_by="what was built for NumPy 1, beside NumPy 2",
        ),
        Symptom(pattern=r"cannot import name 'dtensor' from", raised_by="TensorFlow 2.6.0 and 2.6.1"),
        Symptom(pattern=r"isinstance\(\) arg 2 must be a type", raised_by="TensorFlow Addons beside typeguard 3"),
    ),
)
