"""TensorFlow Addons has to be imported, or installed, before the model is loaded.

## What it means

The model uses objects of TensorFlow Addons, and this environment could have them. Keras finds them only after `import
tensorflow_addons`: the import registers the names.

## Why it happens

Nothing in a Keras file makes the loader import a package. The program that trained the model had the import for its
own sake; the program that loads it does not seem to need it.

## Example

```text
ValueError: Unknown layer: Addons>GroupNormalization. Please ensure this object is passed to the `custom_objects`
argument.
```

## How to fix it

Install the release that the finding names, if it is not installed, and write `import tensorflow_addons` before
`load_model`, even if the name is not used afterwards (a linter may want `# noqa: F401`). For Keras 3 there is no
release: there, code that imports it runs with `LOADSTONE_ADDONS=1` in the environment, or after
`loadstone.addons.install()`; the name then leads to `loadstone.addons`.

## References

- [TensorFlow Addons: compatibility with
  TensorFlow](https://github.com/tensorflow/addons#python-op-compatibility-matrix)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, CallWith, Finding, Install, Severity
from loadstone.needs import ADDONS
from loadstone.rules.lookup import fitting_addons, needs_addons, registers, usable_addons
from loadstone.rules.remedies import calling
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """TensorFlow Addons is needed, and importing or installing it here would provide it."""
    if not case.into_keras_2 or not needs_addons(case):
        return
    identities = [need.identity for need in case.needs.objects if any(p.distribution == ADDONS for p in need.providers)]
    here = usable_addons(case)
    tensorflow = case.environment.tensorflow
    if here is not None:
        message = "import tensorflow_addons before load_model"
        remedy: CallWith | Install = CallWith(python=calling(case), effect="the import registers the names")
    else:
        fitting = fitting_addons(tensorflow, case.environment.python) if tensorflow else ()
        release = next((r for r in fitting if all(registers(r.version, name) for name in identities)), None)
        if release is None or ADDONS in case.environment.distributions:
            return
        message = "TensorFlow Addons is not installed, and could be"
        remedy = Install(requirements=(f"{ADDONS}=={release.version}",))
    yield Finding(
        code=RULE.code,
        severity=Severity.NOTE,
        blocks=Blocks.NOTHING,
        message=message,
        where=(Member(path=""),),
        found=f"{len(identities)} object{'' if len(identities) == 1 else 's'} of TensorFlow Addons",
        here=f"{case.here}; {ADDONS} {here or 'not installed'}",
        remedies=(remedy,),
    )


RULE = Rule(
    code="LS203",
    name="addons-missing",
    detect=detect,
    raises=(
        Symptom(pattern=r"Unknown \w+(?: function)?: '?Addons>\w+", raised_by="tf.keras 2.0 to 2.15"),
        Symptom(pattern=r"No module named 'tensorflow_addons'", raised_by="Python"),
        Symptom(
            pattern=r"parent module tensorflow_addons[\w.]* cannot be imported",
            raised_by="tf.keras 2.12 to 2.15 and Keras 3, for an archive",
            usual=True,
        ),
    ),
)
