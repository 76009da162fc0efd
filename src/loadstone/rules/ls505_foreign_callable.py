"""The configuration names functions that have no place in a model.

## What it means

The configuration names modules and functions that have no place in a model: of Python's own library (`os`,
`subprocess`, `builtins.eval`), of other packages, or helpers of Keras that download files or switch safety off.

## Why it happens

`.keras` archives say where each class is imported from. tf.keras up to 2.15 and Keras up to 3.8 import that place,
whatever it is, and call what they find with arguments from the file. Layers for TensorFlow's functions (`TFOpLambda`)
do the same with everything that TensorFlow has.

What is not allowed is foreign: the tables of every release of Keras and TensorFlow Addons say which names a model may
have. Custom classes and functions of honest projects are stored in the same way, which is why those are another
finding (LS302), except where a `Lambda` would call a function of theirs.

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

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.references import FOREIGN, HELPER, SWITCH, foreign
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here, stops

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loadstone.rules.case import Case
    from loadstone.rules.references import Reference

_SHOWN = 5


def detect(case: Case) -> Iterator[Finding]:
    """References to what is not allowed."""
    named = foreign(case.artifact)
    if not named:
        return
    blocks = _blocks(case, named)
    names = sorted({each.name for each in named})
    yield Finding(
        code=RULE.code,
        severity=Severity.WARNING if blocks is Blocks.NOTHING else Severity.ERROR,
        blocks=blocks,
        message="the configuration names functions that have no place in a model",
        where=tuple(each.at for each in named),
        found=", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""),
        here=here(case, *_mechanisms(named), *(["unpacked-download"] if _downloads(names) else [])),
        remedies=(Fetch(action="ask where the file comes from; do not load it with a Keras older than 3.11"),),
    )


def _mechanisms(named: Iterable[Reference]) -> tuple[str, ...]:
    found = {each.mechanism for each in named}
    return tuple(each for each in (FOREIGN, HELPER, SWITCH) if each in found)


def _downloads(names: Iterable[str]) -> bool:
    return any(name.endswith(".get_file") for name in names)


def _blocks(case: Case, named: Iterable[Reference]) -> Blocks:
    """Keras 3 refuses such an archive once it stops what is known of it; other loaders go as far as they get."""
    refused = [each for each in named if each.is_sure and each.mechanism and stops(case, each.mechanism)]
    if not refused or not case.into_keras_3 or case.is_refused:
        return Blocks.NOTHING
    return Blocks.COMPILING if all(each.in_training for each in refused) else Blocks.LOADING


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
