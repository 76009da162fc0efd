"""NovoGrad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.base import AddonsOptimizer, OwnWeightDecay, dense_gradient, only_rows, rounded
from loadstone.addons.optimizers.interface import Hyperparameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor


class NovoGrad(OwnWeightDecay, AddonsOptimizer):
    """Momentum on gradients that are normalized per variable (Ginsburg et al. 2019, arXiv:1905.11286).

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the momentum.
        beta_2: decay of the second moment.
        epsilon: added to the root of the second moment.
        weight_decay: this times the variable is added to the normalized gradient.
        grad_averaging: weigh the gradients after the first by ``1 - beta_1``.
        amsgrad: use the largest second moment so far; configurations do not hold it.
        name: the optimizer's name.
        **kwargs: ``decay``, ``lr``, and the arguments of Keras' base class.

    State: ``iteration``, ``learning_rate``; then for every variable ``m``; for every variable the scalar ``v``; and
    with ``amsgrad`` ``vhat``, of the variable's shape though it is the same everywhere.

    Raises:
        ValueError: when ``weight_decay`` is negative.
    """

    beta_1 = Hyperparameter()
    beta_2 = Hyperparameter()

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
        grad_averaging: bool = False,
        amsgrad: bool = False,
        name: str = "NovoGrad",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        if weight_decay < 0.0:
            raise ValueError(f"weight_decay must not be negative, not {weight_decay}")
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon or keras.config.epsilon()
        self.weight_decay = weight_decay
        self.grad_averaging = bool(grad_averaging)
        self.amsgrad = amsgrad

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        self.add_slot(variables, "m")
        self.add_scalar_slot(variables, "v")
        if self.amsgrad:
            self.add_slot(variables, "vhat")

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``, or the rows of it that a sparse gradient names."""
        gradient, rows = dense_gradient(gradient, variable)
        m, v = self.slot("m", variable), self.slot("v", variable)
        is_first = ops.equal(self.iterations, 0)
        beta_1, beta_2 = rounded(variable, self.beta_1, self.beta_2)
        square = ops.sum(ops.square(gradient))
        self.assign(v, ops.where(is_first, square, beta_2 * v + (1 - beta_2) * square))
        second = v
        if self.amsgrad:
            second = self.slot("vhat", variable)
            self.assign(second, ops.maximum(second, v))
        gradient = gradient / (ops.sqrt(second) + self.epsilon)
        if self.weight_decay > 0.0:
            gradient = gradient + self.weight_decay * variable
        if self.grad_averaging:
            gradient = ops.where(is_first, gradient, (1 - beta_1) * gradient)
        velocity = beta_1 * m - ops.cast(learning_rate, variable.dtype) * gradient
        self.assign(m, only_rows(rows, velocity, ops.convert_to_tensor(m)))
        self.assign(variable, only_rows(rows, variable + velocity, ops.convert_to_tensor(variable)))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": self.weight_decay,
            "grad_averaging": self.grad_averaging,
            "amsgrad": self.amsgrad,
        }
