"""A class of the author's, or of a library, that has the name of one of Keras' own.

## What it means

The file names a class that Keras has, with settings that no release of Keras ever gave to it. It is another class of
the same name; the loader takes Keras' own, which refuses the settings.

## Why it happens

Up to Keras 2.11 a class is stored by its bare name, so that a library's `BatchNormalization` with a `freeze` cannot be
told from Keras' own. Where the settings happen to be the same, nothing fails and the wrong class computes.

## Example

```text
TypeError: ('Keyword argument not understood:', 'freeze')
```

## How to fix it

Pass the right class under that name: `custom_objects={"BatchNormalization": TheirBatchNormalization}` goes before
Keras' own. The finding says which settings tell; a search for them finds the library.

## References

- [keras-retinanet issue 1572: a BatchNormalization that can be frozen](https://github.com/fizyr/keras-retinanet/issues/1572)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Provide, Severity
from loadstone.rules.arguments import refusals, shadowing
from loadstone.rules.names import of_no_keras_argument
from loadstone.rules.remedies import calling, mapping, ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Objects with the name of a class of Keras, and settings that it never had: one finding a name."""
    found: dict[tuple[str, bool], list[tuple[KerasObject, frozenset[str]]]] = {}
    for item, refused in refusals(case):
        keys = shadowing(item, refused)
        if keys:
            found.setdefault((item.class_name, item.in_training), []).append((item, keys))
    for (name, in_training), items in found.items():
        told = ", ".join(sorted(frozenset[str]().union(*(each for _, each in items))))
        given = f"custom_objects={mapping((name,))}"
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.COMPILING if in_training else Blocks.LOADING,
            message=f"{name} is not Keras' own: no release gave it {told}",
            where=tuple(item.at for item, _ in items),
            found=f"{name} with {told}",
            provided="the code that trained the model, or a library that it used",
            here=case.here,
            remedies=ways(case, Provide(names=(name,), python=calling(case, given))),
        )


RULE = Rule(
    code="LS316",
    name="shadowed-name",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Keyword argument not understood:', '(?P<name>\w+)'",
            raised_by="tf.keras and Keras up to 2.6",
            claims=of_no_keras_argument,
            usual=True,
        ),
        Symptom(
            pattern=r"Unrecognized keyword arguments(?: passed to \w+)?: ?\S{0,12}['\"](?P<name>\w+)['\"]",
            raised_by="Keras 2.7 and newer, Keras 3",
            claims=of_no_keras_argument,
        ),
    ),
)
