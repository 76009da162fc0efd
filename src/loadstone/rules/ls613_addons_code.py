"""The code uses TensorFlow Addons in a way that this release does not support.

## What it means

TensorFlow Addons is imported, and one of its functions or classes refuses what it is given.

## Why it happens

Addons' optimizers take the optimizers of Keras 2.10 and older, which later releases call
`tf.keras.optimizers.legacy`; its wrappers and `seq2seq` are not those of `tf.contrib`; and attention layers of
`seq2seq` keep tensors that cannot be saved.

## Example

```text
TypeError: optimizer is not an object of tf.keras.optimizers.Optimizer or tf.keras.optimizers.legacy.Optimizer (if
you have tf version >= 2.11.0).
```

## How to fix it

Wrap a legacy optimizer (`tf.keras.optimizers.legacy.Adam`) in TensorFlow 2.11 to 2.15. Save weights of models with
`seq2seq` layers, and build them by their code. For Keras 3, `loadstone.addons` has the same names, and under the same
import with `LOADSTONE_ADDONS=1` in the environment.

## References

- [TensorFlow Addons issue 2797: optimizers of 2.11](https://github.com/tensorflow/addons/issues/2797)
- [TensorFlow Addons issue 2675: attention of `seq2seq`](https://github.com/tensorflow/addons/issues/2675)
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
    code="LS613",
    name="addons-code",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"optimizer is not an object of tf\.keras\.optimizers",
            raised_by="TensorFlow Addons",
        ),
        Symptom(
            pattern=r"__new__\(\) missing \d+ required positional arguments?: [^\n]*(?:alignment|"
            r"attention_state|cell_state)",
            raised_by="TensorFlow Addons' seq2seq",
        ),
        Symptom(
            pattern=r"type of (?:argument )?\"?\w+\"? must be (?:one of |either )?[^\n]{0,200}; got ",
            raised_by="TensorFlow Addons, which checks its arguments with typeguard",
            general=True,
        ),
        Symptom(
            pattern=r"tensorflow_addons/(?:seq2seq|optimizers|losses|metrics|layers|rnn|callbacks|text|"
            r"image)/\w+\.py|\btfa\.(?:seq2seq|optimizers|losses|metrics|layers)\.",
            raised_by="TensorFlow Addons",
            in_frames=True,
        ),
    ),
)
