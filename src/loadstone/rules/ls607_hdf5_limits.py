"""The model cannot be saved as HDF5.

## What it means

Saving to `.h5` fails: two weights would have the same name, or a list of names is too long.

## Why it happens

HDF5 keeps each array under a name of its own, and lists of names in attributes of 64 kB at most. A layer that makes
weights without naming them, or that shares them between two wrappers, has the same name twice. Many layers or
optimizer variables make the list too long; Keras 2.2.3 and newer split it, except for those that are one long name.

## Example

```text
RuntimeError: Unable to create link (name already exists)
```

## How to fix it

Save as `.keras` or as a SavedModel, which have neither limit. For `.h5`: name each weight (`add_weight(name=...)`),
and leave the optimizer out (`include_optimizer=False`).

## References

- [Keras issue 11104: object header message is too large](https://github.com/keras-team/keras/issues/11104)
- [TensorFlow issue 36650: unnamed weights](https://github.com/tensorflow/tensorflow/issues/36650)
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
    code="LS607",
    name="hdf5-limits",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"object header message is too large",
            raised_by="h5py",
        ),
        Symptom(
            pattern=r"Unable to (?:synchronously )?create (?:link|group|dataset|attribute)",
            raised_by="h5py",
        ),
        Symptom(
            pattern=r"cannot be saved to HDF5 file because they are larger than",
            raised_by="Keras 2 and newer",
        ),
        Symptom(
            pattern=r"""save_(?:weights|optimizer_weights|model)_to_hdf5|\.save\(['\"][^'\"]*['\"]\)|"
            r"in save\(self, filepath""",
            raised_by="Keras, while saving",
            in_frames=True,
        ),
    ),
)
