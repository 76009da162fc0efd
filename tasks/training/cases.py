"""The optimizers, losses and metrics that the eras train with.

Runs inside the environments of the past, back to Keras 1.2 and TensorFlow 1.13: Python 3.7 syntax. A release that lacks
an optimizer, or an argument of it, does not write the case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.fixtures_models import Release


@dataclass(frozen=True)
class Case:
    """One model that is compiled and trained.

    Attributes:
        name: stands in the files' names.
        optimizer: makes the optimizer for a release.
        compiled: the other arguments of ``compile``, for a release.
        two: whether the model has two outputs.
        embedded: whether it begins with an embedding, whose gradients name their rows: some optimizers refuse them.
    """

    name: str
    optimizer: Callable[[Release], Any]
    compiled: Callable[[Release], dict[str, Any]] = field(default=lambda _: plain())
    two: bool = False
    embedded: bool = True


RATE = 0.05


def plain() -> dict[str, Any]:
    """What most cases are compiled with."""
    return {"loss": "categorical_crossentropy", "metrics": ["accuracy"]}


def own(name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes an optimizer of the release's own."""
    return lambda release: getattr(release.keras.optimizers, name)(**arguments)


def legacy(name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes an optimizer of the kind before TensorFlow 2.11, in a release that has both."""
    return lambda release: getattr(release.keras.optimizers.legacy, name)(**arguments)


def legacy_or_own(name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes an optimizer of the old kind, which TensorFlow Addons takes, in any release."""

    def made(release: Release) -> Any:
        optimizers = release.keras.optimizers
        # Before TensorFlow 2.11 ``legacy`` was not there, or held the optimizers of Keras 1.
        return getattr(getattr(optimizers, "legacy", optimizers), name)(**arguments)

    return made


def addons(name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes one of TensorFlow Addons; an argument ``optimizer`` is a case of this table."""

    def made(release: Release) -> Any:
        given = {key: value(release) if callable(value) else value for key, value in arguments.items()}
        return getattr(release.addons.optimizers, name)(**given)

    return made


def scheduled(name: str, schedule: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes an optimizer of the release's own whose learning rate is a schedule."""
    return lambda release: getattr(release.keras.optimizers, name)(
        learning_rate=getattr(release.keras.optimizers.schedules, schedule)(**arguments)
    )


def loss_scaled(name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes an optimizer whose loss is scaled, as mixed precision does."""

    def made(release: Release) -> Any:
        inner = getattr(release.keras.optimizers, name)(**arguments)
        keras = release.keras
        if release.is_keras_3:
            return keras.optimizers.LossScaleOptimizer(inner, initial_scale=2.0**10, dynamic_growth_steps=4)
        if hasattr(keras.mixed_precision, "LossScaleOptimizer"):
            return keras.mixed_precision.LossScaleOptimizer(inner, initial_scale=2.0**10, dynamic_growth_steps=4)
        return keras.mixed_precision.experimental.LossScaleOptimizer(inner, "dynamic")

    return made


def rate_of(release: Release, value: float = RATE) -> dict[str, float]:
    """The learning rate as the release names it: ``lr`` in Keras before 2.3, and in tf.keras 1.13."""
    is_old = release.keras_version[:3] in {"1.2", "2.0", "2.1", "2.2"} and release.tensorflow.__version__ < "1.14"
    return {"lr" if is_old else "learning_rate": value}


def rated(name: str, value: float = RATE, **arguments: Any) -> Callable[[Release], Any]:
    """Makes an optimizer of the release's own at a learning rate."""
    return lambda release: getattr(release.keras.optimizers, name)(**rate_of(release, value), **arguments)


OPTIMIZERS = (
    Case("sgd", rated("SGD")),
    Case("sgd_momentum", rated("SGD", momentum=0.9)),
    Case("sgd_nesterov", rated("SGD", momentum=0.9, nesterov=True)),
    Case("sgd_decay", rated("SGD", momentum=0.8, decay=0.1)),
    Case("sgd_clipvalue", rated("SGD", momentum=0.5, clipvalue=0.05)),
    Case("rmsprop", rated("RMSprop", 0.01)),
    Case("rmsprop_momentum", rated("RMSprop", 0.01, momentum=0.8)),
    Case("rmsprop_centered", rated("RMSprop", 0.01, centered=True)),
    Case("rmsprop_all", rated("RMSprop", 0.01, momentum=0.7, centered=True)),
    Case("rmsprop_decay", rated("RMSprop", 0.01, decay=0.1)),
    Case("adam", rated("Adam", 0.02)),
    Case("adam_amsgrad", rated("Adam", 0.02, amsgrad=True)),
    Case("adam_decay", rated("Adam", 0.02, decay=0.1)),
    Case("adam_epsilon", rated("Adam", 0.02, epsilon=0.1, beta_1=0.8)),
    Case("adam_clipnorm", rated("Adam", 0.02, clipnorm=0.1, epsilon=0.01)),
    Case("adam_global_clipnorm", rated("Adam", 0.02, global_clipnorm=0.1, epsilon=0.01)),
    Case("adam_weight_decay", rated("Adam", 0.02, weight_decay=0.1)),
    Case("adam_ema", rated("Adam", 0.02, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4)),
    Case("adamax", rated("Adamax", 0.02)),
    Case("nadam", rated("Nadam", 0.02)),
    Case("adadelta", rated("Adadelta", 1.0)),
    Case("adagrad", rated("Adagrad", 0.05)),
    Case("adagrad_start", rated("Adagrad", 0.05, initial_accumulator_value=0.3)),
    Case("ftrl", rated("Ftrl", 0.1)),
    Case(
        "ftrl_regularized",
        rated("Ftrl", 0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02, learning_rate_power=-0.4),
    ),
    Case("ftrl_shrinkage", rated("Ftrl", 0.1, l2_shrinkage_regularization_strength=0.1)),
    Case("adamw", rated("AdamW", 0.02, weight_decay=0.1)),
    Case("adafactor", rated("Adafactor", 0.02)),
    Case("lion", rated("Lion", 0.01)),
    Case("lamb", rated("Lamb", 0.02)),
    Case("muon", rated("Muon", 0.02)),
    Case("schedule_exponential", scheduled(
        "Adam", "ExponentialDecay", initial_learning_rate=0.05, decay_steps=4, decay_rate=0.5)),
    Case("schedule_stairs", scheduled(
        "SGD", "ExponentialDecay", initial_learning_rate=0.1, decay_steps=4, decay_rate=0.5, staircase=True)),
    Case("schedule_piecewise", scheduled(
        "Adam", "PiecewiseConstantDecay", boundaries=[3, 7, 9], values=[0.05, 0.03, 0.02, 0.01])),
    Case("schedule_inverse", scheduled(
        "RMSprop", "InverseTimeDecay", initial_learning_rate=0.02, decay_steps=2, decay_rate=0.5)),
    Case("schedule_polynomial", scheduled(
        "Adam", "PolynomialDecay", initial_learning_rate=0.05, decay_steps=9, end_learning_rate=0.005, power=2.0)),
    Case("schedule_cosine", scheduled("Adam", "CosineDecay", initial_learning_rate=0.05, decay_steps=12, alpha=0.1)),
    Case("schedule_restarts", scheduled(
        "SGD", "CosineDecayRestarts", initial_learning_rate=0.1, first_decay_steps=4)),
    Case("scaled_adam", loss_scaled("Adam", learning_rate=0.02)),
    Case("scaled_sgd", loss_scaled("SGD", learning_rate=0.05, momentum=0.9)),
    Case("legacy_sgd_decay", legacy("SGD", learning_rate=0.05, momentum=0.8, decay=0.1)),
    Case("legacy_nesterov", legacy("SGD", learning_rate=0.05, momentum=0.9, nesterov=True)),
    Case("legacy_rmsprop", legacy("RMSprop", learning_rate=0.01, momentum=0.7, centered=True)),
    Case("legacy_adam", legacy("Adam", learning_rate=0.02, amsgrad=True)),
    Case("legacy_adamax", legacy("Adamax", learning_rate=0.02)),
    Case("legacy_nadam", legacy("Nadam", learning_rate=0.02)),
    Case("legacy_adadelta", legacy("Adadelta", learning_rate=1.0)),
    Case("legacy_adagrad", legacy("Adagrad", learning_rate=0.05)),
    Case("legacy_ftrl", legacy("Ftrl", learning_rate=0.1)),
)  # fmt: skip

ADDONS = (
    Case("addons_adamw", addons("AdamW", learning_rate=0.02, weight_decay=0.01)),
    Case("addons_sgdw", addons("SGDW", learning_rate=0.05, weight_decay=0.01, momentum=0.9)),
    Case("addons_lamb", addons("LAMB", learning_rate=0.02)),
    Case("addons_lazy_adam", addons("LazyAdam", learning_rate=0.02)),
    Case("addons_novograd", addons("NovoGrad", learning_rate=0.02)),
    Case("addons_radam", addons("RectifiedAdam", learning_rate=0.02, amsgrad=True)),
    Case("addons_radam_warm", addons("RectifiedAdam", learning_rate=0.05, total_steps=20, warmup_proportion=0.4)),
    Case("addons_yogi", addons("Yogi", learning_rate=0.02)),
    Case("addons_cocob", addons("COCOB", alpha=10), embedded=False),
    Case("addons_conditional", addons("ConditionalGradient", learning_rate=0.99, lambda_=2.0)),
    Case("addons_proximal", addons("ProximalAdagrad", learning_rate=0.05, l1_regularization_strength=0.001)),
    Case("addons_adabelief", addons("AdaBelief", learning_rate=0.02)),
    Case("addons_lookahead", addons("Lookahead", optimizer=legacy_or_own("SGD", learning_rate=0.05, momentum=0.9))),
    Case("addons_ranger", addons("Lookahead", optimizer=addons("RectifiedAdam", learning_rate=0.02), sync_period=4)),
    Case("addons_average", addons("MovingAverage", optimizer=legacy_or_own("Adam", learning_rate=0.02))),
    Case("addons_swa", addons("SWA", optimizer=legacy_or_own("SGD", learning_rate=0.05), average_period=3)),
    Case("addons_cyclical", lambda release: release.keras.optimizers.SGD(
        learning_rate=release.addons.optimizers.TriangularCyclicalLearningRate(0.01, 0.1, 4))),
)  # fmt: skip


def compiled(**arguments: Any) -> Callable[[Release], dict[str, Any]]:
    """Arguments of ``compile``; functions in them make an object for the release."""

    def made(value: Any, release: Release) -> Any:
        if isinstance(value, dict):
            return {key: made(item, release) for key, item in value.items()}
        if isinstance(value, list):
            return [made(item, release) for item in value]
        return value(release) if callable(value) else value

    return lambda release: made(arguments, release)


def loss(name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes a loss of the release's own."""
    return lambda release: getattr(release.keras.losses, name)(**arguments)


def metric(metric_name: str, *given: Any, **arguments: Any) -> Callable[[Release], Any]:
    """Makes a metric of the release's own."""
    return lambda release: getattr(release.keras.metrics, metric_name)(*given, **arguments)


def addon(kind: str, name: str, **arguments: Any) -> Callable[[Release], Any]:
    """Makes a loss or a metric of TensorFlow Addons."""
    return lambda release: getattr(getattr(release.addons, kind), name)(**arguments)


CROSS, SQUARED = "categorical_crossentropy", "mean_squared_error"
SGD = rated("SGD", momentum=0.9)


def one(name: str, **arguments: Any) -> Case:
    """A model with one output, compiled in a way of its own."""
    return Case(name, SGD, compiled(**arguments))


def both(name: str, **arguments: Any) -> Case:
    """The same of a model with two."""
    return Case(name, SGD, compiled(**arguments), two=True)


COMPILED = (
    one("loss_mse", loss="mse", metrics=["acc", "mse", "mae"]),
    one("loss_mae", loss="mae", metrics=["categorical_accuracy", "mape", "msle"]),
    one("loss_mape", loss="mean_absolute_percentage_error"),
    one("loss_msle", loss="msle", metrics=["binary_accuracy"]),
    one("loss_kld", loss="kld", metrics=["kullback_leibler_divergence", "poisson"]),
    one("loss_cosine_proximity", loss="cosine_proximity", metrics=["accuracy", "cosine_proximity"]),
    one("loss_cosine_similarity", loss="cosine_similarity", metrics=["cosine_similarity"]),
    one("loss_logcosh", loss="logcosh", metrics=["logcosh", "accuracy"]),
    one("loss_poisson", loss="poisson"),
    one("loss_hinge", loss="hinge", metrics=["hinge", "squared_hinge", "categorical_hinge"]),
    one("loss_squared_hinge", loss="squared_hinge"),
    one("loss_categorical_hinge", loss="categorical_hinge"),
    one("loss_binary", loss="binary_crossentropy", metrics=["accuracy", "binary_crossentropy"]),
    one("loss_crossentropy_metric", loss=CROSS, metrics=["crossentropy", CROSS, "top_k_categorical_accuracy"]),
    one("class_categorical", loss=loss("CategoricalCrossentropy", label_smoothing=0.1), metrics=["accuracy"]),
    one("class_binary", loss=loss("BinaryCrossentropy", label_smoothing=0.2),
        metrics=[metric("BinaryAccuracy", threshold=0.4)]),
    one("class_huber", loss=loss("Huber", delta=0.3), metrics=[metric("MeanAbsoluteError")]),
    one("class_log_cosh", loss=loss("LogCosh")),
    one("class_kld", loss=loss("KLDivergence"), metrics=[metric("KLDivergence")]),
    one("class_cosine", loss=loss("CosineSimilarity", axis=-1), metrics=[metric("CosineSimilarity")]),
    one("class_mse_sum", loss=loss("MeanSquaredError", reduction="sum"), metrics=[metric("RootMeanSquaredError")]),
    one("class_focal", loss=loss("BinaryFocalCrossentropy", gamma=1.5)),
    one("class_focal_categorical", loss=loss("CategoricalFocalCrossentropy", gamma=1.5)),
    one("class_hinges", loss=loss("SquaredHinge"), metrics=[metric("Hinge"), metric("CategoricalHinge")]),
    one("metric_auc", loss=CROSS, metrics=[metric("AUC", num_thresholds=20), metric("AUC", curve="PR", name="pr")]),
    one("metric_rates", loss=CROSS,
        metrics=[metric("Precision"), metric("Recall", thresholds=0.4), metric("TruePositives")]),
    one("metric_at", loss=CROSS, metrics=[metric("SensitivityAtSpecificity", 0.5), metric("PrecisionAtRecall", 0.5)]),
    one("metric_top_k", loss=CROSS, metrics=[metric("TopKCategoricalAccuracy", k=1), metric("CategoricalAccuracy")]),
    one("metric_iou", loss=CROSS, metrics=[metric("OneHotIoU", num_classes=2, target_class_ids=[0])]),
    one("metric_f1", loss=CROSS, metrics=[metric("F1Score", average="macro"), metric("R2Score")]),
    one("weighted", loss=CROSS, metrics=["mae"], weighted_metrics=["accuracy"]),
    one("no_metrics", loss=CROSS),
    one("eager", loss=CROSS, metrics=["accuracy"], run_eagerly=True),
    one("steps", loss=CROSS, metrics=["accuracy"], steps_per_execution=1),
    both("two_dict", loss={"label": CROSS, "amount": "mse"}, loss_weights={"label": 0.7, "amount": 0.3},
         metrics={"label": ["accuracy"], "amount": ["mae", "mse"]}),
    both("two_list", loss=[CROSS, "mse"], loss_weights=[0.7, 0.3], metrics=[["accuracy"], ["mae"]]),
    both("two_same", loss="mse", metrics=["mae"]),
    both("two_plain", loss=[CROSS, SQUARED], metrics=["accuracy"]),
    both("two_one_metric", loss={"label": CROSS, "amount": "mse"}, metrics={"label": "accuracy"}),
    both("two_one_loss", loss={"label": CROSS}, metrics={"label": ["accuracy"]}),
    both("two_none", loss=[CROSS, None], metrics=[["accuracy"], []]),
    both("two_classes", loss={"label": loss("CategoricalCrossentropy", label_smoothing=0.1), "amount": loss("Huber")},
         metrics={"label": [metric("AUC", num_thresholds=20)], "amount": metric("MeanAbsoluteError", name="off")}),
    both("two_weighted", loss=[CROSS, "mse"], loss_weights=[0.7, 0.3], weighted_metrics=[["accuracy"], ["mae"]]),
)  # fmt: skip

COMPILED_ADDONS = (
    one("addons_focal", loss=addon("losses", "SigmoidFocalCrossEntropy"), metrics=["accuracy"]),
    one("addons_pinball", loss=addon("losses", "PinballLoss", tau=0.3)),
    one("addons_f1", loss=CROSS, metrics=[addon("metrics", "F1Score", num_classes=2), "accuracy"]),
    one("addons_kappa", loss=CROSS, metrics=[addon("metrics", "CohenKappa", num_classes=2)]),
    one("addons_matthews", loss=CROSS, metrics=[addon("metrics", "MatthewsCorrelationCoefficient", num_classes=2)]),
    both("addons_two", loss={"label": addon("losses", "SigmoidFocalCrossEntropy"), "amount": "mse"},
         metrics={"label": [addon("metrics", "F1Score", num_classes=2)], "amount": [addon("metrics", "RSquare")]}),
)  # fmt: skip
