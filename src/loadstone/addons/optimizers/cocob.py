"""Continuous coin betting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
from keras import ops

from loadstone.addons.optimizers.base import AddonsOptimizer, dense_gradient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor

FIRST_SCALE = 1e-8  # initial largest gradient, which keeps the first division defined


class COCOB(AddonsOptimizer):
    """Steps found by betting on coins; there is no learning rate (Orabona & Tommasi 2017, arXiv:1705.07795).

    Args:
        alpha: bounds the bets of the first steps, at least 1.
        use_locking: has no effect; it was TensorFlow 1's.
        name: the optimizer's name.
        **kwargs: the arguments of Keras' base class.

    State: ``iteration``, ``learning_rate`` (not used); then for every variable ``lr``, the largest gradient so far; for
    every variable ``grad_norm_sum``; ``gradients_sum``; ``tilde_w``; ``reward``. Files hold the five of one variable
    after another.

    Raises:
        ValueError: when ``alpha`` is below 1.
    """

    SLOTS_BY_VARIABLE = True
    REMOVED: ClassVar[frozenset[str]] = frozenset({"learning_rate"})

    def __init__(self, alpha: float = 100, use_locking: bool = False, name: str = "COCOB", **kwargs: Any) -> None:
        del use_locking
        if alpha < 1:
            raise ValueError(f"alpha must be at least 1, not {alpha}")
        super().__init__(1.0, name, **kwargs)
        self.alpha = alpha

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``."""
        super().build(variables)
        self.add_slot(variables, "lr", keras.initializers.Constant(FIRST_SCALE))
        for name in ("grad_norm_sum", "gradients_sum", "tilde_w", "reward"):
            self.add_slot(variables, name)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Bet on ``variable``."""
        del learning_rate  # part of Keras' signature
        gradient, _ = dense_gradient(gradient, variable)
        scale, bet, reward = (self.slot(name, variable) for name in ("lr", "tilde_w", "reward"))
        absolute_sum, gradient_sum = self.slot("grad_norm_sum", variable), self.slot("gradients_sum", variable)
        self.assign(reward, ops.maximum(reward - gradient * bet, 0.0))
        self.assign(scale, ops.maximum(scale, ops.abs(gradient)))
        self.assign(gradient_sum, gradient_sum + gradient)
        self.assign(absolute_sum, absolute_sum + ops.abs(gradient))
        bound = ops.maximum(absolute_sum + scale, self.alpha * scale)
        new_bet = -gradient_sum / (scale * bound) * (reward + scale)
        self.assign(variable, variable - bet + new_bet)
        self.assign(bet, new_bet)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["learning_rate"]
        return {**config, "alpha": self.alpha}
