"""An object of an add-on package cannot be resolved here.

## What it means

The model uses a layer, activation, loss, metric or optimizer that is not part of Keras. Its name in the file tells
the package that registers it (`Addons>` is TensorFlow Addons), and in this environment nothing registers that name.

## Why it happens

The package is not installed, is not imported before the model is loaded, is a release that does not know the object
yet or any more, or cannot be imported beside this Keras at all. TensorFlow Addons ended in May 2024 and has no
release for Keras 3, so under Keras 3 its objects are never found.

When only the compile state names the object (a loss, a metric, the optimizer), `compile=False` loads the model
without it. Keras 3 then knows nothing of how the model was trained.

## Example

```text
ValueError: Unknown layer: 'Addons>WeightNormalization'. Please ensure you are using a `keras.utils.custom_object_scope`
and that this object is included in the scope.
```

## How to fix it

- Under Keras 3, `loadstone convert model.h5 model.keras` rewrites the model: `loadstone.addons` has the same objects
  for Keras 3, computed in the same way.
- Where TensorFlow Addons can be installed (TensorFlow 2.15 and older), install the release that the finding names and
  write `import tensorflow_addons` before `load_model`.
- For inference alone, `compile=False` is enough when the finding says that it blocks compiling only.

## References

- [TensorFlow Addons: end of life](https://github.com/tensorflow/addons/issues/2807)
- [Keras: custom objects](https://keras.io/guides/serialization_and_saving/#custom-objects)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.needs import ADDONS
from loadstone.rules.lookup import Found, addons_release, look_up, registers, window_text
from loadstone.rules.names import of_addons
from loadstone.rules.remedies import uncompiled, ways
from loadstone.rules.rule import UNRESTORED, WRAPPED, Rule, Symptom, unknown_names
from loadstone.rules.tolerance import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.knowledge import Provider
    from loadstone.needs import NeededObject
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Each object of an add-on that the loader would not find: one finding an object, for all its places."""
    if case.loader is None:
        return
    for need in case.needs.objects:
        addons = [provider for provider in need.providers if provider.distribution == ADDONS]
        missing = [use for use in need.uses if look_up(case, use) is Found.NOWHERE]
        if not addons or not missing:
            continue
        blocks = blocks_of(case, missing)
        effect = "loads the model without its optimizer, loss and metrics"
        calls = uncompiled(case, effect) if blocks is Blocks.COMPILING else ()
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING if blocks is Blocks.NOTHING else Severity.ERROR,
            blocks=blocks,
            message=f"{need.identity} cannot be resolved here",
            where=tuple(use.at for use in missing),
            found=_found(case, missing[0]),
            provided=_provided(addons),
            here=f"{case.here}; {_addons_here(case, need)}",
            remedies=ways(case, *calls),
        )


def _found(case: Case, use: KerasObject) -> str:
    keras = case.needs.writer("keras")
    saved = f", saved by {keras}" if keras and keras.recorded else ""
    name = "registered name" if ">" in use.identity else "name"
    return f'{name} "{use.identity}"{saved}'


def _provided(providers: list[Provider]) -> str:
    runs = ", ".join(f"{p.first} to {p.last}" if p.first != p.last else str(p.first) for p in providers)
    text = f"{ADDONS} {runs}"
    release = addons_release(providers[-1].last)
    if release is not None:
        pythons = f"Python {release.pythons[0]} to {release.pythons[-1]}"
        text += f" ({release.version} wants {window_text(release)}, {pythons})"
    return text


def _addons_here(case: Case, need: NeededObject) -> str:
    installed = case.environment.distributions.get(ADDONS)
    if installed is None:
        return f"{ADDONS} not installed"
    if case.into_keras_3:
        return f"{ADDONS} {installed} is installed and cannot be imported beside Keras 3"
    if not registers(installed, need.identity):
        return f"{ADDONS} {installed}, which does not register it"
    return f"{ADDONS} {installed} is installed and is not where this loader looks"


RULE = Rule(
    code="LS301",
    name="unresolvable-object",
    detect=detect,
    raises=(
        *unknown_names(of_addons),
        Symptom(
            pattern=r"'str' object is not callable|`cell` should have a `call` method",
            raised_by="tf.keras 2.12 to 2.15, for .keras archives",
            general=True,
        ),
        Symptom(pattern=WRAPPED, raised_by="tf.keras 2.13 to 2.15 and Keras 3", claims=of_addons, general=True),
        Symptom(pattern=UNRESTORED, raised_by="tf.keras, for a SavedModel"),
        Symptom(
            pattern=r"No module named 'tensorflow_addons'",
            raised_by="Keras 3, for an archive that names a module of TensorFlow Addons",
        ),
    ),
)
