"""What is asked of the real TensorFlow Addons: a table, read by the worker that runs it.

Here are the kinds of cases, the layers and the functions; ``golden_measures.py`` has the losses and metrics, and
``golden_training.py`` the optimizers.

An ``object`` is a name below ``tensorflow_addons``. ``inputs`` are shapes; their values are drawn by the worker. A
wrapped layer, a cell's layer and a nested optimizer are given as ``{"class_name": ..., "config": ...}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STREAM = 20


@dataclass(frozen=True)
class Layer:
    """A layer, called on ``inputs`` with random weights.

    ``set`` fixes the value of the weights with these names. ``training`` adds a call in training. ``wrap`` is a layer
    to wrap, ``integers`` the bound of integer inputs, one for all or one for each, and ``cell`` says that the object is
    the cell of an RNN: of one with the arguments ``rnn``, in a Bidirectional if ``bidirectional``. ``separate`` hands
    the inputs over one by one, not as a list. ``mask`` is the shape of a mask for the call. ``special`` puts NaN,
    infinities and huge numbers among the inputs. ``gradient`` asks for the gradients of the inputs, which these and
    empty batches do not have.
    """

    label: str
    object: str
    inputs: tuple[tuple[int, ...], ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    training: bool = False
    wrap: dict[str, Any] | None = None
    integers: int | tuple[int | None, ...] | None = None
    cell: bool = False
    rnn: dict[str, Any] = field(default_factory=lambda: {"return_sequences": True})
    bidirectional: bool = False
    separate: bool = False
    mask: tuple[int, ...] | None = None
    special: bool = False
    gradient: bool = True


@dataclass(frozen=True)
class Function:
    """A function, called on ``inputs`` with ``arguments``: an activation, or a loss of more than two tensors.

    ``special`` is that of `Layer`.
    """

    label: str
    object: str
    inputs: tuple[tuple[int, ...], ...] = ((4, 6),)
    arguments: dict[str, Any] = field(default_factory=dict)
    special: bool = False


@dataclass(frozen=True)
class Loss:
    """A loss class or function of ``y_true`` (kind of labels, shape) and ``y_pred`` (kind of predictions, shape).

    ``dtype`` is that of the predictions.
    """

    label: str
    object: str
    y_true: tuple[str, tuple[int, ...]]
    y_pred: tuple[str, tuple[int, ...]]
    arguments: dict[str, Any] = field(default_factory=dict)
    reductions: tuple[str, ...] = ("none", "sum", "sum_over_batch_size")
    dtype: str = "float32"


@dataclass(frozen=True)
class Metric:
    """A metric, fed batch by batch; ``weights`` is the kind of the samples' weights, ``positive`` say.

    Of those fed ``STREAM`` batches, the state is an answer too. ``stands_for`` is the name, and what differs in the
    configuration, of a metric of older releases that gives the same results.
    """

    label: str
    object: str
    y_true: tuple[str, tuple[int, ...]]
    y_pred: tuple[str, tuple[int, ...]] | None
    arguments: dict[str, Any] = field(default_factory=dict)
    weights: str | None = None
    batches: int = 3
    stands_for: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True)
class Optimizer:
    """An optimizer, 20 steps on fixed gradients; ``sparse`` with gradients that name their rows.

    ``gradients`` are ``normal``, all ``zero``, or have a ``nan`` from some step on. ``dtype`` is the variables'.
    ``shadow`` calls ``shadow_copy`` before the first step.
    """

    label: str
    object: str
    arguments: dict[str, Any] = field(default_factory=dict)
    sparse: bool = False
    gradients: str = "normal"
    dtype: str = "float32"
    shadow: bool = False


DENSE = {"class_name": "Dense", "config": {"units": 3, "activation": "tanh"}}
CONV = {"class_name": "Conv2D", "config": {"filters": 3, "kernel_size": 2, "activation": "relu"}}
LSTM = {"class_name": "LSTM", "config": {"units": 3, "return_sequences": True}}
NO_BIAS = {"class_name": "Dense", "config": {"units": 3, "use_bias": False}}
EMBEDDING = {"class_name": "Embedding", "config": {"input_dim": 5, "output_dim": 3}}
IMAGE = ((2, 5, 6, 4),)
L2 = {"class_name": "L2", "config": {"l2": 0.01}}

POOLED = ((2, 2, 3, 2), (2, 2, 3, 2))
ACTIVATIONS = ("gelu", "hardshrink", "lisht", "mish", "rrelu", "snake", "softshrink", "sparsemax", "tanhshrink")
CELLS = ("LayerNormLSTMCell", "LayerNormSimpleRNNCell", "PeepholeLSTMCell", "NASCell", "ESNCell")
WITH_STATES = ("LayerNormLSTMCell", "NASCell", "ESNCell")

UNPOOLING_AND_BAGS = (
    Layer("unpool", "layers.MaxUnpooling2D", POOLED, integers=(None, 48), separate=True),
    Layer(
        "unpool_valid",
        "layers.MaxUnpooling2D",
        POOLED,
        {"pool_size": [2, 3], "strides": 2, "padding": "VALID"},
        integers=(None, 56),
        separate=True,
    ),
    Layer(
        "unpool_v2",
        "layers.MaxUnpooling2DV2",
        POOLED,
        {"output_size": [2, 5, 6, 2]},
        integers=(None, 60),
        separate=True,
    ),
    Layer("bag", "layers.EmbeddingBag", ((3, 4),), {"input_dim": 5, "output_dim": 2}, integers=5),
    Layer(
        "bag_weights",
        "layers.EmbeddingBag",
        ((3, 4), (3, 4)),
        {"input_dim": 5, "output_dim": 2, "mask_zero": True},
        integers=(5, None),
        separate=True,
    ),
    Layer(
        "bag_mean", "layers.EmbeddingBag", ((3, 4),), {"input_dim": 5, "output_dim": 2, "combiner": "mean"}, integers=5
    ),
    Layer(
        "correlation",
        "layers.CorrelationCost",
        ((2, 4, 5, 3), (2, 4, 5, 3)),
        {
            "kernel_size": 1,
            "max_displacement": 2,
            "stride_1": 1,
            "stride_2": 2,
            "pad": 3,
            "data_format": "channels_last",
        },
    ),
    Layer(
        "correlation_patches",
        "layers.CorrelationCost",
        ((1, 3, 5, 4), (1, 3, 5, 4)),
        {
            "kernel_size": 3,
            "max_displacement": 1,
            "stride_1": 1,
            "stride_2": 1,
            "pad": 2,
            "data_format": "channels_first",
        },
    ),
)
HEADS = {"head_size": 2, "num_heads": 2}
ATTENTION = (
    Layer(
        "mha_mask",
        "layers.MultiHeadAttention",
        ((2, 3, 5), (2, 4, 5)),
        {**HEADS, "return_attn_coef": True},
        mask=(3, 4),
    ),
    Layer("mha_head_mask", "layers.MultiHeadAttention", ((2, 3, 5), (2, 4, 5)), HEADS, mask=(2, 2, 3, 4)),
    Layer("mha_more_axes", "layers.MultiHeadAttention", ((2, 2, 3, 4), (2, 2, 1, 4)), HEADS),
    Layer("mha_no_batch", "layers.MultiHeadAttention", ((3, 4), (2, 4)), HEADS),
)
EMPTY = (
    Layer("gn_empty", "layers.GroupNormalization", ((0, 3, 4),), {"groups": 2}),
    Layer("frn_empty", "layers.FilterResponseNormalization", ((0, 2, 3, 2),)),
    Layer("maxout_empty", "layers.Maxout", ((0, 4),), {"num_units": 2}),
    Layer("avg2d_empty", "layers.AdaptiveAveragePooling2D", ((0, 4, 4, 2),), {"output_size": 2}),
    Layer("netvlad_empty", "layers.netvlad.NetVLAD", ((0, 3, 4),), {"num_clusters": 2}),
    Layer("mha_empty", "layers.MultiHeadAttention", ((0, 3, 5), (0, 4, 5)), HEADS),
    Layer("noisy_empty", "layers.NoisyDense", ((0, 4),), {"units": 2}),
    Layer("sparsemax_empty", "layers.Sparsemax", ((0, 4),)),
    Layer("spp_empty", "layers.SpatialPyramidPooling2D", ((0, 4, 5, 2),), {"bins": [1, 2]}),
    Layer("crossing_empty", "layers.PolynomialCrossing", ((0, 3), (0, 3))),
    Layer("wn_empty", "layers.WeightNormalization", ((0, 5),), {}, {"initialized": True}, wrap=DENSE),
    Layer("unpool_empty", "layers.MaxUnpooling2D", ((0, 2, 3, 2), (0, 2, 3, 2)), integers=(None, 48), separate=True),
    Layer("esn_empty", "layers.ESN", ((0, 3, 4),), {"units": 2}),
)
SPECIAL = (
    Layer("gn_special", "layers.GroupNormalization", ((3, 4, 2),), {"groups": 1}, special=True),
    Layer("gn_axis2", "layers.GroupNormalization", ((2, 2, 6, 3),), {"groups": 3, "axis": 2}),
    Layer("in_volume", "layers.InstanceNormalization", ((2, 2, 3, 2, 2),), {"axis": -1, "center": False}),
    Layer("tlu_special", "layers.TLU", ((3, 4),), {"affine": True}, special=True),
    Layer("snake_special", "layers.Snake", ((3, 4),), set={"Variable": 0.5}, special=True),
    Layer("maxout_special", "layers.Maxout", ((3, 4),), {"num_units": 2}, special=True),
    Layer("poincare_special", "layers.PoincareNormalize", ((3, 4),), special=True),
    Layer("poincare_last", "layers.PoincareNormalize", ((2, 3, 4),), {"axis": -1}),
    Layer("sparsemax_special", "layers.Sparsemax", ((3, 4),), special=True),
    Layer("sparsemax_axis_minus2", "layers.Sparsemax", ((3, 4, 2),), {"axis": -2}),
    Layer(
        "avg3d_first",
        "layers.AdaptiveAveragePooling3D",
        ((2, 3, 4, 2, 2),),
        {"output_size": 2, "data_format": "channels_first"},
    ),
    Layer("max1d_special", "layers.AdaptiveMaxPooling1D", ((2, 6, 2),), {"output_size": 3}, special=True),
    Layer("tlu_affine_image", "layers.TLU", ((2, 2, 3, 2),), {"affine": True}),
    Layer("crossing_no_bias", "layers.PolynomialCrossing", ((2, 4), (2, 4)), {"use_bias": False}),
    Layer("netvlad_one", "layers.netvlad.NetVLAD", ((2, 1, 4),), {"num_clusters": 1}),
)
RECURRENT = (
    *(Layer(f"{name}_mask", f"rnn.{name}", ((3, 4, 5),), {"units": 3}, cell=True, mask=(3, 4)) for name in CELLS),
    *(
        Layer(
            f"{name}_states",
            f"rnn.{name}",
            ((2, 1, 3),),
            {"units": 2},
            cell=True,
            rnn={"return_state": True},
            gradient=False,
        )
        for name in WITH_STATES
    ),
    Layer("peephole_split", "rnn.PeepholeLSTMCell", ((2, 3, 4),), {"units": 2, "implementation": 1}, cell=True),
    Layer(
        "peephole_both",
        "rnn.PeepholeLSTMCell",
        ((2, 3, 4),),
        {"units": 2, "name": "cell"},
        cell=True,
        bidirectional=True,
        mask=(2, 3),
        gradient=False,
    ),
    Layer(
        "ln_simple_backwards",
        "rnn.LayerNormSimpleRNNCell",
        ((2, 3, 4),),
        {"units": 2},
        cell=True,
        rnn={"go_backwards": True},
        gradient=False,
    ),
    Layer(
        "esn_masked",
        "layers.ESN",
        ((2, 3, 4),),
        {"units": 2, "go_backwards": True, "return_state": True, "use_bias": False},
        mask=(2, 3),
    ),
)

LAYERS = (
    Layer("wn_dense", "layers.WeightNormalization", ((4, 5),), {"data_init": False}, {"initialized": True}, wrap=DENSE),
    Layer("wn_conv", "layers.WeightNormalization", IMAGE, {}, {"initialized": True}, wrap=CONV),
    Layer("wn_no_bias", "layers.WeightNormalization", ((4, 5),), {}, {"initialized": True}, wrap=NO_BIAS),
    Layer(
        "wn_lstm", "layers.WeightNormalization", ((2, 4, 5),), {"data_init": False}, {"initialized": True}, wrap=LSTM
    ),
    Layer("wn_first_call", "layers.WeightNormalization", ((4, 5),), {}, {"initialized": False}, wrap=DENSE),
    Layer("wn_first_call_conv", "layers.WeightNormalization", IMAGE, {}, {"initialized": False}, wrap=CONV),
    Layer("wn_first_call_lstm", "layers.WeightNormalization", ((2, 4, 5),), {}, {"initialized": False}, wrap=LSTM),
    Layer(
        "wn_from_v", "layers.WeightNormalization", ((4, 5),), {"data_init": False}, {"initialized": False}, wrap=DENSE
    ),
    Layer("sn_dense", "layers.SpectralNormalization", ((4, 5),), {}, training=True, wrap=DENSE),
    Layer("sn_conv", "layers.SpectralNormalization", IMAGE, {"power_iterations": 3}, training=True, wrap=CONV),
    Layer("sn_embedding", "layers.SpectralNormalization", ((4, 5),), training=True, wrap=EMBEDDING, integers=5),
    Layer("gn", "layers.GroupNormalization", IMAGE, {"groups": 2}),
    Layer("gn_axis1", "layers.GroupNormalization", IMAGE, {"groups": 5, "axis": 1, "epsilon": 0.01}),
    Layer("gn_axis1_groups", "layers.GroupNormalization", ((2, 6, 5),), {"groups": 3, "axis": 1}),
    Layer("gn_axis_minus2", "layers.GroupNormalization", IMAGE, {"groups": 3, "axis": -2}),
    Layer("gn_axis_minus2_each", "layers.GroupNormalization", IMAGE, {"groups": 6, "axis": -2}),
    Layer("gn_each", "layers.GroupNormalization", IMAGE, {"groups": -1, "scale": False}),
    Layer("gn_one", "layers.GroupNormalization", ((3, 8),), {"groups": 1, "center": False}),
    Layer("in", "layers.InstanceNormalization", IMAGE),
    Layer("in_axis1", "layers.InstanceNormalization", IMAGE, {"axis": 1, "gamma_regularizer": L2}),
    Layer("frn", "layers.FilterResponseNormalization", IMAGE),
    Layer("frn_learned", "layers.FilterResponseNormalization", IMAGE, {"learned_epsilon": True, "epsilon": 1e-3}),
    Layer("maxout", "layers.Maxout", ((3, 8),), {"num_units": 4}),
    Layer("maxout_axis1", "layers.Maxout", IMAGE, {"num_units": 1, "axis": 1}),
    Layer("maxout_axis_minus2", "layers.Maxout", IMAGE, {"num_units": 2, "axis": -2}),
    Layer("gelu", "layers.GELU", ((4, 6),)),
    Layer("gelu_exact", "layers.GELU", ((4, 6),), {"approximate": False}),
    Layer("noisy", "layers.NoisyDense", ((4, 5),), {"units": 3}, training=True),
    Layer("noisy_independent", "layers.NoisyDense", ((2, 3, 5),), {"units": 3, "use_factorised": False, "sigma": 0.2}),
    Layer("noisy_mish", "layers.NoisyDense", ((4, 5),), {"units": 3, "activation": "Addons>mish"}),
    Layer("stochastic_depth", "layers.StochasticDepth", ((3, 4), (3, 4)), {"survival_probability": 0.8}),
    Layer("tlu", "layers.TLU", IMAGE),
    Layer("tlu_affine", "layers.TLU", ((3, 4),), {"affine": True}),
    Layer("snake", "layers.Snake", ((3, 4),), set={"Variable": 1.7}),
    Layer("poincare", "layers.PoincareNormalize", ((3, 4),)),
    Layer("poincare_axes", "layers.PoincareNormalize", ((3, 4, 2),), {"axis": [1, 2], "epsilon": 0.1}),
    Layer("poincare_all", "layers.PoincareNormalize", ((3, 4),), {"axis": None}),
    Layer("sparsemax", "layers.Sparsemax", ((3, 6),)),
    Layer("sparsemax_axis1", "layers.Sparsemax", ((3, 6, 2),), {"axis": 1}),
    Layer("crossing", "layers.PolynomialCrossing", ((4, 5), (4, 5)), {"diag_scale": 0.3}),
    Layer("crossing_low_rank", "layers.PolynomialCrossing", ((4, 6), (4, 6)), {"projection_dim": 2, "use_bias": False}),
    Layer("mha", "layers.MultiHeadAttention", ((2, 3, 5), (2, 4, 6)), {"head_size": 4, "num_heads": 2}),
    Layer(
        "mha_value",
        "layers.MultiHeadAttention",
        ((2, 3, 5), (2, 4, 6), (2, 4, 7)),
        {
            "head_size": 4,
            "num_heads": 2,
            "output_size": 3,
            "dropout": 0.3,
            "use_projection_bias": False,
            "return_attn_coef": True,
        },
    ),
    Layer("avg1d", "layers.AdaptiveAveragePooling1D", ((2, 6, 3),), {"output_size": 3}),
    Layer(
        "avg1d_first",
        "layers.AdaptiveAveragePooling1D",
        ((2, 3, 6),),
        {"output_size": 2, "data_format": "channels_first"},
    ),
    Layer("max1d", "layers.AdaptiveMaxPooling1D", ((2, 6, 3),), {"output_size": 2}),
    Layer("avg2d", "layers.AdaptiveAveragePooling2D", ((2, 4, 6, 3),), {"output_size": [2, 3]}),
    Layer("max2d", "layers.AdaptiveMaxPooling2D", ((2, 3, 4, 6),), {"output_size": 2, "data_format": "channels_first"}),
    Layer("avg3d", "layers.AdaptiveAveragePooling3D", ((2, 4, 6, 2, 3),), {"output_size": [2, 3, 1]}),
    Layer("max3d", "layers.AdaptiveMaxPooling3D", ((2, 4, 2, 2, 3),), {"output_size": 2}),
    Layer("spp", "layers.SpatialPyramidPooling2D", ((2, 5, 7, 3),), {"bins": [1, 2, [3, 2]]}),
    Layer(
        "spp_first", "layers.SpatialPyramidPooling2D", ((2, 3, 5, 7),), {"bins": [2], "data_format": "channels_first"}
    ),
    Layer("netvlad", "layers.netvlad.NetVLAD", ((2, 4, 5),), {"num_clusters": 3}),
    Layer("ln_lstm", "rnn.LayerNormLSTMCell", ((2, 4, 5),), {"units": 3, "norm_epsilon": 0.01}, cell=True),
    Layer(
        "ln_lstm_dropout",
        "rnn.LayerNormLSTMCell",
        ((2, 4, 5),),
        {"units": 3, "dropout": 0.2, "recurrent_dropout": 0.2, "use_bias": False},
        cell=True,
    ),
    Layer("ln_simple", "rnn.LayerNormSimpleRNNCell", ((2, 4, 5),), {"units": 3}, cell=True),
    Layer("peephole", "rnn.PeepholeLSTMCell", ((2, 4, 5),), {"units": 3}, cell=True),
    Layer(
        "peephole_hard",
        "rnn.PeepholeLSTMCell",
        ((2, 4, 5),),
        {"units": 3, "activation": "relu", "unit_forget_bias": False},
        cell=True,
    ),
    Layer("nas", "rnn.NASCell", ((2, 4, 5),), {"units": 3}, cell=True),
    Layer("nas_projected", "rnn.NASCell", ((2, 4, 5),), {"units": 3, "projection": 2, "use_bias": True}, cell=True),
    Layer("esn_cell", "rnn.ESNCell", ((2, 4, 5),), {"units": 3, "leaky": 0.7}, cell=True),
    Layer("esn", "layers.ESN", ((2, 4, 5),), {"units": 3, "leaky": 0.7, "use_norm2": True, "return_sequences": True}),
    *UNPOOLING_AND_BAGS,
    *ATTENTION,
    *EMPTY,
    *SPECIAL,
    *RECURRENT,
)

FUNCTIONS = (
    Function("gelu", "activations.gelu"),
    Function("gelu_exact", "activations.gelu", arguments={"approximate": False}),
    Function("hardshrink", "activations.hardshrink"),
    Function("hardshrink_bounds", "activations.hardshrink", arguments={"lower": -1.0, "upper": 0.2}),
    Function("lisht", "activations.lisht"),
    Function("mish", "activations.mish"),
    Function("rrelu", "activations.rrelu"),
    Function("rrelu_bounds", "activations.rrelu", arguments={"lower": 0.1, "upper": 0.5, "training": False}),
    Function("snake", "activations.snake"),
    Function("snake_frequency", "activations.snake", arguments={"frequency": 2.5}),
    Function("softshrink", "activations.softshrink"),
    Function("softshrink_bounds", "activations.softshrink", arguments={"lower": -1.0, "upper": 0.2}),
    Function("sparsemax", "activations.sparsemax"),
    Function("sparsemax_axis0", "activations.sparsemax", arguments={"axis": 0}),
    Function("sparsemax_rank1", "activations.sparsemax", ((6,),)),
    Function("tanhshrink", "activations.tanhshrink"),
    Function("sparsemax_loss", "losses.sparsemax_loss", ((4, 3), (4, 3), (4, 3))),
    Function("sparsemax_rank3", "activations.sparsemax", ((2, 3, 4),), {"axis": 1}),
    Function("sparsemax_one", "activations.sparsemax", ((3, 1),)),
    Function("hardshrink_nothing", "activations.hardshrink", arguments={"lower": 0.0, "upper": 0.0}),
    *(Function(f"{name}_special", f"activations.{name}", ((2, 8),), special=True) for name in ACTIVATIONS),
    *(Function(f"{name}_empty", f"activations.{name}", ((0, 3),)) for name in ACTIVATIONS),
)
