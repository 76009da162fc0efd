"""Rows of the functions that stand in ``tf`` itself: what makes, lays out, chooses from and joins tensors."""

from __future__ import annotations

from loadstone.blueprint.operators.row import rows

ARRAYS = rows("""
__operators__.getitem         _getitem            tensor:x slice_spec:index var:-
identity                      _identity           input:x
identity_n                    _identities         input:xs
tuple                         _identities         tensors:xs control_inputs:-
stop_gradient                 stop_gradient       input:variable
convert_to_tensor             _convert_to_tensor  value:x dtype dtype_hint:- preferred_dtype:-
debugging.check_numerics      _identity           tensor:x message:-
keras.backend.print_tensor    _identity           x message:- summarize:-
guarantee_const               _identity           input:x
ensure_shape                  _ensure_shape       x shape
zeros_like                    _zeros_like         input:x dtype tensor:x optimize:- layout:-
ones_like                     _ones_like          input:x dtype tensor:x optimize:- layout:-
zeros                         _zeros              shape dtype layout:-
ones                          _ones               shape dtype layout:-
fill                          _fill               dims value layout:-
eye                           _eye                num_rows num_columns batch_shape dtype
range                         _range              start limit delta dtype
linspace                      _linspace           start stop num axis
shape                         _shape              input:x out_type
size                          _size               input:x out_type
rank                          _rank               input:x
cast                          _cast               x dtype
dtypes.cast                   _cast               x dtype
compat.v1.to_float            _cast               x dtype=float32
compat.v1.to_double           _cast               x dtype=float64
compat.v1.to_int32            _cast               x dtype=int32
compat.v1.to_int64            _cast               x dtype=int64
compat.v1.to_bfloat16         _cast               x dtype=bfloat16
compat.v1.to_complex64        _cast               x dtype=complex64
compat.v1.to_complex128       _cast               x dtype=complex128
keras.backend.cast_to_floatx  _cast               x dtype=float32
dtypes.saturate_cast          _saturate_cast      value:x dtype
concat                        _concat             values:xs axis
stack                         _stack              values:xs axis
unstack                       _unstack            value:x num axis
split                         _split              value:x num_or_size_splits axis num
reshape                       _reshape            tensor:x shape
transpose                     _transpose          a:x perm conjugate
expand_dims                   _expand_dims        input:x axis dim:axis
squeeze                       _squeeze            input:x axis squeeze_dims:axis
tile                          _tile               input:x multiples
repeat                        _repeat             input:x repeats axis
reverse                       _reverse            tensor:x axis
reverse_sequence              _reverse_sequence   input:x seq_lengths seq_axis batch_axis seq_dim:seq_axis batch_dim:batch_axis
roll                          _roll               input:x shift axis
pad                           _pad                tensor:x paddings mode constant_values
gather                        _gather             params:x indices validate_indices:- axis batch_dims
gather_nd                     _gather_nd          params:x indices batch_dims bad_indices_policy:-
compat.v1.batch_gather        _batch_gather       params:x indices
slice                         _slice              input_:x begin size
strided_slice                 _strided_slice      input_:x begin end strides begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask var:-
where                         _where              condition x y
compat.v1.where               _where_rows         condition x y
clip_by_value                 _clip               t:x clip_value_min:x_min clip_value_max:x_max
clip_by_norm                  _clip_by_norm       t:x clip_norm axes:axes_
compat.v1.clip_by_average_norm _clip_by_average_norm t:x clip_norm
clip_by_global_norm           _clip_by_global_norm t_list:xs clip_norm use_norm
linalg.global_norm            _global_norm        t_list:xs
one_hot                       _one_hot            indices:x depth on_value off_value axis dtype
broadcast_to                  _broadcast_to       input:x shape
sort                          _sort               values:x axis direction
argsort                       _argsort            values:x axis direction stable
searchsorted                  _searchsorted       sorted_sequence:x values side out_type
sequence_mask                 _sequence_mask      lengths maxlen dtype
boolean_mask                  _boolean_mask       tensor:x mask axis
tensor_scatter_nd_update      _scatter            tensor:x indices updates bad_indices_policy:-
tensor_scatter_nd_add         _scatter_add        tensor:x indices updates bad_indices_policy:-
tensor_scatter_nd_sub         _scatter_sub        tensor:x indices updates bad_indices_policy:-
tensor_scatter_nd_max         _scatter_max        tensor:x indices updates bad_indices_policy:-
tensor_scatter_nd_min         _scatter_min        tensor:x indices updates bad_indices_policy:-
scatter_nd                    _scatter_nd         indices updates shape bad_indices_policy:-
batch_to_space                _batch_to_space     input:x block_shape crops block_size:block_shape
compat.v1.batch_to_space_nd   _batch_to_space     input:x block_shape crops
space_to_batch                _space_to_batch     input:x block_shape paddings block_size:block_shape
space_to_batch_nd             _space_to_batch     input:x block_shape paddings
unravel_index                 _unravel_index      indices:x dims
dynamic_stitch                _dynamic_stitch     indices data
histogram_fixed_width         _histogram_fixed_width values:x value_range nbins dtype
histogram_fixed_width_bins    _histogram_fixed_width_bins values:x value_range nbins dtype
tensordot                     _tensordot          a:x1 b:x2 axes
einsum                        _einsum             equation inputs:xs!
quantization.fake_quant_with_min_max_args _fake_quant inputs:x min:low max:high num_bits narrow_range
quantization.fake_quant_with_min_max_vars _fake_quant inputs:x min:low max:high num_bits narrow_range
quantization.fake_quant_with_min_max_vars_per_channel _fake_quant inputs:x min:low max:high num_bits narrow_range
random.normal                 _random_normal      shape mean stddev dtype seed
random.uniform                _random_uniform     shape minval maxval dtype seed
random.truncated_normal       _random_truncated   shape mean stddev dtype seed
""")
