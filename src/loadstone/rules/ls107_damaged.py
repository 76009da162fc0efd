"""A part of the file cannot be parsed.

## What it means

The container could be opened, and something inside it is not what its format demands: a configuration that is no
JSON, an HDF5 structure that contradicts itself, an archive member with a wrong checksum, a protocol buffer that
breaks off.

## Why it happens

The bytes changed after they were written: a transfer in text mode (FTP, some Git settings that convert line ends), a
failing disk, an edit by a tool that did not understand the format.

## Example

```text
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
```

## How to fix it

Get the file again, in binary mode, and compare checksums. If a Git repository holds it, mark it in `.gitattributes`
with `*.h5 binary`. The finding names the part; when that is only the training configuration, the weights may still be
whole.

## References

- [Git: the `binary` attribute](https://git-scm.com/docs/gitattributes)
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
        DefectKind.DAMAGED,
        code=RULE.code,
        message="a part of the file cannot be parsed",
        remedies=(Fetch(action="copy or download the file again, and compare its checksum with the original's"),),
    )


RULE = Rule(
    code="LS107",
    name="damaged-file",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"JSONDecodeError|Expecting value: line \d+ column \d+",
            raised_by="Python, for a damaged configuration",
            general=True,
        ),
        Symptom(pattern=r"Bad CRC-32 for file", raised_by="Python, for a .keras archive"),
        Symptom(
            pattern=r"Unable to (?:synchronously )?open object \(.*(?:bad|wrong|incorrect|unable)", raised_by="h5py"
        ),
        Symptom(pattern=r"Error parsing message|(?<!Unicode)DecodeError", raised_by="protobuf, for a SavedModel"),
        Symptom(
            pattern=r"Wrong wire type in tag|Unexpected end-group tag|Error -?\d+ while decompressing|"
            r"Cannot parse keras metadata",
            raised_by="protobuf and zlib",
        ),
    ),
)
