"""Functions that `keras.ops` lacks under one name, composed of it.

Called on symbolic tensors while a graph is replayed, they leave only Keras' own operations in the model.

Each mirrors the TensorFlow function of the same name without the underscore; shapes and semantics are TensorFlow's.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def apply(op: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Call an operation of a blueprint: a composition of this module, else the function of `keras.ops`."""
    function = COMPOSED[op] if op.startswith("_") else getattr(ops, op)
    return function(*arguments, **keywords)


def _getitem(x: Any, index: Sequence[Any]) -> Any:
    return x[tuple(index)]


def _add_n(inputs: Sequence[Any]) -> Any:
    total = inputs[0]
    for item in inputs[1:]:
        total = ops.add(total, item)
    return total


def _matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> Any:
    a = _matrix_transpose(ops.conj(a) if adjoint_a else a) if transpose_a or adjoint_a else a
    b = _matrix_transpose(ops.conj(b) if adjoint_b else b) if transpose_b or adjoint_b else b
    return ops.matmul(a, b)


def _matrix_transpose(x: Any) -> Any:
    return ops.swapaxes(x, -2, -1)


def _l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    squares = ops.sum(ops.square(x), axis=_axes(axis), keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)))


def _norm(x: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002 - TensorFlow's name
    if ord in ("euclidean", "fro"):  # over any number of axes, which keras.ops.norm does not take
        return ops.sqrt(ops.sum(ops.square(x), axis=_axes(axis), keepdims=keepdims))
    return ops.norm(x, ord=ord, axis=_axes(axis), keepdims=keepdims)


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list | tuple) else axis


def _cumsum(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Any:
    flipped = ops.flip(x, axis=axis) if reverse else x
    total = ops.cumsum(flipped, axis=axis)
    if exclusive:
        total = ops.subtract(total, flipped)
    return ops.flip(total, axis=axis) if reverse else total


def _argmax(x: Any, axis: int = 0, output_type: str = "int64") -> Any:
    return ops.cast(ops.argmax(x, axis=axis), _dtype(output_type))


def _argmin(x: Any, axis: int = 0, output_type: str = "int64") -> Any:
    return ops.cast(ops.argmin(x, axis=axis), _dtype(output_type))


def _dtype(name: Any) -> str:
    return str(name).removeprefix("tf.")


def _leaky_relu(x: Any, alpha: float = 0.2) -> Any:
    return ops.leaky_relu(x, negative_slope=alpha)


def _softmax(x: Any, axis: int = -1) -> Any:
    return ops.softmax(x, axis=axis)


def _log_softmax(x: Any, axis: int = -1) -> Any:
    return ops.log_softmax(x, axis=axis)


def _crelu(x: Any, axis: int = -1) -> Any:
    return ops.relu(ops.concatenate([x, ops.negative(x)], axis=axis))


def _gelu(x: Any, approximate: bool = False) -> Any:
    return ops.gelu(x, approximate=approximate)


def _swish(x: Any, beta: float = 1.0) -> Any:
    return ops.multiply(x, ops.sigmoid(ops.multiply(beta, x)))


def _bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    if data_format and data_format.startswith("NC") and len(x.shape) > 2:  # noqa: PLR2004 - a batch and a channel axis
        bias = ops.reshape(bias, (1, -1) + (1,) * (len(x.shape) - 2))
    return ops.add(x, bias)


def _split(x: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None) -> Any:
    del num  # TensorFlow needs it where the number is not static; here the sizes are
    if isinstance(num_or_size_splits, int):
        return ops.split(x, num_or_size_splits, axis=axis)
    edges, edge = [], 0
    for size in num_or_size_splits[:-1]:
        edge += size
        edges.append(edge)
    return ops.split(x, edges, axis=axis)


def _unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    return ops.unstack(x, num=num, axis=axis)


def _pad(x: Any, paddings: Any, mode: str = "CONSTANT", constant_values: float = 0) -> Any:
    mode = mode.lower()
    if mode == "constant":
        return ops.pad(x, paddings, mode=mode, constant_values=constant_values)
    return ops.pad(x, paddings, mode=mode)


def _gather(x: Any, indices: Any, validate_indices: Any = None, axis: int | None = None, batch_dims: int = 0) -> Any:
    del validate_indices  # deprecated in TensorFlow, without effect
    if batch_dims:
        raise ValueError("gather with batch_dims has no counterpart")
    return ops.take(x, indices, axis=axis or 0)


def _slice(x: Any, begin: Sequence[int], size: Sequence[int]) -> Any:
    return x[tuple(slice(start, None if n == -1 else start + n) for start, n in zip(begin, size, strict=True))]


def _one_hot(x: Any, depth: int, on_value: Any = None, off_value: Any = None, axis: int = -1, dtype: Any = None) -> Any:
    encoded = ops.one_hot(x, depth, axis=axis, dtype=_dtype(dtype or "float32"))
    if on_value is None and off_value is None:
        return encoded
    on, off = (1 if on_value is None else on_value), (0 if off_value is None else off_value)
    return ops.add(ops.multiply(encoded, on - off), off)


def _depth_to_space(x: Any, block_size: int, data_format: str = "NHWC") -> Any:
    _only_nhwc(data_format)
    _, height, width, channels = x.shape
    x = ops.reshape(x, (-1, height, width, block_size, block_size, channels // block_size**2))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height * block_size, width * block_size, channels // block_size**2))


def _space_to_depth(x: Any, block_size: int, data_format: str = "NHWC") -> Any:
    _only_nhwc(data_format)
    _, height, width, channels = x.shape
    x = ops.reshape(x, (-1, height // block_size, block_size, width // block_size, block_size, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height // block_size, width // block_size, channels * block_size**2))


def _only_nhwc(data_format: str) -> None:
    if data_format != "NHWC":
        raise ValueError(f"data_format {data_format} has no counterpart")


def _pool(
    pool: Callable[..., Any], x: Any, ksize: Any, strides: Any, padding: str, data_format: str | None = None
) -> Any:
    _only_nhwc(data_format or "NHWC")
    return pool(x, pool_size=_spatial(ksize), strides=_spatial(strides), padding=padding.lower())


def _spatial(sizes: Any) -> Any:
    """The two spatial sizes of TensorFlow's one, two or four."""
    if isinstance(sizes, int):
        return (sizes, sizes)
    sizes = tuple(sizes)
    return {1: sizes * 2, 2: sizes}.get(len(sizes), sizes[1:3])


def _avg_pool(*arguments: Any, **keywords: Any) -> Any:
    return _pool(ops.average_pool, *arguments, **keywords)


def _max_pool(*arguments: Any, **keywords: Any) -> Any:
    return _pool(ops.max_pool, *arguments, **keywords)


def _resize(
    x: Any, size: Any, method: str = "bilinear", preserve_aspect_ratio: bool = False, antialias: bool = False
) -> Any:
    if preserve_aspect_ratio:
        raise ValueError("resize with preserve_aspect_ratio has no counterpart")
    return ops.image.resize(
        x, tuple(size), interpolation=method.lower(), antialias=antialias, data_format="channels_last"
    )


def _rgb_to_grayscale(x: Any) -> Any:
    return ops.image.rgb_to_grayscale(x, data_format="channels_last")


def _einsum(equation: str, inputs: Any) -> Any:
    return ops.einsum(equation, *(inputs if isinstance(inputs, list | tuple) else [inputs]))


def _meshgrid(args: Sequence[Any], indexing: str = "xy") -> Any:
    return ops.meshgrid(*args, indexing=indexing)


COMPOSED: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "_add_n": _add_n,
        "_argmax": _argmax,
        "_argmin": _argmin,
        "_avg_pool": _avg_pool,
        "_bias_add": _bias_add,
        "_crelu": _crelu,
        "_cumsum": _cumsum,
        "_depth_to_space": _depth_to_space,
        "_diag_part": lambda x: ops.diagonal(x, axis1=-2, axis2=-1),
        "_einsum": _einsum,
        "_flip_left_right": lambda x: ops.flip(x, axis=-2),
        "_flip_up_down": lambda x: ops.flip(x, axis=-3),
        "_gather": _gather,
        "_gelu": _gelu,
        "_getitem": _getitem,
        "_identity": lambda x: ops.multiply(x, 1),
        "_l2_normalize": _l2_normalize,
        "_leaky_relu": _leaky_relu,
        "_log_softmax": _log_softmax,
        "_matmul": _matmul,
        "_matrix_transpose": _matrix_transpose,
        "_max_pool": _max_pool,
        "_meshgrid": _meshgrid,
        "_multiply_no_nan": lambda x1, x2: ops.where(ops.equal(x2, 0), ops.zeros_like(x1), ops.multiply(x1, x2)),
        "_norm": _norm,
        "_one_hot": _one_hot,
        "_pad": _pad,
        "_resize": _resize,
        "_rgb_to_grayscale": _rgb_to_grayscale,
        "_slice": _slice,
        "_softmax": _softmax,
        "_space_to_depth": _space_to_depth,
        "_split": _split,
        "_squared_difference": lambda x1, x2: ops.square(ops.subtract(x1, x2)),
        "_swish": _swish,
        "_trace": lambda x: ops.trace(x, axis1=-2, axis2=-1),
        "_unstack": _unstack,
    }
)
