"""Whether the first axis of a tensor is still the model's batch."""

from __future__ import annotations

import math
from typing import Any

import keras

#: Operations of Keras that compute every element from those at its own place.
_ELEMENTWISE = frozenset({
    "Abs", "Absolute", "Add", "Arctan2", "Cast", "Clip", "Cos", "Divide", "DivideNoNan", "Elu", "Equal", "Erf", "Exp",
    "Expm1", "FloorDivide", "Gelu", "Greater", "GreaterEqual", "HardSigmoid", "LeakyRelu", "Less", "LessEqual", "Log",
    "Log1p", "LogSoftmax", "LogicalAnd", "LogicalNot", "LogicalOr", "Maximum", "Minimum", "Mod", "Multiply", "Negative",
    "NotEqual", "OnesLike", "Power", "Reciprocal", "Relu", "Relu6", "Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Silu",
    "Sin", "Softmax", "Softplus", "Softsign", "Sqrt", "Square", "StopGradient", "Subtract", "Tanh", "TrueDivide",
    "Where", "ZerosLike",
})  # fmt: skip
#: Operations that leave the first axis alone where they are told another one, of one tensor or of several alike.
_OF_OTHER_AXES = frozenset({
    "All", "Amax", "Amin", "Any", "Argmax", "Argmin", "Argsort", "Concatenate", "CountNonzero", "Cumprod", "Cumsum",
    "ExpandDims", "Flip", "Logsumexp", "Max", "Mean", "Min", "Prod", "Repeat", "Roll", "Sort", "Squeeze", "Stack",
    "Std", "Sum", "Take", "Var",
})  # fmt: skip
#: Operations on batches of images or series, which have four axes or three.
_OF_BATCHES = frozenset({
    "AdaptiveAveragePool", "AdaptiveMaxPool", "AffineTransform", "AveragePool", "Conv", "ConvTranspose", "CropImages",
    "DepthwiseConv", "ExtractPatches", "MaxPool", "PadImages", "Resize", "SeparableConv",
})  # fmt: skip
_OF_ONE_IMAGE = 3


def has_batch_of(x: Any, other: Any) -> bool:
    """Whether the first axes of two tensors are the same: of the same tensor, or both the model's batch."""
    return x is other or (_leads_with_batch(x) and _leads_with_batch(other))


def _leads_with_batch(x: Any) -> bool:
    seen: set[int] = set()
    waiting = [x]
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if not tensor.shape or tensor.shape[0] is not None:
            return False
        operation, node, _ = tensor._keras_history  # noqa: SLF001 - no public name leads from a tensor to its operation
        made = operation._inbound_nodes[node]  # noqa: SLF001 - as above
        if not _keeps_first(made, tensor):
            return False
        waiting.extend(_with_its_batch(made, tensor))
    return True


def _with_its_batch(made: Any, result: Any) -> list[Any]:
    """The tensors whose first axis is that of a call's result, if it is kept."""
    name, inputs = type(made.operation).__name__, list(made.input_tensors)
    if name == "GetItem":
        return inputs[:1]
    if isinstance(made.operation, keras.layers.Layer) or name in {*_OF_OTHER_AXES, *_OF_BATCHES, "Reshape"}:
        return inputs  # an input layer takes nothing
    return [item for item in inputs if len(item.shape) == len(result.shape) and item.shape[0] != 1]


def _is_whole(key: Any, rank: int) -> bool:
    """Whether an index leaves the first axis as it is."""
    keys = key if isinstance(key, tuple) else (key,)
    if keys[0] is Ellipsis:
        return len([item for item in keys[1:] if item is not None]) < rank
    return isinstance(keys[0], slice) and keys[0] == slice(None)


def _keeps_first(made: Any, result: Any) -> bool:
    operation = made.operation
    if isinstance(operation, keras.layers.Layer):
        return True
    name, first = type(operation).__name__, made.input_tensors[0]
    if name == "GetItem":
        return _is_whole(made.arguments.args[1], len(first.shape))
    if name == "Reshape":
        sizes = (*first.shape[1:], *result.shape[1:])
        return None not in sizes and math.prod(first.shape[1:]) == math.prod(result.shape[1:])
    if name == "Transpose":
        return operation.axes is not None and operation.axes[0] == 0
    if name == "Matmul":  # one of lower rank stands at each place of the batch
        return len(first.shape) == len(result.shape)
    if name in _OF_BATCHES:
        return len(first.shape) > _OF_ONE_IMAGE or name.endswith(("Conv", "ConvTranspose", "Pool"))
    if name in _OF_OTHER_AXES:
        axis = getattr(operation, "axis", None)
        axes = axis if isinstance(axis, list | tuple) else (axis,)
        return not {0, -len(first.shape), -len(result.shape), None} & {*axes}
    return name in _ELEMENTWISE
