"""Rows of ``tf.math``, of Python's operators, of ``tf.bitwise``."""

from __future__ import annotations

from loadstone.blueprint.operators.row import alike, rows

UNARY = alike(
    """
    math.abs:_abs math.negative:negative math.sign:sign math.square math.sqrt math.rsqrt math.exp math.expm1 math.log
    math.log1p math.sin math.cos math.tan math.asin:arcsin math.acos:arccos math.atan:arctan math.sinh math.cosh
    math.tanh math.asinh:arcsinh math.acosh:arccosh math.atanh:arctanh math.sigmoid math.log_sigmoid math.softplus
    math.floor math.ceil math.round math.rint:round math.reciprocal math.reciprocal_no_nan:_reciprocal_no_nan math.erf
    math.erfc:_erfc math.erfinv math.erfcinv:_erfcinv math.ndtri:_ndtri math.lgamma:_lgamma math.digamma:_digamma
    math.is_nan:isnan math.is_finite:isfinite math.is_inf:isinf math.logical_not
    __operators__.neg:negative __operators__.abs:_abs math.real:_real math.imag:_imag math.conj math.angle:_angle
    math.zero_fraction:_zero_fraction math.lbeta:_lbeta math.is_non_decreasing:_is_non_decreasing
    math.is_strictly_increasing:_is_strictly_increasing math.invert_permutation:_invert_permutation
    math.bessel_i0:_bessel_i0 math.bessel_i0e:_bessel_i0e math.bessel_i1:_bessel_i1 math.bessel_i1e:_bessel_i1e
    bitwise.invert:bitwise_not
    """,
    "x:x", "input:x", "features:x", "value:x", "tensor:x",
)  # fmt: skip

BINARY = alike(
    """
    math.add:_add math.subtract:_subtract math.multiply:_multiply math.divide:_true_divide math.truediv:_true_divide
    realdiv:_true_divide compat.v1.div:_div math.floordiv:_floor_divide compat.v1.floor_div:_floor_divide
    math.floormod:_mod math.mod:_mod math.pow:power math.maximum:_maximum math.minimum:_minimum
    math.squared_difference:_squared_difference math.divide_no_nan:divide_no_nan truncatediv:_truncatediv
    truncatemod:_truncatemod math.multiply_no_nan:_multiply_no_nan math.xlogy:_xlogy math.xlog1py:_xlog1py
    math.xdivy:_xdivy math.greater math.greater_equal math.less math.less_equal math.equal math.not_equal
    math.logical_and math.logical_or math.logical_xor __operators__.add:_add __operators__.sub:_subtract
    __operators__.mul:_multiply __operators__.truediv:_true_divide __operators__.floordiv:_floor_divide
    __operators__.mod:_mod __operators__.pow:power __operators__.gt:greater __operators__.ge:greater_equal
    __operators__.lt:less __operators__.le:less_equal
    """,
    "x:x1", "y:x2",
)  # fmt: skip

BITWISE = alike(
    """
    bitwise.bitwise_and:_bitwise_and bitwise.bitwise_or:_bitwise_or bitwise.bitwise_xor:_bitwise_xor
    bitwise.left_shift:_left_shift bitwise.right_shift:_right_shift
    """,
    "x",
    "y",
)

REDUCTIONS = alike(
    """
    math.reduce_mean:_mean math.reduce_sum:_sum math.reduce_max:_max math.reduce_min:_min math.reduce_prod:_prod
    math.reduce_any:_any math.reduce_all:_all math.reduce_std:_std math.reduce_variance:_var
    math.reduce_logsumexp:_logsumexp math.reduce_euclidean_norm:_euclidean_norm
    """,
    "input_tensor:x", "axis", "keepdims", "keep_dims:keepdims", "reduction_indices:axis",
)  # fmt: skip

RUNNING = alike(
    "math.cumsum:_cumsum math.cumprod:_cumprod math.cumulative_logsumexp:_cumulative_logsumexp",
    "x", "axis", "exclusive", "reverse",
)  # fmt: skip

OTHERS = rows("""
__operators__.eq              equal               self:x1 other:x2! x:x1 y:x2!
__operators__.ne              not_equal           self:x1 other:x2! x:x1 y:x2!
math.atan2                    arctan2             y:x1 x:x2
math.nextafter                nextafter           x1 x2
math.polyval                  _polyval            coeffs x
math.add_n                    _add_n              inputs:xs
math.accumulate_n             _add_n              inputs:xs shape:- tensor_dtype:-
math.scalar_mul               _multiply           scalar:x1 x:x2
dtypes.complex                _complex            real imag
math.count_nonzero            _count_nonzero      input:x axis keepdims dtype input_tensor:x reduction_indices:axis keep_dims:keepdims
math.argmax                   _argmax             input:x axis output_type dimension:axis
math.argmin                   _argmin             input:x axis output_type dimension:axis
math.top_k                    _top_k              input:x k sorted index_type
math.in_top_k                 _in_top_k           targets predictions k
compat.v1.math.in_top_k       _in_top_k           predictions targets k
math.l2_normalize             _l2_normalize       x axis epsilon dim:axis
math.bincount                 _bincount           arr:x weights minlength maxlength dtype axis binary_output
math.confusion_matrix         _confusion_matrix   labels predictions num_classes weights dtype
math.segment_sum              _segment            data:x segment_ids op=sum
math.segment_mean             _segment            data:x segment_ids op=mean
math.segment_max              _segment            data:x segment_ids op=max
math.segment_min              _segment            data:x segment_ids op=min
math.segment_prod             _segment            data:x segment_ids op=prod
math.unsorted_segment_sum     _unsorted_segment   data:x segment_ids num_segments op=sum
math.unsorted_segment_mean    _unsorted_segment   data:x segment_ids num_segments op=mean
math.unsorted_segment_max     _unsorted_segment   data:x segment_ids num_segments op=max
math.unsorted_segment_min     _unsorted_segment   data:x segment_ids num_segments op=min
math.unsorted_segment_prod    _unsorted_segment   data:x segment_ids num_segments op=prod
math.unsorted_segment_sqrt_n  _unsorted_segment   data:x segment_ids num_segments op=sqrt_n
""")

MATHS = {**UNARY, **BINARY, **BITWISE, **REDUCTIONS, **RUNNING, **OTHERS}
