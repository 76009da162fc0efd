"""Exponential moving average."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.addons.optimizers.average_wrapper import AveragedOptimizerWrapper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor


class MovingAverage(AveragedOptimizerWrapper):
    """Keeps an exponential moving average of every variable (Polyak & Juditsky 1992), starting from its first value.

    Args:
        optimizer: the optimizer that takes the steps, its name or its configuration.
        average_decay: the part of the average that a step keeps.
        num_updates: an integer, or an integer variable for its value now; bounds ``average_decay`` by
            ``(1 + num_updates) / (10 + num_updates)``.
        start_step: before this step (from 0) the average is the variable itself.
        dynamic_decay: bound ``average_decay`` in the same way by the steps since ``start_step``.
        name: the optimizer's name.
        **kwargs: as in `AveragedOptimizerWrapper`.

    Raises:
        TypeError: when ``num_updates`` is no integer.
    """

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer | str | Config,
        average_decay: float = 0.99,
        num_updates: Any = None,
        start_step: int = 0,
        dynamic_decay: bool = False,
        name: str = "MovingAverage",
        **kwargs: Any,
    ) -> None:
        super().__init__(optimizer, name, **kwargs)
        self.num_updates = _as_integer(num_updates)
        bound = 1.0 if self.num_updates is None else (1.0 + self.num_updates) / (10.0 + self.num_updates)
        self.average_decay = min(average_decay, bound)
        self.start_step = start_step
        self.dynamic_decay = dynamic_decay

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the averages, equal to ``variables``, and the wrapped optimizer's state."""
        super().build(variables)
        self.add_copies(variables, "average")

    def average_op(self, variable: keras.Variable, average: keras.Variable) -> Tensor:
        """Return the average moved towards ``variable``."""
        return average - (average - variable) * (1 - ops.cast(self._current_decay(), variable.dtype))

    def _current_decay(self) -> Tensor:
        since_start = ops.cast(self.iterations, "float32") - self.start_step
        decay = ops.full_like(since_start, self.average_decay)
        if self.dynamic_decay:
            decay = ops.minimum(decay, (1.0 + since_start) / (10.0 + since_start))
        return ops.where(ops.less(since_start, 0), ops.zeros_like(decay), decay)

    def swap_weights(self) -> None:
        """Exchange the variables and their averages; call it again to exchange them back."""
        for variable, average in zip(self._trainable_variables, self._slots["average"], strict=True):
            value = ops.copy(variable)
            variable.assign(average)
            average.assign(value)

    def shadow_copy(self, model_weights: Sequence[keras.Variable]) -> None:
        """Create the averages of ``model_weights`` now instead of at the first step.

        As in TensorFlow Addons they are zero then, and the first step moves them from there.
        """
        if not self.built:
            self.build(list(model_weights))
            for average in self._slots["average"]:
                average.assign(ops.zeros(average.shape, average.dtype))

    @property
    def has_shadow_copy(self) -> bool:
        """Whether the averages exist."""
        return bool(self.built)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "average_decay": self.average_decay,
            "num_updates": self.num_updates,
            "start_step": self.start_step,
            "dynamic_decay": self.dynamic_decay,
        }


def _as_integer(value: Any) -> int | None:
    """Return an integer, that of a variable too; None stays None.

    Raises:
        TypeError: for anything else.
    """
    if value is None:
        return None
    number = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if number.ndim or not np.issubdtype(number.dtype, np.integer):
        raise TypeError(f"num_updates must be an integer, not {value!r}")
    return int(number)
