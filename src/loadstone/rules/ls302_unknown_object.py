"""Classes or functions that no known package provides.

## What it means

The model uses classes or functions that neither Keras nor any known add-on package defines. They are the author's
own: a custom layer, loss, metric, initializer or activation. A Keras file holds their names and settings, never their
code.

## Why it happens

The code that defines them is not imported in this program, or it is imported and the classes are not registered under
the name that the file has. A renamed class, or a changed `package=` of its registration, has the same effect.

## Example

```text
ValueError: Unknown layer: 'Scale'. Please ensure you are using a `keras.utils.custom_object_scope` and that this object
is included in the scope.
```

## How to fix it

Find the code that defines them (the project that trained the model), import it, and hand all of them to the loader in
one go, as the finding's command shows:

```python
model = keras.models.load_model("model.h5", custom_objects={"Scale": Scale})
```

Where the code is lost, the weights and the settings are still in the file: `loadstone inspect` lists both, and a
class with the same arguments and the same weights can be written anew.

## References

- [Keras: custom objects](https://keras.io/guides/serialization_and_saving/#custom-objects)
- [Keras: `register_keras_serializable`](https://keras.io/api/models/model_saving_apis/serialization_utils/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, CallWith, Finding, Provide, Severity
from loadstone.knowledge import own
from loadstone.rules.lookup import OPERATOR_LAYERS, Found, look_up
from loadstone.rules.names import of_nobody
from loadstone.rules.remedies import calling, convert, mapping
from loadstone.rules.rule import UNRESTORED, WRAPPED, Rule, Symptom, unknown_names
from loadstone.rules.tolerance import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Everything that only its author can provide: one finding for what loading needs, one for what compiling needs."""
    if case.loader is None:
        return
    yield from _of_loadstone(case)
    others = OPERATOR_LAYERS | own.MODULES.keys()
    unknown = [need for need in case.needs.objects if not need.providers and need.identity not in others]
    blocked = {
        need.identity: blocks_of(case, [use for use in need.uses if look_up(case, use) is Found.NOWHERE])
        for need in unknown
    }
    for blocks in Blocks:
        needs = [need for need in unknown if blocked[need.identity] is blocks]
        if not needs:
            continue
        names = tuple(need.identity for need in needs)
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING if blocks is Blocks.NOTHING else Severity.ERROR,
            blocks=blocks,
            message=f"{', '.join(names)}: no known package provides {'this' if len(names) == 1 else 'these'}",
            where=tuple(place for need in needs for place in need.places),
            found=f"{len(names)} class{'' if len(names) == 1 else 'es'} or functions of the author's own",
            provided="the code that trained the model",
            here=case.here,
            remedies=(Provide(names=names, python=calling(case, f"custom_objects={mapping(names)}")),),
        )


def _of_loadstone(case: Case) -> Iterator[Finding]:
    """What loadstone wrote into a model that it converted: nothing is lost, and one import is missing."""
    needs = [need for need in case.needs.objects if need.identity in own.MODULES]
    if not needs:
        return
    imports = "; ".join(f"import {module}" for module in dict.fromkeys(own.MODULES[need.identity] for need in needs))
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=blocks_of(case, [use for need in needs for use in need.uses]),
        message=f"{', '.join(need.identity for need in needs)}: registered once loadstone is imported",
        where=tuple(place for need in needs for place in need.places),
        found="a model that loadstone converted",
        provided="loadstone",
        here=case.here,
        remedies=(
            CallWith(python=f"{imports}; {calling(case)}", effect="registers what the model names"),
            *convert(case),
        ),
    )


RULE = Rule(
    code="LS302",
    name="unknown-object",
    detect=detect,
    raises=(
        *unknown_names(of_nobody),
        Symptom(
            pattern=r"Could not deserialize (?:class|function) '\w+' because its parent module",
            raised_by="tf.keras 2.12 to 2.15 and Keras 3, for an archive",
            general=True,
        ),
        Symptom(
            pattern=r"'str' object is not callable",
            raised_by="tf.keras 2.12 to 2.15, for .keras archives",
            general=True,
        ),
        Symptom(pattern=WRAPPED, raised_by="tf.keras 2.13 to 2.15 and Keras 3", claims=of_nobody, general=True),
        Symptom(pattern=UNRESTORED, raised_by="tf.keras, for a SavedModel"),
        Symptom(
            pattern=r"compile_args_from_training_config|_deserialize_nested_config|"
            r"sample_weight_mode=sample_weight_mode|losses\.deserialize|in compile\b",
            raised_by="Keras, while it revives the loss, the metrics or the optimizer",
            means="a loss, a metric or an optimizer of the file is not found",
            in_frames=True,
        ),
        Symptom(
            pattern=r"class_and_config_for_serialized_keras_object|deserialize_keras_object|layers/__init__\.py|"
            r"in deserialize\b|custom_objects=",
            raised_by="Keras, while it revives an object by its name",
            means="an object of the file is not found by its name, or does not take its settings",
            in_frames=True,
            general=True,
        ),
        Symptom(
            pattern=r"(?i)custom (?:metric|loss|layer|object|activation)s?\b|customi[sz]ed (?:loss|metric|layer)|"
            r"unknown (?:loss|metric|layer|activation)",
            raised_by="people",
            in_frames=True,
        ),
        Symptom(
            pattern=r"(?:^|\s)(?P<name>\w*[a-z][A-Z]\w*|[A-Z][a-z]\w*) is not defined",
            raised_by="Python, for a class that the calling code does not have",
            claims=of_nobody,
            general=True,
        ),
        Symptom(
            pattern=r"Unable to restore a layer of class|must be registered before you load this object|"
            r"Could not interpret serialized|Cannot deserialize object of type",
            raised_by="tf.keras and Keras 3",
            general=True,
        ),
        Symptom(
            pattern=r"string indices must be integers",
            raised_by="Keras 3, for a loss of the author's in .h5",
            general=True,
        ),
    ),
)
