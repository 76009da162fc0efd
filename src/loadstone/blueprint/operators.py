"""TensorFlow functions on Keras tensors -> `keras.ops`. One table; a new function is a new row.

``x * 2.0`` and ``tf.concat(...)`` in a functional model are stored by tf.keras 2.4 to 2.15 as ``TFOpLambda`` layers
that name the function (``math.multiply``) and keep its arguments under TensorFlow's parameter names. A row says which
operation of `keras.ops` does the same, and what the parameters are called there.

An operation with a leading underscore has no single counterpart; ``loadstone.runtime.operators`` composes it.

Source of the names and the parameters: the public API of TensorFlow 2.4 to 2.15; of the operations: Keras 3.6 to 3.15.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Operator:
    """One TensorFlow function.

    Attributes:
        op: the `keras.ops` function, or with an underscore the composition.
        parameters: pairs of TensorFlow's parameter and the operation's, in TensorFlow's order.
    """

    op: str
    parameters: tuple[tuple[str, str], ...]


def _row(op: str, parameters: str) -> Operator:
    """A row from its short form: ``"input_tensor:x axis"`` binds ``input_tensor`` to ``x`` and ``axis`` to ``axis``."""
    pairs = (item.partition(":") for item in parameters.split())
    return Operator(op=op, parameters=tuple((name, target or name) for name, _, target in pairs))


def _unary(*pairs: str) -> dict[str, Operator]:
    """Rows of functions of one tensor, ``"math.negative:negative"``; without a colon the last part is the operation."""
    rows = {}
    for pair in pairs:
        name, _, op = pair.partition(":")
        rows[name] = _row(op or name.rpartition(".")[2], "x:x features:x input:x logits:x tensor:x value:x a:x")
    return rows


def _binary(*pairs: str) -> dict[str, Operator]:
    rows = {}
    for pair in pairs:
        name, _, op = pair.partition(":")
        rows[name] = _row(op or name.rpartition(".")[2], "x:x1 y:x2")
    return rows


def _reduction(*pairs: str) -> dict[str, Operator]:
    rows = {}
    for pair in pairs:
        name, _, op = pair.partition(":")
        rows[name] = _row(op, "input_tensor:x axis keepdims keep_dims:keepdims reduction_indices:axis")
    return rows


_ROWS: dict[str, Operator] = {
    **_unary(
        "math.abs", "math.negative", "math.sign", "math.square", "math.sqrt", "math.rsqrt", "math.exp", "math.expm1",
        "math.log", "math.log1p", "math.sin", "math.cos", "math.tan", "math.asin:arcsin", "math.acos:arccos",
        "math.atan:arctan", "math.sinh", "math.cosh", "math.tanh", "math.asinh:arcsinh", "math.acosh:arccosh",
        "math.atanh:arctanh", "math.sigmoid", "math.log_sigmoid", "math.softplus", "math.floor", "math.ceil",
        "math.round", "math.rint:round",
        "math.reciprocal", "math.erf", "math.is_nan:isnan", "math.is_finite:isfinite", "math.is_inf:isinf",
        "math.logical_not", "__operators__.invert:logical_not", "__operators__.neg:negative",
        "__operators__.abs:absolute",
        "nn.relu", "nn.relu6", "nn.selu", "nn.softplus", "nn.softsign", "nn.sigmoid", "nn.tanh",
        "zeros_like", "ones_like", "identity:_identity", "math.real", "math.imag", "math.conj",
        "linalg.inv", "linalg.det", "linalg.cholesky",
    ),
    **_binary(
        "math.add", "math.subtract", "math.multiply", "math.divide:true_divide", "math.truediv:true_divide",
        "math.floordiv:floor_divide", "math.floormod:mod", "math.mod", "math.pow:power", "math.maximum", "math.minimum",
        "math.atan2:arctan2", "math.squared_difference:_squared_difference", "math.divide_no_nan:divide_no_nan",
        "math.multiply_no_nan:_multiply_no_nan",
        "math.greater", "math.greater_equal", "math.less", "math.less_equal", "math.equal", "math.not_equal",
        "math.logical_and", "math.logical_or", "math.logical_xor",
        "__operators__.add", "__operators__.sub:subtract", "__operators__.mul:multiply",
        "__operators__.truediv:true_divide",
        "__operators__.floordiv:floor_divide", "__operators__.mod", "__operators__.pow:power",
        "__operators__.gt:greater", "__operators__.ge:greater_equal", "__operators__.lt:less",
        "__operators__.le:less_equal",
        "__operators__.eq:equal", "__operators__.ne:not_equal", "__operators__.and:logical_and",
        "__operators__.or:logical_or",
        "__operators__.xor:logical_xor",
    ),
    **_reduction(
        "math.reduce_mean:mean", "math.reduce_sum:sum", "math.reduce_max:max", "math.reduce_min:min",
        "math.reduce_prod:prod",
        "math.reduce_any:any", "math.reduce_all:all", "math.reduce_std:std", "math.reduce_variance:var",
        "math.reduce_logsumexp:logsumexp",
    ),
    "stop_gradient": _row("stop_gradient", "input:variable"),
    "math.add_n": _row("_add_n", "inputs"),
    "math.scalar_mul": _row("multiply", "scalar:x1 x:x2"),
    "math.cumsum": _row("_cumsum", "x axis exclusive reverse"),
    "math.argmax": _row("_argmax", "input:x axis output_type dimension:axis"),
    "math.argmin": _row("_argmin", "input:x axis output_type dimension:axis"),
    "math.top_k": _row("top_k", "input:x k sorted"),
    "math.l2_normalize": _row("_l2_normalize", "x axis epsilon dim:axis"),
    "math.softmax": _row("_softmax", "logits:x axis"),
    "math.log_softmax": _row("_log_softmax", "logits:x axis"),
    "nn.softmax": _row("_softmax", "logits:x axis"),
    "nn.log_softmax": _row("_log_softmax", "logits:x axis"),
    "nn.elu": _row("elu", "features:x"),
    "nn.crelu": _row("_crelu", "features:x axis"),
    "nn.gelu": _row("_gelu", "features:x approximate"),
    "nn.leaky_relu": _row("_leaky_relu", "features:x alpha"),
    "nn.silu": _row("_swish", "features:x beta"),
    "nn.swish": _row("_swish", "features:x beta"),
    "nn.l2_normalize": _row("_l2_normalize", "x axis epsilon dim:axis"),
    "nn.bias_add": _row("_bias_add", "value:x bias data_format"),
    "nn.depth_to_space": _row("_depth_to_space", "input:x block_size data_format"),
    "nn.space_to_depth": _row("_space_to_depth", "input:x block_size data_format"),
    "nn.avg_pool2d": _row("_avg_pool", "input:x ksize strides padding data_format"),
    "nn.avg_pool": _row("_avg_pool", "input:x ksize strides padding data_format"),
    "nn.max_pool2d": _row("_max_pool", "input:x ksize strides padding data_format"),
    "nn.max_pool": _row("_max_pool", "input:x ksize strides padding data_format"),
    "image.resize": _row("_resize", "images:x size method preserve_aspect_ratio antialias"),
    "image.flip_left_right": _row("_flip_left_right", "image:x"),
    "image.flip_up_down": _row("_flip_up_down", "image:x"),
    "image.rgb_to_grayscale": _row("_rgb_to_grayscale", "images:x"),
    "linalg.matmul": _row("_matmul", "a b transpose_a transpose_b adjoint_a adjoint_b"),
    "linalg.matrix_transpose": _row("_matrix_transpose", "a:x"),
    "linalg.norm": _row("_norm", "tensor:x ord axis keepdims"),
    "norm": _row("_norm", "tensor:x ord axis keepdims"),
    "linalg.trace": _row("_trace", "x"),
    "linalg.diag_part": _row("_diag_part", "input:x"),
    "linalg.einsum": _row("_einsum", "equation inputs"),
    "einsum": _row("_einsum", "equation inputs"),
    "tensordot": _row("tensordot", "a:x1 b:x2 axes"),
    "cast": _row("cast", "x dtype"),
    "concat": _row("concatenate", "values:xs axis"),
    "stack": _row("stack", "values:x axis"),
    "unstack": _row("_unstack", "value:x num axis"),
    "split": _row("_split", "value:x num_or_size_splits axis num"),
    "reshape": _row("reshape", "tensor:x shape:newshape"),
    "transpose": _row("transpose", "a:x perm:axes"),
    "expand_dims": _row("expand_dims", "input:x axis dim:axis"),
    "squeeze": _row("squeeze", "input:x axis squeeze_dims:axis"),
    "tile": _row("tile", "input:x multiples:repeats"),
    "repeat": _row("repeat", "input:x repeats axis"),
    "reverse": _row("flip", "tensor:x axis"),
    "roll": _row("roll", "input:x shift axis"),
    "pad": _row("_pad", "tensor:x paddings mode constant_values"),
    "gather": _row("_gather", "params:x indices validate_indices axis batch_dims"),
    "slice": _row("_slice", "input_:x begin size"),
    "where": _row("where", "condition x:x1 y:x2"),
    "clip_by_value": _row("clip", "t:x clip_value_min:x_min clip_value_max:x_max"),
    "one_hot": _row("_one_hot", "indices:x depth on_value off_value axis dtype"),
    "broadcast_to": _row("broadcast_to", "input:x shape"),
    "meshgrid": _row("_meshgrid", "args indexing"),
}  # fmt: skip

OPERATORS: Mapping[str, Operator] = MappingProxyType(_ROWS)

_PREFIXES = ("compat.v1.", "compat.v2.", "raw_ops.")


def operator(function: str) -> Operator | None:
    """The row of a stored function name, None when there is none.

    ``compat.v1.squeeze`` is the same function as ``squeeze``: tf.keras stores whichever name TensorFlow's export table
    gives for it, which changed between releases.
    """
    for prefix in _PREFIXES:
        function = function.removeprefix(prefix)
    return OPERATORS.get(function)
