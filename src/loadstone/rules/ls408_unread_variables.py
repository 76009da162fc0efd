"""Variables of a .keras archive do not find the layers they belong to.

## What it means

The archive has its weights, and a layer of the model is not built when they are read, or is looked for under another
name.

## Why it happens

An archive keeps variables under the path of their owner: `layers/bidirectional/forward_layer/cell/vars/0`. Keras 3.0 to
3.2 do not find those of the cells inside `Bidirectional`, not even their own. A class of the author's that makes its
layers when it is first called has none of them at loading. And names are counted anew in each program.

## Example

```text
ValueError: A total of 1 objects could not be loaded. Example error message for object <LSTMCell name=lstm_cell,
built=True>:

Layer 'lstm_cell' expected 3 variables, but received 0 variables during loading.
```

## How to fix it

`loadstone.load_model("model.keras")` reads the weights of `Bidirectional`; so does a newer Keras 3 (3.3 and newer). For
a class of your own, make the inner layers in `__init__` and build them in `build`.

## References

- [TensorFlow issue 65395: Bidirectional in Keras 3.0](https://github.com/tensorflow/tensorflow/issues/65395)
- [Keras issue 20128: layers that are made late](https://github.com/keras-team/keras/issues/20128)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import convert
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: The first Keras 3 that finds the variables of the cells inside `Bidirectional`.
_FIRST_FINDING = Version("3.3")


def detect(case: Case) -> Iterator[Finding]:
    """Recurrent layers in both directions, in an archive of Keras 3, and a Keras 3 that does not find their cells."""
    if not (case.reads_archives and case.into_keras_3 and case.from_keras_3):
        return
    if case.keras is None or case.keras >= _FIRST_FINDING:
        return
    found = [item for item in case.artifact.objects if item.class_name == "Bidirectional"]
    if found:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="this Keras does not find the variables of the cells inside Bidirectional",
            where=tuple(item.at for item in found),
            found="an archive with Bidirectional",
            provided=f"Keras {_FIRST_FINDING} and newer",
            here=case.here,
            remedies=convert(case),
        )


RULE = Rule(
    code="LS408",
    name="unread-variables",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"A total of \d+ objects could not be loaded|"
            r"was never built and thus it doesn't have any variables",
            raised_by="Keras 3, for an archive",
        ),
        Symptom(
            pattern=r"Layer '[^']+' expected \d+ variables, but received \d+ variables during loading",
            raised_by="tf.keras 2.13 to 2.15 and Keras 3, for an archive",
            usual=True,
        ),
        Symptom(pattern=r"_raise_loading_failure", raised_by="Keras 3, for an archive", in_frames=True),
    ),
)
