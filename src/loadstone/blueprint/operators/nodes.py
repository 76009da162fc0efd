"""Rows of the operations of TensorFlow's graphs, which tf.keras before 2.4 stores one by one (``TensorFlowOpLayer``).

A row says which operation does the same, what the node's inputs are called there, in their order, and after the bar what
its attributes are. An input with a star stands for all that are left over. Attributes of types and of counts need no
name: the tensors have them.

Source of the operations: the registered ones of TensorFlow 1.13 to 2.3 (``loadstone.knowledge``, ``data/ops.json``).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph.

    Attributes:
        op: the `keras.ops` function, or with an underscore the composition.
        inputs: the operation's parameters for the inputs; one that ends in a star takes several.
        attributes: pairs of an attribute and the operation's parameter, a dash where it says nothing.
        fixed: arguments that come from the operation itself.
    """

    op: str
    inputs: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()


def _node(op: str, inputs: str, attributes: str = "") -> Node:
    pairs, fixed = [], []
    for item in attributes.split():
        if "=" in item:
            key, _, value = item.partition("=")
            fixed.append((key, value))
        else:
            key, _, target = item.partition(":")
            pairs.append((key, target or key))
    return Node(op=op, inputs=tuple(inputs.split()), attributes=tuple(pairs), fixed=tuple(fixed))


def _nodes(text: str) -> Mapping[str, Node]:
    table = {}
    for line in text.strip().splitlines():
        before, _, attributes = line.partition("|")
        name, op, *inputs = before.split()
        table[name] = _node(op, " ".join(inputs), attributes)
    return table


def _alike(names: str, inputs: str, attributes: str = "") -> Mapping[str, Node]:
    pairs = (item.partition(":") for item in names.split())
    return {name: _node(op, inputs, attributes) for name, _, op in pairs}


_UNARY = _alike(
    """
    Abs:_abs ComplexAbs:_abs Neg:negative Sign:sign Square:square Sqrt:sqrt Rsqrt:rsqrt Exp:exp Expm1:expm1 Log:log
    Log1p:log1p Sin:sin Cos:cos Tan:tan Asin:arcsin Acos:arccos Atan:arctan Sinh:sinh Cosh:cosh Tanh:tanh Asinh:arcsinh
    Acosh:arccosh Atanh:arctanh Sigmoid:sigmoid Softplus:softplus Softsign:softsign Floor:floor Ceil:ceil Round:round
    Rint:round Reciprocal:reciprocal Inv:reciprocal Erf:erf Erfc:_erfc Erfinv:erfinv Ndtri:_ndtri Lgamma:_lgamma
    Digamma:_digamma IsNan:isnan IsFinite:isfinite IsInf:isinf LogicalNot:logical_not Invert:bitwise_not Relu:relu
    Relu6:relu6 Elu:elu Selu:selu Real:_real Imag:_imag Conj:conj Angle:_angle ZerosLike:_zeros_like OnesLike:_ones_like
    Identity:_identity GuaranteeConst:_identity BesselI0:_bessel_i0 BesselI1:_bessel_i1 BesselI0e:_bessel_i0e BesselI1e:_bessel_i1e
    Softmax:_softmax LogSoftmax:_log_softmax L2Loss:_l2_loss Rank:_rank InvertPermutation:_invert_permutation
    Cholesky:cholesky MatrixDeterminant:det DiagPart:_tensor_diag_part MatrixDiagPart:_diag_part
    FFT:_fft IFFT:_ifft FFT2D:_fft2d IFFT2D:_ifft2d FFT3D:_fft3d RGBToHSV:_rgb_to_hsv HSVToRGB:_hsv_to_rgb
    MatrixExponential:_expm
    """,
    "x",
)

_BINARY = _alike(
    """
    Add:_add AddV2:_add Sub:_subtract Mul:_multiply Div:_div RealDiv:_true_divide FloorDiv:_floor_divide FloorMod:_mod
    Mod:_truncatemod TruncateDiv:_truncatediv TruncateMod:_truncatemod Pow:power Maximum:_maximum Minimum:_minimum
    Atan2:arctan2 SquaredDifference:_squared_difference DivNoNan:divide_no_nan MulNoNan:_multiply_no_nan Xlogy:_xlogy
    Xlog1py:_xlog1py Xdivy:_xdivy Greater:greater GreaterEqual:greater_equal Less:less LessEqual:less_equal
    Equal:equal NotEqual:not_equal LogicalAnd:logical_and LogicalOr:logical_or NextAfter:nextafter Cross:_cross
    """,
    "x1 x2",
)

_REDUCTIONS = _alike(
    "Sum:_sum Mean:_mean Max:_max Min:_min Prod:_prod Any:_any All:_all EuclideanNorm:_euclidean_norm",
    "x axis",
    "keep_dims:keepdims",
)

_POOLS = _alike(
    "MaxPool:_max_pool AvgPool:_avg_pool MaxPool3D:_max_pool AvgPool3D:_avg_pool",
    "x",
    "ksize strides padding data_format",
)

_CONVOLUTIONS = _alike(
    "Conv2D:_convolution Conv3D:_convolution DepthwiseConv2dNative:_depthwise",
    "x filters",
    "strides padding data_format dilations explicit_paddings",
)

_SEGMENTS = {
    f"{before}{name}": _node(op, inputs, f"op={kind}")
    for name, kind in (("Sum", "sum"), ("Max", "max"), ("Min", "min"), ("Prod", "prod"), ("Mean", "mean"))
    for before, op, inputs in (
        ("Segment", "_segment", "x segment_ids"),
        ("UnsortedSegment", "_unsorted_segment", "x segment_ids num_segments"),
    )
    if (before, name) != ("UnsortedSegment", "Mean")
}

_OTHERS = _nodes("""
StopGradient                  stop_gradient       variable
CheckNumerics                 _identity           x
EnsureShape                   _ensure_shape       x | shape
LeakyRelu                     _leaky_relu         x | alpha
AddN                          _add_n              xs*
AccumulateNV2                 _add_n              xs* | shape:-
IdentityN                     _identities         xs*
ShapeN                        _shapes             xs* | out_type
Complex                       _complex            real imag
BitwiseAnd                    _bitwise_and        x y
BitwiseOr                     _bitwise_or         x y
BitwiseXor                    _bitwise_xor        x y
LeftShift                     _left_shift         x y
RightShift                    _right_shift        x y
ArgMax                        _argmax             x axis | output_type
ArgMin                        _argmin             x axis | output_type
TopKV2                        _top_k              x k | sorted
InTopKV2                      _in_top_k           predictions targets k
Cumsum                        _cumsum             x axis | exclusive reverse
Cumprod                       _cumprod            x axis | exclusive reverse
CumulativeLogsumexp           _cumulative_logsumexp x axis | exclusive reverse
MatMul                        _matmul             x1 x2 | transpose_a transpose_b
BatchMatMul                   _matmul             x1 x2 | adj_x:adjoint_a adj_y:adjoint_b
BatchMatMulV2                 _matmul             x1 x2 | adj_x:adjoint_a adj_y:adjoint_b
Einsum                        _einsum             xs* | equation
BiasAdd                       _bias_add           x bias | data_format
Cast                          _cast               x | DstT:dtype
ConcatV2                      _concat             xs* axis
Pack                          _stack              xs* | axis
Unpack                        _unstack            x | num axis
Split                         _split              axis x | num_split:num_or_size_splits
SplitV                        _split              x num_or_size_splits axis | num_split:num
Reshape                       _reshape            x shape
Transpose                     _transpose          x perm
ConjugateTranspose            _transpose          x perm | conjugate=1
ExpandDims                    _expand_dims        x axis
Squeeze                       _squeeze            x | squeeze_dims:axis
Tile                          _tile               x multiples
ReverseV2                     _reverse            x axis
ReverseSequence               _reverse_sequence   x seq_lengths | seq_dim:seq_axis batch_dim:batch_axis
Roll                          _roll               x shift axis
Pad                           _pad                x paddings
PadV2                         _pad                x paddings constant_values
MirrorPad                     _pad                x paddings | mode
GatherV2                      _gather             x indices axis | batch_dims
Gather                        _gather             x indices
GatherNd                      _gather_nd          x indices
Slice                         _slice              x begin size
StridedSlice                  _strided_slice      x begin end strides | begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask
Select                        _where_rows         condition x y
SelectV2                      _where              condition x y
ClipByValue                   _clip               x x_min x_max
OneHot                        _one_hot            x depth on_value off_value | axis
BroadcastTo                   _broadcast_to       x shape
Fill                          _fill               dims value
Range                         _range              start limit delta
LinSpace                      _linspace           start stop num
Shape                         _shape              x | out_type
Size                          _size               x | out_type
MatrixBandPart                _band_part          x num_lower num_upper
Diag                          _tensor_diag        diagonal
MatrixDiag                    _diag               diagonal
MatrixDiagV2                  _diag               diagonal k num_rows num_cols padding_value
MatrixDiagV3                  _diag               diagonal k num_rows num_cols padding_value | align
MatrixDiagPartV2              _diag_part          x k padding_value
MatrixDiagPartV3              _diag_part          x k padding_value | align
MatrixSetDiag                 _set_diag           x diagonal
MatrixSetDiagV2               _set_diag           x diagonal k
MatrixSetDiagV3               _set_diag           x diagonal k | align
MatrixInverse                 _inv                x | adjoint
MatrixSolve                   _solve              matrix rhs | adjoint
MatrixTriangularSolve         _triangular_solve   matrix rhs | lower adjoint
SelfAdjointEigV2              eigh                x
Qr                            _qr                 x | full_matrices
Svd                           _svd                x | compute_uv full_matrices
LogMatrixDeterminant          slogdet             x
RFFT                          _rfft               x fft_length
IRFFT                         _irfft              x fft_length
LowerBound                    _searchsorted       x values | out_type side=left
UpperBound                    _searchsorted       x values | out_type side=right
TensorScatterMax              _scatter_max        x indices updates
TensorScatterMin              _scatter_min        x indices updates
UnravelIndex                  _unravel_index      x dims
HistogramFixedWidth           _histogram_fixed_width x value_range nbins
BroadcastArgs                 _broadcast_args     one other
ScaleAndTranslate             _scale_and_translate x size scale translation | kernel_type antialias
DepthToSpace                  _depth_to_space     x | block_size data_format
SpaceToDepth                  _space_to_depth     x | block_size data_format
SpaceToBatchND                _space_to_batch     x block_shape paddings
BatchToSpaceND                _batch_to_space     x block_shape crops
Conv2DBackpropInput           _transposed         output_shape filters x | strides padding data_format dilations explicit_paddings
Conv3DBackpropInputV2         _transposed         output_shape filters x | strides padding data_format dilations
Dilation2D                    _dilation2d         x filters | strides rates:dilations padding
LRN                           _local_response_normalization x | depth_radius bias alpha beta
FusedBatchNormV3              _fused_batch_norm   x scale offset mean variance | epsilon data_format is_training
ResizeBilinear                _old_resize         x size | align_corners half_pixel_centers method=bilinear
ResizeNearestNeighbor         _old_resize         x size | align_corners half_pixel_centers method=nearest
ResizeBicubic                 _old_resize         x size | align_corners half_pixel_centers method=bicubic
ResizeArea                    _old_resize         x size | align_corners method=area
CropAndResize                 _crop_and_resize    x boxes box_indices crop_size | method extrapolation_value
ExtractImagePatches           _extract_patches    x | ksizes:sizes strides rates padding
AdjustContrastv2              _adjust_contrast    x contrast_factor
AdjustHue                     _adjust_hue         x delta
AdjustSaturation              _adjust_saturation  x saturation_factor
SoftmaxCrossEntropyWithLogits _softmax_cross_entropy logits labels
SparseSoftmaxCrossEntropyWithLogits _sparse_softmax_cross_entropy logits labels
ScatterNd                     _scatter_nd         indices updates shape
TensorScatterUpdate           _scatter            x indices updates
TensorScatterAdd              _scatter_add        x indices updates
TensorScatterSub              _scatter_sub        x indices updates
FakeQuantWithMinMaxArgs       _fake_quant         x | min:low max:high num_bits narrow_range
FakeQuantWithMinMaxVars       _fake_quant         x low high | num_bits narrow_range
FakeQuantWithMinMaxVarsPerChannel _fake_quant     x low high | num_bits narrow_range
RandomStandardNormal          _random_normal      shape | dtype
TruncatedNormal               _random_truncated   shape | dtype
RandomUniform                 _random_uniform     shape | dtype
""")

NODES: Mapping[str, Node] = MappingProxyType(
    {**_UNARY, **_BINARY, **_REDUCTIONS, **_POOLS, **_CONVOLUTIONS, **_SEGMENTS, **_OTHERS}
)

#: Attributes that say what the tensors themselves, or the way of computing, say; seeds give other numbers anyway.
NEUTRAL = frozenset({
    "Index", "N", "SrcT", "index_type", "out_idx", "Truncate", "validate_indices", "use_cudnn_on_gpu", "incompatible_shape_error", "seed", "seed2",
    "message", "U", "SrcShape", "dtype", "compute_v", "exponential_avg_factor",
})  # fmt: skip
