"""Rows of ``tf.nn``, and of what `keras.backend` and Keras' losses store under their own names."""

from __future__ import annotations

from loadstone.blueprint.operators.row import alike, rows

_ACTIVATIONS = alike(
    "nn.relu nn.relu6 nn.selu nn.elu nn.softplus nn.softsign nn.sigmoid nn.tanh nn.l2_loss:_l2_loss",
    "features:x", "x:x", "t:x",
)  # fmt: skip

_POOLS = alike(
    """
    nn.max_pool:_max_pool nn.max_pool1d:_max_pool nn.max_pool2d:_max_pool nn.max_pool3d:_max_pool nn.avg_pool:_avg_pool
    nn.avg_pool1d:_avg_pool nn.avg_pool2d:_avg_pool nn.avg_pool3d:_avg_pool
    """,
    "input:x", "ksize", "strides", "padding", "data_format", "value:x",
)  # fmt: skip

_CONVOLUTIONS = alike(
    "nn.conv1d:_convolution nn.conv2d:_convolution nn.conv3d:_convolution nn.convolution:_convolution",
    "input:x", "filters", "strides", "padding", "data_format", "dilations", "stride:strides", "filter:filters",
    "value:x", "dilation_rate:dilations", "use_cudnn_on_gpu:-",
)  # fmt: skip

_TRANSPOSED = alike(
    """
    nn.conv1d_transpose:_transposed nn.conv2d_transpose:_transposed nn.conv3d_transpose:_transposed
    nn.conv_transpose:_transposed
    """,
    "input:x", "filters", "output_shape", "strides", "padding", "data_format", "dilations", "filter:filters", "value:x",
)  # fmt: skip

_OTHERS = rows("""
nn.leaky_relu                 _leaky_relu         features:x alpha
nn.crelu                      _crelu              features:x axis
nn.gelu                       _gelu               features:x approximate
nn.silu                       _swish              features:x beta
nn.swish                      _swish              features:x beta
nn.softmax                    _softmax            logits:x axis dim:axis
math.softmax                  _softmax            logits:x axis dim:axis
nn.log_softmax                _log_softmax        logits:x axis dim:axis
math.log_softmax              _log_softmax        logits:x axis dim:axis
nn.l2_normalize               _l2_normalize       x axis epsilon dim:axis
nn.bias_add                   _bias_add           value:x bias data_format
compat.v1.nn.xw_plus_b        _affine             x weights biases
compat.v1.nn.relu_layer       _relu_layer         x weights biases
nn.depth_to_space             _depth_to_space     input:x block_size data_format
nn.space_to_depth             _space_to_depth     input:x block_size data_format
nn.pool                       _pool               input:x window_shape pooling_type strides padding data_format dilations dilation_rate:dilations
nn.depthwise_conv2d           _depthwise          input:x filter:filters strides padding data_format dilations rate:dilations
compat.v1.nn.depthwise_conv2d_native _depthwise   input:x filter:filters strides padding data_format dilations
nn.separable_conv2d           _separable          input:x depthwise_filter pointwise_filter strides padding data_format dilations rate:dilations
nn.dilation2d                 _dilation2d         input:x filters strides padding data_format dilations filter:filters rates:dilations
nn.erosion2d                  _erosion2d          value:x filters strides padding data_format dilations kernel:filters rates:dilations
nn.weighted_moments           _weighted_moments   x axes:axes_ frequency_weights:weights keepdims keep_dims:keepdims
nn.sufficient_statistics      _sufficient_statistics x axes:axes_ shift keepdims keep_dims:keepdims
compat.v1.nn.fused_batch_norm _fused_batch_norm   x scale offset mean variance epsilon data_format is_training exponential_avg_factor:-
nn.local_response_normalization _local_response_normalization input:x depth_radius bias alpha beta
nn.dropout                    _dropout            x rate noise_shape seed keep_prob
nn.experimental.stateless_dropout _dropout        x rate seed rng_alg:- noise_shape
nn.sigmoid_cross_entropy_with_logits _sigmoid_cross_entropy labels logits _sentinel:-
nn.weighted_cross_entropy_with_logits _weighted_cross_entropy labels logits pos_weight targets:labels
nn.softmax_cross_entropy_with_logits _softmax_cross_entropy labels logits axis dim:axis _sentinel:-
compat.v1.nn.softmax_cross_entropy_with_logits_v2 _softmax_cross_entropy labels logits axis dim:axis
nn.sparse_softmax_cross_entropy_with_logits _sparse_softmax_cross_entropy labels logits _sentinel:-
nn.log_poisson_loss           _log_poisson_loss   targets log_input compute_full_loss
nn.compute_average_loss       _compute_average_loss per_example_loss sample_weight global_batch_size
nn.ctc_loss                   _ctc_loss           labels logits label_length logit_length logits_time_major unique blank_index
compat.v1.nn.ctc_loss_v2      _ctc_loss           labels logits label_length logit_length logits_time_major unique blank_index
nn.embedding_lookup           _embedding_lookup   params:x ids max_norm partition_strategy:- validate_indices:-
keras.backend.batch_flatten   _batch_flatten      x
keras.backend.binary_crossentropy _binary_crossentropy target output from_logits
keras.backend.categorical_crossentropy _categorical_crossentropy target output from_logits axis
keras.backend.sparse_categorical_crossentropy _sparse_categorical_crossentropy target output from_logits axis ignore_class
keras.metrics.hinge           _hinge              y_true y_pred
keras.metrics.squared_hinge   _squared_hinge      y_true y_pred
""")

NETWORKS = {**_ACTIVATIONS, **_POOLS, **_CONVOLUTIONS, **_TRANSPOSED, **_OTHERS}
