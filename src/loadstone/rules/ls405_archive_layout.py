"""A .keras archive of another Keras 2, which keeps its weights under other names.

## What it means

The configuration can be read, but this release of Keras looks for the weights in other places of the archive than the
release that wrote it put them. The first layer with weights ends the load.

## Why it happens

Inside an archive the weights of a layer stand under a path. tf.keras changed these paths in 2.13, 2.14 and 2.15, each
time without reading the earlier ones; tf-keras, since 2.16, goes on with those of 2.15.

## Example

```text
ValueError: Layer 'conv2d' expected 2 variables, but received 0 variables during loading. Expected: ['conv2d/kernel:0',
'conv2d/bias:0']
```

## How to fix it

`loadstone convert model.keras new.keras` reads all of them. Or load it where it was written: the finding names that
environment.

## References

- [Keras issue 18913: archives of 2.14 in 2.15](https://github.com/keras-team/keras/issues/18913)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.case import moved_modules
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: The releases from which on archives have another layout (seen with the files of each release, opened by all).
_CHANGES = (Version("2.13"), Version("2.14"), Version("2.15"))


def detect(case: Case) -> Iterator[Finding]:
    """An archive of one Keras 2, weights in it, and a Keras 2 with another layout."""
    writer = case.writer_keras
    if not case.into_keras_2 or not case.reads_archives or case.from_keras_3 or writer is None or case.keras is None:
        return
    if _layout(writer) == _layout(case.keras) or not case.artifact.tensors or moved_modules(case):
        return
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message=f"Keras {case.keras} looks for the weights elsewhere than Keras {writer} put them",
        where=(Member(path="model.weights.h5"),),
        found=f"an archive of Keras {writer}",
        provided="the Keras that wrote it" + (", or tf-keras" if _layout(writer) == len(_CHANGES) else ""),
        here=case.here,
        remedies=ways(case),
    )


def _layout(keras: Version) -> int:
    """Which layout a release writes and reads, counted from the first."""
    return sum(keras >= change for change in _CHANGES)


RULE = Rule(
    code="LS405",
    name="archive-layout",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Layer '[^']+' expected \d+ variables, but received 0 variables during loading",
            raised_by="tf.keras 2.13 to 2.15, tf_keras",
            generation=Generation.TF_KERAS,
            usual=True,
        ),
    ),
)
