"""Learning rates that rise and fall in cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.interface import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Tensor

REMEDY = (
    "Write the function anew, register it under its name with @keras.saving.register_keras_serializable or pass it as "
    'custom_objects={"its name": it}; or give "scale_fn" in the configuration as the function itself.'
)


class CyclicalLearningRate(Schedule):
    """A learning rate that goes up and down between two bounds (Smith 2015, arXiv:1506.01186).

    Args:
        initial_learning_rate: the lower bound: a number, a scalar tensor, or a function without arguments.
        maximal_learning_rate: the upper bound of the first cycle, likewise.
        step_size: steps of half a cycle.
        scale_fn: a function of the cycle (from 1), or of the step, that scales the distance of the bounds.
        scale_mode: ``cycle`` or ``iterations``: what ``scale_fn`` is a function of.
        name: the schedule's name, which configurations do not hold.

    A schedule returns a scalar tensor, of the dtype of ``initial_learning_rate`` (float32 for a number).
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        maximal_learning_rate: Any,
        step_size: Any,
        scale_fn: Callable[[Any], Any],
        scale_mode: str = "cycle",
        name: str = "CyclicalLearningRate",
    ) -> None:
        super().__init__()
        self.initial_learning_rate = initial_learning_rate
        self.maximal_learning_rate = maximal_learning_rate
        self.step_size = step_size
        self.scale_fn = scale_fn
        self.scale_mode = scale_mode
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """Return the learning rate at ``step``, a number or a scalar tensor."""
        lower, upper = _value(self.initial_learning_rate), _value(self.maximal_learning_rate)
        dtype = keras.backend.standardize_dtype(lower.dtype) if hasattr(lower, "dtype") else "float32"
        lower, upper, step_size = (ops.cast(value, dtype) for value in (lower, upper, self.step_size))
        now = ops.cast(step, dtype)
        cycle = ops.floor(1 + now / (2 * step_size))
        distance = ops.abs(now / step_size - 2 * cycle + 1)
        # A power of a Python number is exact; one of a tensor of integers does not exist.
        exact = step if isinstance(step, (int, float)) else now
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else exact)
        return lower + (upper - lower) * ops.maximum(ops.cast(0, dtype), 1 - distance) * scale

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            "initial_learning_rate": _plain(self.initial_learning_rate),
            "maximal_learning_rate": _plain(self.maximal_learning_rate),
            "scale_fn": self.scale_fn,
            "step_size": _plain(self.step_size),
            "scale_mode": self.scale_mode,
        }

    @classmethod
    def from_config(cls, config: Config) -> CyclicalLearningRate:
        """Build the schedule from its configuration.

        ``scale_fn`` may be the function itself or name a registered one. Releases before 0.10.0 did not write it. What
        Keras 3 writes for a lambda is compiled code, which is never run.

        Raises:
            ValueError: when there is no ``scale_fn``, or it is code or a name that nothing is registered under; and
                when the configuration holds an entry that no release wrote.
        """
        return _built(cls, {**config, "scale_fn": _registered_function(config.get("scale_fn"))})


class _FixedScale(CyclicalLearningRate):
    """A cyclical learning rate whose scale is part of its class."""

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["scale_fn"]
        return config

    @classmethod
    def from_config(cls, config: Config) -> CyclicalLearningRate:
        """Build the schedule from its configuration.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote.
        """
        return _built(cls, config)


class TriangularCyclicalLearningRate(_FixedScale):
    """A cyclical learning rate whose cycles are all alike.

    Args:
        initial_learning_rate: the lower bound: a number, a scalar tensor, or a function without arguments.
        maximal_learning_rate: the upper bound, likewise.
        step_size: steps of half a cycle.
        scale_mode: ``cycle`` or ``iterations``; both are the same here.
        name: the schedule's name, which configurations do not hold.
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        maximal_learning_rate: Any,
        step_size: Any,
        scale_mode: str = "cycle",
        name: str = "TriangularCyclicalLearningRate",
    ) -> None:
        super().__init__(
            initial_learning_rate, maximal_learning_rate, step_size, lambda _: 1.0, scale_mode=scale_mode, name=name
        )


class Triangular2CyclicalLearningRate(_FixedScale):
    """A cyclical learning rate whose bounds' distance halves with each cycle.

    Args:
        initial_learning_rate: the lower bound: a number, a scalar tensor, or a function without arguments.
        maximal_learning_rate: the upper bound of the first cycle, likewise.
        step_size: steps of half a cycle.
        scale_mode: ``cycle``, or ``iterations`` to halve the distance with each step.
        name: the schedule's name, which configurations do not hold.
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        maximal_learning_rate: Any,
        step_size: Any,
        scale_mode: str = "cycle",
        name: str = "Triangular2CyclicalLearningRate",
    ) -> None:
        super().__init__(
            initial_learning_rate,
            maximal_learning_rate,
            step_size,
            lambda count: 0.5 ** (count - 1),
            scale_mode=scale_mode,
            name=name,
        )


class ExponentialCyclicalLearningRate(_FixedScale):
    """A cyclical learning rate whose bounds' distance decays by a factor with each step.

    Args:
        initial_learning_rate: the lower bound: a number, a scalar tensor, or a function without arguments.
        maximal_learning_rate: the upper bound without decay, likewise.
        step_size: steps of half a cycle.
        scale_mode: ``iterations``, or ``cycle`` to decay with each cycle.
        gamma: the factor; releases before 0.9.1 did not write it.
        name: the schedule's name, which configurations do not hold.
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        maximal_learning_rate: Any,
        step_size: Any,
        scale_mode: str = "iterations",
        gamma: Any = 1.0,
        name: str = "ExponentialCyclicalLearningRate",
    ) -> None:
        super().__init__(
            initial_learning_rate,
            maximal_learning_rate,
            step_size,
            lambda count: self.gamma**count,
            scale_mode=scale_mode,
            name=name,
        )
        self.gamma = gamma

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "gamma": _plain(self.gamma)}


def _built(cls: type[CyclicalLearningRate], config: Config) -> CyclicalLearningRate:
    try:
        return cls(**config)
    except TypeError as error:  # an argument too many or too few
        raise ValueError(f"this is no configuration of {cls.__name__}: {error}") from error


def _value(bound: Any) -> Any:
    return bound() if callable(bound) else bound


def _plain(value: Any) -> Any:
    """Return a number of a configuration for a tensor or a function; numbers as they are."""
    value = _value(value)
    return value if isinstance(value, (int, float)) else ops.convert_to_numpy(value).item()


def _registered_function(given: Any) -> Callable[[Any], Any]:
    """Return the function that a configuration's ``scale_fn`` is or names.

    Raises:
        ValueError: when there is none.
    """
    if callable(given):
        found: Callable[[Any], Any] = given
        return found
    if given is None:
        raise ValueError(f"the configuration of the schedule holds no scale_fn. {REMEDY}")
    name = given.get("config") if isinstance(given, dict) else given
    if not isinstance(name, str) or (isinstance(given, dict) and given.get("class_name") != "function"):
        raise ValueError(f"scale_fn is stored as compiled code, which could do anything and is not run. {REMEDY}")
    named = keras.saving.get_registered_object(name) or keras.saving.get_registered_object(name.rpartition(">")[2])
    if named is None:
        raise ValueError(f"scale_fn is stored as the name {name!r}, and no such function is registered. {REMEDY}")
    registered: Callable[[Any], Any] = named
    return registered
