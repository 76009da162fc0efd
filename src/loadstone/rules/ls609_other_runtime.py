"""A converter or another runtime does not take the model.

## What it means

The model is loaded by Keras, and what fails is what comes after: the conversion to ONNX, Core ML, TensorFlow Lite or
TensorFlow.js, a quantisation toolkit, or the runtime on the device.

## Why it happens

Each of these supports the releases of Keras that there were when it was made, and a part of the operations. Most of
them read attributes that Keras 3 does not have (`output_names`, `_get_save_spec`). TensorFlow Lite leaves what it
does not know to the application (`Flex` and custom operations), which has to bring it along.

## Example

```text
RuntimeError: Encountered unresolved custom op: Dilation2D. Node number 2 (Dilation2D) failed to prepare.
```

## How to fix it

Give the tool what it knows: the environment of its time with `loadstone sync model.h5 .venv-model`; a SavedModel
(`model.export("folder")`) instead of the Keras object; a model without the operation, or the library that has it
(Flex delegate, custom operations).

## References

- [tensorflow-onnx issue 2348: Keras 3](https://github.com/onnx/tensorflow-onnx/issues/2348)
- [coremltools issue 2614: Keras 3](https://github.com/apple/coremltools/issues/2614)
- [TensorFlow Lite: select TensorFlow operators](https://www.tensorflow.org/lite/guide/ops_select)
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
    code="LS609",
    name="other-runtime",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"Encountered unresolved custom op|Select TensorFlow op\(s\), included in the given model|"
            r"\((?:Flex)?\w+\) failed to prepare",
            raised_by="TensorFlow Lite",
        ),
        Symptom(
            pattern=r"not supported by the standard TensorFlow Lite runtime|ConverterError",
            raised_by="the converter to TensorFlow Lite",
        ),
        Symptom(
            pattern=r"object has no attribute '(?:_get_save_spec|output_names|input_names)'",
            raised_by="tf2onnx, coremltools and others, with a model of Keras 3",
        ),
        Symptom(
            pattern=r"Unknown (?:layer|object|config_item): ?'?(?:Quantize\w+|OutputOnlyConfig|"
            r"PruneLowMagnitude|ClusterWeights)",
            raised_by="Keras, for a model of the TensorFlow Model Optimization toolkit",
        ),
        Symptom(
            pattern=r"(?:tf2onnx|coremltools|tensorflowjs|tensorflow_model_optimization|onnx2keras|keras2onnx|"
            r"openvino)/|tensorflow/lite/python",
            raised_by="a converter",
            in_frames=True,
        ),
    ),
)
