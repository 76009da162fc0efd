"""A SavedModel of a newer TensorFlow than the one installed.

## What it means

The SavedModel uses what this TensorFlow does not have yet: an operation of its graph, or the file in which tf.keras
keeps its metadata.

## Why it happens

TensorFlow reads SavedModels of older releases, not of newer ones. From 2.5 on the layers' settings stand in
`keras_metadata.pb`, and 2.4 finds empty ones in their old place. From 2.12 on every variable is read through the
operation `DisableCopyOnRead`, which 2.9 and older do not register.

## Example

```text
FileNotFoundError: Op type not registered 'DisableCopyOnRead' in binary running on host. Make sure the Op and Kernel are
registered in the binary running in this process.
```

## How to fix it

Load it with the TensorFlow that wrote it or a newer one; the finding says which. Or convert it for Keras 3.

## References

- [TensorFlow: version compatibility](https://www.tensorflow.org/guide/versions)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Member, Node
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.rules.remedies import isolated
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Where
    from loadstone.rules.case import Case

#: Operations that a plain save writes, with the first TensorFlow that registers them
#: (``tensorflow/python/ops/gen_*.py`` of the wheels).
_FIRST_WITH = {"DisableCopyOnRead": Version("2.10")}

#: The first TensorFlow whose Keras keeps its metadata in ``keras_metadata.pb``, and reads it there.
_FIRST_WITH_METADATA_FILE = Version("2.5")


def detect(case: Case) -> Iterator[Finding]:
    """What a SavedModel asks of TensorFlow, against what is installed."""
    tensorflow = case.environment.tensorflow
    if not (case.is_saved_model and case.into_keras_2) or tensorflow is None:
        return
    wanted: dict[Where, tuple[str, Version]] = {}
    for use in case.artifact.ops:
        first = _FIRST_WITH.get(use.op)
        if first is not None and tensorflow < first:
            wanted.setdefault(Node(function=use.function, name=use.op), (f"operation {use.op}", first))
    if _has_metadata_file(case) and tensorflow < _FIRST_WITH_METADATA_FILE:
        wanted[Member(path="keras_metadata.pb")] = ("the metadata file keras_metadata.pb", _FIRST_WITH_METADATA_FILE)
    if wanted:
        first = max(version for _, version in wanted.values())
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message=f"this SavedModel needs TensorFlow {first} or newer",
            where=tuple(wanted),
            found=", ".join(dict.fromkeys(text for text, _ in wanted.values())),
            provided=f"TensorFlow {first} and newer",
            here=case.here,
            remedies=(*isolated(case), Install(requirements=(f"tensorflow>={first},<2.16",))),
        )


def _has_metadata_file(case: Case) -> bool:
    at = case.artifact.config_at
    return at is not None and at.document.startswith("keras_metadata.pb")


RULE = Rule(
    code="LS208",
    name="saved-model-too-new",
    detect=detect,
    raises=(
        Symptom(pattern=r"Op type not registered '\w+'", raised_by="TensorFlow"),
        Symptom(pattern=r"Expecting value: line 1 column 1 \(char 0\)", raised_by="tf.keras 2.4 and older"),
        Symptom(
            pattern=r"Unknown SavedModel version|Value for attr '\w+' of \w+ is not in the list", raised_by="TensorFlow"
        ),
    ),
)
