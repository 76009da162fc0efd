"""The model is called with other inputs than it was saved for.

## What it means

The model was loaded, or is being revived, and one of its saved functions does not take what it is given: another
shape, type, number or nesting of tensors.

## Why it happens

A SavedModel keeps programs, each for the inputs that it was traced with. A list is not a tuple, `uint8` is not
`float32`, and a single tensor is not a list of one. TensorFlow 2.1 traced bare operations with a list and calls them
with a tensor, so that such models cannot be loaded there at all. A class that is not given at loading is replaced by
its programs, and saving that again spoils their signatures.

## Example

```text
ValueError: Could not find matching concrete function to call loaded from the SavedModel. Got:
```

## How to fix it

`loadstone inspect MODEL` lists the signatures with their shapes and types: call the model with these. Where it fails
while loading, use a newer TensorFlow (2.2 for bare operations), and pass the classes that the model names in
`custom_objects`, so that their code is called and not the program. `loadstone predict MODEL --input x.npz --output
y.npz` calls the signature as it was saved.

## References

- [TensorFlow issue 37298: bare operations in 2.1](https://github.com/tensorflow/tensorflow/issues/37298)
- [Keras issue 15565: a model that was loaded, saved and loaded again](https://github.com/keras-team/keras/issues/15565)
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
    code="LS605",
    name="other-inputs",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"Could not find matching (?:concrete )?function to call loaded from the SavedModel",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"No common supertype of TensorSpec",
            raised_by="TensorFlow 2.9 and newer",
            general=True,
        ),
        Symptom(
            pattern=r"\bf\([^)]*\) missing \d+ required arguments?: |signature_wrapper\([^)]*\) (?:missing|"
            r"got|takes)",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"inputs (?:does not match|incompatible with) input_signature|"
            r"Binding inputs to tf\.function failed",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"cannot compute \S+ as input #\d+\(zero-based\) was expected to be an? \w+ tensor",
            raised_by="TensorFlow 2",
        ),
        Symptom(
            pattern=r"canonicalize_function_inputs|_canonicalize_function_inputs",
            raised_by="TensorFlow 2",
            in_frames=True,
        ),
        Symptom(
            pattern=r"Input \d+ of layer \S+ is incompatible with the layer|expected \S+ to have (?:\d+ dimensions|"
            r"shape)|[Ee]xpected (?:min_|max_)?ndim=\d+|Kernel shape must have the same length as input",
            raised_by="Keras",
            general=True,
        ),
        Symptom(
            pattern=r"NotEncodableError|Found zero restored functions for caller function",
            raised_by="TensorFlow",
            general=True,
        ),
    ),
)
