"""A name that stands for another function now; the model loads and computes other numbers.

## What it means

The model loads without a word and computes other numbers. A name in it stands for another function here than where the
model was saved.

## Why it happens

`hard_sigmoid` was `clip(0.2 x + 0.5, 0, 1)` and is `relu6(x + 3) / 6`. It is the default recurrent activation of
ConvLSTM layers and of LSTM and GRU in old files, so the name stands in many models whose author never wrote it.

TensorFlow Addons 0.5 and 0.6 (TensorFlow 2.0 and 2.1) registered their objects without a package. Keras has since got a
`gelu`, a `sparsemax` and a `GroupNormalization` of its own, which compute something else: `gelu` of Addons is the tanh
approximation, and its `GroupNormalization` of that time cut the groups out of another axis.

`RandomCrop` took the middle of an image at inference until Keras 3.5, and another part of it in 3.6 and 3.7; later
releases leave the image as it is, so that the next layers get one of another size.

## Example

```text
(no error; outputs differ by up to 0.1 for each gate)
```

## How to fix it

`loadstone convert model.h5 model.keras` writes the Keras 2 function into the model. By hand, set the attribute of
each layer after loading: `layer.cell.recurrent_activation = lambda x: keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)`.
What is TensorFlow Addons' becomes an object of `loadstone.addons`.

## References

- [Keras 3: `hard_sigmoid`](https://keras.io/api/layers/activations/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.keras3 import CROPS_NOTHING
from loadstone.finding import Blocks, Finding, Severity
from loadstone.needs import addons_names
from loadstone.rules.lookup import Found, look_up
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

    from loadstone.rules.case import Case

#: Names whose function changed from Keras 2.15 to 3.0, and how.
_CHANGED = {"hard_sigmoid": "clip(0.2 x + 0.5, 0, 1) in Keras 2, relu6(x + 3) / 6 in Keras 3"}


def detect(case: Case) -> Iterator[Finding]:
    """Activations of a Keras 2 file whose function is another one in Keras 3, and Addons' objects taken for Keras'."""
    if case.loader is None or case.is_saved_model:
        return
    yield from _crops(case)
    if case.from_keras_3:
        return
    yield from _taken_for_keras(case)
    if not case.into_keras_3:
        return
    for name, change in _CHANGED.items():
        uses = [item for item in case.artifact.objects if item.is_identifier and item.class_name == name]
        if uses:
            yield Finding(
                code=RULE.code,
                severity=Severity.WARNING,
                blocks=Blocks.NOTHING,
                message=f"{name} is another function in Keras 3",
                where=tuple(item.at for item in uses),
                found=f"{name}: {change}",
                here=case.here,
                remedies=ways(case),
            )


def _crops(case: Case) -> Iterator[Finding]:
    """RandomCrop of a release that cut images at inference, loaded by one that does not."""
    uses = [item for item in case.artifact.objects if item.class_name == "RandomCrop" and item.slot == "layers"]
    writer = case.writer_keras
    if not uses or writer is None or _crops_nothing(writer) or case.keras is None or not _crops_nothing(case.keras):
        return
    yield Finding(
        code=RULE.code,
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
        message="RandomCrop cuts no image at inference here",
        where=tuple(item.at for item in uses),
        found=f"RandomCrop: a part of the image in Keras {writer}, the image as it is since 3.8",
        here=case.here,
        remedies=ways(case),
    )


def _crops_nothing(release: Version) -> bool:
    return release.release[:2] >= CROPS_NOTHING


def _taken_for_keras(case: Case) -> Iterator[Finding]:
    of_addons = addons_names(case.artifact, case.needs)
    for need in case.needs.objects:
        uses = [use for use in need.uses if look_up(case, use) is Found.KERAS]
        if need.identity in of_addons and uses:
            yield Finding(
                code=RULE.code,
                severity=Severity.WARNING,
                blocks=Blocks.NOTHING,
                message=f"{need.identity} is TensorFlow Addons' in this file, and Keras' own here",
                where=tuple(use.at for use in uses),
                found=f"{need.identity} without a package, saved when Keras had no such name",
                provided="tensorflow-addons 0.5.0 to 0.6.0",
                here=case.here,
                remedies=ways(case),
            )


RULE = Rule(
    code="LS307",
    name="changed-meaning",
    detect=detect,
)
