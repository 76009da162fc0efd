"""Conditional gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
from keras import ops

from loadstone.addons.optimizers.base import (
    AddonsOptimizer,
    current_value,
    dense_gradient,
    only_rows,
    serialize_hyperparameter,
)
from loadstone.addons.optimizers.interface import Hyperparameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor

NORMS = ("fro", "nuclear")
MATRIX_RANK = 2


class ConditionalGradient(AddonsOptimizer):
    """Moves variables within a ball of a norm (Frank & Wolfe 1956; arXiv:1803.06453).

    Args:
        learning_rate: the part of a variable that a step keeps: a number, a schedule or its configuration, or a
            function without arguments.
        lambda_: radius of the ball; a number or a schedule.
        epsilon: added to the norm of the gradient.
        ord: ``fro`` for the Frobenius norm, ``nuclear`` for the nuclear norm, of variables of rank 2 or less.
        name: the optimizer's name.
        **kwargs: ``lr``, and the arguments of Keras' base class. ``use_locking``, which releases before 0.11.0 wrote,
            is left out of configurations.

    State: ``iteration``, ``learning_rate``; then for every variable ``conditional_gradient``, which stays zero.

    Raises:
        ValueError: for another ``ord``.
    """

    REMOVED: ClassVar[frozenset[str]] = frozenset({"use_locking"})

    lambda_ = Hyperparameter()

    def __init__(
        self,
        learning_rate: Any,
        lambda_: Any = 0.01,
        epsilon: float = 1e-7,
        ord: str = "fro",  # noqa: A002 - the original's name
        name: str = "ConditionalGradient",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        if ord not in NORMS:
            raise ValueError(f"ord must be one of {NORMS}, not {ord!r}")
        self.lambda_ = lambda_
        self.epsilon = epsilon or keras.config.epsilon()
        self.ord = ord

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        self.add_slot(variables, "conditional_gradient")

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``, or the rows of it that a sparse gradient names."""
        gradient, rows = dense_gradient(gradient, variable)
        rate = ops.cast(learning_rate, variable.dtype)
        radius = current_value(self.lambda_, self.iterations, variable.dtype)
        if self.ord == "fro":
            corner = gradient / (ops.sqrt(ops.sum(ops.square(gradient))) + self.epsilon)
        else:
            corner = self._top_singular_vector(gradient)
        moved = variable * rate - (1 - rate) * radius * corner
        self.assign(variable, only_rows(rows, moved, ops.convert_to_tensor(variable)))

    @staticmethod
    def _top_singular_vector(gradient: Tensor) -> Tensor:
        """Return the outer product of the leading singular vectors of a matrix; vectors count as one row."""
        shape = gradient.shape
        matrix = ops.reshape(gradient, (*[1] * (MATRIX_RANK - len(shape)), *shape))
        left, _, right = ops.svd(matrix, full_matrices=False)
        return ops.reshape(ops.matmul(left[:, :1], right[:1, :]), shape)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "lambda_": serialize_hyperparameter(self.lambda_),
            "epsilon": self.epsilon,
            "ord": self.ord,
        }
