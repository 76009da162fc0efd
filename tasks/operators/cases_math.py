"""Calls of `tf.math`, operators of Python and `tf.bitwise`, as `tasks.operators.cases` reads them."""

from __future__ import annotations

MATH = """
tf.abs(s)|tf.negative(s)|tf.sign(s)|tf.square(s)|tf.sqrt(x)|tf.math.rsqrt(x)|tf.exp(s)|tf.math.expm1(s)|tf.math.log(x)
tf.math.log1p(x)|tf.sin(s)|tf.cos(s)|tf.tan(s)|tf.asin(s)|tf.acos(s)|tf.atan(s)|tf.sinh(s)|tf.cosh(s)|tf.tanh(s)
tf.asinh(s)|tf.acosh(x + 1.0)|tf.atanh(x)|tf.sigmoid(s)|tf.math.log_sigmoid(s)|tf.math.softplus(s)|tf.floor(s * 3.0)
tf.math.ceil(s * 3.0)|tf.round(s * 4.0)|tf.math.rint(s * 4.0)|tf.math.reciprocal(x)|tf.math.reciprocal_no_nan(s)
tf.math.erf(s)|tf.math.erfc(s)|tf.math.erfinv(s * 0.9)|tf.math.erfcinv(x)|tf.math.ndtri(x)|tf.math.lgamma(x + 0.5)
tf.math.digamma(x + 0.5)|tf.math.is_nan(s / 0.0)|tf.math.is_finite(s / 0.0)|tf.math.is_inf(s / 0.0)|tf.logical_not(f)
tf.logical_and(f, g)|tf.logical_or(f, g)|tf.math.logical_xor(f, g)|f & g|f \\| g|f ^ g|~f|-s|abs(s)|s + t|s - t|s * t|s / y
s // y|s % y|x ** y|x ** 2|s + 1.0|1.0 - s|2 * s|1.0 / x|2.0 ** s|3.0 // x|3.0 % x|s > t|s >= t|s < t|s <= t|s > 0.0|0.5 < x
j // 3|j % 3|j / 2|j - 1|j * i|-j|abs(j)|i & j|i \\| j|i ^ j|~j|f & True
s + [1.0, 2.0, 3.0, 4.0]|[1.0, 2.0, 3.0, 4.0] - s|s * np.array([[1.0], [2.0], [3.0]], "float32")|tf.constant([1.0, 0.5, 2.0, 3.0]) / x
j + [1, 2, 3, 4]|s > [0.0, 0.1, 0.2, 0.3]|i + tf.constant(3)|tf.cast(i, tf.float32) * 0.5
tf.add(s, t)|tf.subtract(s, 1)|tf.multiply(s, t)|tf.math.divide(s, y)|tf.truediv(s, y)|tf.truediv(i, 2)|tf.math.floordiv(s, y)
tf.math.floormod(s, y)|tf.math.mod(j, 3)|tf.pow(x, y)|tf.maximum(s, t)|tf.minimum(s, 0.25)|tf.maximum(0.0, s)|tf.atan2(s, t)
tf.math.squared_difference(s, t)|tf.math.divide_no_nan(s, tf.nn.relu(t))|tf.math.multiply_no_nan(s, tf.nn.relu(t))
tf.math.xlogy(x, y)|tf.math.xdivy(s, y)|tf.math.xlog1py(x, y)|tf.truncatediv(j, 3)|tf.truncatemod(j, 3)|tf.realdiv(s, y)
tf.compat.v1.div(j, 3)|tf.compat.v1.div(s, 2.0)|tf.compat.v1.floor_div(j, 3)|tf.greater(s, t)|tf.greater_equal(s, t)|tf.less(s, t)
tf.less_equal(s, t)|tf.equal(i, 2)|tf.not_equal(i, 2)|tf.math.nextafter(s, t)|tf.math.polyval([1.0, s, t], x)
tf.math.scalar_mul(2.5, s)|tf.add_n([s, t, x])|tf.math.accumulate_n([s, t])|tf.math.conj(s)
tf.math.real(tf.complex(s, t))|tf.math.imag(tf.complex(s, t))|tf.math.angle(tf.complex(s, t))|tf.abs(tf.complex(s, t))
tf.math.conj(tf.complex(s, t))|tf.complex(s, t) * tf.complex(t, s)|tf.cast(tf.complex(s, t), "float32")
tf.reduce_mean(s)|tf.reduce_mean(s, 1)|tf.reduce_mean(s, axis=[1, 2], keepdims=True)|tf.reduce_mean(j, 1)|tf.reduce_mean(s, axis=-1)
tf.reduce_sum(s)|tf.reduce_sum(s, axis=-1, keepdims=True)|tf.reduce_sum(j, 1)|tf.reduce_sum(tf.cast(j, "int64"), 1)|tf.reduce_max(s, 1)
tf.reduce_sum(tf.cast(i, "uint8"), 1)|tf.reduce_min(s, [1, 2])|tf.reduce_prod(x, 1)|tf.reduce_any(f, 1)|tf.reduce_all(f, axis=[1], keepdims=True)
tf.math.reduce_std(s, 1)|tf.math.reduce_variance(s, axis=1, keepdims=True)|tf.reduce_logsumexp(s, axis=1)|tf.reduce_logsumexp(s)
tf.math.reduce_euclidean_norm(s, axis=1)|tf.math.count_nonzero(i, axis=1)|tf.math.count_nonzero(i, axis=1, keepdims=True, dtype="int32")
tf.compat.v1.reduce_mean(s, axis=1, keep_dims=True)|tf.compat.v1.reduce_sum(s, reduction_indices=1)|tf.compat.v1.count_nonzero(i, 1)
tf.compat.v1.reduce_max(s, 1)|tf.compat.v1.reduce_min(s, 1)|tf.compat.v1.reduce_prod(x, 1)|tf.compat.v1.reduce_any(f, 1)
tf.compat.v1.reduce_all(f, 1)|tf.compat.v1.reduce_logsumexp(s, 1)|tf.compat.v1.argmax(s, 1)|tf.compat.v1.argmin(s, 1)
tf.compat.v1.scalar_mul(2.0, s)|tf.math.zero_fraction(i)
tf.math.cumsum(s, 1)|tf.cumsum(s, axis=-1, exclusive=True, reverse=True)|tf.math.cumprod(x, 1)|tf.math.cumprod(x, axis=2, exclusive=True)
tf.math.cumprod(x, axis=2, reverse=True)|tf.math.cumulative_logsumexp(s, 1)|tf.math.cumulative_logsumexp(s, axis=1, reverse=True)
tf.math.cumulative_logsumexp(s, axis=1, exclusive=True)
tf.argmax(s, axis=-1)|tf.argmax(s, 1, output_type=tf.int32)|tf.argmin(s, 1)|tf.math.argmax(s)|tf.math.top_k(s, 2)|tf.math.top_k(s, k=3, sorted=True)
tf.math.in_top_k(n[:, 0], v, 2)|tf.math.l2_normalize(s, axis=-1)|tf.math.l2_normalize(s, axis=[1, 2])|tf.math.l2_normalize(s, 1, 1e-3)
tf.math.confusion_matrix(i[0], i[1], num_classes=3)|tf.math.bincount(i, minlength=4, maxlength=4, axis=-1)
tf.math.segment_sum(s[0], [0, 0, 1])|tf.math.segment_mean(s[0], [0, 0, 1])|tf.math.segment_max(s[0], [0, 0, 1])|tf.math.segment_min(s[0], [0, 0, 1])
tf.math.segment_prod(s[0], [0, 0, 1])|tf.math.unsorted_segment_sum(s[0], [1, 0, 1], 3)|tf.math.unsorted_segment_max(s[0], [1, 0, 1], 2)
tf.math.unsorted_segment_min(s[0], [1, 0, 1], 2)|tf.math.unsorted_segment_mean(s[0], [1, 0, 1], 2)|tf.math.unsorted_segment_prod(s[0], [1, 0, 1], 2)
tf.math.unsorted_segment_sqrt_n(s[0], [1, 0, 1], 2)|tf.math.unsorted_segment_sum(s, i[:, :3], 3)
tf.math.is_non_decreasing(v)|tf.math.is_strictly_increasing(v)|tf.math.lbeta(x)|tf.math.invert_permutation([1, 0, 2] + 0 * i[0, :3])
tf.math.bessel_i0(s)|tf.math.bessel_i0e(s)|tf.math.bessel_i1(s)|tf.math.bessel_i1e(s)
tf.bitwise.bitwise_and(i, j)|tf.bitwise.bitwise_or(i, j)|tf.bitwise.bitwise_xor(i, 5)|tf.bitwise.invert(j)|tf.bitwise.left_shift(i, 2)|tf.bitwise.right_shift(j, 1)
"""
