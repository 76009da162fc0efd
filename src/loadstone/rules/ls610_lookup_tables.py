"""A lookup table of the model is empty.

## What it means

The model translates strings or numbers by a table, and the table has not been filled: it runs into `Table not
initialized`, or returns what stands for unknown words.

## Why it happens

Tables are not weights. In SavedModels of TensorFlow 1 an initialiser has to be named when the model is exported, and
run by whoever loads it; many servers and bindings do not. `StringLookup`, `IntegerLookup` and `TextVectorization`
keep their vocabulary in the saved model, but not among the weights; before Keras 2.13 not in `.keras` archives and
pickles either.

## Example

```text
FailedPreconditionError: Table not initialized.
```

## How to fix it

TensorFlow 1: export with `main_op=tf.compat.v1.tables_initializer()` (formerly `legacy_init_op`). Layers: pass the
vocabulary when the layer is made (`StringLookup(vocabulary=...)`), or call `adapt` or `set_vocabulary` after loading
weights.

## References

- [TensorFlow Hub issue 320: tables of TensorFlow 1](https://github.com/tensorflow/hub/issues/320)
- [TensorFlow issue 61369: the vocabulary of a pickled model](https://github.com/tensorflow/tensorflow/issues/61369)
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
    code="LS610",
    name="lookup-tables",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"Table (?:not|already) initialized",
            raised_by="TensorFlow",
        ),
        Symptom(
            pattern=r"vocabulary (?:is empty|has not been|must be set)|layer has no vocabulary|"
            r"You must (?:first )?(?:call|set).{0,40}(?:adapt|vocabulary)",
            raised_by="Keras",
        ),
        Symptom(
            pattern=r"\b(?:StringLookup|IntegerLookup|TextVectorization|index_lookup|string_lookup)\b",
            raised_by="Keras",
            in_frames=True,
        ),
    ),
)
