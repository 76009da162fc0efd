"""The Keras part of the SavedModel is newer than this TensorFlow's Keras.

## What it means

TensorFlow could read the program in the folder, but the Keras in it cannot read what Keras wrote beside the program:
which layers there are, and how they are connected.

## Why it happens

Keras keeps a description of its objects in SavedModels, and changed it twice. Since TensorFlow 2.6 it stands in a file
of its own, `keras_metadata.pb`, which 2.5 and older do not look at. And the graphs of layers that 2.2 and newer
describe, 2.1 misreads.

## Example

```text
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
```

## How to fix it

Use the TensorFlow that the finding names, or a newer one up to 2.15; `loadstone sync` builds an environment with the
one that wrote the model.

## References

- [TensorFlow 2.6: release notes](https://github.com/tensorflow/tensorflow/releases/tag/v2.6.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: From here on the description stands in its own file only; 2.5 writes both, and reads either.
_FIRST_WITH_FILE_ONLY = Version("2.6")

_MISREADING = (2, 1)
_FIRST_MISREAD = Version("2.2")
_SEQUENTIAL = "Sequential"


def detect(case: Case) -> Iterator[Finding]:
    """What Keras wrote into a SavedModel, and an older Keras."""
    tensorflow = case.environment.tensorflow
    if not (case.is_saved_model and case.into_keras_2) or tensorflow is None or not case.artifact.objects:
        return
    needed = _needed(case, tensorflow)
    if needed is not None:
        first, member, found, blocks = needed
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING if blocks is Blocks.PERHAPS else Severity.ERROR,
            blocks=blocks,
            message=f"Keras of TensorFlow {first} or newer has to read this SavedModel",
            where=(Member(path=member),),
            found=found,
            provided=f"TensorFlow {first} to 2.15, and tf_keras",
            here=case.here,
            remedies=ways(case),
        )


def _needed(case: Case, tensorflow: Version) -> tuple[Version, str, str, Blocks] | None:
    """The first release that reads it, where that is told, what is told, and whether it is fatal."""
    writer = case.needs.writer("tensorflow")
    release = writer.release if writer else None
    at = case.artifact.config_at
    own_file = at is not None and at.document.startswith("keras_metadata.pb")
    if own_file and tensorflow < _FIRST_WITH_FILE_ONLY and (release is None or release >= _FIRST_WITH_FILE_ONLY):
        return _FIRST_WITH_FILE_ONLY, "keras_metadata.pb", "the description in a file of its own", Blocks.LOADING
    if case.artifact.config is None or release is None or release < _FIRST_MISREAD or tensorflow >= _FIRST_MISREAD:
        return None
    if case.artifact.config.get("class_name") == _SEQUENTIAL:  # in some, a shape has a form that is not understood
        return _FIRST_MISREAD, "saved_model.pb", f"a Sequential model of TensorFlow {release}", Blocks.PERHAPS
    if tensorflow.release[:2] == _MISREADING:
        return _FIRST_MISREAD, "saved_model.pb", f"a graph of layers of TensorFlow {release}", Blocks.LOADING
    return None


RULE = Rule(
    code="LS211",
    name="metadata-too-new",
    detect=detect,
    raises=(
        Symptom(pattern=r"Expecting value: line 1 column 1 \(char 0\)", raised_by="tf.keras 2.5 and older"),
        Symptom(pattern=r"KeyError: 0\s*(?:$|\n)", raised_by="tf.keras 2.1"),
        Symptom(pattern=r"Error converting shape to a TensorShape: .*class_name", raised_by="tf.keras 1.15 to 2.1"),
        Symptom(
            pattern=r"Unknown SavedObject type",
            raised_by="tf.keras 2.5 and older",
        ),
    ),
)
