"""The model was trained in mixed precision, and its optimizer or its types do not fit here.

## What it means

Under a policy such as `mixed_float16` weights are `float32` and computations `float16`, and the optimizer is wrapped
in a `LossScaleOptimizer`. One of these was saved in a way that this release does not read, or cannot save.

## Why it happens

The wrapper changed its class and its variables several times (TensorFlow 2.4, 2.11, Keras 3). Programs of a
SavedModel are traced for one type. In TensorFlow up to 2.7 the wrapper and the wrapped optimizer both own the slots,
which a checkpoint refuses.

## Example

```text
AttributeError: 'LossScaleOptimizerV3' object has no attribute '_variables'
```

## How to fix it

For predictions, leave the optimizer out: `compile=False`, or `include_optimizer=False` when saving. Build the model
under the policy `float32` and load its weights. `loadstone.load_model("model.h5", compile=False)` does so by itself.

## References

- [TensorFlow: mixed precision](https://www.tensorflow.org/guide/mixed_precision)
- [Keras issue 18112: saving in TensorFlow 2.11](https://github.com/keras-team/keras/issues/18112)
- [Keras issue 17362: nested models](https://github.com/keras-team/keras/issues/17362)
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
    code="LS611",
    name="mixed-precision",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"LossScaleOptimizer\w*' object has no attribute",
            raised_by="tf.keras 2.11",
        ),
        Symptom(
            pattern=r"A slot variable was re-used as a dependency of a Trackable object",
            raised_by="TensorFlow up to 2.7",
        ),
        Symptom(
            pattern=r"No common supertype of [^\n]*float16",
            raised_by="TensorFlow 2.9 and newer",
        ),
        Symptom(
            pattern=r"mixed_b?float16|mixed precision|loss_scale_optimizer|autocast_variable",
            raised_by="Keras",
            in_frames=True,
        ),
    ),
)
