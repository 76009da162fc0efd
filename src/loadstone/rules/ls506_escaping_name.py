"""The name of a layer leads out of the folder that its files go to.

## What it means

A layer or a weight has a name with `..` in it, or one that begins as an absolute path does.

## Why it happens

No model that was built by hand has such a name. Keras 3 makes folders of layers' names when it saves or loads their
assets, so that a name like `../../home` makes it write where it should not.

## Example

```text
ValueError: Argument `name` must be a string and cannot contain character `/`. Received: name=../../home
```

## How to fix it

Do not load it and do not save it again. Ask where the file comes from.

## References

- [Keras: names of layers that lead elsewhere](https://github.com/keras-team/keras/pull/23017), CVE-2026-12479
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.documents import texts
from loadstone.rules.remembered import of_last
from loadstone.rules.rule import Rule
from loadstone.rules.stances import here

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loadstone.artifact import Artifact, Where
    from loadstone.rules.case import Case

_KEYS = frozenset({"name", "layer_name"})
_ESCAPING = re.compile(r"(?:.*[\\/])?\.\.(?:[\\/].*)?|[\\/].*|[A-Za-z]:[\\/].*", re.DOTALL)
_SHOWN = 3


def detect(case: Case) -> Iterator[Finding]:
    """Names of objects and of stored arrays that lead elsewhere."""
    found = _escaping(case.artifact)
    if found:
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="names in the model lead out of the folders that are made of them",
            where=tuple(found),
            found=", ".join(repr(name[:80]) for name in [*dict.fromkeys(found.values())][:_SHOWN]),
            here=here(case, "escaping-name"),
            remedies=(Fetch(action="ask where the file comes from; do not load or save it with an older Keras"),),
        )


@of_last
def _escaping(artifact: Artifact) -> Mapping[Where, str]:
    found: dict[Where, str] = {
        text.at: text.value
        for text in texts(artifact)
        if text.key in _KEYS and not text.in_list and _ESCAPING.fullmatch(text.value)
    }
    return found | {each.at: each.name for each in artifact.tensors if ".." in re.split(r"[\\/]", each.name)}


RULE = Rule(code="LS506", name="escaping-name", detect=detect)
