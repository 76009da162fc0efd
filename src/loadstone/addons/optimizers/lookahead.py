"""Lookahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from loadstone.addons.optimizers.wrapper import OptimizerWrapper

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

    from loadstone.addons.utils.types import Config, Tensor


class Lookahead(OptimizerWrapper):
    """Keeps slow weights that follow the wrapped optimizer's every few steps (Zhang et al. 2019, arXiv:1907.08610).

    Args:
        optimizer: the optimizer that takes the steps, or its name.
        sync_period: after so many steps the slow weights follow, and the variables are set to them.
        slow_step_size: the part of the way that the slow weights go.
        name: the optimizer's name.
        **kwargs: as in `OptimizerWrapper`.

    State: ``iteration``, ``learning_rate``; then for every variable ``slow``; then the wrapped optimizer's.
    """

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer | str,
        sync_period: int = 6,
        slow_step_size: float = 0.5,
        name: str = "Lookahead",
        **kwargs: Any,
    ) -> None:
        super().__init__(optimizer, name, **kwargs)
        self.sync_period = int(sync_period)
        self.slow_step_size = slow_step_size

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the slow weights, equal to ``variables``, and the wrapped optimizer's state."""
        super().build(variables)
        self.add_copies(variables, "slow")

    def after_step(self, variable: keras.Variable) -> None:
        """Every ``sync_period`` steps, move the slow weights and set ``variable`` to them."""
        slow = self.slot("slow", variable)
        synchronize = ops.equal((self.iterations + 1) % self.sync_period, 0)
        followed = slow + ops.cast(self.slow_step_size, variable.dtype) * (variable - slow)

        def choose(otherwise: Tensor) -> Tensor:
            return ops.where(synchronize, followed, ops.convert_to_tensor(otherwise))

        new_slow, new_variable = choose(slow), choose(variable)
        self.assign(slow, new_slow)
        self.assign(variable, new_variable)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "sync_period": self.sync_period, "slow_step_size": self.slow_step_size}
