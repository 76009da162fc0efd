"""Special functions, by the approximations of the literature to the precision of float32."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from keras import ops

from loadstone.runtime.operators.common import add, as_dtype, dtype_of

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Coefficients of the logarithm of the gamma function (Lanczos 1964, with g = 7 and nine terms).
_G = 7.0
_LANCZOS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)  # fmt: skip

#: Of the asymptotic series of the digamma function in 1 / x**2: B(2k) / (2k). (Abramowitz and Stegun 6.3.18.)
_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132)
_SHIFT = 6

#: Of the modified Bessel functions, in (x / 3.75)**2 and in 3.75 / x. (Abramowitz and Stegun 9.8.1 to 9.8.4.)
_BORDER = 3.75
_I0_SMALL = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813)
_I0_LARGE = (
    0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377,
)  # fmt: skip
_I1_SMALL = (0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411)
_I1_LARGE = (
    0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059,
)  # fmt: skip


def _series(coefficients: Sequence[float], x: Any) -> Any:
    total: Any = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = add(ops.multiply(total, x), coefficient)
    return total


def _lgamma(x: Any) -> Any:
    """The logarithm of the gamma function's magnitude; below one half by reflection."""
    dtype = dtype_of(x)
    x = as_dtype(x, "float32")
    below = ops.less(x, 0.5)
    up = ops.where(below, ops.subtract(1.0, x), x)
    shifted = ops.subtract(up, 1.0)
    total: Any = _LANCZOS[0]
    for number, coefficient in enumerate(_LANCZOS[1:], start=1):
        total = add(ops.divide(coefficient, add(shifted, float(number))), total)
    base = add(shifted, _G + 0.5)
    power = ops.multiply(add(shifted, 0.5), ops.log(base))
    value = add(ops.subtract(power, base), add(ops.log(total), 0.5 * math.log(2 * math.pi)))
    sine = ops.absolute(ops.sin(ops.multiply(math.pi, x)))
    reflected = ops.subtract(ops.subtract(math.log(math.pi), ops.log(ops.where(below, sine, ops.ones_like(x)))), value)
    return as_dtype(ops.where(below, reflected, value), dtype)


def _digamma(x: Any) -> Any:
    """The derivative of `_lgamma`: the asymptotic series, reached by recurrence; below zero by reflection."""
    below = ops.less_equal(x, 0.0)
    up = ops.where(below, ops.subtract(1.0, x), x)
    value: Any = 0.0
    for _ in range(_SHIFT):
        value = ops.subtract(value, ops.reciprocal(up))
        up = add(up, 1.0)
    inverse = ops.reciprocal(ops.square(up))
    series = ops.multiply(inverse, _series(_DIGAMMA, inverse))
    value = add(value, ops.subtract(ops.subtract(ops.log(up), ops.divide(0.5, up)), series))
    turn = ops.multiply(math.pi, ops.where(below, x, 0.5 * ops.ones_like(x)))
    return ops.where(below, ops.subtract(value, ops.divide(math.pi, ops.tan(turn))), value)


def _lbeta(x: Any) -> Any:
    return ops.subtract(ops.sum(_lgamma(x), axis=-1), _lgamma(ops.sum(x, axis=-1)))


def _bessel_i0e(x: Any) -> Any:
    return ops.multiply(ops.exp(ops.negative(ops.absolute(x))), _bessel_i0(x))


def _bessel_i1e(x: Any) -> Any:
    return ops.multiply(ops.exp(ops.negative(ops.absolute(x))), _bessel_i1(x))


def _bessel_i0(x: Any) -> Any:
    return _bessel(x, _I0_SMALL, _I0_LARGE)


def _bessel_i1(x: Any) -> Any:
    size = ops.absolute(x)
    small = ops.multiply(size, _series(_I1_SMALL, ops.square(ops.divide(size, _BORDER))))
    return ops.multiply(ops.sign(x), ops.where(ops.less(size, _BORDER), small, _bessel_large(size, _I1_LARGE)))


def _bessel(x: Any, small: Sequence[float], large: Sequence[float]) -> Any:
    size = ops.absolute(x)
    near = _series(small, ops.square(ops.divide(size, _BORDER)))
    return ops.where(ops.less(size, _BORDER), near, _bessel_large(size, large))


def _bessel_large(size: Any, coefficients: Sequence[float]) -> Any:
    away = ops.maximum(size, _BORDER)
    return ops.multiply(ops.divide(ops.exp(away), ops.sqrt(away)), _series(coefficients, ops.divide(_BORDER, away)))


FUNCTIONS = (_bessel_i0, _bessel_i0e, _bessel_i1, _bessel_i1e, _digamma, _lbeta, _lgamma)
