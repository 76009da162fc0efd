"""Optimizers and learning rate schedules whose settings changed between Keras 1 and Keras 3. A change is a row here.

How their steps differ beyond their settings, `loadstone.blueprint.optimizers` says.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ObjectSpec
from loadstone.blueprint.upgrades.upgrade import Upgrade, refuse, renamed, with_config, without

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Problem, Value

_OPTIMIZERS = frozenset({"Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD"})
_SCHEDULES = frozenset(
    {"CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay",
     "PolynomialDecay"}
)  # fmt: skip
_SCALING = frozenset({"LossScaleOptimizer", "LossScaleOptimizerV1", "LossScaleOptimizerV3"})
_SCHEDULE_DECAY = ("schedule_decay", "decay")


def _is_first(spec: ObjectSpec) -> bool:
    """Whether it is an optimizer of Keras 1 or 2, or TensorFlow 1.13, which had no names."""
    return spec.name in _OPTIMIZERS and not spec.is_identifier and "name" not in spec.config


def _decay_schedule(spec: ObjectSpec) -> ObjectSpec:
    """``lr / (1 + decay * step)`` was an argument of every optimizer up to Keras 2.10, and is a schedule of its own."""
    decay = spec.config["decay"]
    rate = spec.config.get("learning_rate", spec.config.get("lr"))
    if not decay or not isinstance(rate, int | float):
        return without(spec, "decay")
    schedule = ObjectSpec(
        name="InverseTimeDecay",
        config=MappingProxyType({"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}),
        at=spec.at,
    )
    return with_config(spec, {**without(spec, "decay", "lr").config, "learning_rate": schedule})


def _scaled(spec: ObjectSpec) -> ObjectSpec | Problem:
    """A scale that grows and shrinks is Keras 3's LossScaleOptimizer; a fixed one is a setting of any optimizer."""
    inner = spec.config.get("inner_optimizer", spec.config.get("optimizer"))
    if not isinstance(inner, ObjectSpec):
        return refuse(spec, "optimizer", "it is no optimizer") if "optimizer" in spec.config else spec
    dynamic, settings = _scale(spec)
    if dynamic:
        return replace(with_config(spec, {"inner_optimizer": inner, **settings}), name="LossScaleOptimizer")
    return with_config(inner, {**inner.config, "loss_scale_factor": settings.get("initial_scale")})


def _scale(spec: ObjectSpec) -> tuple[bool, dict[str, Value]]:
    """Whether the scale is dynamic, and Keras 3's settings for it; up to TensorFlow 2.3 it was an object of its own."""
    match spec.config.get("loss_scale"):
        case ObjectSpec(name=name, config=scale):
            names = {"initial_loss_scale": "initial_scale", "increment_period": "dynamic_growth_steps"}
            names["loss_scale_value"] = "initial_scale"
            return name != "FixedLossScale", {names[key]: value for key, value in scale.items() if key in names}
        case int() | float() as fixed:
            return False, {"initial_scale": fixed}
    kept = {key: spec.config[key] for key in ("initial_scale", "dynamic_growth_steps") if spec.config.get(key)}
    return spec.config.get("dynamic") is not False, kept


def _is_keras_2_scaling(spec: ObjectSpec) -> bool:
    return spec.name in _SCALING and ("dynamic" in spec.config or "optimizer" in spec.config)


def _plain_activation(spec: ObjectSpec) -> ObjectSpec:
    activation = spec.config["activation"]
    name: Value = activation.name if isinstance(activation, ObjectSpec) else activation
    return with_config(spec, {**spec.config, "activation": name})


#: Of Keras beside TensorFlow; tf.keras always bounded the norm of each gradient.
OF_KERAS_ALONE: tuple[Upgrade, ...] = (
    Upgrade(
        name="global-clipnorm",
        summary="clipnorm bounded the norm of all gradients together, which Keras 3 calls global_clipnorm",
        applies=lambda spec: _is_first(spec) and "clipnorm" in spec.config,
        change=lambda spec: renamed(spec, "clipnorm", "global_clipnorm"),
    ),
)

OPTIMIZERS: tuple[Upgrade, ...] = (
    Upgrade(
        name="optimizer-package",
        summary="tf.keras 2.11 to 2.15 wrote its own optimizers as Custom>Name; Keras 3 knows them by their bare names",
        applies=lambda spec: spec.name.startswith("Custom>") and spec.module is None,
        change=lambda spec: replace(spec, name=spec.name.removeprefix("Custom>")),
    ),
    Upgrade(
        name="loss-scale",
        summary="the loss scale is Keras 3's, dynamic as an optimizer around another, fixed as its setting",
        applies=_is_keras_2_scaling,
        change=_scaled,
    ),
    Upgrade(
        name="schedule-decay",
        summary="Nadam's schedule_decay, which tf.keras stored as decay, is no setting of Keras 3",
        applies=lambda spec: spec.name == "Nadam" and any(key in spec.config for key in _SCHEDULE_DECAY),
        change=lambda spec: without(spec, *_SCHEDULE_DECAY),
    ),
    Upgrade(
        name="decay-of-schedule",
        summary="decay left out: the learning rate is a schedule, and Keras 3 has no second one on top of it",
        applies=lambda spec: (
            spec.name in _OPTIMIZERS
            and bool(spec.config.get("decay"))
            and isinstance(spec.config.get("learning_rate"), ObjectSpec)
        ),
        change=lambda spec: without(spec, "decay"),
    ),
    Upgrade(
        name="decay",
        summary="decay is the schedule InverseTimeDecay in Keras 3, and 0 is none",
        applies=lambda spec: spec.name in _OPTIMIZERS and "decay" in spec.config,
        change=_decay_schedule,
    ),
    Upgrade(
        name="one-clip",
        summary="clipvalue left out: Keras 3 clips gradients in one way, and the norm is bounded too",
        applies=lambda spec: (
            spec.name in _OPTIMIZERS
            and spec.config.get("clipvalue") is not None
            and any(spec.config.get(key) is not None for key in ("clipnorm", "global_clipnorm"))
        ),
        change=lambda spec: without(spec, "clipvalue"),
    ),
    Upgrade(
        name="default-epsilon",
        summary="an epsilon of None is the default",
        applies=lambda spec: spec.name in _OPTIMIZERS and spec.config.get("epsilon", 0) is None,
        change=lambda spec: without(spec, "epsilon"),
    ),
    Upgrade(
        name="schedule-name",
        summary="a schedule without a name gets Keras 3's",
        applies=lambda spec: spec.name in _SCHEDULES and "name" in spec.config and spec.config["name"] is None,
        change=lambda spec: without(spec, "name"),
    ),
    Upgrade(
        name="yogi-activation",
        summary="Yogi's activation is a setting of its own, no activation function",
        applies=lambda spec: spec.name == "Addons>Yogi" and isinstance(spec.config.get("activation"), ObjectSpec),
        change=_plain_activation,
    ),
)
