"""The path has characters that the system's code page does not have.

## What it means

The file may be as good as any: the path to it is what fails. A message about bytes that cannot be decoded, or
characters that cannot be encoded, speaks of the path, or of an error in the system's language, not of the file.

## Why it happens

On Windows, TensorFlow and h5py before 3.0 hand paths to the system in the code page of the country, and read its
messages, "not found" among them, as UTF-8. A letter outside ASCII, or an invisible one that was copied along, is
enough.

## Example

```text
UnicodeDecodeError: 'utf-8' codec can't decode byte 0xce in position 103: invalid continuation byte
```

## How to fix it

Check that the path exists, and move the model to one of ASCII letters only. Where the name
looks
right, print it with `ascii(path)`: that shows what is invisible.

## References

- [TensorFlow issue 62107: a Cyrillic path](https://github.com/tensorflow/tensorflow/issues/62107)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """A path outside ASCII, on Windows."""
    source = case.artifact.source
    if case.loader is not None and case.environment.platform == "win32" and not source.isascii():
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.PERHAPS,
            message="the path has characters outside ASCII, which this loader may not find on Windows",
            where=(Member(path=""),),
            found=ascii(source),
            here=case.here,
            remedies=(Fetch(action="copy the model to a path of ASCII letters"),),
        )


RULE = Rule(
    code="LS113",
    name="path-encoding",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"UnicodeDecodeError: 'utf-?8' codec can't decode byte",
            raised_by="TensorFlow on Windows",
            general=True,
        ),
        Symptom(
            pattern=r"UnicodeEncodeError: '(?:mbcs|charmap|gbk|cp\d+|ascii|latin-1)' codec can't encode",
            raised_by="h5py 2 on Windows",
            general=True,
        ),
    ),
)
