"""The code around the model was written for TensorFlow 1.

## What it means

The code calls what TensorFlow 2 does not have under that name, or does what only works with a graph and a session.

## Why it happens

TensorFlow 2 moved the first version's names to `tf.compat.v1`, removed `tf.contrib`, and computes at once instead of
building a graph. Frozen graphs and SavedModels of that time are still readable, by their own calls.

## Example

```text
AttributeError: module 'tensorflow' has no attribute 'GraphDef'
```

## How to fix it

Use the same names under `tf.compat.v1`, with `tf.compat.v1.disable_eager_execution()` where there is a session; for
`tf.contrib`, its successor (TensorFlow Addons, `tf_slim`, `keras`). Or run the code in its own environment:
`loadstone sync model.pb .venv-model` builds the TensorFlow that the file names.

## References

- [TensorFlow: migrate from TensorFlow 1](https://www.tensorflow.org/guide/migrate)
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
    code="LS603",
    name="tensorflow-1-api",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"module 'tensorflow(?:\.compat\.v2|\._api\.v2\.(?!keras|"
            r"compat\.v2\.__internal__)\w+)?' has no attribute '(?!keras|__internal__|__version__)",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"No module named '?tensorflow\.(?:contrib|examples|models)\b",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"tf\.placeholder\(\) is not compatible with eager execution|The Session graph is empty|"
            r"Attempting to capture an EagerTensor without building a function",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"MetaGraphDef associated with tags .* could not be found in SavedModel",
            raised_by="TensorFlow",
            means="the SavedModel has another set of tags than the one that was asked for",
        ),
        Symptom(
            pattern=r"is not an element of this graph|Cannot interpret feed_dict key|"
            r"Cannot get session inside Tensorflow graph|'_thread\._local' object has no attribute",
            raised_by="TensorFlow 1, and Keras up to 2.3",
            means="a model is used in another graph, session or thread than the one it was loaded in",
        ),
        Symptom(
            pattern=r"incompatible argument to `tags`|requires a `tags=` argument|"
            r"SavedModels saved from Tensorflow 1\.x",
            raised_by="TensorFlow 2, for a SavedModel of TensorFlow 1",
        ),
        Symptom(
            pattern=r"Input \d+ of node \S+ was passed \w+ from \S+ incompatible with expected",
            raised_by="TensorFlow, for a frozen graph",
            general=True,
        ),
    ),
)
