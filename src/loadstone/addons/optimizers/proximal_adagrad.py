"""Adagrad with proximal regularization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.base import AddonsOptimizer, dense_gradient, only_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor


class ProximalAdagrad(AddonsOptimizer):
    """Adagrad with L1 and L2 regularization by a proximal step (Duchi & Singer 2009, JMLR 10).

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        initial_accumulator_value: first value of the sum of squares.
        l1_regularization_strength: strength of the L1 regularization.
        l2_regularization_strength: strength of the L2 regularization.
        name: the optimizer's name.
        **kwargs: ``decay``, ``lr``, and the arguments of Keras' base class.

    State: ``iteration``, ``learning_rate``; then for every variable ``accumulator``.

    Raises:
        ValueError: when one of the values is negative.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        name: str = "ProximalAdagrad",
        **kwargs: Any,
    ) -> None:
        if min(initial_accumulator_value, l1_regularization_strength, l2_regularization_strength) < 0.0:
            raise ValueError("initial_accumulator_value and the strengths of regularization must not be negative")
        super().__init__(learning_rate, name, **kwargs)
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        self.add_slot(variables, "accumulator", keras.initializers.Constant(self.initial_accumulator_value))

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``, or the rows of it that a sparse gradient names."""
        gradient, rows = dense_gradient(gradient, variable)
        accumulator = self.slot("accumulator", variable)
        self.assign(accumulator, accumulator + ops.square(gradient))
        rate = ops.cast(learning_rate, variable.dtype) * ops.rsqrt(accumulator)
        moved = variable - rate * gradient
        if self.l1_regularization_strength > 0:
            shrunk = ops.maximum(ops.abs(moved) - rate * self.l1_regularization_strength, 0.0)
            moved = ops.sign(moved) * shrunk
        moved = moved / (1 + rate * self.l2_regularization_strength)
        self.assign(variable, only_rows(rows, moved, ops.convert_to_tensor(variable)))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
        }
