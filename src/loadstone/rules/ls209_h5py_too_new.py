"""h5py 3 beside a TensorFlow that expects h5py 2.

## What it means

The model is HDF5, and the installed h5py returns text where this TensorFlow expects bytes.

## Why it happens

h5py 3.0 changed the type of text attributes. TensorFlow up to 2.4, and standalone Keras up to 2.3, call `.decode` on
them. Their requirements name h5py 2.10, or none at all, and pip installs the newest.

## Example

```text
AttributeError: 'str' object has no attribute 'decode'
```

## How to fix it

`pip install "h5py<3"` in that environment. Where no wheel of h5py 2.10 exists (Python 3.9 and newer), use TensorFlow
2.5 or newer.

## References

- [h5py 3.0: what's new](https://docs.h5py.org/en/stable/whatsnew/3.0.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Attribute
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_FIRST_FOR_TEXT = Version("2.5.0")  # TensorFlow's and its Keras'; 2.4.1 still decodes without a look
_CHANGED = Version("3.0")


def detect(case: Case) -> Iterator[Finding]:
    """An HDF5 model, an old Keras, and h5py 3."""
    h5py = case.environment.distributions.get("h5py")
    if (
        case.is_hdf5
        and case.keras is not None
        and case.keras < _FIRST_FOR_TEXT
        and h5py is not None
        and h5py >= _CHANGED
    ):
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message=f"h5py {h5py} returns text where this Keras expects bytes",
            where=(Attribute(owner="/", name="model_config"),),
            found="an HDF5 file whose configuration is an attribute",
            provided="h5py 2.10 and older",
            here=f"{case.here}; h5py {h5py}",
            remedies=(Install(requirements=("h5py<3",)),),
        )


RULE = Rule(
    code="LS209",
    name="h5py-too-new",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"'str' object has no attribute 'decode'",
            raised_by="tf.keras up to 2.4, Keras up to 2.3",
            general=True,
        ),
        Symptom(
            pattern=r"The truth value of an array with more than one element is ambiguous",
            raised_by="Keras up to 2.3 beside h5py 3, and code around",
            general=True,
        ),
    ),
)
