"""A model inside a Sequential model gives its one output as a list, which the next layer does not take.

## What it means

A functional model stands in a `Sequential`, and not at its end. Its file says that its outputs are a list with one
member; rebuilt so, it hands a list to the layer that follows.

## Why it happens

Keras 2, and Keras 3 up to 3.4, write the outputs of a functional model as a list, also where there is one. Later
releases keep lists as they are written, and a `Sequential` does not unpack them. Whether that shows depends on the
release, and on whether it reads an archive or an HDF5 file.

## Example

```text
ValueError: Cannot convert '((None, 2), 1)' to a shape. Found invalid dimension '(None, 2)' of type '<class 'tuple'>'.
```

## How to fix it

`loadstone convert model.h5 model.keras` unpacks it. A model that is made anew does without: call the inner model in a
functional one, `keras.Model(inputs, dense(inner(inputs)))`.

## References

- [Keras: the Sequential model, transfer learning](https://keras.io/guides/sequential_model/)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Json, KerasObject
    from loadstone.rules.case import Case

_FUNCTIONAL = frozenset({"Functional", "Model"})

#: Seen to fail with every file from here on, and to load HDF5 files in 3.6 to 3.9.
_FIRST_FAILING = Version("3.11")
_FIRST_UNPACKING, _LAST_UNPACKING = Version("3.6"), Version("3.9")


def detect(case: Case) -> Iterator[Finding]:
    """Functional models inside a Sequential, before its last layer, whose outputs are a list of one."""
    if not case.into_keras_3 or case.is_refused or case.keras is None:
        return
    if case.is_hdf5 and _FIRST_UNPACKING.release <= case.keras.release[:2] <= _LAST_UNPACKING.release:
        return
    found = [item for item in case.artifact.objects if item.class_name == "Sequential" and _listing(item)]
    if found:
        fails = case.keras >= _FIRST_FAILING
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR if fails else Severity.WARNING,
            blocks=Blocks.LOADING if fails else Blocks.PERHAPS,
            message="a model inside a Sequential model gives its output as a list, which the next layer does not take",
            where=tuple(item.at for item in found),
            found="a functional model with a list of one output",
            here=case.here,
            remedies=ways(case),
        )


def _listing(sequential: KerasObject) -> bool:
    layers = sequential.config.get("layers")
    before_last = layers[:-1] if isinstance(layers, Sequence) else ()
    return any(_lists_one_output(layer) for layer in before_last if isinstance(layer, Mapping))


def _lists_one_output(layer: Mapping[str, Json]) -> bool:
    config = layer.get("config")
    outputs = config.get("output_layers") if isinstance(config, Mapping) else None
    if layer.get("class_name") not in _FUNCTIONAL or not isinstance(outputs, Sequence):
        return False
    return len(outputs) == 1 and not isinstance(outputs[0], str)


RULE = Rule(
    code="LS315",
    name="listed-output",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Cannot convert '\(\(.*' to a shape\. Found invalid dimension|Invalid dtype: tuple",
            raised_by="Keras 3",
            generation=Generation.KERAS_3,
        ),
        Symptom(
            pattern=r"A total of \d+ objects could not be loaded",
            raised_by="Keras 3.6 to 3.10, for an archive",
            generation=Generation.KERAS_3,
            general=True,
        ),
    ),
)
