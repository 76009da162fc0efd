"""A setting names a file or an address outside the model.

## What it means

A setting of a layer is a path or an address. Some classes open it when they are built.

## Why it happens

`StringLookup(vocabulary="words.txt")`, `TextVectorization` and `TFSMLayer` take paths, and keep them in the file. On
another machine the path is missing, and loading fails. In a file of unknown origin it names a file *of yours*: Keras
up to 3.11 reads a vocabulary from any path or URL.

## Example

```text
ValueError: Vocabulary file /home/ann/words.txt does not exist.
```

## How to fix it

Give the file where the path points, or build the layer with the list itself instead of a path and save again.

## References

- [CVE-2025-12058](https://nvd.nist.gov/vuln/detail/CVE-2025-12058)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadstone.artifact import Pointer
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

#: A URL, an absolute path, a home or parent folder, a drive letter: what no name, formula or data format looks like.
_PATH = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,9}://|/(?:[^/\s]+/)+[^/\s]*$|~[\\/]|\.\.[\\/]|[A-Za-z]:[\\/]|\\\\\w)", re.ASCII
)
_NAMES = frozenset({"name", "class_name", "registered_name", "module", "layer_name", "function"})


def detect(case: Case) -> Iterator[Finding]:
    """Strings in settings that look like a path or an address."""
    found = {
        Pointer(document=item.at.document, path=f"{item.at.path}/config/{key}"): (item, key, value)
        for item in case.artifact.objects
        for key, value in item.config.items()
        if key not in _NAMES and isinstance(value, str) and _PATH.match(value)
    }
    if found:
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="settings name files or addresses outside the model",
            where=tuple(found),
            found="; ".join(_described(item, key, value) for item, key, value in list(found.values())[:3]),
            here=case.here,
            remedies=(
                Fetch(action="check that each path is meant and exists here, or store the content in the layer"),
            ),
        )


def _described(item: KerasObject, key: str, value: str) -> str:
    return f"{key}={value[:80]!r} of {item.identity}"


RULE = Rule(
    code="LS504",
    name="path-in-settings",
    detect=detect,
    raises=(
        Symptom(pattern=r"Vocabulary file .* does not exist", raised_by="tf.keras and Keras 3"),
        Symptom(
            pattern=r"Requested the loading of a vocabulary file outside of the model archive",
            raised_by="Keras 3.12 and newer",
        ),
    ),
)
