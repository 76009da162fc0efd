"""Stochastic weight averaging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from loadstone.addons.optimizers.average_wrapper import AveragedOptimizerWrapper
from loadstone.addons.optimizers.base import add_slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

    from loadstone.addons.utils.types import Config, Tensor


class SWA(AveragedOptimizerWrapper):
    """Keeps the mean of snapshots of every variable (Izmailov et al. 2018, arXiv:1803.05407).

    Args:
        optimizer: the optimizer that takes the steps, its name or its configuration.
        start_averaging: the step (from 0) after which the first snapshot is taken.
        average_period: steps from one snapshot to the next.
        name: the optimizer's name.
        **kwargs: as in `AveragedOptimizerWrapper`.

    Raises:
        ValueError: when ``average_period`` is not positive or ``start_averaging`` is negative.
    """

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer | str | Config,
        start_averaging: int = 0,
        average_period: int = 10,
        name: str = "SWA",
        **kwargs: Any,
    ) -> None:
        super().__init__(optimizer, name, **kwargs)
        if average_period < 1:
            raise ValueError(f"average_period must be positive, not {average_period}")
        if start_averaging < 0:
            raise ValueError(f"start_averaging must not be negative, not {start_averaging}")
        self.start_averaging = int(start_averaging)
        self.average_period = int(average_period)

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the averages and the wrapped optimizer's state."""
        super().build(variables)
        self._slots["average"] = add_slot(self, variables, "average")

    def average_op(self, variable: keras.Variable, average: keras.Variable) -> Tensor:
        """Return the average with ``variable`` taken in, if this step takes a snapshot."""
        since_start = ops.cast(self.iterations, "int32") - self.start_averaging
        snapshots = ops.cast(since_start // self.average_period, variable.dtype)
        is_snapshot = ops.logical_and(
            ops.greater_equal(since_start, 0), ops.equal(since_start % self.average_period, 0)
        )
        divisor = ops.maximum(snapshots + 1, 1)
        return ops.where(is_snapshot, (average * snapshots + variable) / divisor, ops.convert_to_tensor(average))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "start_averaging": self.start_averaging,
            "average_period": self.average_period,
        }
