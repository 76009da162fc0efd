"""A bare tensor operation inside the model, which this loader cannot rebuild.

## What it means

Part of the model is not a layer but an operation on tensors (`x + y`, `x[:, 0]`, `tf.concat(...)`), which Keras
stored as a layer of its own kind. This loader does not know that kind.

## Why it happens

tf.keras 2.4 to 2.15 writes `TFOpLambda` and `SlicingOpLambda`, which name a TensorFlow function; tf.keras 2.0 to 2.3
writes `TensorFlowOpLayer`, with a piece of graph. Keras 3 has neither: it writes the operation's own class
(`GetItem`, `NotEqual`), and its loader for `.h5` files looks among layers only, so it cannot even read back its own.

## Example

```text
ValueError: Unknown layer: 'TFOpLambda'. Please ensure you are using a `keras.utils.custom_object_scope` and that this
object is included in the scope.
```

## How to fix it

`loadstone convert model.h5 model.keras` replaces each operation with the function of `keras.ops` that computes the
same. A model that is still being developed is better saved as `.keras`, which stores operations.

## References

- [Keras: operations](https://keras.io/api/ops/)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.knowledge import ObjectKind
from loadstone.rules.lookup import OPERATOR_LAYERS, Found, look_up
from loadstone.rules.names import of_keras_operation
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Json, KerasObject
    from loadstone.rules.case import Case


#: Operations of Keras 3 that have the name of a layer which takes a list.
_MERGING = frozenset({"Add", "Average", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"})


def detect(case: Case) -> Iterator[Finding]:
    """Operations that the loader cannot turn into a layer again."""
    if case.keras is None or case.is_refused or (case.is_saved_model and not case.revives_by_settings):
        return
    called = _argument_counts(case) if case.is_hdf5 and case.from_keras_3 else {}
    unknown = [
        item
        for item in case.artifact.objects
        if is_operation(case, item) or (called and _is_taken_for_a_layer(item, called))
    ]
    if unknown:
        names = sorted({item.class_name for item in unknown})
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message=f"the model contains bare tensor operations ({', '.join(names)})",
            where=tuple(item.at for item in unknown),
            found=", ".join(sorted({_described(item) for item in unknown})),
            here=case.here,
            remedies=ways(case),
        )


def is_operation(case: Case, item: KerasObject) -> bool:
    """Whether an object is a tensor operation that the loader does not find."""
    if look_up(case, item) is not Found.NOWHERE:
        return False
    if item.class_name in OPERATOR_LAYERS:
        return True
    return case.built_in(item.class_name, ObjectKind.OPERATION) is not None


def _is_taken_for_a_layer(item: KerasObject, called: Mapping[str, int]) -> bool:
    """Whether an operation has the name of a layer, which is called in another way: ``Subtract(a, b)``.

    The settings of an operation have a name, and neither of the two that those of every layer have.
    """
    if item.slot != "layers" or item.class_name not in _MERGING or not {"trainable", "dtype"}.isdisjoint(item.config):
        return False
    return called.get(str(item.config.get("name")), 1) != 1


def _argument_counts(case: Case) -> Mapping[str, int]:
    """How many arguments each layer of a functional model is called with, by its name."""
    found: dict[str, int] = {}
    for item in case.artifact.objects:
        for layer in _mappings(item.config.get("layers")):
            for node in _mappings(layer.get("inbound_nodes")):
                arguments = node.get("args")
                if isinstance(arguments, Sequence):
                    found[str(layer.get("name"))] = len(arguments)
    return found


def _mappings(value: Json) -> Iterator[Mapping[str, Json]]:
    """The mappings of a list; nothing of what is none."""
    if isinstance(value, Sequence):
        yield from (each for each in value if isinstance(each, Mapping))


def _described(item: KerasObject) -> str:
    function = item.config.get("function")
    return f"{item.class_name} of {function}" if isinstance(function, str) else item.class_name


RULE = Rule(
    code="LS305",
    name="operator-layer",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Unknown layer: '?(?:TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|GetItem|NotEqual)\b",
            raised_by="Keras 3, and tf.keras older than the file",
            usual=True,
        ),
        Symptom(
            pattern=r"Unable to restore a layer of class (?:TFOpLambda|SlicingOpLambda)",
            raised_by="tf.keras 2.3, for a SavedModel",
        ),
        Symptom(
            pattern=r"too many positional arguments|takes \d+ positional arguments? but \d+ were given",
            raised_by="Keras 3, for an operation of two tensors in .h5",
            general=True,
        ),
        Symptom(
            pattern=r"Unknown layer: '?(?P<name>\w+)",
            raised_by="Keras 3, for an operation in .h5",
            claims=of_keras_operation,
        ),
        Symptom(
            pattern=r"Unknown?\w* layer: '?(?:TF)?Op(?:Lambda|erator)",
            raised_by="tf.keras",
        ),
    ),
)
