"""The package keras or tf_keras is missing, or is not the release that belongs to this TensorFlow.

## What it means

TensorFlow and the package with its Keras are of different times; or something here wants Keras 2 beside TensorFlow 2.16
or newer, which is the package `tf-keras`, and that is not installed.

## Why it happens

TensorFlow 2.6 to 2.15 work with the `keras` of their own minor release only, whose internals they share; updating one
without the other breaks both. Since TensorFlow 2.16 `tf.keras` is Keras 3. Keras 2 lives on as `tf-keras`, with a
release for each minor release of TensorFlow, whose internals it uses. `TF_USE_LEGACY_KERAS=1` makes `tf.keras` that
package, and Hugging Face's Transformers import it by themselves. pip takes the newest `tf-keras`, or keeps an old
one, when TensorFlow is changed.

## Example

```text
AttributeError: module 'tensorflow._api.v2.compat.v2.__internal__' has no attribute 'register_load_context_function'
```

## How to fix it

Install the release that the finding names, the one with TensorFlow's own number: `pip install "tf-keras~=2.16.0"` for
TensorFlow 2.16. Set `TF_USE_LEGACY_KERAS=1` before the first import of TensorFlow, where `tf.keras` is to be Keras 2.

## References

- [TensorFlow 2.16: release notes](https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1)
- [tf-keras issue 756: another release than TensorFlow's](https://github.com/keras-team/tf-keras/issues/756)
- [Transformers issue 36410: tf-keras is not installed](https://github.com/huggingface/transformers/issues/36410)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone import knowledge
from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_TF_KERAS_CALL = "tf_keras.models.load_model"
_LEGACY = "TF_USE_LEGACY_KERAS"
_FIRST_WITH_KERAS_3 = Version("2.16")


def detect(case: Case) -> Iterator[Finding]:
    """A Keras beside another TensorFlow than the one it was made for."""
    tensorflow = case.environment.tensorflow
    if tensorflow is None or case.loader is None or case.loader.backend != "tensorflow":
        return
    for name, wanted, is_called in _wanted(case, tensorflow):
        installed = case.environment.distributions.get(name)
        if installed is None or wanted.contains(installed, prereleases=True):
            continue
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.PERHAPS if is_called else Blocks.NOTHING,
            message=f"{name} {installed} does not belong to TensorFlow {tensorflow}",
            where=(Member(path=""),),
            found=f"{name} {installed}",
            provided=f"TensorFlow {tensorflow} wants {name}{wanted}",
            here=case.here,
            remedies=_remedies(name, wanted, case.environment.python),
        )


def _wanted(case: Case, tensorflow: Version) -> Iterator[tuple[str, SpecifierSet, bool]]:
    """What TensorFlow and tf-keras require of each other, and whether the loader depends on it."""
    called = case.loader.call if case.loader else ""
    release = next((each for each in knowledge.tensorflow_releases() if each.version == tensorflow), None)
    if release is not None and release.keras is not None:
        yield "keras", release.keras, called != _TF_KERAS_CALL and _LEGACY not in case.environment.variables
    if tensorflow >= _FIRST_WITH_KERAS_3:
        minor = SpecifierSet(f"~={tensorflow.major}.{tensorflow.minor}.0")
        yield "tf-keras", minor, called == _TF_KERAS_CALL or _LEGACY in case.environment.variables


def _remedies(name: str, wanted: SpecifierSet, python: Version) -> tuple[Install, ...]:
    """The newest release that fits and runs on a Python; nothing where none is known."""
    known = knowledge.tf_keras_releases() if name == "tf-keras" else knowledge.keras_releases()
    tag = f"{python.major}.{python.minor}"
    fitting = [each.version for each in known if each.version in wanted and tag in each.pythons]
    return (Install(requirements=(f"{name}=={fitting[-1]}",)),) if fitting else ()


RULE = Rule(
    code="LS220",
    name="keras-mismatch",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"has no attribute 'register_(?:load_context_function|call_context_function)'"
            r"|__internal__'? has no attribute",
            raised_by="tf_keras beside another TensorFlow than its own",
        ),
        Symptom(
            pattern=r"currently installed version of Keras is Keras 3, but this is not yet supported",
            raised_by="Hugging Face's Transformers",
            means="the library wants Keras 2, which is the package tf-keras, and that is not installed",
        ),
        Symptom(
            pattern=r"No module named '?tf_keras'?",
            raised_by="Python",
            means="the package tf-keras is not installed",
            usual=True,
        ),
        Symptom(
            pattern=r"tf_keras requires|Keras cannot be imported\. Check that it is installed|"
            r"cannot import name '\w+' from "
            r"'tf_keras",
            raised_by="TensorFlow 2.16 and newer with TF_USE_LEGACY_KERAS",
        ),
        Symptom(
            pattern=r"tf_keras/__init__\.py[^\n]*\n[^\n]*from tf_keras import",
            raised_by="tf_keras, while it is imported",
            in_frames=True,
        ),
        Symptom(
            pattern=r"module '?tensorflow\.compat\.v2[\w.]*'? has no attribute|"
            r"has no attribute 'populate_dict_with_module_objects'|"
            r"cannot import name '\w+' from 'tensorflow\.(?:compat|python\.(?:keras|eager|distribute|"
            r"trackable|util))",
            raised_by="keras beside another TensorFlow than its own",
            means="the package keras is not the release that belongs to this TensorFlow",
        ),
        Symptom(
            pattern=r"module 'tensorflow' has no attribute '",
            raised_by="Keras up to 2.3 beside TensorFlow 2",
            means="this Keras was made for TensorFlow 1, and TensorFlow 2 is installed",
            generation=Generation.MULTIBACKEND,
            general=True,
        ),
    ),
)
