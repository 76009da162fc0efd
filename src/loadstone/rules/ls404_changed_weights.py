"""A layer that has other weights in this release than in the writer's.

## What it means

The class is there, and in this release it has more or fewer weights than in the one that wrote the file. Weights are
assigned by position, so loading fails.

## Why it happens

`NoisyDense` of TensorFlow Addons keeps its noise as two weights of its own (`eps_kernel`, `eps_bias`) since 0.15.0.

## Example

```text
ValueError: Weight count mismatch for layer #2 (named noisy in the current model, noisy in the save file). Layer
expects 6
weight(s). Received 4 saved weight(s)
```

## How to fix it

Use a release on the same side of the change, which the finding names, or `loadstone convert`.

## References

- [TensorFlow Addons 0.15.0](https://github.com/tensorflow/addons/releases/tag/v0.15.0)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.finding import Blocks, Finding, Severity
from loadstone.needs import ADDONS
from loadstone.rules.lookup import usable_addons
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """From a release on, the class has a weight of this name (read from ``add_weight`` in the wheels)."""

    identity: str
    since: Version
    weight: str


_CHANGES = (_Change(identity="Addons>NoisyDense", since=Version("0.15.0"), weight="eps_kernel"),)


def detect(case: Case) -> Iterator[Finding]:
    """Layers whose stored weights are those of another release than the installed one."""
    release = usable_addons(case)
    if release is None or not case.is_hdf5:
        return
    for change in _CHANGES:
        wanted = release >= change.since
        layers = [
            item
            for item in case.artifact.objects
            if item.identity == change.identity and _stores(case, item, change.weight) is not wanted
        ]
        if layers:
            side = f"older than {change.since}" if wanted else f"{change.since} or newer"
            yield Finding(
                code=RULE.code,
                severity=Severity.ERROR,
                blocks=Blocks.LOADING,
                message=f"{change.identity} has other weights in {ADDONS} {release}",
                where=tuple(item.at for item in layers),
                found=f"weights {'without' if wanted else 'with'} {change.weight}",
                provided=f"{ADDONS} {side}",
                here=f"{case.here}; {ADDONS} {release}",
                remedies=ways(case),
            )


def _stores(case: Case, item: KerasObject, weight: str) -> bool:
    """Whether the file has a weight of this name for a layer."""
    name = str(item.config.get("name"))
    return any(weight in tensor.name and name in tensor.name.split("/") for tensor in case.artifact.tensors)


RULE = Rule(
    code="LS404",
    name="changed-weights",
    detect=detect,
    raises=(
        Symptom(pattern=r"call\(\) got an unexpected keyword argument '\w+'", raised_by="a release whose call changed"),
        Symptom(pattern=r"Layer expects \d+ weight\(s\)\. Received \d+ saved weight", raised_by="tf.keras 2.5 to 2.15"),
        Symptom(pattern=r"However the new layer \w+ expects \d+ weights", raised_by="tf.keras up to 2.4"),
        Symptom(
            pattern=r"(?:CuDNN)?(?:GRU|LSTM)(?:\([^)]*\))? is not compatible with (?:CuDNN)?(?:GRU|LSTM)",
            raised_by="Keras 2.2 and newer, when it translates weights",
            means="the weights are those of the other kind of GRU or LSTM: reset_after, or cuDNN's",
        ),
    ),
)
