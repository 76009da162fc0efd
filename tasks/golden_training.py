"""What is asked of the losses, metrics and optimizers of the real TensorFlow Addons; see ``golden_cases.py``."""

from __future__ import annotations

from golden_cases import Loss, Metric, Optimizer  # type: ignore[import-not-found,unused-ignore]  # beside this file

MATRIX = (4, 3)
CLASSES = ("classes", (8,))
EMBEDDINGS = ("real", (8, 3))
LOSSES = (
    Loss("focal", "losses.SigmoidFocalCrossEntropy", ("binary", MATRIX), ("probability", MATRIX)),
    Loss(
        "focal_logits",
        "losses.SigmoidFocalCrossEntropy",
        ("binary", MATRIX),
        ("real", MATRIX),
        {"from_logits": True, "alpha": 0.4, "gamma": 1.5},
    ),
    Loss(
        "focal_plain",
        "losses.SigmoidFocalCrossEntropy",
        ("binary", MATRIX),
        ("probability", MATRIX),
        {"alpha": 0.0, "gamma": 0.0},
    ),
    Loss(
        "focal_function",
        "losses.sigmoid_focal_crossentropy",
        ("binary", MATRIX),
        ("probability", MATRIX),
        {"gamma": 3.0},
    ),
    Loss("contrastive", "losses.ContrastiveLoss", ("binary", (6,)), ("probability", (6,)), {"margin": 0.7}),
    Loss("contrastive_function", "losses.contrastive_loss", ("binary", (6,)), ("probability", (6,))),
    Loss("giou", "losses.GIoULoss", ("boxes", (5, 4)), ("boxes", (5, 4))),
    Loss("iou", "losses.GIoULoss", ("boxes", (5, 4)), ("boxes", (5, 4)), {"mode": "iou"}),
    Loss("giou_function", "losses.giou_loss", ("boxes", (5, 4)), ("boxes", (5, 4))),
    Loss("pinball", "losses.PinballLoss", ("real", MATRIX), ("real", MATRIX), {"tau": 0.2}),
    Loss("pinball_function", "losses.pinball_loss", ("real", MATRIX), ("real", MATRIX), {"tau": [0.1, 0.5, 0.8]}),
    Loss("sparsemax", "losses.SparsemaxLoss", ("one_hot", MATRIX), ("real", MATRIX)),
    Loss(
        "sparsemax_from_logits",
        "losses.sparsemax_loss.sparsemax_loss_from_logits",
        ("one_hot", MATRIX),
        ("real", MATRIX),
    ),
    Loss("semihard", "losses.TripletSemiHardLoss", CLASSES, EMBEDDINGS, reductions=()),
    Loss(
        "semihard_angular",
        "losses.TripletSemiHardLoss",
        CLASSES,
        EMBEDDINGS,
        {"margin": 0.5, "distance_metric": "angular"},
        (),
    ),
    Loss("semihard_function", "losses.triplet_semihard_loss", CLASSES, EMBEDDINGS, {"distance_metric": "squared-L2"}),
    Loss("hard", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"margin": 0.5}, ()),
    Loss(
        "hard_soft", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"soft": True, "distance_metric": "squared-L2"}, ()
    ),
    Loss("hard_function", "losses.triplet_hard_loss", CLASSES, EMBEDDINGS, {"distance_metric": "angular"}),
    Loss("lifted", "losses.LiftedStructLoss", CLASSES, EMBEDDINGS, {"margin": 0.8}, ()),
    Loss("lifted_function", "losses.lifted_struct_loss", CLASSES, EMBEDDINGS),
    Loss("npairs", "losses.NpairsLoss", CLASSES, ("real", (8, 8)), reductions=()),
    Loss("npairs_function", "losses.npairs_loss", CLASSES, ("real", (8, 8))),
    Loss("npairs_multilabel", "losses.NpairsMultilabelLoss", ("multi_hot", (6, 4)), ("real", (6, 6)), reductions=()),
    Loss("npairs_multilabel_function", "losses.npairs_multilabel_loss", ("multi_hot", (6, 4)), ("real", (6, 6))),
    Loss("kappa", "losses.WeightedKappaLoss", ("one_hot", (8, 3)), ("simplex", (8, 3)), {"num_classes": 3}),
    Loss(
        "kappa_linear",
        "losses.WeightedKappaLoss",
        ("one_hot", (8, 3)),
        ("simplex", (8, 3)),
        {"num_classes": 3, "weightage": "linear", "epsilon": 1e-3},
    ),
)

ONE_HOT = ("one_hot", (8, 3))
MULTI_HOT = ("multi_hot", (8, 3))
SCORES = ("probability", (8, 3))
METRICS = (
    Metric("f1", "metrics.F1Score", ONE_HOT, SCORES, {"num_classes": 3}),
    Metric("f1_macro", "metrics.F1Score", MULTI_HOT, SCORES, {"num_classes": 3, "average": "macro", "threshold": 0.4}),
    Metric(
        "f1_micro",
        "metrics.F1Score",
        MULTI_HOT,
        SCORES,
        {"num_classes": 3, "average": "micro", "threshold": 0.5},
        weighted=True,
    ),
    Metric("f1_weighted", "metrics.F1Score", ONE_HOT, SCORES, {"num_classes": 3, "average": "weighted"}, weighted=True),
    Metric("fbeta", "metrics.FBetaScore", ONE_HOT, SCORES, {"num_classes": 3, "beta": 2.0, "average": "macro"}),
    Metric("kappa", "metrics.CohenKappa", ONE_HOT, SCORES, {"num_classes": 3}, weighted=True),
    Metric("kappa_binary", "metrics.CohenKappa", ("binary", (8, 1)), ("probability", (8, 1)), {"num_classes": 2}),
    Metric(
        "kappa_linear",
        "metrics.CohenKappa",
        ("classes", (8,)),
        SCORES,
        {"num_classes": 3, "weightage": "linear", "sparse_labels": True},
    ),
    Metric(
        "kappa_regression",
        "metrics.CohenKappa",
        ("classes", (8,)),
        ("magnitude", (8, 1)),
        {"num_classes": 4, "weightage": "quadratic", "sparse_labels": True, "regression": True},
    ),
    Metric("mcc", "metrics.MatthewsCorrelationCoefficient", ONE_HOT, SCORES, {"num_classes": 3}),
    Metric(
        "mcc_weighted", "metrics.MatthewsCorrelationCoefficient", ONE_HOT, SCORES, {"num_classes": 3}, weighted=True
    ),
    Metric("hamming", "metrics.HammingLoss", ONE_HOT, SCORES, {"mode": "multiclass"}),
    Metric("hamming_multilabel", "metrics.HammingLoss", MULTI_HOT, SCORES, {"mode": "multilabel", "threshold": 0.5}),
    Metric("confusion", "metrics.MultiLabelConfusionMatrix", MULTI_HOT, MULTI_HOT, {"num_classes": 3}),
    Metric("r2", "metrics.RSquare", ("real", (8,)), ("real", (8,))),
    Metric("r2_raw", "metrics.RSquare", ("real", (8, 2)), ("real", (8, 2)), {"multioutput": "raw_values"}),
    Metric(
        "r2_weighted",
        "metrics.RSquare",
        ("real", (8, 2)),
        ("real", (8, 2)),
        {"multioutput": "variance_weighted"},
        weighted=True,
    ),
    Metric("r2_adjusted", "metrics.RSquare", ("real", (8, 1)), ("real", (8, 1)), {"num_regressors": 2}),
    Metric("geometric", "metrics.GeometricMean", ("magnitude", (8,)), None),
    Metric("harmonic", "metrics.HarmonicMean", ("magnitude", (8,)), None),
    Metric(
        "kendall_b",
        "metrics.KendallsTauB",
        ("probability", (8,)),
        ("probability", (8,)),
        {"actual_cutpoints": 6, "preds_cutpoints": 7},
    ),
    Metric(
        "kendall_c",
        "metrics.KendallsTauC",
        ("probability", (8,)),
        ("probability", (8,)),
        {"actual_cutpoints": 6, "preds_cutpoints": 7},
    ),
    Metric(
        "pearson",
        "metrics.PearsonsCorrelation",
        ("probability", (8,)),
        ("probability", (8,)),
        {"actual_cutpoints": 6, "preds_max": 2.0},
    ),
    Metric("spearman", "metrics.SpearmansRank", ("probability", (8,)), ("probability", (8,)), {"preds_cutpoints": 9}),
)

SCHEDULE = {
    "class_name": "ExponentialDecay",
    "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5},
}
RADAM = {"class_name": "Addons>RectifiedAdam", "config": {"learning_rate": 0.05}}
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.05, "momentum": 0.9}}
OPTIMIZERS = (
    Optimizer("radam", "RectifiedAdam", {"learning_rate": 0.05}),
    Optimizer(
        "radam_all",
        "RectifiedAdam",
        {
            "learning_rate": 0.05,
            "weight_decay": 0.01,
            "amsgrad": True,
            "total_steps": 16,
            "warmup_proportion": 0.25,
            "min_lr": 0.01,
            "beta_2": 0.9,
        },
    ),
    Optimizer(
        "radam_decay", "RectifiedAdam", {"learning_rate": 0.05, "decay": 0.1, "clipnorm": 1.0, "sma_threshold": 4.5}
    ),
    Optimizer("radam_schedule", "RectifiedAdam", {"learning_rate": SCHEDULE, "weight_decay": SCHEDULE}),
    Optimizer("radam_sparse", "RectifiedAdam", {"learning_rate": 0.05, "weight_decay": 0.01}, sparse=True),
    Optimizer("lookahead", "Lookahead", {"optimizer": RADAM}),
    Optimizer("lookahead_sgd", "Lookahead", {"optimizer": SGD, "sync_period": 4, "slow_step_size": 0.7}),
    Optimizer("adamw", "AdamW", {"weight_decay": 0.01, "learning_rate": 0.05}),
    Optimizer(
        "adamw_excluded",
        "AdamW",
        {"weight_decay": SCHEDULE, "learning_rate": SCHEDULE, "exclude_from_weight_decay": ["bias"], "amsgrad": True},
    ),
    Optimizer("adamw_sparse", "AdamW", {"weight_decay": 0.01, "learning_rate": 0.05}, sparse=True),
    Optimizer("sgdw", "SGDW", {"weight_decay": 0.01, "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    Optimizer("sgdw_plain", "SGDW", {"weight_decay": 0.01, "learning_rate": 0.05, "decay": 0.1}),
    Optimizer("lamb", "LAMB", {"learning_rate": 0.05, "weight_decay": 0.01}),
    Optimizer(
        "lamb_excluded",
        "LAMB",
        {
            "learning_rate": 0.05,
            "weight_decay": 0.1,
            "exclude_from_weight_decay": ["bias"],
            "exclude_from_layer_adaptation": ["kernel"],
        },
    ),
    Optimizer("lamb_sparse", "LAMB", {"learning_rate": 0.05}, sparse=True),
    Optimizer("average", "MovingAverage", {"optimizer": SGD, "average_decay": 0.9}),
    Optimizer(
        "average_dynamic",
        "MovingAverage",
        {"optimizer": SGD, "average_decay": 0.9, "start_step": 5, "dynamic_decay": True},
    ),
    Optimizer("average_updates", "MovingAverage", {"optimizer": RADAM, "num_updates": 3}),
    Optimizer("swa", "SWA", {"optimizer": SGD, "start_averaging": 3, "average_period": 4}),
    Optimizer("lazy_adam", "LazyAdam", {"learning_rate": 0.05}),
    Optimizer("lazy_adam_amsgrad", "LazyAdam", {"learning_rate": 0.05, "amsgrad": True, "decay": 0.1}),
    Optimizer("lazy_adam_sparse", "LazyAdam", {"learning_rate": 0.05}, sparse=True),
    Optimizer("yogi", "Yogi", {"learning_rate": 0.05}),
    Optimizer(
        "yogi_l1",
        "Yogi",
        {
            "learning_rate": 0.05,
            "beta1": 0.0,
            "activation": "tanh",
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.1,
        },
    ),
    Optimizer(
        "yogi_l2", "Yogi", {"learning_rate": 0.05, "l2_regularization_strength": 0.1, "initial_accumulator_value": 0.1}
    ),
    Optimizer("yogi_sparse", "Yogi", {"learning_rate": 0.05}, sparse=True),
    Optimizer("novograd", "NovoGrad", {"learning_rate": 0.05}),
    Optimizer("novograd_all", "NovoGrad", {"learning_rate": 0.05, "weight_decay": 0.01, "grad_averaging": True}),
    Optimizer("novograd_sparse", "NovoGrad", {"learning_rate": 0.05, "weight_decay": 0.01}, sparse=True),
    Optimizer("adabelief", "AdaBelief", {"learning_rate": 0.05}),
    Optimizer(
        "adabelief_all",
        "AdaBelief",
        {"learning_rate": 0.05, "weight_decay": 0.01, "amsgrad": True, "total_steps": 16, "rectify": False},
    ),
    Optimizer("adabelief_sparse", "AdaBelief", {"learning_rate": 0.05}, sparse=True),
    Optimizer("cocob", "COCOB", {"alpha": 50.0}),
    Optimizer("conditional", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5}),
    Optimizer("conditional_nuclear", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5, "ord": "nuclear"}),
    Optimizer(
        "proximal",
        "ProximalAdagrad",
        {"learning_rate": 0.05, "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2},
    ),
    Optimizer("proximal_plain", "ProximalAdagrad", {"learning_rate": 0.05, "initial_accumulator_value": 0.2}),
)
