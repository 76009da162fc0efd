"""Calls of ``keras.backend`` on fixed arrays; old releases record what they give (Python 3.7 syntax, NumPy alone)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

_RANDOM = np.random.RandomState(0)


def _array(*shape: int) -> np.ndarray[Any, Any]:
    return np.round(_RANDOM.uniform(-1, 1, shape) * 64).astype("float32") / 64


M, N, B, C = _array(3, 4), _array(4, 5), _array(2, 3, 4), _array(2, 4, 5)
ROW, IMAGE, VIDEO, SOUND = _array(4), _array(2, 6, 5, 3), _array(1, 4, 5, 4, 2), _array(2, 7, 3)
POSITIVE = np.abs(M) + 0.5
LABELS = np.array([1, 0, 3], "int32")
HOT = np.eye(4, dtype="float32")[LABELS]
KERNELS = {1: _array(2, 3, 2), 2: _array(2, 2, 3, 2), 3: _array(2, 2, 2, 2, 3)}
LOCAL = {1: _array(6, 6, 2), 2: _array(12, 12, 2)}
POINTWISE = _array(6, 4)
MASK = np.array([[1, 1, 0], [1, 1, 1]], "bool")

_ONE = ("abs", "exp", "flatten", "sigmoid", "sign", "sin", "cos", "softmax", "softplus", "softsign", "square", "tanh",
        "hard_sigmoid", "elu", "relu", "round", "transpose", "ones_like", "zeros_like", "shape", "sum", "mean", "max",
        "min", "prod", "std", "var", "argmax", "argmin", "batch_flatten", "logsumexp", "identity", "size", "ndim",
        "int_shape")  # fmt: skip
_AXIS = ("sum", "mean", "max", "min", "prod", "std", "var", "cumsum", "cumprod", "argmax", "argmin", "softmax",
         "l2_normalize", "expand_dims", "logsumexp")  # fmt: skip


def _of_one(name: str, array: Any, **arguments: Any) -> Callable[[Any], Any]:
    return lambda K: getattr(K, name)(K.constant(array), **arguments)


def _constants(K: Any, *arrays: Any) -> list[Any]:
    return [K.constant(array) for array in arrays]


def _recurrence(K: Any, **options: Any) -> Any:
    def step(x: Any, states: Any) -> Any:
        total = x + 0.5 * states[0]
        return total, [total]

    return K.rnn(step, K.constant(B), [K.zeros((2, 4))], **options)[1]


CALLS: dict[str, Callable[[Any], Any]] = {name: _of_one(name, M) for name in _ONE}
CALLS.update({f"{name}_axis": _of_one(name, M, axis=1) for name in _AXIS})
CALLS.update({f"{name}_positive": _of_one(name, POSITIVE) for name in ("log", "sqrt")})
CALLS.update(
    {
        "arange": lambda K: K.arange(2, 9, 3),
        "any": lambda K: K.any(K.constant(MASK, dtype="bool"), axis=1),
        "all": lambda K: K.all(K.constant(MASK, dtype="bool"), axis=1),
        "batch_dot": lambda K: K.batch_dot(*_constants(K, B, C)),
        "batch_dot_axes": lambda K: K.batch_dot(*_constants(K, B, B), axes=[2, 2]),
        "batch_dot_vectors": lambda K: K.batch_dot(*_constants(K, M, M), axes=1),
        "batch_dot_mixed": lambda K: K.batch_dot(*_constants(K, B, M[:2]), axes=[2, 1]),
        "batch_normalization": lambda K: K.batch_normalization(*_constants(K, M, ROW, np.abs(ROW), ROW, ROW)),
        "bias_add": lambda K: K.bias_add(*_constants(K, IMAGE, ROW[:3])),
        "binary_crossentropy": lambda K: K.binary_crossentropy(K.constant(HOT), K.constant(POSITIVE / 2)),
        "binary_crossentropy_logits": lambda K: K.binary_crossentropy(*_constants(K, HOT, M), from_logits=True),
        "categorical_crossentropy": lambda K: K.categorical_crossentropy(K.constant(HOT), K.constant(POSITIVE / 2)),
        "cast": lambda K: K.cast(K.constant(M * 9), "int32"),
        "cast_to_floatx": lambda K: K.cast_to_floatx(LABELS),
        "clip": lambda K: K.clip(K.constant(M), -0.25, 0.5),
        "concatenate": lambda K: K.concatenate(_constants(K, M, M), axis=0),
        "constant": lambda K: K.constant(3, shape=(2, 2)),
        "conv1d": lambda K: K.conv1d(K.constant(SOUND), K.constant(KERNELS[1]), padding="same"),
        "conv1d_causal": lambda K: K.conv1d(K.constant(SOUND), K.constant(KERNELS[1]), padding="causal"),
        "conv2d": lambda K: K.conv2d(K.constant(IMAGE), K.constant(KERNELS[2]), strides=(2, 1)),
        "conv2d_transpose": lambda K: K.conv2d_transpose(
            K.constant(IMAGE), K.constant(KERNELS[2].transpose(0, 1, 3, 2)), (2, 12, 10, 2), (2, 2), padding="same"
        ),
        "conv3d": lambda K: K.conv3d(K.constant(VIDEO), K.constant(KERNELS[3])),
        "count_params": lambda K: K.count_params(K.constant(M)),
        "depthwise_conv2d": lambda K: K.depthwise_conv2d(K.constant(IMAGE), K.constant(KERNELS[2])),
        "dot": lambda K: K.dot(*_constants(K, M, N)),
        "dot_3d": lambda K: K.dot(K.constant(B), K.constant(N)),
        "dropout_none": lambda K: K.dropout(K.constant(M), 0.0),
        "epsilon": lambda K: K.constant(K.epsilon()),
        "equal": lambda K: K.cast(K.equal(*_constants(K, M, np.round(M, 1))), "float32"),
        "eye": lambda K: K.eye(3),
        "foldl": lambda K: K.foldl(lambda a, x: a + x, K.constant(M)),
        "foldr": lambda K: K.foldr(lambda a, x: a * 0.5 + x, K.constant(M)),
        "gather": lambda K: K.gather(K.constant(M), K.constant(LABELS % 3, dtype="int32")),
        "greater": lambda K: K.cast(K.greater(*_constants(K, M, M[::-1])), "float32"),
        "greater_equal": lambda K: K.cast(K.greater_equal(*_constants(K, M, M[::-1])), "float32"),
        "in_test_phase": lambda K: K.in_test_phase(K.constant(M), K.constant(-M), training=False),
        "in_top_k": lambda K: K.cast(K.in_top_k(K.constant(M), K.constant(LABELS, dtype="int32"), 2), "float32"),
        "in_train_phase": lambda K: K.in_train_phase(lambda: K.constant(M), lambda: K.constant(-M), training=True),
        "less": lambda K: K.cast(K.less(*_constants(K, M, M[::-1])), "float32"),
        "less_equal": lambda K: K.cast(K.less_equal(*_constants(K, M, M[::-1])), "float32"),
        "local_conv1d": lambda K: K.local_conv1d(K.constant(SOUND), K.constant(LOCAL[1]), (2,), (1,)),
        "local_conv2d": lambda K: K.local_conv2d(
            K.constant(IMAGE), K.constant(LOCAL[2]), (2, 2), (2, 1), (3, 4), "channels_last"
        ),
        "map_fn": lambda K: K.map_fn(lambda x: x * 2.0, K.constant(M)),
        "maximum": lambda K: K.maximum(*_constants(K, M, M[::-1])),
        "minimum": lambda K: K.minimum(*_constants(K, M, M[::-1])),
        "normalize_batch": lambda K: K.normalize_batch_in_training(*_constants(K, M, ROW, ROW), [0])[0],
        "normalize_batch_mean": lambda K: K.normalize_batch_in_training(*_constants(K, M, ROW, ROW), [0])[1],
        "not_equal": lambda K: K.cast(K.not_equal(*_constants(K, M, np.round(M, 1))), "float32"),
        "one_hot": lambda K: K.one_hot(K.constant(LABELS, dtype="int32"), 5),
        "ones": lambda K: K.ones((2, 3)),
        "permute_dimensions": lambda K: K.permute_dimensions(K.constant(B), (2, 0, 1)),
        "pool2d": lambda K: K.pool2d(K.constant(IMAGE), (2, 2), strides=(2, 2)),
        "pool2d_average": lambda K: K.pool2d(K.constant(IMAGE), (3, 3), padding="same", pool_mode="avg"),
        "pool3d": lambda K: K.pool3d(K.constant(VIDEO), (2, 2, 2)),
        "pow": lambda K: K.pow(K.constant(POSITIVE), 1.5),
        "relu_capped": lambda K: K.relu(K.constant(M * 4), alpha=0.1, max_value=2.0, threshold=0.5),
        "repeat": lambda K: K.repeat(K.constant(M), 2),
        "repeat_elements": lambda K: K.repeat_elements(K.constant(M), 2, axis=1),
        "reshape": lambda K: K.reshape(K.constant(M), (2, -1)),
        "resize_images": lambda K: K.resize_images(K.constant(IMAGE), 2, 2, "channels_last"),
        "resize_volumes": lambda K: K.resize_volumes(K.constant(VIDEO), 2, 1, 2, "channels_last"),
        "reverse": lambda K: K.reverse(K.constant(M), 1),
        "rnn": _recurrence,
        "rnn_backwards": lambda K: _recurrence(K, go_backwards=True),
        "rnn_masked": lambda K: _recurrence(K, mask=K.constant(MASK, dtype="bool")),
        "rnn_unrolled": lambda K: _recurrence(K, unroll=True, input_length=3),
        "separable_conv1d": lambda K: K.separable_conv1d(
            K.constant(SOUND), K.constant(KERNELS[1]), K.constant(POINTWISE[None])
        ),
        "separable_conv2d": lambda K: K.separable_conv2d(
            K.constant(IMAGE), K.constant(KERNELS[2]), K.constant(POINTWISE[None, None])
        ),
        "slice": lambda K: K.slice(K.constant(M), (1, 1), (2, -1)),
        "sparse_categorical_crossentropy": lambda K: K.sparse_categorical_crossentropy(
            K.constant(LABELS, dtype="int32"), K.softmax(K.constant(M))
        ),
        "spatial_2d_padding": lambda K: K.spatial_2d_padding(K.constant(IMAGE), ((1, 0), (0, 2))),
        "spatial_3d_padding": lambda K: K.spatial_3d_padding(K.constant(VIDEO)),
        "squeeze": lambda K: K.squeeze(K.constant(M[:, None]), 1),
        "stack": lambda K: K.stack(_constants(K, M, M), axis=1),
        "switch": lambda K: K.switch(K.constant(M) > 0, *_constants(K, M, M * 0.5)),
        "temporal_padding": lambda K: K.temporal_padding(K.constant(SOUND), (1, 2)),
        "tile": lambda K: K.tile(K.constant(M), (2, 1)),
        "update": lambda K: _updated(K, lambda v: K.update(v, K.constant(M))),
        "update_add": lambda K: _updated(K, lambda v: K.update_add(v, K.constant(M))),
        "update_sub": lambda K: _updated(K, lambda v: K.update_sub(v, K.constant(M))),
        "set_value": lambda K: _updated(K, lambda v: K.set_value(v, M)),
        "batch_set_value": lambda K: _updated(K, lambda v: K.batch_set_value([(v, M)])),
        "zeros": lambda K: K.zeros((2, 3)),
    }
)


def _updated(K: Any, change: Callable[[Any], Any]) -> Any:
    variable = K.variable(N[:3, :4])
    changed = change(variable)
    return variable if changed is None else changed
