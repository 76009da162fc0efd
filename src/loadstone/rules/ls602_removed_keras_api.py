"""The code around the model calls a part of Keras that this release does not have.

## What it means

The traceback ends in code that was written for another release of Keras: an import, an attribute or an argument is
not there. The model file has nothing to do with it.

## Why it happens

Keras moved what it never declared public (`keras.engine`, `keras.legacy`, `keras.backend.tensorflow_backend`,
`keras.utils.generic_utils`) in nearly every release, and Keras 3 removed much of what was public:
`LocallyConnected2D`, `keras.optimizers.legacy`, `predict_classes`, positional arguments that are not tensors, saving
to a folder.

## Example

```text
ImportError: cannot import name 'LocallyConnected2D' from 'tensorflow.keras.layers'
(/env/keras/_tf_keras/keras/layers/__init__.py)
```

## How to fix it

Where the code is yours, change the call: public names (`keras.layers`, `keras.utils`) exist in all releases. Where it
is a library's, install a release of it that knows this Keras, or give it the Keras that it knows: `pip install
tf-keras` in the release of TensorFlow, with `TF_USE_LEGACY_KERAS=1` set before the first import; or an environment of
that time (`loadstone sync model.h5 .venv-model`). The model alone, without that code, loads with
`loadstone.load_model("model.h5")`.

## References

- [Keras 3: migrating code](https://keras.io/guides/migrating_to_keras_3/)
- [Keras issue 18676: positional arguments](https://github.com/keras-team/keras/issues/18676)
- [deepface issue 1084: LocallyConnected2D](https://github.com/serengil/deepface/issues/1084)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.rule import Generation, Rule, Symptom

if TYPE_CHECKING:
    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(_case: Case) -> tuple[Finding, ...]:
    """Nothing: it is in the code around the file, which only a traceback shows."""
    return ()


RULE = Rule(
    code="LS602",
    name="removed-keras-api",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"cannot import name '?\w+'? from '(?:tensorflow\.(?:python\.|_api\.v2\.)?)?keras\b",
            raised_by="Python",
        ),
        Symptom(
            pattern=r"(?:from|"
            r"import) (?:tensorflow\.)?keras\.[\w.]+(?: import [^\n]*)?\n(?:[^\n]*\n){0,4}?[^\n]*(?:cannot import name|"
            r"No module named)",
            raised_by="Python, at a line that imports from Keras",
        ),
        Symptom(
            pattern=r"No module named '?(?:tensorflow\.(?:python\.)?)?keras\.(?!src\.engine)\w",
            raised_by="Python",
        ),
        Symptom(
            pattern=r"keras\.optimizers\.legacy`? is not supported in Keras 3",
            raised_by="Keras 3",
            generation=Generation.KERAS_3,
        ),
        Symptom(
            pattern=r"Only input tensors may be passed as positional arguments",
            raised_by="Keras 3",
            generation=Generation.KERAS_3,
        ),
        Symptom(
            pattern=r"module '(?:tensorflow\.)?(?:keras|tensorflow(?:\._api\.v2|"
            r"\.python)?\.keras)[\w.]*' has no attribute",
            raised_by="Python",
        ),
        Symptom(
            pattern=r"'(?:Sequential|Functional|Model|KerasTensor|Adam|SGD|RMSprop)' object has no attribute '",
            raised_by="Keras",
            general=True,
        ),
        Symptom(
            pattern=r"object has no attribute '(?:predict_classes|predict_proba|(?:fit|predict|"
            r"evaluate)_generator|_make_(?:predict|train)_function)'",
            raised_by="Keras 2.6 and newer",
        ),
        Symptom(
            pattern=r"Invalid filepath extension for saving|"
            r"not supported with the native Keras format: \['(?:options|save_format|signatures)'",
            raised_by="Keras 3, which does not save to a folder",
            generation=Generation.KERAS_3,
        ),
    ),
)
