"""The model's program calls operations that no TensorFlow registers.

## What it means

A SavedModel holds a program, and this one calls operations of a library beside TensorFlow. TensorFlow refuses the
program as a whole while the library is not loaded.

## Why it happens

Custom operations are compiled code in a package of its own. TensorFlow Addons had some (`Addons>Gelu`), TensorFlow Text
has others. Importing the package registers them, but Addons 0.10 and newer do so only when the first one is called,
which is too late for a SavedModel; and each release of its libraries loads into one minor release of TensorFlow alone.

## Example

```text
tensorflow.python.framework.errors_impl.NotFoundError: Op type not registered 'Addons>Gelu' in binary running on host.
```

## How to fix it

Use the environment that wrote the model, with the package imported before it is loaded: `loadstone sync` builds it, and
`loadstone predict` loads the operations that the program names.

## References

- [TensorFlow: create an op](https://www.tensorflow.org/guide/create_op)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Node
from loadstone.finding import Blocks, Finding, Severity
from loadstone.knowledge.operations import first_taking
from loadstone.needs import ADDONS
from loadstone.rules.lookup import usable_addons
from loadstone.rules.names import of_library_operation
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import OpUse
    from loadstone.rules.case import Case

#: Importing TensorFlow Addons registers its operations up to the release before this one.
_FIRST_LAZY = Version("0.10")
_NAMESPACE = "Addons"


def detect(case: Case) -> Iterator[Finding]:
    """Operations of a SavedModel that are in no TensorFlow, and are no functions of the program itself."""
    if not (case.is_saved_model and case.into_keras_2):
        return
    functions = {use.function for use in case.artifact.ops}
    foreign = [use for use in case.artifact.ops if use.op not in functions and _is_foreign(use)]
    if not foreign:
        return
    release = usable_addons(case)
    may_be_registered = (
        release is not None and release < _FIRST_LAZY and {use.namespace for use in foreign} == {_NAMESPACE}
    )
    yield Finding(
        code=RULE.code,
        severity=Severity.WARNING if may_be_registered else Severity.ERROR,
        blocks=Blocks.PERHAPS if may_be_registered else Blocks.LOADING,
        message=f"the program calls operations of a library: {', '.join(sorted({use.op for use in foreign})[:3])}",
        where=tuple(Node(function=use.function, name=use.op) for use in foreign),
        found=", ".join(sorted({use.op for use in foreign})),
        provided=ADDONS if all(use.namespace == _NAMESPACE for use in foreign) else None,
        here=case.here,
        remedies=ways(case),
    )


def _is_foreign(use: OpUse) -> bool:
    """Whether an operation is in no TensorFlow; the internal ones, ``_Retval`` and such, are in every one."""
    return use.namespace is not None or (not use.op.startswith("_") and first_taking(use.op, frozenset()) is None)


RULE = Rule(
    code="LS204",
    name="operators-missing",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Op type not registered '(?P<name>[\w>]+)'", raised_by="TensorFlow", claims=of_library_operation
        ),
        Symptom(
            pattern=r"(?s)_op_def_cache\[.*KeyError: '\w+'|_get_op_def.*KeyError: '\w+'",
            raised_by="TensorFlow, for an operation that no imported library registers",
        ),
    ),
)
