"""Functions of numbers that `keras.ops` lacks, or computes in another dtype."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import (
    INTEGERS,
    add,
    as_dtype,
    axes,
    dtype_named,
    dtype_of,
    dtype_within,
    is_complex,
    packed,
)
from loadstone.runtime.operators.extents import has_extent, is_symbolic, on_numbers, tensor_of, tensors_for_extents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Arithmetic that goes on with sizes as numbers.
_ON_SIZES: Mapping[str, Callable[..., Any]] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "floor_divide": np.floor_divide,
    "maximum": np.maximum, "minimum": np.minimum, "mod": np.mod,
}  # fmt: skip


def _of_two(op: str) -> Callable[[Any, Any], Any]:
    function, on_sizes = add if op == "add" else getattr(ops, op), _ON_SIZES[op]

    def computed(x1: Any, x2: Any) -> Any:
        if not (is_symbolic(x1) or is_symbolic(x2)) and has_extent((x1, x2)):
            found = on_numbers(on_sizes, x1, x2)
            if found is not None:
                return found
        return function(tensors_for_extents(x1), tensors_for_extents(x2))

    computed.__name__ = f"_{op}"
    return computed


def _true_divide(x1: Any, x2: Any) -> Any:
    """TensorFlow divides integers of 32 bits and more as float64, smaller ones as float32."""
    known = next((dtype_of(x) for x in (x1, x2) if hasattr(x, "dtype")), "float32")
    if known in INTEGERS:
        wide = "float64" if known in {"int32", "int64", "uint32", "uint64"} else "float32"
        x1, x2 = (ops.cast(x, wide) if hasattr(x, "dtype") else float(x) for x in (x1, x2))
    return ops.true_divide(x1, x2)


def _div(x1: Any, x2: Any) -> Any:
    """Python 2's division: of integers, downwards."""
    known = next((dtype_of(x) for x in (x1, x2) if hasattr(x, "dtype")), "float32")
    return ops.floor_divide(x1, x2) if known in INTEGERS else ops.true_divide(x1, x2)


def _truncatediv(x1: Any, x2: Any) -> Any:
    known = next(dtype_of(x) for x in (x1, x2) if hasattr(x, "dtype"))
    magnitude = ops.floor_divide(ops.absolute(x1), ops.absolute(x2))
    return as_dtype(ops.multiply(magnitude, ops.multiply(ops.sign(x1), ops.sign(x2))), known)


def _truncatemod(x1: Any, x2: Any) -> Any:
    return ops.subtract(x1, ops.multiply(_truncatediv(x1, x2), x2))


def _squared_difference(x1: Any, x2: Any) -> Any:
    return ops.square(ops.subtract(x1, x2))


def _multiply_no_nan(x1: Any, x2: Any) -> Any:
    return ops.where(ops.equal(x2, 0), ops.zeros_like(x1), ops.multiply(x1, x2))


def _safe(x: Any) -> Any:
    """The tensor with ones for zeros, on which the value does not depend there."""
    return ops.where(ops.equal(x, 0), ops.ones_like(x), x)


def _xlogy(x1: Any, x2: Any) -> Any:
    product = ops.multiply(x1, ops.log(ops.where(ops.equal(x1, 0), ops.ones_like(x2), x2)))
    return ops.where(ops.equal(x1, 0), ops.zeros_like(product), product)


def _xlog1py(x1: Any, x2: Any) -> Any:
    product = ops.multiply(x1, ops.log1p(ops.where(ops.equal(x1, 0), ops.zeros_like(x2), x2)))
    return ops.where(ops.equal(x1, 0), ops.zeros_like(product), product)


def _xdivy(x1: Any, x2: Any) -> Any:
    quotient = ops.divide(x1, ops.where(ops.equal(x1, 0), ops.ones_like(x2), x2))
    return ops.where(ops.equal(x1, 0), ops.zeros_like(quotient), quotient)


def _reciprocal_no_nan(x: Any) -> Any:
    return ops.where(ops.equal(x, 0), ops.zeros_like(x), ops.reciprocal(_safe(x)))


def _ndtri(x: Any) -> Any:
    return ops.multiply(ops.erfinv(ops.subtract(ops.multiply(2.0, x), 1.0)), math.sqrt(2.0))


def _erfcinv(x: Any) -> Any:
    return ops.erfinv(ops.subtract(1.0, x))


def _erfc(x: Any) -> Any:
    return ops.subtract(1.0, ops.erf(x))


def _polyval(coeffs: Sequence[Any], x: Any) -> Any:
    total: Any = coeffs[0]
    for coefficient in coeffs[1:]:
        total = add(ops.multiply(total, x), packed(coefficient, dtype_of(x)))
    return total


def _bitwise(op: str) -> Callable[..., Any]:
    function = getattr(ops, op)

    def computed(x: Any, y: Any) -> Any:
        dtype = dtype_within([x, y])
        return function(packed(x, dtype), packed(y, dtype))

    computed.__name__ = f"_{op}"
    return computed


def _abs(x: Any) -> Any:
    if is_complex(x):
        return ops.sqrt(add(ops.square(_real(x)), ops.square(_imag(x))))
    return ops.absolute(x)


def _real(x: Any) -> Any:
    """The real part, of the dtype that Keras' symbolic tensor of it does not tell."""
    return ops.cast(ops.real(x), _part_dtype(x)) if is_complex(x) else ops.multiply(x, 1.0)


def _imag(x: Any) -> Any:
    return ops.cast(ops.imag(x), _part_dtype(x)) if is_complex(x) else ops.zeros_like(x)


def _part_dtype(x: Any) -> str:
    return "float64" if dtype_of(x) == "complex128" else "float32"


def _angle(x: Any) -> Any:
    return ops.arctan2(_imag(x), _real(x)) if is_complex(x) else ops.where(ops.less(x, 0), math.pi, 0.0)


def _complex(real: Any, imag: Any) -> Any:
    real, imag = packed(real, dtype_within([imag])), packed(imag, dtype_within([real]))
    imag = add(imag, ops.zeros_like(real))
    real = add(real, ops.zeros_like(imag))
    pairs = ops.stack([real, imag], axis=-1)
    return ops.view_as_complex(ops.cast(pairs, "complex128" if dtype_of(real) == "float64" else "complex64"))


# Reductions


def _reduction(op: str) -> Callable[..., Any]:
    function = getattr(ops, op)

    def reduced(x: Any, axis: Any = None, keepdims: bool | None = False) -> Any:
        if has_extent(x):
            return _reduced_sizes(op, x, axis)
        result = function(packed(x), axis=axes(axis), keepdims=bool(keepdims))
        return as_dtype(result, dtype_of(packed(x)))

    reduced.__name__ = f"_{op}"
    return reduced


def _reduced_sizes(op: str, x: Any, axis: Any) -> Any:
    if axis in (None, 0, [0], (0,)):
        found = (
            on_numbers(getattr(np, op), np.asarray(x, dtype=object), dtype=object) if op in {"sum", "prod"} else None
        )
        if found is not None:
            return found
    return getattr(ops, op)(tensor_of(x), axis=axes(axis))


def _mean(x: Any, axis: Any = None, keepdims: bool | None = False) -> Any:
    """TensorFlow's mean of integers is an integer, rounded towards zero."""
    dtype = dtype_of(x)
    if dtype in INTEGERS:
        total = ops.sum(x, axis=axes(axis), keepdims=bool(keepdims))
        count = ops.sum(ops.ones_like(x), axis=axes(axis), keepdims=bool(keepdims))
        return as_dtype(_truncatediv(total, count), dtype)
    return ops.mean(packed(x), axis=axes(axis), keepdims=bool(keepdims))


def _logsumexp(x: Any, axis: Any = None, keepdims: bool | None = False) -> Any:
    return ops.logsumexp(x, axis=axes(axis), keepdims=bool(keepdims))


def _spread(op: str) -> Callable[..., Any]:
    function = getattr(ops, op)

    def reduced(x: Any, axis: Any = None, keepdims: bool | None = False) -> Any:
        return function(x, axis=axes(axis), keepdims=bool(keepdims))

    reduced.__name__ = f"_{op}"
    return reduced


def _truth(op: str) -> Callable[..., Any]:
    function = getattr(ops, op)

    def reduced(x: Any, axis: Any = None, keepdims: bool | None = False) -> Any:
        return function(packed(x), axis=axes(axis), keepdims=bool(keepdims))

    reduced.__name__ = f"_{op}"
    return reduced


def _euclidean_norm(x: Any, axis: Any = None, keepdims: bool | None = False) -> Any:
    return ops.sqrt(ops.sum(ops.square(x), axis=axes(axis), keepdims=bool(keepdims)))


def _count_nonzero(x: Any, axis: Any = None, keepdims: bool | None = False, dtype: Any = "int64") -> Any:
    counted = ops.sum(ops.cast(ops.not_equal(x, 0), "int32"), axis=axes(axis), keepdims=bool(keepdims))
    return ops.cast(counted, dtype_named(dtype))


def _zero_fraction(x: Any) -> Any:
    return ops.mean(ops.cast(ops.equal(x, 0), "float32"))


def _argmax(x: Any, axis: Any = 0, output_type: Any = "int64") -> Any:
    return ops.cast(ops.argmax(x, axis=0 if axis is None else int(axis)), dtype_named(output_type))


def _argmin(x: Any, axis: Any = 0, output_type: Any = "int64") -> Any:
    return ops.cast(ops.argmin(x, axis=0 if axis is None else int(axis)), dtype_named(output_type))


def _top_k(x: Any, k: Any = 1, sorted: bool = True, index_type: Any = "int32") -> Any:  # noqa: A002 - TensorFlow's name
    values, indices = ops.top_k(x, int(k), sorted=sorted)
    return values, as_dtype(indices, dtype_named(index_type))


def _in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    return ops.in_top_k(targets, predictions, k)


def _l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    squares = ops.sum(ops.square(x), axis=axes(axis), keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)))


# Along an axis


def _running(op: str) -> Callable[..., Any]:
    """A cumulative function, which may leave out the element itself, or run backwards."""
    function, neutral = getattr(ops, op), {"cumsum": 0, "cumprod": 1}[op]

    def cumulative(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> Any:
        axis = int(axis)
        x = ops.flip(x, axis=axis) if reverse else x
        total = as_dtype(function(x, axis=axis), dtype_of(x))
        if exclusive:
            total = _shifted(total, axis, neutral)
        return ops.flip(total, axis=axis) if reverse else total

    cumulative.__name__ = f"_{op}"
    return cumulative


def _shifted(x: Any, axis: int, first: float) -> Any:
    """One place on along the axis, with ``first`` in front."""
    rank = len(x.shape)
    whole = [slice(None)] * rank
    whole[axis % rank] = slice(0, -1)
    pads = [(0, 0)] * rank
    pads[axis % rank] = (1, 0)
    return ops.pad(x[tuple(whole)], tuple(pads), mode="constant", constant_values=first)


def _cumulative_logsumexp(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> Any:
    axis = int(axis)
    x = ops.flip(x, axis=axis) if reverse else x
    peak = ops.max(x, axis=axis, keepdims=True)
    total = add(ops.log(ops.cumsum(ops.exp(ops.subtract(x, peak)), axis=axis)), peak)
    if exclusive:
        total = _shifted(total, axis, -math.inf)
    return ops.flip(total, axis=axis) if reverse else total


def _ordered(op: str) -> Callable[[Any], Any]:
    compare = getattr(ops, op)

    def monotonic(x: Any) -> Any:
        flat = ops.reshape(x, (-1,))
        return ops.all(compare(flat[1:,], flat[:-1,]))

    monotonic.__name__ = {"greater_equal": "_is_non_decreasing", "greater": "_is_strictly_increasing"}[op]
    return monotonic


def _invert_permutation(x: Any) -> Any:
    return as_dtype(ops.argsort(x), dtype_of(x))


def _bincount(
    x: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = "int32",
    axis: Any = None,
    binary_output: bool = False,
) -> Any:
    if maxlength is None or minlength != maxlength:
        raise ValueError("as many bins as the values say have no counterpart; minlength and maxlength would fix them")
    if axis is None:
        x = ops.reshape(x, (-1,))
        weights = None if weights is None else ops.reshape(weights, (-1,))
    chosen = ops.equal(ops.expand_dims(x, -1), np.arange(int(maxlength)).astype(dtype_of(x)))
    if binary_output:
        return ops.cast(ops.any(chosen, axis=-2), dtype_named(dtype))
    if weights is None:
        return ops.cast(ops.sum(ops.cast(chosen, "int32"), axis=-2), dtype_named(dtype))
    spread = ops.multiply(ops.cast(chosen, dtype_of(weights)), ops.expand_dims(weights, -1))
    return ops.sum(spread, axis=-2)


def _confusion_matrix(
    labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None, dtype: Any = "int32"
) -> Any:
    if num_classes is None:
        raise ValueError("as many classes as the values say have no counterpart; num_classes would fix them")
    name = dtype_named(dtype)
    rows = ops.one_hot(labels, int(num_classes), dtype=name)
    if weights is not None:
        rows = ops.multiply(rows, ops.expand_dims(packed(weights, name), -1))
    return ops.matmul(ops.transpose(rows), ops.one_hot(predictions, int(num_classes), dtype=name))


FUNCTIONS = (
    *(_of_two(op) for op in _ON_SIZES),
    *(_bitwise(op) for op in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift")),
    *(_reduction(op) for op in ("sum", "prod", "max", "min")), *(_spread(op) for op in ("std", "var")),
    *(_truth(op) for op in ("any", "all")), *(_running(op) for op in ("cumsum", "cumprod")),
    *(_ordered(op) for op in ("greater_equal", "greater")), _abs, _angle, _argmax, _argmin, _bincount, _complex,
    _confusion_matrix, _count_nonzero, _cumulative_logsumexp, _div, _erfc, _erfcinv, _euclidean_norm, _imag,
    _in_top_k, _invert_permutation, _l2_normalize, _logsumexp, _mean, _multiply_no_nan, _ndtri, _polyval,
    _real, _reciprocal_no_nan, _squared_difference, _top_k, _true_divide, _truncatediv, _truncatemod, _xdivy,
    _xlog1py, _xlogy, _zero_fraction,
)  # fmt: skip
