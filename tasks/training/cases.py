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


def same(**arguments: Any) -> Callable[[Release], dict[str, Any]]:
    """The same arguments of ``compile`` for every release."""
    return lambda _: arguments


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
