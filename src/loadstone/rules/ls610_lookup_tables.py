"""A lookup table of the model is empty.

## What it means

The model translates strings or numbers by a table, and the table has not been filled: it runs into `Table not
initialized`, or returns what stands for unknown words.

## Why it happens

Tables are not weights. In SavedModels of TensorFlow 1 an initialiser has to be named when the model is exported, and
run by whoever loads it; many servers and bindings do not. `StringLookup`, `IntegerLookup` and `TextVectorization`
keep a vocabulary that they were given by `adapt` or `set_vocabulary` in the saved model, but not among the weights: an
`.h5` has none, and before Keras 2.13 neither have `.keras` archives and pickles.

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

from packaging.version import Version

from loadstone import knowledge
from loadstone.finding import Blocks, Finding, Nothing, Severity
from loadstone.rules.rebuilding import WITH_TABLES, lacks_vocabulary
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

_IN_CODE = Nothing(why="the vocabulary is nowhere in the file; give it to the layer in code, with `set_vocabulary`")

#: Layers with a table, and some without one, that are other classes since they left ``experimental.preprocessing``.
_MOVED = WITH_TABLES | {
    "Discretization",
    *(f"Random{name}" for name in ("Contrast", "Crop", "Flip", "Height", "Rotation", "Translation", "Width", "Zoom")),
}
_FIRST_MOVED = Version("2.6")

#: The first tf.keras that was seen to read the tables of archives of every later one.
_FIRST_WITH_ASSETS = Version("2.14")


def detect(case: Case) -> Iterator[Finding]:
    """Layers whose table HDF5 cannot hold, and those of a SavedModel that have become others."""
    lost = None if case.is_refused else _lost(case)
    if lost is None:
        return
    blocks, why = lost
    if case.is_saved_model:
        found = [each for each in case.artifact.objects if each.class_name in _MOVED]
    else:
        found = [each for each in case.artifact.objects if lacks_vocabulary(each.class_name, each.config)]
    if found:
        yield _finding(case, found, blocks, why)


def _lost(case: Case) -> tuple[Blocks, str] | None:
    """What becomes of tables here, and why; None where they are read."""
    if case.is_hdf5 and case.into_keras_3:
        return Blocks.NOTHING, "HDF5 does not hold: its table is empty"
    if case.is_hdf5 and case.into_keras_2:
        return Blocks.LOADING, "HDF5 does not hold"
    if not case.into_keras_2:
        return None
    if case.reads_archives and case.keras is not None and case.keras < _FIRST_WITH_ASSETS:
        return Blocks.PERHAPS, "this Keras may not find in an archive"
    if case.is_saved_model and _is_of_another_kind(case):
        return Blocks.PERHAPS, "another release keeps in another way"
    return None


def _is_of_another_kind(case: Case) -> bool:
    """Whether the SavedModel was written before these layers became public, and the loader has the public ones."""
    writer, here = case.needs.writer("tensorflow"), case.environment.tensorflow
    if writer is None or here is None or here < _FIRST_MOVED:
        return False
    return not any(r.version in writer.versions for r in knowledge.tensorflow_releases() if r.version >= _FIRST_MOVED)


def _finding(case: Case, found: list[KerasObject], blocks: Blocks, why: str) -> Finding:
    names = ", ".join(sorted({item.class_name for item in found}))
    return Finding(
        code=RULE.code,
        severity=Severity.ERROR if blocks is Blocks.LOADING else Severity.WARNING,
        blocks=blocks,
        message=f"{names} has state that {why}",
        where=tuple(item.at for item in found),
        found=f"{names}{' without its vocabulary among the settings' if case.is_hdf5 else ''}",
        here=case.here,
        remedies=(_IN_CODE,) if blocks is Blocks.NOTHING else ways(case),
    )


RULE = Rule(
    code="LS610",
    name="lookup-tables",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Save or restore weights that is not an instance of `tf\.Variable` is not supported in h5",
            raised_by="tf.keras 2.3 to 2.15, for HDF5",
            means="the table of a lookup layer cannot be read from HDF5",
        ),
        Symptom(
            pattern=r"not bound to checkpointed values|Cannot call custom layer \w+ of type",
            raised_by="tf.keras, for a SavedModel of an older release",
            general=True,
        ),
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
