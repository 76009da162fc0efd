"""Adam for embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.base import AddonsOptimizer, dense_gradient, only_rows, rounded
from loadstone.addons.optimizers.interface import Hyperparameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor


class LazyAdam(AddonsOptimizer):
    """Adam that leaves alone the rows of an embedding, and their moments, that a step's gradient does not name.

    Only TensorFlow has gradients that name rows. On other backends, and for dense gradients, it is Adam.

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root of the second moment.
        amsgrad: use the largest second moment so far, of dense gradients.
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
        amsgrad: bool = False,
        name: str = "LazyAdam",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon or keras.config.epsilon()
        self.amsgrad = amsgrad

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        for name in ("m", "v", "vhat") if self.amsgrad else ("m", "v"):
            self.add_slot(variables, name)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``, or the rows of it that a sparse gradient names."""
        gradient, rows = dense_gradient(gradient, variable)
        m, v = self.slot("m", variable), self.slot("v", variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = rounded(variable, self.beta_1, self.beta_2)
        beta_1_power, beta_2_power = ops.power(beta_1, step), ops.power(beta_2, step)
        rate = ops.cast(learning_rate, variable.dtype) * ops.sqrt(1 - beta_2_power) / (1 - beta_1_power)

        def replace(target: keras.Variable, value: Tensor) -> None:
            self.assign(target, only_rows(rows, value, ops.convert_to_tensor(target)))

        replace(m, beta_1 * m + (1 - beta_1) * gradient)
        replace(v, beta_2 * v + (1 - beta_2) * ops.square(gradient))
        second = v
        if self.amsgrad and rows is None:
            second = self.slot("vhat", variable)
            self.assign(second, ops.maximum(second, v))
        replace(variable, variable - rate * m / (ops.sqrt(second) + self.epsilon))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
