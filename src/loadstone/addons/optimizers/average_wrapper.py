"""Base of the optimizers that average the variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from loadstone.addons.optimizers.wrapper import OptimizerWrapper

if TYPE_CHECKING:
    from collections.abc import Iterable

    import keras

    from loadstone.addons.utils.types import Tensor


class AveragedOptimizerWrapper(OptimizerWrapper):
    """Keeps an average of every variable while another optimizer moves them.

    Training uses the variables themselves; `assign_average_vars` puts the averages into them.

    Args:
        optimizer: the optimizer that takes the steps, its name or its configuration.
        name: the optimizer's name.
        **kwargs: as in `OptimizerWrapper`. ``sequential_update``, which releases before 0.12.0 had, is left out of
            configurations.

    State: ``iteration``, ``learning_rate``; then for every variable ``average``; then the wrapped optimizer's.
    """

    REMOVED: ClassVar[frozenset[str]] = frozenset({"sequential_update"})
    _averages: list[keras.Variable]

    def average(self, variable: keras.Variable) -> keras.Variable:
        """Return the state variable that holds the average of a model's variable."""
        return self._averages[self._get_variable_index(variable)]

    def after_step(self, variable: keras.Variable) -> None:
        """Update the average of ``variable``."""
        average = self.average(variable)
        self.assign(average, self.average_op(variable, average))

    def average_op(self, variable: keras.Variable, average: keras.Variable) -> Tensor:
        """Return the new average, after a step moved ``variable``."""
        raise NotImplementedError

    def assign_average_vars(self, var_list: Iterable[keras.Variable]) -> None:
        """Put the averages into the variables of a model."""
        for variable in var_list:
            variable.assign(self.average(variable))
