"""Yogi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
from keras import ops

from loadstone.addons.optimizers.base import AddonsOptimizer, dense_gradient, only_rows, rounded
from loadstone.addons.optimizers.interface import Hyperparameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.addons.utils.types import Config, Tensor

ACTIVATIONS = ("sign", "tanh")


class Yogi(AddonsOptimizer):
    """Adam whose second moment moves by the square of the gradient, not by the difference (Zaheer et al. 2018, NIPS).

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta1: decay of the first moment; 0 for none.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        l1_regularization_strength: strength of the proximal L1 step. Releases before 0.10.0 wrote ``l1_t``.
        l2_regularization_strength: strength of the proximal L2 step. Releases before 0.10.0 wrote ``l2_t``.
        initial_accumulator_value: first value of the second moment; releases before 0.9.0 had 1.
        activation: ``sign`` or ``tanh``: how the second moment's direction is found.
        name: the optimizer's name.
        **kwargs: ``decay``, ``lr``, and the arguments of Keras' base class.

    State: ``iteration``, ``learning_rate``; then for every variable ``v``; then, unless ``beta1`` is 0, ``m``. Files
    hold ``v`` and ``m`` of one variable after another.

    Raises:
        ValueError: for another ``activation``.
    """

    RENAMED: ClassVar[Mapping[str, str]] = {
        "l1_t": "l1_regularization_strength",
        "l2_t": "l2_regularization_strength",
    }
    HYPERPARAMETERS: ClassVar[Mapping[str, str]] = {
        **AddonsOptimizer.HYPERPARAMETERS,
        "beta_1": "beta1",
        "beta_2": "beta2",
    }
    SLOTS_BY_VARIABLE = True

    beta1 = Hyperparameter()
    beta2 = Hyperparameter()

    def __init__(
        self,
        learning_rate: Any = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-3,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        initial_accumulator_value: float = 1e-6,
        activation: str = "sign",
        name: str = "Yogi",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {ACTIVATIONS}, not {activation!r}")
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.initial_accumulator_value = initial_accumulator_value
        self.activation = activation

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        self.add_slot(variables, "v", keras.initializers.Constant(self.initial_accumulator_value))
        if self.beta1 > 0:
            self.add_slot(variables, "m")

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``, or the rows of it that a sparse gradient names."""
        gradient, rows = dense_gradient(gradient, variable)
        v = self.slot("v", variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        beta1, beta2 = rounded(variable, self.beta1, self.beta2)
        beta1_power, beta2_power = ops.power(beta1, step), ops.power(beta2, step)
        rate = ops.cast(learning_rate, variable.dtype) * ops.sqrt(1 - beta2_power) / (1 - beta1_power)
        first = gradient
        if self.beta1 > 0:
            m = self.slot("m", variable)
            self.assign(m, beta1 * m + (1 - beta1) * gradient)
            first = m
        square = ops.square(gradient)
        direction = ops.sign(square - v) if self.activation == "sign" else ops.tanh(10 * (square - v))
        second = v + (1 - beta2) * direction * square
        self.assign(v, only_rows(rows, second, ops.convert_to_tensor(v)))
        rate = rate / (ops.sqrt(second) + self.epsilon)
        moved = self._proximal(variable - rate * first, rate)
        self.assign(variable, only_rows(rows, moved, ops.convert_to_tensor(variable)))

    def _proximal(self, moved: Tensor, rate: Tensor) -> Tensor:
        """Return the minimum of the regularization near ``moved``."""
        shrink = 1 + self.l2_regularization_strength * rate
        if self.l1_regularization_strength > 0:
            threshold = self.l1_regularization_strength * rate
            kept = ops.cast(ops.greater(ops.abs(moved), threshold), moved.dtype)
            return kept * (moved - threshold * ops.sign(moved)) / shrink
        return moved / shrink if self.l2_regularization_strength > 0 else moved

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta1": self.beta1,
            "beta2": self.beta2,
            "epsilon": self.epsilon,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "initial_accumulator_value": self.initial_accumulator_value,
            "activation": self.activation,
        }
