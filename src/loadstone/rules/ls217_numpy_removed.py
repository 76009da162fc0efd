"""The code uses what this NumPy no longer has or does.

## What it means

An import or a layer fails because NumPy removed a name, or changed what a call does.

## Why it happens

NumPy 1.16.3 stopped unpickling arrays unless asked to. 1.20 refuses to make an array of a symbolic tensor, which the
recurrent layers of TensorFlow up to 2.4 do. 1.24 removed `np.bool`, `np.object`, `np.int` and `np.float`, 2.0 about a
hundred names more. Old requirements rarely have an upper bound for NumPy.

## Example

```text
NotImplementedError: Cannot convert a symbolic Tensor (gru_1/strided_slice:0) to a numpy array.
```

## How to fix it

Install the NumPy of that time: `pip install "numpy<1.20"` for TensorFlow up to 2.4, `"numpy<1.24"` for the removed
names. In code that is yours use `bool`, `object`, `int` and `float`, and `np.load(path, allow_pickle=True)` for files
that you trust.

## References

- [NumPy 1.24: expired deprecations](https://numpy.org/doc/stable/release/1.24.0-notes.html#expired-deprecations)
- [NumPy 1.16.3: `allow_pickle`](https://numpy.org/doc/stable/release/1.16.3-notes.html)
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
    """A NumPy without what this TensorFlow uses of it."""
    yield from beyond_bounds(case, RULE.code, "names")


RULE = Rule(
    code="LS217",
    name="numpy-removed",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Cannot convert a symbolic (?:tf\.)?Tensor .* to a numpy array",
            raised_by="TensorFlow up to 2.4 beside NumPy 1.20 and newer",
            means="recurrent layers of TensorFlow up to 2.4 make arrays of tensors, which NumPy 1.20 refuses",
        ),
        Symptom(
            pattern=r"module 'numpy(?:\.\w+)*' has no attribute|`np\.\w+` was (?:a deprecated alias|removed in)"
            r"|cannot import name '\w+' from 'numpy",
            raised_by="NumPy 1.24 and newer",
            means="the code uses a name that this NumPy no longer has",
        ),
        Symptom(
            pattern=r"Object arrays cannot be loaded when allow_pickle=False",
            raised_by="NumPy 1.16.3 and newer",
            means="a file of NumPy arrays holds pickled objects, which are loaded only when asked for",
        ),
        Symptom(
            pattern=r"No module named '?numpy\.(?:_core|core|testing|lib)\b(?!\._multiarray)",
            raised_by="NumPy, for a pickle of another release",
            general=True,
        ),
    ),
)
