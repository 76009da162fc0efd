"""LAMB."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import keras
from keras import ops

from loadstone.addons.optimizers.base import AddonsOptimizer, OwnWeightDecay, dense_gradient, rounded
from loadstone.addons.optimizers.interface import Hyperparameter
from loadstone.addons.optimizers.utils import is_variable_matched_by_regexes, matched_by_regexes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.addons.utils.types import Config, Tensor


class LAMB(OwnWeightDecay, AddonsOptimizer):
    """Adam whose steps are scaled to the size of the variable (You et al. 2019, arXiv:1904.00962).

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root of the second moment.
        weight_decay: this times the variable is added to the step before it is scaled. Releases before 0.16.1 call it
            ``weight_decay_rate``.
        exclude_from_weight_decay: regular expressions; variables whose path one of them matches are not decayed.
        exclude_from_layer_adaptation: regular expressions; the steps of variables whose path one of them matches are
            not scaled. None or empty for those of ``exclude_from_weight_decay``.
        name: the optimizer's name.
        **kwargs: ``decay``, ``lr``, ``weight_decay_rate``, and the arguments of Keras' base class.

    State: ``iteration``, ``learning_rate``; then for every variable ``m``; then for every variable ``v``.
    """

    RENAMED: ClassVar[Mapping[str, str]] = {"weight_decay_rate": "weight_decay"}

    beta_1 = Hyperparameter()
    beta_2 = Hyperparameter()

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
        exclude_from_weight_decay: Sequence[str] | None = None,
        exclude_from_layer_adaptation: Sequence[str] | None = None,
        name: str = "LAMB",
        **kwargs: Any,
    ) -> None:
        if "weight_decay_rate" in kwargs:
            warnings.warn("weight_decay_rate is called weight_decay", DeprecationWarning, stacklevel=2)
            weight_decay = kwargs.pop("weight_decay_rate")
        super().__init__(learning_rate, name, **kwargs)
        self.weight_decay = weight_decay
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon or keras.config.epsilon()
        # Keras' optimizers have a method of this name, for their own kind of decay.
        self.exclude_from_weight_decay = list(exclude_from_weight_decay or [])
        self.exclude_from_layer_adaptation = list(exclude_from_layer_adaptation or exclude_from_weight_decay or [])

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables`` and find out how each is treated."""
        super().build(variables)
        self.add_slot(variables, "m")
        self.add_slot(variables, "v")
        self._undecayed = matched_by_regexes(variables, self.exclude_from_weight_decay)
        self._unadapted = matched_by_regexes(variables, self.exclude_from_layer_adaptation)

    def _do_use_weight_decay(self, variable: Any) -> bool:
        return not is_variable_matched_by_regexes(variable, self.exclude_from_weight_decay)

    def _do_layer_adaptation(self, variable: Any) -> bool:
        return not is_variable_matched_by_regexes(variable, self.exclude_from_layer_adaptation)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Move ``variable``."""
        gradient, _ = dense_gradient(gradient, variable)
        index = self._get_variable_index(variable)
        m, v = self.slot("m", variable), self.slot("v", variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = rounded(variable, self.beta_1, self.beta_2)
        self.assign(m, beta_1 * m + (1 - beta_1) * gradient)
        self.assign(v, beta_2 * v + (1 - beta_2) * ops.square(gradient))
        first = m / (1 - ops.power(beta_1, step))
        second = v / (1 - ops.power(beta_2, step))
        update = first / (ops.sqrt(second) + self.epsilon)
        if not self._undecayed[index]:
            update = update + self.weight_decay * variable
        rate = ops.cast(learning_rate, variable.dtype)
        if not self._unadapted[index]:
            rate = rate * _trust(ops.norm(variable), ops.norm(update))
        self.assign(variable, variable - rate * update)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": self.weight_decay,
            "exclude_from_weight_decay": list(self.exclude_from_weight_decay) or None,
            "exclude_from_layer_adaptation": list(self.exclude_from_layer_adaptation) or None,
        }


def _trust(of_variable: Tensor, of_update: Tensor) -> Tensor:
    """Return the ratio of two norms, or 1 when either is zero."""
    usable = ops.logical_and(ops.greater(of_variable, 0), ops.greater(of_update, 0))
    return ops.where(usable, ops.divide_no_nan(of_variable, of_update), ops.ones_like(of_update))
