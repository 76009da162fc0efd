"""The model was pickled, or is to be pickled.

## What it means

Python's `pickle` (or joblib, dill, cloudpickle, the copy that scikit-learn makes) was used on a Keras model.

## Why it happens

A Keras model holds locks, threads and native handles that cannot be pickled, and where pickling works (SciKeras,
Keras 2.9 and newer) the pickle holds a saved model inside: a SavedModel in memory, a `.keras` archive, or weights
with JSON. It depends on the very releases of Keras, NumPy and Python, and loading it runs code.

## Example

```text
TypeError: cannot pickle '_thread.RLock' object
```

## How to fix it

Save the model with `model.save("model.keras")`, and pickle only what stands beside it. To rescue a pickle, load it in
its own environment, once, from a source that you trust, and save the model from there. Make `keras.Input` and layers
inside the function that builds the model, not as its arguments.

## References

- [Keras issue 10528: a tensor among the arguments](https://github.com/keras-team/keras/issues/10528)
- [Python: `pickle` is not secure](https://docs.python.org/3/library/pickle.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(_case: Case) -> tuple[Finding, ...]:
    """Nothing: it is in the code around the file, which only a traceback shows."""
    return ()


RULE = Rule(
    code="LS608",
    name="pickled-model",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"can(?:no|')t pickle|cannot pickle '",
            raised_by="Python",
            general=True,
        ),
        Symptom(
            pattern=r"filepath=ram://|No such file or directory: '?ram://",
            raised_by="Keras, for a pickle of SciKeras",
            usual=True,
        ),
        Symptom(
            pattern=r"UnpicklingError|invalid load key",
            raised_by="Python",
            general=True,
        ),
        Symptom(
            pattern=r"(?:pickle|joblib|dill|cloudpickle)\.loads?\(|/(?:joblib|cloudpickle|dill)/\w+\.py|"
            r"keras/saving/pickle_utils",
            raised_by="Python",
            in_frames=True,
        ),
    ),
)
