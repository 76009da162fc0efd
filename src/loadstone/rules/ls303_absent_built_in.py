"""An object that other releases of Keras have built in.

## What it means

The model uses a class or function of Keras itself, and the Keras that is installed here does not have it: it came
with a later release, or was removed before this one.

## Why it happens

Keras grows and sheds. `mish` and `UnitNormalization` came in the middle of Keras 2, `ThresholdedReLU`, the `CuDNN`
cells and the mixed-precision `Policy` went with Keras 3.

## Example

```text
ValueError: Unknown activation function: mish
```

## How to fix it

- For an object that came later: use the release that the finding names, or a newer one of the same generation.
- For an object that was removed: `loadstone convert model.h5 model.keras` writes what replaces it.

## References

- [Keras 3 changes against Keras 2](https://keras.io/guides/migrating_to_keras_3/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone import knowledge
from loadstone.finding import Blocks, Finding, Severity
from loadstone.needs import ADDONS
from loadstone.rules.lookup import Found, look_up
from loadstone.rules.ls305_operator_layer import is_operation
from loadstone.rules.names import of_keras
from loadstone.rules.remedies import uncompiled, ways
from loadstone.rules.rule import UNKNOWN_NAME, Rule, Symptom
from loadstone.rules.tolerance import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

_DISTRIBUTIONS = {"keras": "Keras", "tf-keras": "tf_keras", "tensorflow": "TensorFlow"}


def detect(case: Case) -> Iterator[Finding]:
    """Each of Keras' own objects that the loader's Keras lacks."""
    if case.loader is None or case.is_refused:
        return
    missing: dict[str, list[KerasObject]] = {}
    provided_elsewhere = {
        need.identity
        for need in case.needs.objects
        if not need.providers or any(provider.distribution == ADDONS for provider in need.providers)
    }
    for item in case.artifact.objects:
        if look_up(case, item) is not Found.NOWHERE or item.identity in provided_elsewhere or is_operation(case, item):
            continue
        missing.setdefault(item.identity, []).append(item)
    for identity, uses in missing.items():
        providers = [provider for provider in knowledge.providers(identity) if provider.distribution != ADDONS]
        blocks = blocks_of(case, uses)
        runs = [f"{_DISTRIBUTIONS[p.distribution]} {p.first} to {p.last}" for p in providers]
        calls = () if blocks is not Blocks.COMPILING else uncompiled(case, "leaves the compile state out")
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING if blocks is Blocks.NOTHING else Severity.ERROR,
            blocks=blocks,
            message=f"{identity} is not built into this Keras",
            where=tuple(use.at for use in uses),
            found=f'name "{identity}"',
            provided=", ".join(runs) or None,
            here=case.here,
            remedies=ways(case, *calls),
        )


RULE = Rule(
    code="LS303",
    name="absent-built-in",
    detect=detect,
    raises=(
        Symptom(pattern=UNKNOWN_NAME, raised_by="tf.keras 2.0 to 2.15", claims=of_keras),
        Symptom(pattern=r"Could not locate class '(?:Policy|ThresholdedReLU|CuDNN\w+)'", raised_by="Keras 3"),
        Symptom(pattern=r"Could not interpret (?:activation function|initializer) identifier", raised_by="Keras 3"),
        Symptom(
            pattern=r"'str' object has no attribute 'quantization_mode'",
            raised_by="Keras 3, for a policy of tf.keras in .h5",
        ),
        Symptom(
            pattern=r"keras\.optimizers\.(?:legacy|experimental)\S* (?:because it is not a KerasSaveable|cannot be )"
            r"|keras\.optimizers\.legacy`? is not supported",
            raised_by="Keras 3, for an archive of tf.keras",
        ),
        Symptom(
            pattern=r"'str' object is not callable",
            raised_by="tf.keras 2.13 to 2.15, tf_keras, for SpectralNormalization in an archive",
            general=True,
        ),
    ),
)
