"""Compiled code meets another NumPy than it was built for.

## What it means

TensorFlow, h5py, pandas or another compiled package was built for one NumPy, and another is installed. The import
fails, or the process ends.

## Why it happens

Compiled code knows the layout of NumPy's objects. It works with the NumPy that it was built for and with later ones of
the same major release. TensorFlow up to 2.17 was built for NumPy 1; its metadata says so only from 2.12 on, so that pip
installs NumPy 2 beside 2.7 to 2.11. Two installers, conda and pip, in one environment give such pairs too.

## Example

```text
A module that was compiled using NumPy 1.x cannot be run in
NumPy 2.0.0 as it may crash.
```

## How to fix it

Install the NumPy that the finding names: `pip install "numpy<2"` for everything that was built for NumPy 1. "Has the
wrong size", "size changed" and "module compiled against" also come from a NumPy that is too old: then install a newer
one, or reinstall the package that the first frame belongs to.

## References

- [NumPy 2.0: migration and binary compatibility](https://numpy.org/doc/stable/numpy_2_0_migration_guide.html)
- [TensorFlow issue 85070: NumPy 2](https://github.com/tensorflow/tensorflow/issues/85070)
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
    """A NumPy beyond the bound that no metadata states."""
    yield from beyond_bounds(case, RULE.code, "binary")


RULE = Rule(
    code="LS216",
    name="numpy-binary",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"A module that was compiled using NumPy 1\.x cannot be run in|_ARRAY_API not found",
            raised_by="what was built for NumPy 1, beside NumPy 2",
            means="a compiled package was built for NumPy 1, and NumPy 2 is installed",
        ),
        Symptom(
            pattern=r"numpy\._?core\.(?:_?multiarray\w*|umath) failed to import|"
            r"No module named 'numpy\._?core\._multiarray",
            raised_by="what was built for another NumPy",
        ),
        Symptom(
            pattern=r"numpy\.(?:dtype|ndarray|ufunc|core\.\w+) (?:size changed|has the wrong size)"
            r"|module (?:was )?compiled against (?:API|ABI) version",
            raised_by="what was built for another NumPy",
        ),
        Symptom(
            pattern=r"PyBfloat16_Type|Unable to convert function return value to a Python type",
            raised_by="TensorFlow 2.7 to 2.11",
        ),
    ),
)
