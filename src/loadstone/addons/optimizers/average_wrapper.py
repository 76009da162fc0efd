"""Base of the optimizers that average the variables."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from loadstone.addons.optimizers.base import flat_name
from loadstone.addons.optimizers.wrapper import OptimizerWrapper

if TYPE_CHECKING:
    from collections.abc import Iterable

    import keras

    from loadstone.addons.utils.types import Config, Tensor


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

    def __init__(
        self, optimizer: keras.optimizers.Optimizer | str | Config, name: str = "AverageOptimizer", **kwargs: Any
    ) -> None:
        super().__init__(optimizer, name, **kwargs)

    def average(self, variable: keras.Variable) -> keras.Variable:
        """Return the state variable that holds the average of a model's variable."""
        return self.slot("average", variable)

    def after_step(self, variable: keras.Variable) -> None:
        """Update the average of ``variable``."""
        average = self.average(variable)
        self.assign(average, self.average_op(variable, average))

    def average_op(self, variable: keras.Variable, average: keras.Variable) -> Tensor:
        """Return the new average, after a step moved ``variable``."""
        raise NotImplementedError

    def assign_average_vars(self, var_list: Iterable[keras.Variable]) -> None:
        """Put the averages into the variables of a model. Those that have none, which were not trained, are warned of.

        Args:
            var_list: the variables, such as ``model.trainable_variables``.
        """
        without = []
        for variable in var_list:
            if self.built and self._var_key(variable) in self._trainable_variables_indices:
                variable.assign(self.average(variable))
            else:
                without.append(flat_name(variable))
        if without:
            warnings.warn(
                f"there are no averages of variables that were not trained: {', '.join(without)}", stacklevel=2
            )
