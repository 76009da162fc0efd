"""What is asked of the real TensorFlow Addons: a table, read by the worker that runs it.

An ``object`` is a name below ``tensorflow_addons``. ``inputs`` are shapes; their values are drawn by the worker. A
wrapped layer, a cell's layer and a nested optimizer are given as ``{"class_name": ..., "config": ...}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Layer:
    """A layer, called on ``inputs`` with random weights.

    ``set`` fixes the value of the weights with these names. ``training`` adds a call in training. ``wrap`` is a layer
    to wrap, ``integers`` the bound of integer inputs, and ``cell`` says that the object is the cell of an RNN.
    """

    label: str
    object: str
    inputs: tuple[tuple[int, ...], ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    training: bool = False
    wrap: dict[str, Any] | None = None
    integers: int | None = None
    cell: bool = False


@dataclass(frozen=True)
class Function:
    """An activation function, called on ``inputs`` with ``arguments``."""

    label: str
    object: str
    inputs: tuple[tuple[int, ...], ...] = ((4, 6),)
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss:
    """A loss class or function of ``y_true`` (kind of labels, shape) and ``y_pred`` (kind of predictions, shape)."""

    label: str
    object: str
    y_true: tuple[str, tuple[int, ...]]
    y_pred: tuple[str, tuple[int, ...]]
    arguments: dict[str, Any] = field(default_factory=dict)
    reductions: tuple[str, ...] = ("none", "sum", "sum_over_batch_size")


@dataclass(frozen=True)
class Metric:
    """A metric, fed three batches."""

    label: str
    object: str
    y_true: tuple[str, tuple[int, ...]]
    y_pred: tuple[str, tuple[int, ...]] | None
    arguments: dict[str, Any] = field(default_factory=dict)
    weighted: bool = False


@dataclass(frozen=True)
class Optimizer:
    """An optimizer, 20 steps on fixed gradients; ``sparse`` with gradients that name their rows."""

    label: str
    object: str
    arguments: dict[str, Any] = field(default_factory=dict)
    sparse: bool = False


DENSE = {"class_name": "Dense", "config": {"units": 3, "activation": "tanh"}}
CONV = {"class_name": "Conv2D", "config": {"filters": 3, "kernel_size": 2, "activation": "relu"}}
LSTM = {"class_name": "LSTM", "config": {"units": 3, "return_sequences": True}}
NO_BIAS = {"class_name": "Dense", "config": {"units": 3, "use_bias": False}}
EMBEDDING = {"class_name": "Embedding", "config": {"input_dim": 5, "output_dim": 3}}
IMAGE = ((2, 5, 6, 4),)
L2 = {"class_name": "L2", "config": {"l2": 0.01}}

LAYERS = (
    Layer("wn_dense", "layers.WeightNormalization", ((4, 5),), {"data_init": False}, {"initialized": True}, wrap=DENSE),
    Layer("wn_conv", "layers.WeightNormalization", IMAGE, {}, {"initialized": True}, wrap=CONV),
    Layer("wn_no_bias", "layers.WeightNormalization", ((4, 5),), {}, {"initialized": True}, wrap=NO_BIAS),
    Layer("wn_lstm", "layers.WeightNormalization", ((2, 4, 5),), {"data_init": False}, {"initialized": True}, wrap=LSTM),
    Layer("wn_first_call", "layers.WeightNormalization", ((4, 5),), {}, {"initialized": False}, wrap=DENSE),
    Layer("wn_first_call_conv", "layers.WeightNormalization", IMAGE, {}, {"initialized": False}, wrap=CONV),
    Layer("wn_first_call_lstm", "layers.WeightNormalization", ((2, 4, 5),), {}, {"initialized": False}, wrap=LSTM),
    Layer("wn_from_v", "layers.WeightNormalization", ((4, 5),), {"data_init": False}, {"initialized": False}, wrap=DENSE),
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
    Layer("avg1d_first", "layers.AdaptiveAveragePooling1D", ((2, 3, 6),), {"output_size": 2, "data_format": "channels_first"}),
    Layer("max1d", "layers.AdaptiveMaxPooling1D", ((2, 6, 3),), {"output_size": 2}),
    Layer("avg2d", "layers.AdaptiveAveragePooling2D", ((2, 4, 6, 3),), {"output_size": [2, 3]}),
    Layer("max2d", "layers.AdaptiveMaxPooling2D", ((2, 3, 4, 6),), {"output_size": 2, "data_format": "channels_first"}),
    Layer("avg3d", "layers.AdaptiveAveragePooling3D", ((2, 4, 6, 2, 3),), {"output_size": [2, 3, 1]}),
    Layer("max3d", "layers.AdaptiveMaxPooling3D", ((2, 4, 2, 2, 3),), {"output_size": 2}),
    Layer("spp", "layers.SpatialPyramidPooling2D", ((2, 5, 7, 3),), {"bins": [1, 2, [3, 2]]}),
    Layer("spp_first", "layers.SpatialPyramidPooling2D", ((2, 3, 5, 7),), {"bins": [2], "data_format": "channels_first"}),
    Layer("netvlad", "layers.netvlad.NetVLAD", ((2, 4, 5),), {"num_clusters": 3}),
    Layer("ln_lstm", "rnn.LayerNormLSTMCell", ((2, 4, 5),), {"units": 3, "norm_epsilon": 0.01}, cell=True),
    Layer("ln_lstm_dropout", "rnn.LayerNormLSTMCell", ((2, 4, 5),), {"units": 3, "dropout": 0.2, "recurrent_dropout": 0.2, "use_bias": False}, cell=True),
    Layer("ln_simple", "rnn.LayerNormSimpleRNNCell", ((2, 4, 5),), {"units": 3}, cell=True),
    Layer("peephole", "rnn.PeepholeLSTMCell", ((2, 4, 5),), {"units": 3}, cell=True),
    Layer("peephole_hard", "rnn.PeepholeLSTMCell", ((2, 4, 5),), {"units": 3, "activation": "relu", "unit_forget_bias": False}, cell=True),
    Layer("nas", "rnn.NASCell", ((2, 4, 5),), {"units": 3}, cell=True),
    Layer("nas_projected", "rnn.NASCell", ((2, 4, 5),), {"units": 3, "projection": 2, "use_bias": True}, cell=True),
    Layer("esn_cell", "rnn.ESNCell", ((2, 4, 5),), {"units": 3, "leaky": 0.7}, cell=True),
    Layer("esn", "layers.ESN", ((2, 4, 5),), {"units": 3, "leaky": 0.7, "use_norm2": True, "return_sequences": True}),
    Layer("crf", "layers.CRF", ((2, 4, 5),), {"units": 3}),
    Layer("crf_bare", "layers.CRF", ((2, 4, 3),), {"units": 3, "use_boundary": False, "use_kernel": False}),
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
)

MATRIX = (4, 3)
CLASSES = ("classes", (8,))
EMBEDDINGS = ("real", (8, 3))
LOSSES = (
    Loss("focal", "losses.SigmoidFocalCrossEntropy", ("binary", MATRIX), ("probability", MATRIX)),
    Loss("focal_logits", "losses.SigmoidFocalCrossEntropy", ("binary", MATRIX), ("real", MATRIX), {"from_logits": True, "alpha": 0.4, "gamma": 1.5}),
    Loss("focal_plain", "losses.SigmoidFocalCrossEntropy", ("binary", MATRIX), ("probability", MATRIX), {"alpha": 0.0, "gamma": 0.0}),
    Loss("focal_function", "losses.sigmoid_focal_crossentropy", ("binary", MATRIX), ("probability", MATRIX), {"gamma": 3.0}),
    Loss("contrastive", "losses.ContrastiveLoss", ("binary", (6,)), ("probability", (6,)), {"margin": 0.7}),
    Loss("contrastive_function", "losses.contrastive_loss", ("binary", (6,)), ("probability", (6,))),
    Loss("giou", "losses.GIoULoss", ("boxes", (5, 4)), ("boxes", (5, 4))),
    Loss("iou", "losses.GIoULoss", ("boxes", (5, 4)), ("boxes", (5, 4)), {"mode": "iou"}),
    Loss("giou_function", "losses.giou_loss", ("boxes", (5, 4)), ("boxes", (5, 4))),
    Loss("pinball", "losses.PinballLoss", ("real", MATRIX), ("real", MATRIX), {"tau": 0.2}),
    Loss("pinball_function", "losses.pinball_loss", ("real", MATRIX), ("real", MATRIX), {"tau": [0.1, 0.5, 0.8]}),
    Loss("sparsemax", "losses.SparsemaxLoss", ("one_hot", MATRIX), ("real", MATRIX)),
    Loss("sparsemax_from_logits", "losses.sparsemax_loss.sparsemax_loss_from_logits", ("one_hot", MATRIX), ("real", MATRIX)),
    Loss("semihard", "losses.TripletSemiHardLoss", CLASSES, EMBEDDINGS, reductions=()),
    Loss("semihard_angular", "losses.TripletSemiHardLoss", CLASSES, EMBEDDINGS, {"margin": 0.5, "distance_metric": "angular"}, ()),
    Loss("semihard_function", "losses.triplet_semihard_loss", CLASSES, EMBEDDINGS, {"distance_metric": "squared-L2"}),
    Loss("hard", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"margin": 0.5}, ()),
    Loss("hard_soft", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"soft": True, "distance_metric": "squared-L2"}, ()),
    Loss("hard_function", "losses.triplet_hard_loss", CLASSES, EMBEDDINGS, {"distance_metric": "angular"}),
    Loss("lifted", "losses.LiftedStructLoss", CLASSES, EMBEDDINGS, {"margin": 0.8}, ()),
    Loss("lifted_function", "losses.lifted_struct_loss", CLASSES, EMBEDDINGS),
    Loss("npairs", "losses.NpairsLoss", CLASSES, ("real", (8, 8)), reductions=()),
    Loss("npairs_function", "losses.npairs_loss", CLASSES, ("real", (8, 8))),
    Loss("npairs_multilabel", "losses.NpairsMultilabelLoss", ("multi_hot", (6, 4)), ("real", (6, 6)), reductions=()),
    Loss("npairs_multilabel_function", "losses.npairs_multilabel_loss", ("multi_hot", (6, 4)), ("real", (6, 6))),
    Loss("kappa", "losses.WeightedKappaLoss", ("one_hot", (8, 3)), ("simplex", (8, 3)), {"num_classes": 3}),
    Loss("kappa_linear", "losses.WeightedKappaLoss", ("one_hot", (8, 3)), ("simplex", (8, 3)), {"num_classes": 3, "weightage": "linear", "epsilon": 1e-3}),
)

ONE_HOT = ("one_hot", (8, 3))
MULTI_HOT = ("multi_hot", (8, 3))
SCORES = ("probability", (8, 3))
METRICS = (
    Metric("f1", "metrics.F1Score", ONE_HOT, SCORES, {"num_classes": 3}),
    Metric("f1_macro", "metrics.F1Score", MULTI_HOT, SCORES, {"num_classes": 3, "average": "macro", "threshold": 0.4}),
    Metric("f1_micro", "metrics.F1Score", MULTI_HOT, SCORES, {"num_classes": 3, "average": "micro", "threshold": 0.5}, weighted=True),
    Metric("f1_weighted", "metrics.F1Score", ONE_HOT, SCORES, {"num_classes": 3, "average": "weighted"}, weighted=True),
    Metric("fbeta", "metrics.FBetaScore", ONE_HOT, SCORES, {"num_classes": 3, "beta": 2.0, "average": "macro"}),
    Metric("kappa", "metrics.CohenKappa", ONE_HOT, SCORES, {"num_classes": 3}, weighted=True),
    Metric("kappa_binary", "metrics.CohenKappa", ("binary", (8, 1)), ("probability", (8, 1)), {"num_classes": 2}),
    Metric("kappa_linear", "metrics.CohenKappa", ("classes", (8,)), SCORES, {"num_classes": 3, "weightage": "linear", "sparse_labels": True}),
    Metric("kappa_regression", "metrics.CohenKappa", ("classes", (8,)), ("magnitude", (8, 1)), {"num_classes": 4, "weightage": "quadratic", "sparse_labels": True, "regression": True}),
    Metric("mcc", "metrics.MatthewsCorrelationCoefficient", ONE_HOT, SCORES, {"num_classes": 3}),
    Metric("mcc_weighted", "metrics.MatthewsCorrelationCoefficient", ONE_HOT, SCORES, {"num_classes": 3}, weighted=True),
    Metric("hamming", "metrics.HammingLoss", ONE_HOT, SCORES, {"mode": "multiclass"}),
    Metric("hamming_multilabel", "metrics.HammingLoss", MULTI_HOT, SCORES, {"mode": "multilabel", "threshold": 0.5}),
    Metric("confusion", "metrics.MultiLabelConfusionMatrix", MULTI_HOT, MULTI_HOT, {"num_classes": 3}),
    Metric("r2", "metrics.RSquare", ("real", (8,)), ("real", (8,))),
    Metric("r2_raw", "metrics.RSquare", ("real", (8, 2)), ("real", (8, 2)), {"multioutput": "raw_values"}),
    Metric("r2_weighted", "metrics.RSquare", ("real", (8, 2)), ("real", (8, 2)), {"multioutput": "variance_weighted"}, weighted=True),
    Metric("r2_adjusted", "metrics.RSquare", ("real", (8, 1)), ("real", (8, 1)), {"num_regressors": 2}),
    Metric("geometric", "metrics.GeometricMean", ("magnitude", (8,)), None),
    Metric("harmonic", "metrics.HarmonicMean", ("magnitude", (8,)), None),
    Metric("kendall_b", "metrics.KendallsTauB", ("probability", (8,)), ("probability", (8,)), {"actual_cutpoints": 6, "preds_cutpoints": 7}),
    Metric("kendall_c", "metrics.KendallsTauC", ("probability", (8,)), ("probability", (8,)), {"actual_cutpoints": 6, "preds_cutpoints": 7}),
    Metric("pearson", "metrics.PearsonsCorrelation", ("probability", (8,)), ("probability", (8,)), {"actual_cutpoints": 6, "preds_max": 2.0}),
    Metric("spearman", "metrics.SpearmansRank", ("probability", (8,)), ("probability", (8,)), {"preds_cutpoints": 9}),
)

SCHEDULE = {"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}}
RADAM = {"class_name": "Addons>RectifiedAdam", "config": {"learning_rate": 0.05}}
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.05, "momentum": 0.9}}
OPTIMIZERS = (
    Optimizer("radam", "RectifiedAdam", {"learning_rate": 0.05}),
    Optimizer("radam_all", "RectifiedAdam", {"learning_rate": 0.05, "weight_decay": 0.01, "amsgrad": True, "total_steps": 16, "warmup_proportion": 0.25, "min_lr": 0.01, "beta_2": 0.9}),
    Optimizer("radam_decay", "RectifiedAdam", {"learning_rate": 0.05, "decay": 0.1, "clipnorm": 1.0, "sma_threshold": 4.5}),
    Optimizer("radam_schedule", "RectifiedAdam", {"learning_rate": SCHEDULE, "weight_decay": SCHEDULE}),
    Optimizer("radam_sparse", "RectifiedAdam", {"learning_rate": 0.05, "weight_decay": 0.01}, sparse=True),
    Optimizer("lookahead", "Lookahead", {"optimizer": RADAM}),
    Optimizer("lookahead_sgd", "Lookahead", {"optimizer": SGD, "sync_period": 4, "slow_step_size": 0.7}),
    Optimizer("adamw", "AdamW", {"weight_decay": 0.01, "learning_rate": 0.05}),
    Optimizer("adamw_excluded", "AdamW", {"weight_decay": SCHEDULE, "learning_rate": SCHEDULE, "exclude_from_weight_decay": ["bias"], "amsgrad": True}),
    Optimizer("adamw_sparse", "AdamW", {"weight_decay": 0.01, "learning_rate": 0.05}, sparse=True),
    Optimizer("sgdw", "SGDW", {"weight_decay": 0.01, "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    Optimizer("sgdw_plain", "SGDW", {"weight_decay": 0.01, "learning_rate": 0.05, "decay": 0.1}),
    Optimizer("lamb", "LAMB", {"learning_rate": 0.05, "weight_decay": 0.01}),
    Optimizer("lamb_excluded", "LAMB", {"learning_rate": 0.05, "weight_decay": 0.1, "exclude_from_weight_decay": ["bias"], "exclude_from_layer_adaptation": ["kernel"]}),
    Optimizer("lamb_sparse", "LAMB", {"learning_rate": 0.05}, sparse=True),
    Optimizer("average", "MovingAverage", {"optimizer": SGD, "average_decay": 0.9}),
    Optimizer("average_dynamic", "MovingAverage", {"optimizer": SGD, "average_decay": 0.9, "start_step": 5, "dynamic_decay": True}),
    Optimizer("average_updates", "MovingAverage", {"optimizer": RADAM, "num_updates": 3}),
    Optimizer("swa", "SWA", {"optimizer": SGD, "start_averaging": 3, "average_period": 4}),
    Optimizer("lazy_adam", "LazyAdam", {"learning_rate": 0.05}),
    Optimizer("lazy_adam_amsgrad", "LazyAdam", {"learning_rate": 0.05, "amsgrad": True, "decay": 0.1}),
    Optimizer("lazy_adam_sparse", "LazyAdam", {"learning_rate": 0.05}, sparse=True),
    Optimizer("yogi", "Yogi", {"learning_rate": 0.05}),
    Optimizer("yogi_l1", "Yogi", {"learning_rate": 0.05, "beta1": 0.0, "activation": "tanh", "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.1}),
    Optimizer("yogi_l2", "Yogi", {"learning_rate": 0.05, "l2_regularization_strength": 0.1, "initial_accumulator_value": 0.1}),
    Optimizer("yogi_sparse", "Yogi", {"learning_rate": 0.05}, sparse=True),
    Optimizer("novograd", "NovoGrad", {"learning_rate": 0.05}),
    Optimizer("novograd_all", "NovoGrad", {"learning_rate": 0.05, "weight_decay": 0.01, "grad_averaging": True}),
    Optimizer("novograd_sparse", "NovoGrad", {"learning_rate": 0.05, "weight_decay": 0.01}, sparse=True),
    Optimizer("adabelief", "AdaBelief", {"learning_rate": 0.05}),
    Optimizer("adabelief_all", "AdaBelief", {"learning_rate": 0.05, "weight_decay": 0.01, "amsgrad": True, "total_steps": 16, "rectify": False}),
    Optimizer("adabelief_sparse", "AdaBelief", {"learning_rate": 0.05}, sparse=True),
    Optimizer("cocob", "COCOB", {"alpha": 50.0}),
    Optimizer("conditional", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5}),
    Optimizer("conditional_nuclear", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5, "ord": "nuclear"}),
    Optimizer("proximal", "ProximalAdagrad", {"learning_rate": 0.05, "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2}),
    Optimizer("proximal_plain", "ProximalAdagrad", {"learning_rate": 0.05, "initial_accumulator_value": 0.2}),
)
