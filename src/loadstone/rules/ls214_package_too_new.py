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
- [TensorFlow Addons issue 2819: typeguard 3](https://github.com/tensorflow/addons/issues/2819)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.bounds import beyond_bounds
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Packages beyond the bounds that no metadata states."""
    yield from beyond_bounds(case, RULE.code, "interface")


RULE = Rule(
    code="LS214",
    name="package-too-new",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Descriptors cannot (?:not )?be created directly|_CheckCalledFromGeneratedFile"
            r"|'MessageFactory' object has no attribute 'GetPrototype'|_descriptor\.FieldDescriptor\(",
            raised_by="TensorFlow up to 2.9.0, and others with generated code of that time",
            means="protobuf is newer than the code that was generated for it",
        ),
        Symptom(pattern=r"cannot import name 'dtensor' from", raised_by="TensorFlow 2.6.0 and 2.6.1"),
        Symptom(
            pattern=r"isinstance\(\) arg 2 must be a type|check_type_internal\(\)|typeguard[\w./]*\.py",
            raised_by="TensorFlow Addons beside typeguard 3",
        ),
    ),
)
