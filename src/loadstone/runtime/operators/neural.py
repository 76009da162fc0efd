"""Functions of ``tf.nn``: activations, normalization, losses of logits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.runtime.operators.common import (
    add,
    axes,
    constant,
    dtype_of,
    from_last,
    is_channels_first,
    length,
    packed,
    to_last,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _leaky_relu(x: Any, alpha: Any = 0.2) -> Any:
    return ops.where(ops.greater(x, 0), x, ops.multiply(x, alpha))


def _softmax(x: Any, axis: Any = None) -> Any:
    return ops.softmax(x, axis=-1 if axis is None else axis)


def _log_softmax(x: Any, axis: Any = None) -> Any:
    return ops.log_softmax(x, axis=-1 if axis is None else axis)


def _crelu(x: Any, axis: int = -1) -> Any:
    return ops.relu(ops.concatenate([x, ops.negative(x)], axis=axis))


def _gelu(x: Any, approximate: bool = False) -> Any:
    return ops.gelu(x, approximate=bool(approximate))


def _swish(x: Any, beta: Any = 1.0) -> Any:
    return ops.multiply(x, ops.sigmoid(ops.multiply(x, beta)))


def _bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    bias = packed(bias, dtype_of(x))
    if is_channels_first(data_format) and len(x.shape) > 2:  # noqa: PLR2004 - a batch and a channel axis
        bias = ops.reshape(bias, (1, -1) + (1,) * (len(x.shape) - 2))
    return add(x, bias)


def _affine(x: Any, weights: Any, biases: Any) -> Any:
    return add(ops.matmul(x, packed(weights, dtype_of(x))), packed(biases, dtype_of(x)))


def _relu_layer(x: Any, weights: Any, biases: Any) -> Any:
    return ops.relu(_affine(x, weights, biases))


def _l2_loss(x: Any) -> Any:
    return ops.multiply(ops.sum(ops.square(x)), 0.5)


def _weighted_moments(x: Any, axes_: Any, weights: Any, keepdims: bool | None = False) -> Any:
    over = {"axis": axes(axes_), "keepdims": bool(keepdims)}
    spread = ops.multiply(packed(weights, dtype_of(x)), ops.ones_like(x))
    total = ops.sum(spread, **over)
    mean = ops.divide(ops.sum(ops.multiply(spread, x), **over), total)
    square = ops.divide(ops.sum(ops.multiply(spread, ops.square(x)), **over), total)
    return mean, ops.subtract(square, ops.square(mean))


def _sufficient_statistics(x: Any, axes_: Any, shift: Any = None, keepdims: bool | None = False) -> Any:
    if shift is not None:
        raise ValueError("statistics about a shift have no counterpart")
    over = axes(axes_)
    sizes = [length(x, axis) for axis in (over if isinstance(over, tuple) else (over,))]
    count = constant(float(np.prod(sizes)))
    kept = {"axis": over, "keepdims": bool(keepdims)}
    return count, ops.sum(x, **kept), ops.sum(ops.square(x), **kept)


def _batch_normalization(x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float) -> Any:
    factor = ops.rsqrt(add(packed(variance, dtype_of(x)), variance_epsilon))
    factor = factor if scale is None else ops.multiply(factor, packed(scale, dtype_of(x)))
    away = ops.multiply(packed(mean, dtype_of(x)), factor)
    offset = ops.negative(away) if offset is None else ops.subtract(packed(offset, dtype_of(x)), away)
    return add(ops.multiply(x, factor), offset)


def _fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
) -> Any:
    x = to_last(x, data_format)
    batch = tuple(range(len(x.shape) - 1))
    if is_training:
        mean, variance = ops.moments(x, batch)
        count = ops.divide(ops.sum(ops.ones_like(x)), float(length(x, -1)))
        unbiased = ops.multiply(variance, ops.divide(count, ops.maximum(ops.subtract(count, 1.0), 1.0)))
    else:
        mean, variance = packed(mean, dtype_of(x)), packed(variance, dtype_of(x))
        unbiased = variance
    normalized = _batch_normalization(x, mean, variance, offset, scale, epsilon)
    return from_last(normalized, data_format), mean, unbiased


def _local_response_normalization(
    x: Any, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5
) -> Any:
    squares = ops.square(x)
    depth = length(x, -1)
    near = np.abs(np.subtract.outer(np.arange(depth), np.arange(depth))) <= depth_radius
    total = ops.matmul(squares, constant(near.astype("float32"), dtype_of(x)))
    return ops.divide(x, ops.power(add(ops.multiply(total, alpha), bias), beta))


def _dropout(x: Any, rate: Any = None, keep_prob: Any = None, noise_shape: Any = None, seed: Any = None) -> Any:
    """Drops at every call, as TensorFlow's does, whether or not the model trains."""
    rate = 1.0 - keep_prob if rate is None else rate
    if not isinstance(rate, int | float):
        raise ValueError("dropout at a computed rate has no counterpart")  # noqa: TRY004 - a value without counterpart
    if rate == 0:
        return ops.multiply(x, 1.0)
    shape = None if noise_shape is None else tuple(None if size in {None, -1} else int(size) for size in noise_shape)
    seed = seed if isinstance(seed, int) else None
    return keras.layers.Dropout(rate, noise_shape=shape, seed=seed, dtype=dtype_of(x))(x, training=True)


# Losses


def _sigmoid_cross_entropy(labels: Any, logits: Any) -> Any:
    labels = packed(labels)
    positive = ops.relu(logits)
    tail = ops.log1p(ops.exp(ops.negative(ops.absolute(logits))))
    return add(ops.subtract(positive, ops.multiply(logits, labels)), tail)


def _weighted_cross_entropy(labels: Any, logits: Any, pos_weight: Any) -> Any:
    weight = add(
        ops.multiply(labels, pos_weight - 1 if isinstance(pos_weight, int | float) else ops.subtract(pos_weight, 1)),
        1.0,
    )
    tail = add(ops.log1p(ops.exp(ops.negative(ops.absolute(logits)))), ops.relu(ops.negative(logits)))
    return add(ops.multiply(ops.subtract(1.0, labels), logits), ops.multiply(weight, tail))


def _softmax_cross_entropy(labels: Any, logits: Any, axis: Any = None) -> Any:
    axis = -1 if axis is None else axis
    labels = packed(labels)
    return ops.negative(ops.sum(ops.multiply(labels, ops.log_softmax(logits, axis=axis)), axis=axis))


def _sparse_softmax_cross_entropy(labels: Any, logits: Any) -> Any:
    chosen = ops.one_hot(labels, length(logits, -1), dtype=dtype_of(logits))
    return _softmax_cross_entropy(chosen, logits)


def _log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False) -> Any:
    loss = ops.subtract(ops.exp(log_input), ops.multiply(log_input, targets))
    if not compute_full_loss:
        return loss
    known = ops.where(ops.greater(targets, 1), targets, ops.ones_like(targets))  # Stirling's series, where it holds
    stirling = add(
        ops.subtract(ops.multiply(known, ops.log(known)), known),
        ops.multiply(0.5, ops.log(ops.multiply(2 * math.pi, known))),
    )
    holds = ops.logical_or(ops.less(targets, 0), ops.greater(targets, 1))
    return add(loss, ops.where(holds, stirling, ops.zeros_like(targets)))


def _compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None) -> Any:
    if global_batch_size is None:
        raise ValueError("an average over the replicas of a strategy has no counterpart")
    loss = per_example_loss
    if sample_weight is not None:
        loss = ops.multiply(loss, packed(sample_weight, dtype_of(loss)))
    return ops.divide(ops.sum(loss), float(global_batch_size))


def _clipped(x: Any) -> Any:
    return ops.clip(x, keras.config.epsilon(), 1.0 - keras.config.epsilon())


def _binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    if from_logits:
        return _sigmoid_cross_entropy(target, output)
    output, small = _clipped(output), keras.config.epsilon()
    hit = ops.multiply(target, ops.log(add(output, small)))
    miss = ops.multiply(ops.subtract(1.0, target), ops.log(add(ops.subtract(1.0, output), small)))
    return ops.negative(add(hit, miss))


def _categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    if from_logits:
        return _softmax_cross_entropy(target, output, axis)
    output = ops.divide(output, ops.sum(output, axis=axis, keepdims=True))
    return ops.negative(ops.sum(ops.multiply(target, ops.log(_clipped(output))), axis=axis))


def _sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1, ignore_class: Any = None
) -> Any:
    if ignore_class is not None or axis not in {-1, len(output.shape) - 1}:
        raise ValueError("a class that is ignored, or classes along another axis than the last, have no counterpart")
    target = ops.cast(ops.reshape(target, [-1 if n is None else n for n in output.shape[:-1]]), "int32")
    return _sparse_softmax_cross_entropy(target, output if from_logits else ops.log(_clipped(output)))


def _hinge(y_true: Any, y_pred: Any, squared: bool = False) -> Any:
    y_true = ops.cast(y_true, dtype_of(y_pred))
    is_zero_one = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    signs = ops.where(is_zero_one, ops.subtract(ops.multiply(y_true, 2.0), 1.0), y_true)
    loss = ops.relu(ops.subtract(1.0, ops.multiply(signs, y_pred)))
    return ops.mean(ops.square(loss) if squared else loss, axis=-1)


def _squared_hinge(y_true: Any, y_pred: Any) -> Any:
    return _hinge(y_true, y_pred, squared=True)


def _batch_flatten(x: Any) -> Any:
    return ops.reshape(x, (-1, int(np.prod([length(x, at) for at in range(1, len(x.shape))]))))


def _ctc_loss(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: Any = None,
) -> Any:
    if unique is not None or label_length is None:
        raise ValueError("labels that are sparse or listed once have no counterpart")
    logits = ops.swapaxes(logits, 0, 1) if logits_time_major else logits
    blank = 0 if blank_index is None else int(blank_index)
    classes = length(logits, -1)
    lengths = (ops.cast(packed(label_length), "int32"), ops.cast(packed(logit_length), "int32"))
    return ops.ctc_loss(packed(labels), logits, *lengths, mask_index=blank % classes)


def _depth_to_space(x: Any, block_size: int, data_format: str = "NHWC") -> Any:
    x = to_last(x, data_format)
    height, width, channels = x.shape[1:]
    depth = channels // block_size**2
    x = ops.reshape(x, (-1, length(x, 1), length(x, 2), block_size, block_size, depth))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return from_last(ops.reshape(x, (-1, height * block_size, width * block_size, depth)), data_format)


def _space_to_depth(x: Any, block_size: int, data_format: str = "NHWC") -> Any:
    x = to_last(x, data_format)
    height, width, channels = length(x, 1), length(x, 2), x.shape[3]
    x = ops.reshape(x, (-1, height // block_size, block_size, width // block_size, block_size, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    shape = (-1, height // block_size, width // block_size, channels * block_size**2)
    return from_last(ops.reshape(x, shape), data_format)


def _mask_of(x: Any) -> Any:
    mask = getattr(x, "_keras_mask", None)
    if mask is None:
        raise ValueError("its mask comes out of a model within, which Keras 3 tells when the model runs only")
    return mask


FUNCTIONS: tuple[Callable[..., Any], ...] = (
    _affine, _batch_flatten, _bias_add, _binary_crossentropy, _categorical_crossentropy,
    _compute_average_loss, _crelu, _ctc_loss, _depth_to_space, _dropout, _fused_batch_norm, _gelu, _hinge, _l2_loss,
    _leaky_relu, _local_response_normalization, _log_poisson_loss, _log_softmax, _mask_of, _relu_layer,
    _sigmoid_cross_entropy, _softmax, _softmax_cross_entropy, _space_to_depth, _squared_hinge,
    _sparse_categorical_crossentropy, _sparse_softmax_cross_entropy, _sufficient_statistics, _swish,
    _weighted_cross_entropy, _weighted_moments,
)  # fmt: skip
