"""Two packages are of different times, or one that the code needs is missing.

## What it means

An import fails, or a module lacks what another package takes from it; neither TensorFlow nor Keras is at fault.

## Why it happens

Packages follow each other's releases and seldom say how far. One that was updated, or that was resolved anew years
later, meets another that was not: names have moved, a module was removed, the syntax is newer than this Python. Or
the package that the code imports was never listed among the requirements.

## Example

```text
ModuleNotFoundError: No module named 'efficientnet.layers'
```

## How to fix it

Install the missing package, or the release that has the name: the one of the day on which the code was written
(`loadstone lock` resolves an environment as of such a day). Reinstall what was put together by two installers, conda
and pip. The model alone often needs none of it: `loadstone diagnose MODEL` says what it needs.

## References

- [pip: dependency resolution](https://pip.pypa.io/en/stable/topics/dependency-resolution/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.names import of_another_package
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(_case: Case) -> tuple[Finding, ...]:
    """Nothing: it is in the code around the file, which only a traceback shows."""
    return ()


RULE = Rule(
    code="LS221",
    name="package-mismatch",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"cannot import name '?[\w.]+'?",
            raised_by="Python",
            general=True,
        ),
        Symptom(
            pattern=r"No module named '?(?P<name>[\w.]+)'?",
            raised_by="Python",
            claims=of_another_package,
            general=True,
        ),
        Symptom(
            pattern=r"module '(?P<name>[\w.]+)' has no attribute",
            raised_by="Python",
            claims=of_another_package,
            general=True,
        ),
        Symptom(
            pattern=r"'type' object is not subscriptable|issubclass\(\) arg 1 must be a class",
            raised_by="Python, for code that is newer or older than it",
            general=True,
        ),
        Symptom(
            pattern=r"(?i)requires (?:the )?h5py|h5py ?is not available|Could not import h5py|h5py must be installed",
            raised_by="Keras",
            means="h5py is not installed",
        ),
    ),
)
