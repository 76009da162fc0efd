"""The configuration names functions that have no place in a model.

## What it means

The configuration of an archive names a module and a function that are not Keras' own, among them some that have no
place in a model (`os`, `subprocess`, `builtins.eval`, or Keras' own helpers that download files or switch safety
off).

## Why it happens

`.keras` archives say where each class is imported from. tf.keras up to 2.15 and Keras up to 3.8 import that place,
whatever it is, and call what they find with arguments from the file. Custom classes of honest projects are stored in
the same way, which is why those are another finding (LS302).

## Example

```text
TypeError: Could not locate function 'system'. Make sure custom classes and functions are decorated with
`@keras.saving.register_keras_serializable()`.
```

## How to fix it

Do not load it with anything older than Keras 3.11. Ask where the file comes from.

## References

- [CVE-2025-1550](https://nvd.nist.gov/vuln/detail/CVE-2025-1550),
  [CVE-2025-8747](https://nvd.nist.gov/vuln/detail/CVE-2025-8747),
  [CVE-2025-9906](https://nvd.nist.gov/vuln/detail/CVE-2025-9906)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

#: Where Keras itself keeps functions that act on the machine and not on tensors.
_KERAS_HELPERS = ("keras.config", "keras.utils", "keras.src.utils", "keras.saving", "keras.src.saving", "keras.tree")
_HARMLESS = frozenset({"FeatureSpace", "Sequence", "CustomObjectScope"})


def detect(case: Case) -> Iterator[Finding]:
    """References into the standard library, or to Keras' helpers."""
    named = [item for item in case.artifact.objects if _reaches_out(item)]
    if named:
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="the configuration names functions that have no place in a model",
            where=tuple(item.at for item in named),
            found=", ".join(sorted({f"{item.module}.{item.class_name}" for item in named})),
            here=case.here,
            remedies=(Fetch(action="ask where the file comes from; do not load it with a Keras older than 3.11"),),
        )


def _reaches_out(item: KerasObject) -> bool:
    module = item.module or ""
    root = module.partition(".")[0]
    if root == "builtins":
        # Keras writes this for every plain function, with the name that it looks up among its own.
        return item.class_name in {"eval", "exec", "compile", "open", "__import__", "getattr", "setattr"}
    if root in sys.stdlib_module_names:
        return True
    return module.startswith(_KERAS_HELPERS) and item.class_name not in _HARMLESS


RULE = Rule(
    code="LS505",
    name="foreign-callable",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Could not locate function '(?:system|popen|run|eval|exec|open|get_file)'", raised_by="Keras 3"
        ),
        Symptom(
            pattern=r"it is not a modeling function|because it is not a KerasSaveable subclass",
            raised_by="Keras 3.9 and newer",
        ),
    ),
)
