"""The SavedModel uses operations that this TensorFlow does not have.

## What it means

A SavedModel holds a program: graphs of TensorFlow's operations. Some of these operations, or attributes of them, came
into TensorFlow after the release that is installed here.

## Why it happens

TensorFlow reads the programs of older releases, not those of newer ones. Even a plain `model.save` writes operations
of its own day: `DisableCopyOnRead` since TensorFlow 2.12, the attribute `validate_shape` of `AssignVariableOp` since
2.9.

## Example

```text
FileNotFoundError: Op type not registered 'DisableCopyOnRead' in binary running on host. Make sure the Op and Kernel
are registered in the binary running in this process.
```

## How to fix it

Use the TensorFlow that the finding names, or a newer one. `loadstone sync` builds an environment with the one that
wrote the model.

## References

- [TensorFlow: version compatibility of SavedModels](https://www.tensorflow.org/guide/versions)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Node
from loadstone.finding import Blocks, Finding, Severity
from loadstone.knowledge.operations import first_taking, knows_operations_of, operation_attributes
from loadstone.rules.names import of_tensorflow_operation
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import OpUse
    from loadstone.rules.case import Case


#: From here on an attribute that is not known, and has its default value, is passed over.
_FIRST_LENIENT = Version("2.4")


def detect(case: Case) -> Iterator[Finding]:
    """Operations and attributes of a SavedModel that only newer releases of TensorFlow have."""
    tensorflow = case.environment.tensorflow
    if not (case.is_saved_model and case.into_keras_2) or tensorflow is None or not knows_operations_of(tensorflow):
        return
    wanted = [(use, text, first) for use in case.artifact.ops for text, first in _newer(use, tensorflow)]
    if wanted:
        first = max(version for _, _, version in wanted)
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message=f"this SavedModel needs TensorFlow {first} or newer",
            where=tuple(Node(function=use.function, name=use.op) for use, _, _ in wanted),
            found=", ".join(dict.fromkeys(text for _, text, _ in wanted)),
            provided=f"TensorFlow {first} and newer",
            here=case.here,
            remedies=ways(case),
        )


def _newer(use: OpUse, tensorflow: Version) -> Iterator[tuple[str, Version]]:
    """What a release lacks of an operation, with the first that has it; nothing where none is known to have it."""
    attributes = frozenset(use.attributes) if tensorflow < _FIRST_LENIENT else frozenset[str]()
    here = operation_attributes(use.op, tensorflow)
    if here is not None and attributes <= here:
        return
    first = first_taking(use.op, attributes)
    if first is not None and first.release[:2] > tensorflow.release[:2]:
        missing = ", ".join(sorted(attributes - (here or frozenset())))
        yield (f"operation {use.op}" if here is None else f"attribute {missing} of {use.op}"), first


RULE = Rule(
    code="LS208",
    name="saved-model-too-new",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Op type not registered '(?P<name>\w+)'", raised_by="TensorFlow", claims=of_tensorflow_operation
        ),
        Symptom(pattern=r"NodeDef mentions attr '\w+' not in Op<", raised_by="TensorFlow"),
        Symptom(
            pattern=r"Unknown SavedModel version|not supported by this version of TensorFlow|"
            r"Value for attr '\w+' of \w+ is not in the list",
            raised_by="TensorFlow",
        ),
    ),
)
