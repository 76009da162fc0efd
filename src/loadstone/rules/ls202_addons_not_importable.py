"""TensorFlow Addons is installed and cannot be imported here.

## What it means

The model needs TensorFlow Addons, a release of it is installed, and importing it fails or is not supported beside
this TensorFlow and Keras.

## Why it happens

Each release of TensorFlow Addons was built for two or three releases of TensorFlow. pip does not know that and
installs any pair. Under Keras 3 the import always fails, because every release reaches for a part of Keras that Keras
3 does not have. Outside the declared window but within Keras 2 a release warns and mostly works, except for its
compiled operations.

## Example

```text
ModuleNotFoundError: No module named 'keras.src.engine'
```

## How to fix it

Install the release whose window holds this TensorFlow; the finding names it. Under Keras 3 there is none: convert the
model (`loadstone convert`), which takes the objects from `loadstone.addons` instead. Code that imports TensorFlow
Addons runs in Keras 3 with `LOADSTONE_ADDONS=1` in the environment, or after `loadstone.addons.install()`: the name
then leads to `loadstone.addons`, unless the real one can be imported.

## References

- [TensorFlow Addons: compatibility with
  TensorFlow](https://github.com/tensorflow/addons#python-op-compatibility-matrix)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.needs import ADDONS
from loadstone.rules.lookup import addons_release, is_in_window, needs_addons, usable_addons, window_text
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """TensorFlow Addons is needed, installed, and does not fit; the objects it then lacks are findings of their own."""
    installed = case.environment.distributions.get(ADDONS)
    if case.loader is None or installed is None or not needs_addons(case):
        return
    usable = usable_addons(case)
    if usable is not None and is_in_window(case.environment) is not False:
        return
    release = addons_release(installed)
    yield Finding(
        code=RULE.code,
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
        message=f"{ADDONS} {installed} {'cannot be imported' if usable is None else 'does not declare support'} here",
        where=(Member(path=""),),
        found="objects of TensorFlow Addons",
        provided=f"{ADDONS} {installed} wants {window_text(release)}" if release else None,
        here=_here(case, installed),
        remedies=ways(case),
    )


def _here(case: Case, installed: Version) -> str:
    outcome = (case.environment.imports or {}).get("tensorflow_addons")
    if outcome is not None and not outcome.imports:
        return f"{case.here}; importing {ADDONS} {installed} fails with {outcome.error}"
    return case.here


RULE = Rule(
    code="LS202",
    name="addons-not-importable",
    detect=detect,
    raises=(
        Symptom(pattern=r"No module named 'keras\.src\.engine'", raised_by="TensorFlow Addons beside Keras 3"),
        Symptom(
            pattern=r"No module named 'keras\.engine'", raised_by="TensorFlow Addons up to 0.20 beside Keras 2.13+"
        ),
        Symptom(
            pattern=r"cannot import name 'keras_tensor' from|tensorflow_addons.*undefined symbol",
            raised_by="TensorFlow Addons beside another TensorFlow",
        ),
        Symptom(
            pattern=r"Invalid name: Addons>|libtensorflow_framework\.so[.\d]*: cannot open shared object file",
            raised_by="TensorFlow, for operations that were compiled for another release",
            means="the compiled operations were built for another release of TensorFlow",
            usual=True,
        ),
        Symptom(
            pattern=r"cannot import name '?(?:keras_tensor|tf_utils)'?|'tf_utils' from 'tensorflow\.keras\.utils'",
            raised_by="TensorFlow Addons beside another TensorFlow",
        ),
        Symptom(
            pattern=r"(?s)tensorflow_addons/__init__\.py.*(?:ImportError|ModuleNotFoundError|AttributeError|"
            r"NotFoundError|InvalidArgumentError): \S",
            raised_by="TensorFlow Addons, while it is imported",
        ),
        Symptom(
            pattern=r"Tensorflow Addons supports using Python ops for all Tensorflow versions above",
            raised_by="TensorFlow Addons beside another TensorFlow, as a warning",
        ),
        Symptom(
            pattern=r"tensorflow_addons/__init__\.py|from tensorflow_addons import|import tensorflow_addons",
            raised_by="TensorFlow Addons, while it is imported",
            in_frames=True,
        ),
    ),
)
