"""A layer of the model runs on NVIDIA's GPUs only.

## What it means

The model loads, and computing with it fails where there is no GPU: its recurrent layers are those of cuDNN.

## Why it happens

`CuDNNLSTM` and `CuDNNGRU` were the fast layers of Keras 2.1 to 2.3 and TensorFlow 1. They have operations for GPUs
alone, and weights in another order and number than `LSTM` and `GRU` (two biases instead of one). TensorFlow 2 chooses
the fast operation by itself, inside the plain layers.

## Example

```text
InvalidArgumentError: No OpKernel was registered to support Op 'CudnnRNN' used by node gru_1/CudnnRNN with these attrs
```

## How to fix it

`loadstone convert model.h5 model.keras` makes plain layers of them and translates the weights, so that the model runs
everywhere. In tf.keras, build the same model with `LSTM` or `GRU(reset_after=True)` and load the weights into it:
`load_weights` translates them.

## References

- [Keras 2.3: CuDNN recurrent layers](https://keras.io/2.3/api/layers/recurrent_layers/)
- [TensorFlow: recurrent layers and cuDNN](https://www.tensorflow.org/guide/keras/working_with_rnns)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import convert
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

_LAYERS = frozenset({"CuDNNLSTM", "CuDNNGRU"})


def detect(case: Case) -> Iterator[Finding]:
    """Layers of cuDNN, in a loader that has them."""
    found = [item for item in case.artifact.objects if item.class_name in _LAYERS and case.built_in(item.class_name)]
    if found:
        yield Finding(
            code=RULE.code,
            severity=Severity.NOTE,
            blocks=Blocks.NOTHING,
            message=f"{found[0].class_name} computes on NVIDIA's GPUs only",
            where=tuple(item.at for item in found),
            found=f"{len(found)} of the model's layers are of cuDNN",
            here=case.here,
            remedies=convert(case),
        )


RULE = Rule(
    code="LS407",
    name="gpu-only-layer",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"No OpKernel was\s+regi\s*stered to support Op '?(?:Cudnn|CudnnRNN)\w*",
            raised_by="TensorFlow, on a machine without a GPU",
        ),
        Symptom(
            pattern=r"No OpKernel was\s+regi\s*stered to support Op",
            raised_by="TensorFlow, for an operation that this machine's devices do not have",
            general=True,
        ),
    ),
)
