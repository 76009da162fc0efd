"""Functions of ``tf.linalg``: products and decompositions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import add, axes, constant, dtype_of, is_complex, length, packed
from loadstone.runtime.operators.maths import _abs

if TYPE_CHECKING:
    from collections.abc import Sequence


def _matmul(
    x1: Any,
    x2: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    output_type: Any = None,
) -> Any:
    if output_type is not None and str(output_type) != dtype_of(x1):
        raise ValueError("a product in another dtype than its factors' has no counterpart")
    x1 = _turned(x1, transpose_a, adjoint_a)
    x2 = _turned(x2, transpose_b, adjoint_b)
    return ops.matmul(x1, x2)


def _turned(x: Any, transpose: bool, adjoint: bool) -> Any:
    if not (transpose or adjoint):
        return x
    x = ops.swapaxes(x, -2, -1)
    return ops.conj(x) if adjoint and is_complex(x) else x


def _matrix_transpose(x: Any, conjugate: bool = False) -> Any:
    return _turned(x, transpose=True, adjoint=conjugate)


def _adjoint(x: Any) -> Any:
    return _turned(x, transpose=True, adjoint=True)


def _norm(x: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = False) -> Any:  # noqa: A002 - TensorFlow's name
    axis, keepdims = axes(axis), bool(keepdims)
    if isinstance(axis, tuple) and len(axis) == 1:
        axis = axis[0]
    if is_complex(x):  # TensorFlow gives the size of complex numbers as such
        return ops.cast(_norm(_abs(x), ord, axis, keepdims), dtype_of(x))
    if ord in ("euclidean", "fro"):
        return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=keepdims))
    if isinstance(axis, tuple):
        return _matrix_norm(x, ord, axis, keepdims)
    size = ops.absolute(x)
    if ord == np.inf:
        return ops.max(size, axis=axis, keepdims=keepdims)
    if ord == 1:
        return ops.sum(size, axis=axis, keepdims=keepdims)
    total = ops.sum(ops.power(size, ord), axis=axis, keepdims=keepdims)
    return ops.power(total, 1.0 / ord)


def _matrix_norm(x: Any, order: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    rank = len(x.shape)
    rows, columns = (at % rank for at in axis)
    if order == 2:  # noqa: PLR2004 - the spectral norm
        last = ops.moveaxis(x, (rows, columns), (-2, -1))
        found = ops.max(ops.svd(last, compute_uv=False), axis=-1)
        if not keepdims:
            return found
        for at in sorted((rows, columns)):
            found = ops.expand_dims(found, at)
        return found
    over, along = (rows, columns) if order == 1 else (columns, rows)
    found = ops.max(ops.sum(ops.absolute(x), axis=over, keepdims=True), axis=along, keepdims=True)
    return found if keepdims else ops.squeeze(found, axis=(rows, columns))


def _normalize(x: Any, ord: Any = "euclidean", axis: Any = None) -> Any:  # noqa: A002 - TensorFlow's name
    norm = _norm(x, ord, axis, keepdims=True)
    return ops.divide(x, norm), norm


def _einsum(equation: str, xs: Sequence[Any]) -> Any:
    return ops.einsum(equation, *xs)


def _tensordot(x1: Any, x2: Any, axes: Any) -> Any:
    """As an equation: each axis has a letter, those that are summed over the same one."""
    one, two = len(np.shape(x1)), len(np.shape(x2))
    if np.ndim(axes) == 0:
        pairs = [(one - int(axes) + at, at) for at in range(int(axes))]
    else:
        pairs = list(zip(*(np.atleast_1d(part).tolist() for part in axes), strict=True))
    summed = {at % one: letter for letter, (at, _) in zip("abcdefgh", pairs, strict=False)}
    again = {at % two: letter for letter, (_, at) in zip("abcdefgh", pairs, strict=False)}
    first = [summed.get(at, letter) for at, letter in zip(range(one), "ijklmnop", strict=False)]
    second = [again.get(at, letter) for at, letter in zip(range(two), "qrstuvwx", strict=False)]
    left = [letter for letter in (*first, *second) if letter not in summed.values()]
    return ops.einsum(f"{''.join(first)},{''.join(second)}->{''.join(left)}", x1, x2)


def _trace(x: Any) -> Any:
    return ops.trace(x, axis1=-2, axis2=-1)


def _diag_part(x: Any, k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT") -> Any:
    del padding_value, align  # of several diagonals
    return ops.diagonal(x, offset=_one_diagonal(k), axis1=-2, axis2=-1)


def _one_diagonal(k: Any) -> int:
    low, *high = np.atleast_1d(k).tolist()
    if high and high != [low]:
        raise ValueError("several diagonals at once have no counterpart")
    return int(low)


def _diag(
    diagonal: Any, k: Any = 0, num_rows: Any = -1, num_cols: Any = -1, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Any:
    del align
    at = _one_diagonal(k)
    if num_rows != -1 or num_cols != -1:
        raise ValueError("a diagonal of a matrix that is not square has no counterpart")
    size = length(diagonal, -1) + abs(at)
    place = np.eye(size, k=at, dtype=bool)
    wide = ops.pad(diagonal, [(0, 0)] * (len(diagonal.shape) - 1) + [(max(-at, 0), max(at, 0))])
    wide = ops.expand_dims(wide, -1)  # a row's number, shifted to where its diagonal stands
    return ops.where(place, wide, constant(padding_value, dtype_of(diagonal)))


def _set_diag(x: Any, diagonal: Any, k: Any = 0, align: str = "RIGHT_LEFT") -> Any:
    del align
    at = _one_diagonal(k)
    rows, columns = length(x, -2), length(x, -1)
    place = np.eye(rows, columns, k=at, dtype=bool)
    short = length(diagonal, -1)
    before = max(-at, 0)
    wide = ops.pad(diagonal, [(0, 0)] * (len(diagonal.shape) - 1) + [(before, rows - short - before)])
    return ops.where(place, ops.expand_dims(wide, -1), x)


def _band_part(x: Any, num_lower: Any, num_upper: Any) -> Any:
    rows, columns = length(x, -2), length(x, -1)
    away = np.subtract.outer(np.arange(rows), np.arange(columns))
    band = np.ones((rows, columns), dtype=bool)
    if num_lower >= 0:
        band &= away <= num_lower
    if num_upper >= 0:
        band &= -away <= num_upper
    return ops.where(band, packed(x), constant(0, dtype_of(x)))


def _tensor_diag(diagonal: Any) -> Any:
    size = int(np.prod([length(diagonal, at) for at in range(len(diagonal.shape))]))
    flat = ops.reshape(diagonal, (size, 1))
    square = ops.where(np.eye(size, dtype=bool), flat, constant(0, dtype_of(diagonal)))
    return ops.reshape(square, (*diagonal.shape, *diagonal.shape))


def _tensor_diag_part(x: Any) -> Any:
    half = x.shape[: len(x.shape) // 2]
    size = int(np.prod([length(x, at) for at in range(len(half))]))
    return ops.reshape(ops.diagonal(ops.reshape(x, (size, size))), half)


def _inv(x: Any, adjoint: bool = False) -> Any:
    return ops.inv(_adjoint(x) if adjoint else x)


def _cross(x1: Any, x2: Any) -> Any:
    a, b = ([x[..., at] for at in range(3)] for x in (x1, x2))
    pairs = ((1, 2), (2, 0), (0, 1))
    return ops.stack([ops.subtract(ops.multiply(a[i], b[j]), ops.multiply(a[j], b[i])) for i, j in pairs], axis=-1)


def _cholesky_solve(chol: Any, rhs: Any) -> Any:
    first = ops.solve_triangular(chol, rhs, lower=True)
    return ops.solve_triangular(_adjoint(chol), first, lower=False)


def _solve(matrix: Any, rhs: Any, adjoint: bool = False) -> Any:
    return ops.solve(_adjoint(matrix) if adjoint else matrix, rhs)


def _triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False) -> Any:
    matrix = _band_part(matrix, -1, 0) if lower else _band_part(matrix, 0, -1)
    if adjoint:
        return ops.solve_triangular(_adjoint(matrix), rhs, lower=not lower)
    return ops.solve_triangular(matrix, rhs, lower=bool(lower))


def _lstsq(matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True) -> Any:
    """By the normal equations, as TensorFlow does by default."""
    rows, columns = length(matrix, -2), length(matrix, -1)
    if not fast or isinstance(l2_regularizer, list):
        raise ValueError("least squares by a decomposition has no counterpart")
    turned = _adjoint(matrix)
    extra = float(l2_regularizer)
    if rows >= columns:
        gram = add(ops.matmul(turned, matrix), constant(np.eye(columns) * extra, dtype_of(matrix)))
        return ops.solve(gram, ops.matmul(turned, rhs))
    gram = add(ops.matmul(matrix, turned), constant(np.eye(rows) * extra, dtype_of(matrix)))
    return ops.matmul(turned, ops.solve(gram, rhs))


def _pinv(x: Any, rcond: Any = None) -> Any:
    """By singular values, those below ``rcond`` of the largest left out."""
    rows, columns = length(x, -2), length(x, -1)
    if rcond is None:
        rcond = 10.0 * max(rows, columns) * float(np.finfo(dtype_of(x)).eps)
    left, values, right = ops.svd(x, full_matrices=False)
    large = ops.greater(values, ops.multiply(rcond, ops.max(values, axis=-1, keepdims=True)))
    inverse = ops.where(large, ops.reciprocal(ops.where(large, values, ops.ones_like(values))), ops.zeros_like(values))
    return ops.matmul(ops.multiply(_adjoint(right), ops.expand_dims(inverse, -2)), _adjoint(left))


def _svd(x: Any, full_matrices: bool = False, compute_uv: bool = True) -> Any:
    """TensorFlow gives the values first, and the right vectors as columns."""
    if not compute_uv:
        return ops.svd(x, full_matrices=bool(full_matrices), compute_uv=False)
    left, values, right = ops.svd(x, full_matrices=bool(full_matrices))
    return values, left, _adjoint(right)


def _qr(x: Any, full_matrices: bool = False) -> Any:
    return ops.qr(x, mode="complete" if full_matrices else "reduced")


def _eigvalsh(x: Any) -> Any:
    return ops.eigh(x)[0]


def _expm(x: Any) -> Any:
    """By scaling and squaring a Taylor series of 18 terms, exact to float32 where the norm is below 64."""
    squarings, size = 6, length(x, -1)
    scaled = ops.divide(x, float(2**squarings))
    term = total = add(ops.zeros_like(x), constant(np.eye(size), dtype_of(x)))
    for number in range(1, 19):
        term = ops.divide(ops.matmul(term, scaled), float(number))
        total = add(total, term)
    for _ in range(squarings):
        total = ops.matmul(total, total)
    return total


def _matrix_rank(x: Any, tol: Any = None) -> Any:
    values = ops.svd(x, compute_uv=False)
    if tol is None:
        eps = float(np.finfo(dtype_of(x)).eps) * max(length(x, -2), length(x, -1))
        tol = ops.multiply(eps, ops.max(values, axis=-1, keepdims=True))
    return ops.sum(ops.cast(ops.greater(values, tol), "int32"), axis=-1)


def _tridiagonal_matmul(diagonals: Any, rhs: Any, diagonals_format: str = "compact") -> Any:
    if diagonals_format != "sequence":
        raise ValueError(f"diagonals in the format {diagonals_format} have no counterpart")
    above, main, below = (packed(part) for part in diagonals)
    zero = [(0, 0)] * (len(rhs.shape) - 2)
    later = ops.pad(rhs[..., 1:, :], (*zero, (0, 1), (0, 0)))
    earlier = ops.pad(rhs[..., :-1, :], (*zero, (1, 0), (0, 0)))
    parts = ((above, later), (main, rhs), (below, earlier))
    total: Any = 0.0
    for weights, part in parts:
        total = add(ops.multiply(ops.expand_dims(weights, -1), part), total)
    return total


FUNCTIONS = (
    _adjoint, _band_part, _cholesky_solve, _cross, _diag, _diag_part, _eigvalsh, _einsum, _expm, _inv, _lstsq,
    _matmul, _matrix_rank, _matrix_transpose, _norm, _normalize, _pinv, _qr, _set_diag, _solve, _svd,
    _tensor_diag, _tensor_diag_part, _tensordot, _trace, _triangular_solve, _tridiagonal_matmul,
)  # fmt: skip
