"""A link, external storage or a path leads out of the file.

## What it means

An HDF5 link, an external dataset or an archive member points to a place outside the file. A loader that follows it
reads whatever lies there.

## Why it happens

HDF5 can spread one data set over several files, and a large project may do so on purpose. In a model that somebody
else gives you it is a way to read files of yours: their content becomes weights, and leaves the machine with the next
upload.

## Example

```text
ValueError: Not allowed: H5 file with external Dataset: [('/home/ann/secrets.bin', 0, 24)]
```

## How to fix it

Do not load it. Where the file is your own, repack it whole with `h5repack` on the machine that has all its parts.
Keras refuses external storage from 3.12.1, 3.13.2 and 3.14.0 on, virtual datasets from 3.14.1 on; older releases and
tf.keras follow both.

## References

- [CVE-2026-1669](https://nvd.nist.gov/vuln/detail/CVE-2026-1669),
  [CVE-2026-12480](https://nvd.nist.gov/vuln/detail/CVE-2026-12480)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here, stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: Members of an archive that lead elsewhere do harm where it is unpacked, which `load_model` does not do with them:
#: Keras 3.15.1 loads such archives.
_IN_HDF5 = frozenset({"link", "external-storage", "virtual-dataset"})


def detect(case: Case) -> Iterator[Finding]:
    """Links, external storage and paths that leave the file."""
    defects = [defect for defect in case.artifact.defects if defect.kind is DefectKind.LEAVES_FILE]
    if not defects:
        return
    mechanisms = tuple(sorted({defect.mechanism for defect in defects if defect.mechanism}))
    refused = any(stops(case, each) for each in _IN_HDF5.intersection(mechanisms)) and not case.is_refused
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if refused else Severity.WARNING,
        blocks=Blocks.LOADING if refused else Blocks.NOTHING,
        message="the file points to places outside itself",
        where=tuple(dict.fromkeys(defect.where for defect in defects)),
        found="; ".join(dict.fromkeys(defect.message for defect in defects)),
        here=here(case, *mechanisms),
        remedies=(Fetch(action="get the model as one file from its author; do not load this one"),),
    )


RULE = Rule(
    code="LS502",
    name="leaves-file",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Not allowed: H5 file with (?:external Dataset|virtual Dataset|ExternalLink|SoftLink)",
            raised_by="Keras 3.12.1 and newer",
        ),
    ),
)
