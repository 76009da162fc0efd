"""Rectified Adam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.base import (
    AddonsOptimizer,
    OwnWeightDecay,
    current_value,
    dense_gradient,
    only_rows,
    rounded,
    serialize_hyperparameter,
)
from loadstone.addons.optimizers.interface import Hyperparameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor


class RectifiedAdam(OwnWeightDecay, AddonsOptimizer):
    """Adam whose step is rectified while the variance of its rate is large (Liu et al. 2019, arXiv:1908.03265).

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root of the second moment.
        weight_decay: a number or a schedule; this times the variable is added to the step, before the learning rate.
        amsgrad: use the largest second moment so far.
        sma_threshold: length of the moving average from which the second moment is used.
        total_steps: length of training, for the linear warm-up and decay of the learning rate; 0 for neither.
        warmup_proportion: the part of ``total_steps`` in which the learning rate rises from 0.
        min_lr: the learning rate after ``total_steps``.
        name: the optimizer's name.
        **kwargs: ``decay``, ``lr``, and the arguments of Keras' base class.

    State: ``iteration``, ``learning_rate``; then for every variable ``m``; for every variable ``v``; and with
    ``amsgrad`` ``vhat``.
    """

    beta_1 = Hyperparameter()
    beta_2 = Hyperparameter()

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: Any = 0.0,
        amsgrad: bool = False,
        sma_threshold: float = 5.0,
        total_steps: int = 0,
        warmup_proportion: float = 0.1,
        min_lr: float = 0.0,
        name: str = "RectifiedAdam",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon or keras.config.epsilon()
        self.weight_decay = weight_decay or 0.0
        self.amsgrad = amsgrad
        self.sma_threshold = sma_threshold
        self.total_steps = int(total_steps)
        self.warmup_proportion = warmup_proportion
        self.min_lr = min_lr

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        for name in ("m", "v", "vhat") if self.amsgrad else ("m", "v"):
            self.add_slot(variables, name)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``; in rows that a sparse gradient does not name, only its moments."""
        gradient, rows = dense_gradient(gradient, variable)
        m, v = self.slot("m", variable), self.slot("v", variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = rounded(variable, self.beta_1, self.beta_2)
        beta_2_power = ops.power(beta_2, step)
        self.assign(m, beta_1 * m + (1 - beta_1) * gradient)
        self.assign(v, self._second_moment(v, m, gradient, rows))
        second_moment = v
        if self.amsgrad:
            second_moment = self.slot("vhat", variable)
            self.assign(second_moment, ops.maximum(second_moment, v))
        first = m / (1 - ops.power(beta_1, step))
        root = ops.sqrt(second_moment / (1 - beta_2_power))
        update = self._rectified(first, root, step, beta_2_power)
        if self.weight_decay != 0.0:
            update = update + current_value(self.weight_decay, self.iterations, variable.dtype) * variable
        moved = variable - self._rate(ops.cast(learning_rate, variable.dtype), step) * update
        self.assign(variable, only_rows(rows, moved, ops.convert_to_tensor(variable)))

    def _second_moment(self, v: keras.Variable, m: keras.Variable, gradient: Tensor, rows: Tensor | None) -> Tensor:
        del m, rows
        (beta_2,) = rounded(v, self.beta_2)
        return beta_2 * v + (1 - beta_2) * ops.square(gradient)

    def _rectified(self, first: Tensor, root: Tensor, step: Tensor, beta_2_power: Tensor) -> Tensor:
        """Return the step before the learning rate: rectified Adam's, or the first moment while too few were seen."""
        (beta_2,) = rounded(step, self.beta_2)
        length_limit = 2 / (1 - beta_2) - 1
        length = length_limit - 2 * step * beta_2_power / (1 - beta_2_power)
        enough = ops.greater_equal(length, self.sma_threshold)
        # Below a length of 4 this is the root of a negative number, and not taken.
        rectification = ops.sqrt(
            (length - 4) / (length_limit - 4) * (length - 2) / (length_limit - 2) * length_limit / length
        )
        return ops.where(enough, rectification * first / (root + self.epsilon), first)

    def _rate(self, learning_rate: Tensor, step: Tensor) -> Tensor:
        """Return the learning rate of ``step``, counted from 1, with warm-up and decay."""
        if self.total_steps <= 0:
            return learning_rate
        warmup_steps = self.total_steps * self.warmup_proportion
        decay_steps = max(self.total_steps - warmup_steps, 1)
        warming_up = learning_rate * (step / warmup_steps) if warmup_steps else learning_rate
        slope = (self.min_lr - learning_rate) / decay_steps
        decaying = learning_rate + slope * ops.minimum(step - warmup_steps, decay_steps)
        return ops.where(ops.less_equal(step, warmup_steps), warming_up, decaying)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": serialize_hyperparameter(self.weight_decay),
            "amsgrad": self.amsgrad,
            "sma_threshold": self.sma_threshold,
            "total_steps": self.total_steps,
            "warmup_proportion": self.warmup_proportion,
            "min_lr": self.min_lr,
        }
