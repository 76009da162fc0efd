"""Keras 3 does not load SavedModels.

## What it means

The model is a SavedModel folder. Keras 3's `load_model` does not read SavedModels at all.

## Why it happens

Keras 2 read them because they carry its own metadata. Keras 3 runs on three backends and left TensorFlow's format to
TensorFlow. The message proposes `TFSMLayer`, which gives a layer for inference and no model; it fails for SavedModels
whose training state has an optimizer that this TensorFlow does not know.

## Example

```text
ValueError: File format not supported: filepath=model. Keras 3 only supports V3 `.keras` files, legacy H5 format files
(`.h5` extension). Note that the legacy SavedModel format is not supported by `load_model()` in Keras 3.
```

## How to fix it

In the environment that wrote it, which the finding names, load the folder and save it again as `.h5`; that file
`loadstone convert` rewrites for Keras 3. For inference alone, `keras.layers.TFSMLayer(path,
call_endpoint="serving_default")` or `tf.saved_model.load(path)` often do.

## References

- [Keras: `TFSMLayer`](https://keras.io/api/layers/backend_specific_layers/tfsm_layer/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, CallWith, Finding, Severity
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_SERVED = "serving_default"
_SLOT = ".OPTIMIZER_SLOT"


def detect(case: Case) -> Iterator[Finding]:
    """A SavedModel, and a loader of the third generation."""
    if not (case.is_saved_model and case.into_keras_3):
        return
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message="Keras 3 does not load SavedModels",
        where=(Member(path="saved_model.pb"),),
        found="a SavedModel folder",
        provided="tf.keras 2.0 to 2.15, and tf_keras",
        here=case.here,
        remedies=ways(case, *_as_layer(case)),
    )


def _as_layer(case: Case) -> tuple[CallWith, ...]:
    """The program as a layer, where the layer can be made of it.

    Keras 3 has no optimizer to give stored slots to, and reads the functions of all objects, called or not; operations
    of libraries are in no TensorFlow. (Seen with every SavedModel of the corpus.)
    """
    if case.environment.tensorflow is None or case.artifact.defects or case.needs.op_libraries:
        return ()
    if any(_SLOT in tensor.name for tensor in case.artifact.tensors):
        return ()
    names = [signature.name for signature in case.artifact.signatures]
    if not names:
        return ()
    endpoint = _SERVED if _SERVED in names else names[0]
    python = f"import keras; keras.layers.TFSMLayer({case.artifact.source!r}, call_endpoint={endpoint!r})"
    return (CallWith(python=python, effect="a layer for inference"),)


RULE = Rule(
    code="LS207",
    name="saved-model-in-keras3",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"legacy SavedModel format is not\s+supported\s+by\s+`?load_model|"
            r"Keras 3 only supports V3 `?\.keras`? files and legacy H5",
            raised_by="Keras 3",
        ),
        Symptom(pattern=r"has no attribute 'add_slot'", raised_by="TFSMLayer of Keras 3"),
        Symptom(
            pattern=r"TFSMLayer\(|keras\.layers\.TFSMLayer",
            raised_by="Keras 3",
            general=True,
        ),
        Symptom(
            pattern=r"`save_format` argument is deprecated in Keras 3",
            raised_by="Keras 3",
            general=True,
        ),
    ),
)
