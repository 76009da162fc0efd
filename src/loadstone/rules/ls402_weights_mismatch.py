"""The stored weights belong to other layers than the configuration has.

## What it means

The configuration lists other layers than the stored weights belong to.

## Why it happens

An HDF5 model stores its layers twice, as configuration and as a list of weight groups, and Keras assigns the second
to the first by position. A file that was edited or merged by hand, or whose architecture was exchanged, has two lists
that disagree.

## Example

```text
ValueError: Layer count mismatch when loading weights from file. Model expected 1 layers, found 2 saved layers.
```

## How to fix it

Build the model that belongs to the weights and load them by name: `model.load_weights("model.h5", by_name=True,
skip_mismatch=True)` (tf.keras and Keras 3, for `.h5`).

## References

- [Keras: saving weights](https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from loadstone.artifact import Tensor
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.graph import is_list
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Json
    from loadstone.rules.case import Case

_ROOT = "model_weights/"
_TOP_LEVEL = "top_level_model_weights"


def detect(case: Case) -> Iterator[Finding]:
    """Weight groups of layers that the configuration does not have."""
    if not case.is_hdf5 or case.artifact.config is None or case.loader is None:
        return
    config = case.artifact.config.get("config")
    layers = config.get("layers") if isinstance(config, Mapping) else config
    if not is_list(layers):
        return
    names = {_name(layer) for layer in layers}
    stray: dict[str, Tensor] = {}
    for tensor in case.artifact.tensors:
        if tensor.name.startswith(_ROOT):
            layer = tensor.name.removeprefix(_ROOT)
            if not any(layer.startswith(f"{name}/") for name in names) and not layer.startswith(_TOP_LEVEL):
                stray.setdefault(layer.split("/")[0], Tensor(name=tensor.name))
    if stray and None not in names:
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.LOADING,
            message="weights are stored for layers that the configuration does not have",
            where=tuple(stray.values()),
            found=f"weights of {', '.join(sorted(stray))}",
            here=case.here,
            remedies=(
                Fetch(action=f"build the right model, then load_weights({case.artifact.source!r}, by_name=True)"),
            ),
        )


def _name(layer: Json) -> str | None:
    """The name of a stored layer; None where it has none, and then nothing can be compared."""
    match layer:
        case {"name": str() as name} | {"config": {"name": str() as name}}:
            return name
        case _:
            return None


RULE = Rule(
    code="LS402",
    name="weights-mismatch",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Layer count mismatch when loading weights from file", raised_by="tf.keras 2.5 and newer, Keras 3"
        ),
        Symptom(
            pattern=r"You are trying to load a weight file containing \d+ layers into a model with \d+",
            raised_by="tf.keras up to 2.4",
        ),
        Symptom(pattern=r"Weight count mismatch for layer #\d+", raised_by="tf.keras 2.5 and newer, Keras 3"),
        Symptom(
            pattern=r"Shape mismatch in layer #|weight <[^>]*> has shape [^\n]*, but the saved weight has shape",
            raised_by="tf.keras and Keras 3",
        ),
        Symptom(
            pattern=r"[Ll]ayer (?:weight )?shape \([^)]*\) not compatible with (?:provided )?weight shape",
            raised_by="any release",
        ),
        Symptom(
            pattern=r"axes don't match array|'Dataset' object has no attribute 'transpose'",
            raised_by="Keras up to 2.3, when it translates weights",
            means="the weights are taken for those of another layer or of another Keras, and turned round",
        ),
        Symptom(
            pattern=r"for top-level weights of model|"
            r"The shape of the target variable and the shape of the target value|Cannot assign (?:value|"
            r"to variable)",
            raised_by="tf.keras 2.9 and newer, Keras 3",
        ),
        Symptom(
            pattern=r"Assign requires shapes of both tensors to match|Dimension \d+ in both shapes must be equal|"
            r"Shapes \([^)]*\) and \([^)]*\) (?:are incompatible|must have the same rank)",
            raised_by="TensorFlow",
            general=True,
        ),
        Symptom(
            pattern=r"Unable to (?:synchronously )?open object \(object '[^']+' doesn't exist\)",
            raised_by="h5py, for a layer that has no weights in the file",
            general=True,
        ),
        Symptom(
            pattern=r"expects? \d+ weights?(?:\(s\))?, but (?:the saved weights|received|has)|"
            r"was found to correspond to layer",
            raised_by="tf.keras",
        ),
        Symptom(
            pattern=r"load_weights_from_hdf5_group|preprocess_weights_for_loading|(?i:fails? on weight ordering)",
            raised_by="Keras, while it reads weights",
            in_frames=True,
        ),
        Symptom(
            pattern=r"Weight count mismatch|Weights must be of equal size|Invalid bias shape",
            raised_by="tf.keras and Keras 3",
        ),
        Symptom(
            pattern=r"Graph disconnected: cannot obtain value for tensor",
            raised_by="Keras, for a part of a model",
            general=True,
        ),
    ),
)
