"""A layer brings a program that is not made of layers.

## What it means

The model has a layer that runs a program from elsewhere: a SavedModel that its settings name (`TFSMLayer`), or a
PyTorch module that is pickled into the settings (`TorchModuleWrapper`).

## Why it happens

Both are there to use models of other frameworks inside Keras 3. Whoever loads such a file runs that program: unpickling
a module runs what the pickle says, and a SavedModel may read and write files.

## Example

```text
ValueError: Requested the deserialization of a `TFSMLayer`, which loads an external SavedModel. This carries a potential
risk of arbitrary code execution and thus it is disallowed by default.
```

## How to fix it

Get the inner model by itself, from its author: diagnose a SavedModel with loadstone, and give PyTorch its state
dictionary. Only for a file that you trust: `safe_mode=False`.

## References

- [CVE-2026-1462](https://nvd.nist.gov/vuln/detail/CVE-2026-1462) (TFSMLayer),
  [CVE-2025-49655](https://nvd.nist.gov/vuln/detail/CVE-2025-49655) (TorchModuleWrapper)
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.finding import Blocks, CallWith, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here, stops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loadstone.rules.case import Case

#: The classes, and what advisories call them.
_CARRYING: Mapping[str, str] = MappingProxyType(
    {"TFSMLayer": "saved-model-layer", "TorchModuleWrapper": "torch-module"}
)


def detect(case: Case) -> Iterator[Finding]:
    """Layers that run a program of another framework."""
    found = [item for item in case.artifact.objects if item.class_name in _CARRYING]
    if not found:
        return
    mechanisms = tuple(dict.fromkeys(_CARRYING[item.class_name] for item in found))
    reached = case.into_keras_3 and not case.is_refused
    refused = reached and any(stops(case, each) for each in mechanisms)
    names = dict.fromkeys(item.class_name for item in found)
    trusting = CallWith(
        python=f"{case.loader.call if case.loader else 'keras.models.load_model'}({case.artifact.source!r}, "
        "safe_mode=False)",
        effect="runs the program: only for a file that you trust",
    )
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if refused else Severity.WARNING,
        # What is not refused has to be there: the SavedModel on this machine, PyTorch in this environment.
        blocks=Blocks.LOADING if refused else Blocks.PERHAPS if reached else Blocks.NOTHING,
        message=f"{', '.join(names)}: the layer runs a program from elsewhere",
        where=tuple(item.at for item in found),
        found="; ".join(f"{item.class_name} {str(item.config.get('filepath') or '')[:80]}".strip() for item in found),
        here=here(case, *mechanisms),
        remedies=(Fetch(action="get the inner model by itself from its author"), *([trusting] if refused else [])),
    )


RULE = Rule(
    code="LS508",
    name="carried-program",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Requested the deserialization of a `(?:TFSMLayer|TorchModuleWrapper)`",
            raised_by="Keras 3.11.3 and newer",
        ),
    ),
)
