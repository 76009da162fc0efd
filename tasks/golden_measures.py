"""What is asked of the losses and metrics of the real TensorFlow Addons; see ``golden_cases.py``.

The first case of each object is the plain one, which the tests of models use; for metrics it is a stream of 20 batches.
"""

from __future__ import annotations

from golden_cases import STREAM, Loss, Metric  # type: ignore[import-not-found,unused-ignore]  # beside this file

MATRIX = (4, 3)
CLASSES = ("classes", (8,))
EMBEDDINGS = ("real", (8, 3))
FOCAL = "losses.SigmoidFocalCrossEntropy"
BINARY = ("binary", MATRIX)
PROBABILITY = ("probability", MATRIX)
REAL = ("real", MATRIX)
BOXES = ("boxes", (5, 4))
SIMPLEX = ("simplex", (8, 3))
ONE_HOT = ("one_hot", (8, 3))
KAPPA = "losses.WeightedKappaLoss"
LOSSES = (
    Loss("focal", FOCAL, BINARY, PROBABILITY),
    Loss("focal_logits", FOCAL, BINARY, REAL, {"from_logits": True, "alpha": 0.4, "gamma": 1.5}),
    Loss("focal_plain", FOCAL, BINARY, PROBABILITY, {"alpha": 0.0, "gamma": 0.0}, reductions=()),
    Loss("focal_alpha", FOCAL, BINARY, PROBABILITY, {"gamma": 0.0, "alpha": 0.9}, reductions=()),
    Loss("focal_gamma", FOCAL, BINARY, PROBABILITY, {"alpha": 0.0, "gamma": 5.0}, reductions=()),
    Loss("focal_certain", FOCAL, BINARY, ("certain", MATRIX), {"gamma": 0.0}, reductions=()),
    Loss("focal_extreme", FOCAL, BINARY, ("extreme", MATRIX), {"from_logits": True}, reductions=()),
    Loss("focal_nan", FOCAL, BINARY, ("with_nan", MATRIX), reductions=()),
    Loss("focal_one", FOCAL, ("binary", (1, 3)), ("probability", (1, 3))),
    Loss("focal_empty", FOCAL, ("binary", (0, 3)), ("probability", (0, 3))),
    Loss("focal_rank3", FOCAL, ("binary", (2, 3, 4)), ("probability", (2, 3, 4))),
    Loss("focal_float64", FOCAL, BINARY, PROBABILITY, dtype="float64"),
    Loss("focal_float16", FOCAL, BINARY, REAL, {"from_logits": True}, dtype="float16"),
    Loss("focal_function", "losses.sigmoid_focal_crossentropy", BINARY, PROBABILITY, {"gamma": 3.0}),
    Loss("contrastive", "losses.ContrastiveLoss", ("binary", (6,)), ("probability", (6,)), {"margin": 0.7}),
    Loss("contrastive_empty", "losses.ContrastiveLoss", ("binary", (0,)), ("probability", (0,))),
    Loss("contrastive_one", "losses.ContrastiveLoss", ("binary", (1,)), ("zeros", (1,))),
    Loss("contrastive_nan", "losses.ContrastiveLoss", ("binary", (6,)), ("with_nan", (6,)), reductions=()),
    Loss("contrastive_matrix", "losses.ContrastiveLoss", BINARY, REAL, {"margin": 2}, reductions=()),
    Loss("contrastive_float64", "losses.ContrastiveLoss", BINARY, REAL, dtype="float64"),
    Loss("contrastive_float16", "losses.ContrastiveLoss", BINARY, REAL, dtype="float16"),
    Loss("contrastive_function", "losses.contrastive_loss", ("binary", (6,)), ("probability", (6,))),
    Loss("giou", "losses.GIoULoss", BOXES, BOXES),
    Loss("iou", "losses.GIoULoss", BOXES, BOXES, {"mode": "iou"}, reductions=()),
    Loss("giou_no_area", "losses.GIoULoss", BOXES, ("zeros", (5, 4)), reductions=()),
    Loss("giou_no_boxes", "losses.GIoULoss", ("zeros", (5, 4)), ("zeros", (5, 4)), reductions=()),
    Loss("giou_disorder", "losses.GIoULoss", BOXES, ("real", (5, 4)), reductions=()),
    Loss("giou_extreme", "losses.GIoULoss", BOXES, ("extreme", (5, 4)), reductions=()),
    Loss("giou_one", "losses.GIoULoss", ("boxes", (1, 4)), ("boxes", (1, 4))),
    Loss("giou_rank1", "losses.GIoULoss", ("boxes", (4,)), ("boxes", (4,))),
    Loss("giou_rank3", "losses.GIoULoss", ("boxes", (2, 3, 4)), ("boxes", (2, 3, 4))),
    Loss("giou_empty", "losses.GIoULoss", ("boxes", (0, 4)), ("boxes", (0, 4))),
    Loss("giou_float64", "losses.GIoULoss", BOXES, BOXES, dtype="float64"),
    Loss("giou_function", "losses.giou_loss", BOXES, BOXES),
    Loss("pinball", "losses.PinballLoss", REAL, REAL, {"tau": 0.2}),
    Loss("pinball_lowest", "losses.PinballLoss", REAL, REAL, {"tau": 0.0}, reductions=()),
    Loss("pinball_highest", "losses.PinballLoss", REAL, REAL, {"tau": 1.0}, reductions=()),
    Loss("pinball_rank3", "losses.PinballLoss", ("real", (2, 3, 2)), ("real", (2, 3, 2)), {"tau": 0.9}),
    Loss("pinball_float64", "losses.PinballLoss", REAL, REAL, {"tau": 0.1}, dtype="float64"),
    Loss("pinball_float16", "losses.PinballLoss", REAL, REAL, {"tau": 0.1}, dtype="float16"),
    Loss("pinball_function", "losses.pinball_loss", REAL, REAL, {"tau": [0.1, 0.5, 0.8]}),
    Loss("sparsemax", "losses.SparsemaxLoss", ("one_hot", MATRIX), REAL),
    Loss("sparsemax_soft", "losses.SparsemaxLoss", ("simplex", MATRIX), REAL, reductions=()),
    Loss("sparsemax_extreme", "losses.SparsemaxLoss", ("one_hot", MATRIX), ("extreme", MATRIX), reductions=()),
    Loss("sparsemax_one", "losses.SparsemaxLoss", ("one_hot", (1, 3)), ("real", (1, 3))),
    Loss("sparsemax_from_logits", "losses.sparsemax_loss.sparsemax_loss_from_logits", ("one_hot", MATRIX), REAL),
    Loss("semihard", "losses.TripletSemiHardLoss", CLASSES, EMBEDDINGS, reductions=()),
    Loss(
        "semihard_angular",
        "losses.TripletSemiHardLoss",
        CLASSES,
        EMBEDDINGS,
        {"margin": 0.5, "distance_metric": "angular"},
        (),
    ),
    Loss("semihard_column", "losses.TripletSemiHardLoss", ("classes", (8, 1)), EMBEDDINGS, reductions=()),
    Loss("semihard_one_class", "losses.TripletSemiHardLoss", ("ones", (8,)), EMBEDDINGS, reductions=()),
    Loss("semihard_no_pairs", "losses.TripletSemiHardLoss", ("distinct", (8,)), EMBEDDINGS, reductions=()),
    Loss("semihard_equal", "losses.TripletSemiHardLoss", CLASSES, ("ones", (8, 3)), reductions=()),
    Loss("semihard_extreme", "losses.TripletSemiHardLoss", CLASSES, ("extreme", (8, 3)), reductions=()),
    Loss("semihard_one", "losses.TripletSemiHardLoss", ("classes", (1,)), ("real", (1, 3)), reductions=()),
    Loss("semihard_float16", "losses.TripletSemiHardLoss", CLASSES, EMBEDDINGS, {}, (), "float16"),
    Loss("semihard_function", "losses.triplet_semihard_loss", CLASSES, EMBEDDINGS, {"distance_metric": "squared-L2"}),
    Loss("hard", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"margin": 0.5}, ()),
    Loss(
        "hard_soft", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"soft": True, "distance_metric": "squared-L2"}, ()
    ),
    Loss(
        "hard_soft_angular",
        "losses.TripletHardLoss",
        CLASSES,
        EMBEDDINGS,
        {"soft": True, "distance_metric": "angular"},
        (),
    ),
    Loss("hard_one_class", "losses.TripletHardLoss", ("ones", (8,)), EMBEDDINGS, reductions=()),
    Loss("hard_no_pairs", "losses.TripletHardLoss", ("distinct", (8,)), EMBEDDINGS, reductions=()),
    Loss("hard_equal", "losses.TripletHardLoss", CLASSES, ("ones", (8, 3)), reductions=()),
    Loss("hard_one", "losses.TripletHardLoss", ("classes", (1,)), ("real", (1, 3)), reductions=()),
    Loss("hard_float16", "losses.TripletHardLoss", CLASSES, EMBEDDINGS, {"soft": True}, (), "float16"),
    Loss("hard_function", "losses.triplet_hard_loss", CLASSES, EMBEDDINGS, {"distance_metric": "angular"}),
    Loss("lifted", "losses.LiftedStructLoss", CLASSES, EMBEDDINGS, {"margin": 0.8}, ()),
    Loss("lifted_one_class", "losses.LiftedStructLoss", ("ones", (8,)), EMBEDDINGS, reductions=()),
    Loss("lifted_no_pairs", "losses.LiftedStructLoss", ("distinct", (8,)), EMBEDDINGS, reductions=()),
    Loss("lifted_equal", "losses.LiftedStructLoss", CLASSES, ("ones", (8, 3)), reductions=()),
    Loss("lifted_extreme", "losses.LiftedStructLoss", CLASSES, ("extreme", (8, 3)), reductions=()),
    Loss("lifted_float16", "losses.LiftedStructLoss", CLASSES, EMBEDDINGS, {}, (), "float16"),
    Loss("lifted_function", "losses.lifted_struct_loss", CLASSES, EMBEDDINGS),
    Loss("npairs", "losses.NpairsLoss", CLASSES, ("real", (8, 8)), reductions=()),
    Loss("npairs_one_class", "losses.NpairsLoss", ("ones", (4,)), ("real", (4, 4)), reductions=()),
    Loss("npairs_extreme", "losses.NpairsLoss", ("distinct", (4,)), ("extreme", (4, 4)), reductions=()),
    Loss("npairs_one", "losses.NpairsLoss", ("ones", (1,)), ("real", (1, 1)), reductions=()),
    Loss("npairs_float64", "losses.NpairsLoss", ("classes", (4,)), ("real", (4, 4)), {}, (), "float64"),
    Loss("npairs_function", "losses.npairs_loss", CLASSES, ("real", (8, 8))),
    Loss("npairs_multilabel", "losses.NpairsMultilabelLoss", ("multi_hot", (6, 4)), ("real", (6, 6)), reductions=()),
    Loss("npairs_no_label", "losses.NpairsMultilabelLoss", ("zeros", (4, 4)), ("real", (4, 4)), reductions=()),
    Loss("npairs_multilabel_function", "losses.npairs_multilabel_loss", ("multi_hot", (6, 4)), ("real", (6, 6))),
    Loss("kappa", KAPPA, ONE_HOT, SIMPLEX, {"num_classes": 3}),
    Loss(
        "kappa_linear",
        KAPPA,
        ONE_HOT,
        SIMPLEX,
        {"num_classes": 3, "weightage": "linear", "epsilon": 1e-3},
        reductions=(),
    ),
    Loss("kappa_one_class", KAPPA, ("first_class", (8, 3)), ("first_class", (8, 3)), {"num_classes": 3}, reductions=()),
    Loss("kappa_one", KAPPA, ("one_hot", (1, 3)), ("simplex", (1, 3)), {"num_classes": 3}, reductions=()),
    Loss("kappa_nan", KAPPA, ONE_HOT, ("with_nan", (8, 3)), {"num_classes": 3}, reductions=()),
    Loss("kappa_float16", KAPPA, ONE_HOT, SIMPLEX, {"num_classes": 3}, dtype="float16", reductions=()),
)

MULTI_HOT = ("multi_hot", (8, 3))
SCORES = ("probability", (8, 3))
F1 = "metrics.F1Score"
FBETA = "metrics.FBetaScore"
COHEN = "metrics.CohenKappa"
MCC = "metrics.MatthewsCorrelationCoefficient"
HAMMING = "metrics.HammingLoss"
R2 = "metrics.RSquare"
VALUE = ("real", (8,))
TWO = ("real", (8, 2))
MAGNITUDE = ("magnitude", (8,))
PROBABILITIES = ("probability", (8,))
FEW = {"actual_cutpoints": 6, "preds_cutpoints": 7}
F_SCORES = tuple(
    Metric(
        f"fbeta_{average}_{threshold}",
        FBETA,
        MULTI_HOT,
        SCORES,
        {"num_classes": 3, "average": average, "threshold": threshold, "beta": beta},
        weights,
    )
    for average in (None, "micro", "macro", "weighted")
    for threshold, beta, weights in ((None, 0.5, "positive"), (0.3, 3.0, None))
)
CORRELATIONS = tuple(
    case
    for short, cls in (
        ("kendall_b", "metrics.KendallsTauB"),
        ("kendall_c", "metrics.KendallsTauC"),
        ("pearson", "metrics.PearsonsCorrelation"),
        ("spearman", "metrics.SpearmansRank"),
    )
    for case in (
        Metric(short, cls, PROBABILITIES, PROBABILITIES, FEW, batches=STREAM),
        Metric(f"{short}_outside", cls, VALUE, ("real", (8,)), {**FEW, "preds_min": -1.0}),
        Metric(f"{short}_one", cls, ("probability", (1,)), ("probability", (1,)), FEW, batches=2),
        Metric(f"{short}_matrix", cls, ("certain", (4, 2)), ("probability", (4, 2)), FEW, "positive"),
        Metric(f"{short}_empty", cls, ("probability", (0,)), ("probability", (0,)), FEW, batches=1),
        Metric(f"{short}_scale", cls, ("classes", (8,)), MAGNITUDE, {**FEW, "actual_max": 2.5, "preds_max": 3.0}),
    )
)
METRICS = (
    Metric("f1", F1, ONE_HOT, SCORES, {"num_classes": 3}, batches=STREAM),
    Metric("f1_macro", F1, MULTI_HOT, SCORES, {"num_classes": 3, "average": "macro", "threshold": 0.4}),
    Metric("f1_micro", F1, MULTI_HOT, SCORES, {"num_classes": 3, "average": "micro", "threshold": 0.5}, "positive"),
    Metric("f1_weighted", F1, ONE_HOT, SCORES, {"num_classes": 3, "average": "weighted"}, "positive"),
    Metric("f1_zeros", F1, ONE_HOT, ("zeros", (8, 3)), {"num_classes": 3, "average": "macro"}),
    Metric("f1_ties", F1, ONE_HOT, ("ones", (8, 3)), {"num_classes": 3}),
    Metric("f1_one_class", F1, ("first_class", (8, 3)), SCORES, {"num_classes": 3, "average": "weighted"}),
    Metric("f1_nan", F1, ONE_HOT, ("with_nan", (8, 3)), {"num_classes": 3, "average": "micro"}),
    Metric("f1_extreme", F1, ONE_HOT, ("extreme", (8, 3)), {"num_classes": 3, "average": "micro"}),
    Metric("f1_zero_weights", F1, ONE_HOT, SCORES, {"num_classes": 3}, "zeros"),
    Metric("f1_one", F1, ("one_hot", (1, 3)), ("probability", (1, 3)), {"num_classes": 3}),
    Metric("f1_empty", F1, ("one_hot", (0, 3)), ("probability", (0, 3)), {"num_classes": 3, "threshold": 0.5}),
    Metric("fbeta", FBETA, ONE_HOT, SCORES, {"num_classes": 3, "beta": 2.0, "average": "macro"}, batches=STREAM),
    *F_SCORES,
    Metric("kappa", COHEN, ONE_HOT, SCORES, {"num_classes": 3}, "positive", batches=STREAM),
    Metric("kappa_binary", COHEN, ("binary", (8, 1)), ("probability", (8, 1)), {"num_classes": 2}),
    Metric("kappa_binary_weighted", COHEN, ("binary", (8,)), PROBABILITIES, {"num_classes": 2}, "positive"),
    Metric("kappa_linear", COHEN, CLASSES, SCORES, {"num_classes": 3, "weightage": "linear", "sparse_labels": True}),
    Metric("kappa_quadratic", COHEN, ONE_HOT, SCORES, {"num_classes": 3, "weightage": "quadratic"}, "positive"),
    Metric("kappa_labels", COHEN, CLASSES, ("classes", (8,)), {"num_classes": 3, "sparse_labels": True}),
    Metric(
        "kappa_regression",
        COHEN,
        CLASSES,
        ("magnitude", (8, 1)),
        {"num_classes": 4, "weightage": "quadratic", "sparse_labels": True, "regression": True},
    ),
    Metric("kappa_one_class", COHEN, ("first_class", (8, 3)), ("first_class", (8, 3)), {"num_classes": 3}),
    Metric("kappa_one", COHEN, ("one_hot", (1, 3)), ("probability", (1, 3)), {"num_classes": 3}),
    Metric("kappa_zero_weights", COHEN, ONE_HOT, SCORES, {"num_classes": 3, "weightage": "linear"}, "zeros"),
    Metric("kappa_empty", COHEN, ("one_hot", (0, 3)), ("probability", (0, 3)), {"num_classes": 3}, batches=1),
    Metric("mcc", MCC, ONE_HOT, SCORES, {"num_classes": 3}, batches=STREAM),
    Metric("mcc_weighted", MCC, ONE_HOT, SCORES, {"num_classes": 3}, "positive"),
    Metric("mcc_two", MCC, ("one_hot", (8, 2)), ("probability", (8, 2)), {"num_classes": 2}),
    Metric("mcc_one_class", MCC, ("first_class", (8, 3)), ("first_class", (8, 3)), {"num_classes": 3}),
    Metric("mcc_one", MCC, ("one_hot", (1, 3)), ("probability", (1, 3)), {"num_classes": 3}, batches=1),
    Metric("mcc_zero_weights", MCC, ONE_HOT, SCORES, {"num_classes": 3}, "zeros"),
    Metric("mcc_empty", MCC, ("one_hot", (0, 3)), ("probability", (0, 3)), {"num_classes": 3}, batches=1),
    Metric("hamming", HAMMING, ONE_HOT, SCORES, {"mode": "multiclass"}, batches=STREAM),
    Metric("hamming_threshold", HAMMING, ONE_HOT, SCORES, {"mode": "multiclass", "threshold": 0.6}, "positive"),
    Metric("hamming_multilabel", HAMMING, MULTI_HOT, SCORES, {"mode": "multilabel", "threshold": 0.5}, "positive"),
    Metric("hamming_largest", HAMMING, MULTI_HOT, SCORES, {"mode": "multilabel"}),
    Metric("hamming_nan", HAMMING, MULTI_HOT, ("with_nan", (8, 3)), {"mode": "multilabel", "threshold": 0.5}),
    Metric("hamming_zero_weights", HAMMING, ONE_HOT, SCORES, {"mode": "multiclass"}, "zeros"),
    Metric("hamming_rank3", HAMMING, ("multi_hot", (2, 4, 3)), ("probability", (2, 4, 3)), {"mode": "multilabel"}),
    Metric("hamming_one", HAMMING, ("one_hot", (1, 3)), ("probability", (1, 3)), {"mode": "multiclass"}),
    Metric("hamming_empty", HAMMING, ("one_hot", (0, 3)), ("probability", (0, 3)), {"mode": "multiclass"}, batches=1),
    Metric("confusion", "metrics.MultiLabelConfusionMatrix", MULTI_HOT, MULTI_HOT, {"num_classes": 3}, batches=STREAM),
    Metric(
        "confusion_one", "metrics.MultiLabelConfusionMatrix", ("binary", (1, 1)), ("binary", (1, 1)), {"num_classes": 1}
    ),
    Metric(
        "confusion_numbers",
        "metrics.MultiLabelConfusionMatrix",
        ("classes", (8, 3)),
        ("classes", (8, 3)),
        {"num_classes": 3},
    ),
    Metric(
        "confusion_empty",
        "metrics.MultiLabelConfusionMatrix",
        ("binary", (0, 3)),
        ("binary", (0, 3)),
        {"num_classes": 3},
    ),
    Metric("r2", R2, VALUE, VALUE, batches=STREAM),
    Metric("r2_raw", R2, TWO, TWO, {"multioutput": "raw_values"}),
    Metric("r2_raw_weighted", R2, TWO, TWO, {"multioutput": "raw_values"}, "positive"),
    Metric("r2_uniform", R2, TWO, TWO, {}, "positive"),
    Metric("r2_variance", R2, TWO, TWO, {"multioutput": "variance_weighted"}),
    Metric("r2_weighted", R2, TWO, TWO, {"multioutput": "variance_weighted"}, "positive"),
    Metric("r2_adjusted", R2, ("real", (8, 1)), ("real", (8, 1)), {"num_regressors": 2}),
    Metric("r2_adjusted_raw", R2, TWO, TWO, {"num_regressors": 3, "multioutput": "raw_values"}, "positive"),
    Metric("r2_adjusted_boundary", R2, VALUE, VALUE, {"num_regressors": 7}, batches=2),
    Metric("r2_adjusted_too_many", R2, VALUE, VALUE, {"num_regressors": 100}),
    Metric("r2_constant", R2, ("ones", (8,)), VALUE),
    Metric("r2_perfect", R2, ("ones", (8,)), ("ones", (8,))),
    Metric("r2_one", R2, ("real", (1,)), ("real", (1,)), batches=1),
    Metric("r2_rank3", R2, ("real", (8, 2, 2)), ("real", (8, 2, 2))),
    Metric("r2_nan", R2, VALUE, ("with_nan", (8,))),
    Metric("r2_zero_weights", R2, VALUE, VALUE, {}, "zeros"),
    Metric("r2_empty", R2, ("real", (0,)), ("real", (0,)), batches=1),
    Metric("geometric", "metrics.GeometricMean", MAGNITUDE, None, batches=STREAM),
    Metric("geometric_weighted", "metrics.GeometricMean", MAGNITUDE, None, {}, "positive"),
    Metric("geometric_zero", "metrics.GeometricMean", ("with_zero", (8,)), None),
    Metric("geometric_negative", "metrics.GeometricMean", VALUE, None),
    Metric("geometric_nan", "metrics.GeometricMean", ("with_nan", (8,)), None),
    Metric("geometric_zero_weights", "metrics.GeometricMean", MAGNITUDE, None, {}, "zeros"),
    Metric("geometric_matrix", "metrics.GeometricMean", ("magnitude", (4, 2)), None),
    Metric("geometric_empty", "metrics.GeometricMean", ("magnitude", (0,)), None, batches=1),
    Metric("harmonic", "metrics.HarmonicMean", MAGNITUDE, None, batches=STREAM),
    Metric("harmonic_weighted", "metrics.HarmonicMean", MAGNITUDE, None, {}, "positive"),
    Metric("harmonic_zero", "metrics.HarmonicMean", ("with_zero", (8,)), None),
    Metric("harmonic_nan", "metrics.HarmonicMean", ("with_nan", (8,)), None),
    Metric("harmonic_zero_weights", "metrics.HarmonicMean", MAGNITUDE, None, {}, "zeros"),
    Metric("harmonic_matrix", "metrics.HarmonicMean", ("magnitude", (4, 2)), None),
    Metric("harmonic_empty", "metrics.HarmonicMean", ("magnitude", (0,)), None, batches=1),
    *CORRELATIONS,
    # The same inner bounds, of which 0.13.0 to 0.17.1 count differently
    Metric(
        "kendall",
        "metrics.KendallsTauB",
        PROBABILITIES,
        PROBABILITIES,
        {"actual_cutpoints": 4, "preds_cutpoints": 6, "name": "kendalls_tau"},
        stands_for=("Addons>KendallsTau", {"actual_cutpoints": 5, "preds_cutpoints": 7}),
    ),
    # Pearson's of constant values is a quotient of two rounding errors
    Metric("kendall_b_constant", "metrics.KendallsTauB", ("ones", (8,)), PROBABILITIES, FEW),
    Metric("kendall_c_constant", "metrics.KendallsTauC", ("ones", (8,)), PROBABILITIES, FEW),
    Metric("spearman_constant", "metrics.SpearmansRank", ("ones", (8,)), PROBABILITIES, FEW),
)
