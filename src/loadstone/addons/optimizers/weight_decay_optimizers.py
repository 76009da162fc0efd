"""Optimizers with weight decay that does not pass through the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.base import (
    as_learning_rate,
    as_schedule_or_float,
    current_config,
    current_value,
    dense_gradient,
    only_rows,
    serialize_hyperparameter,
)
from loadstone.addons.optimizers.utils import matches_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Tensor


class DecoupledWeightDecayExtension:
    """Mixin that subtracts ``weight_decay * variable`` before each step (Loshchilov & Hutter 2017, arXiv:1711.05101).

    Unlike Keras' ``weight_decay``, this is not multiplied by the learning rate. It comes before a Keras optimizer in
    the bases of a class.

    Args:
        weight_decay: a number, or a schedule or its configuration.
        exclude_from_weight_decay: regular expressions; variables whose path one of them matches are not decayed.
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        decay: Keras 2's inverse time decay of the learning rate.
        lr: Keras 2's other name of ``learning_rate``, which it overrides.
        **kwargs: arguments of the optimizer.
    """

    def __init__(
        self,
        weight_decay: Any,
        exclude_from_weight_decay: Sequence[str] | None = None,
        *,
        learning_rate: Any,
        decay: float = 0.0,
        lr: float | None = None,
        **kwargs: Any,
    ) -> None:
        rate = as_learning_rate(learning_rate if lr is None else lr, decay)
        super().__init__(learning_rate=rate, **kwargs)  # type: ignore[call-arg]  # the optimizer's
        # Keras applies its own kind of decay to what stands in self.weight_decay.
        self._decoupled_decay = as_schedule_or_float(weight_decay)
        self._excluded_patterns = list(exclude_from_weight_decay or [])

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables`` and find out which of them decay."""
        super().build(variables)  # type: ignore[misc]  # the optimizer's
        self._decays = tuple(not matches_any(variable, self._excluded_patterns) for variable in variables)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Decay ``variable``, or the rows of it that a sparse gradient names, then take the optimizer's step."""
        gradient, rows = dense_gradient(gradient, variable)
        index = self._get_variable_index(variable)  # type: ignore[attr-defined]  # the optimizer's
        if self._decays[index]:
            step = self.iterations  # type: ignore[attr-defined]  # the optimizer's
            decayed = variable * (1 - current_value(self._decoupled_decay, step, variable.dtype))
            self.assign(variable, only_rows(rows, decayed, ops.convert_to_tensor(variable)))  # type: ignore[attr-defined]  # same
        super().update_step(gradient, variable, learning_rate)  # type: ignore[misc]  # the optimizer's

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),  # type: ignore[misc]  # the optimizer's
            "weight_decay": serialize_hyperparameter(self._decoupled_decay),
            "exclude_from_weight_decay": self._excluded_patterns or None,
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> DecoupledWeightDecayExtension:
        """Build the optimizer from its configuration, of Keras 3 or as TensorFlow Addons' releases wrote it.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote.
        """
        del custom_objects  # part of Keras' signature; nothing nested is custom here
        return cls(**current_config(config))


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """Return a class of ``base_optimizer`` with `DecoupledWeightDecayExtension`; its first argument is the decay."""

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """A Keras optimizer with weight decay that does not pass through the gradient."""

        def __init__(self, weight_decay: Any, learning_rate: Any = 0.001, **kwargs: Any) -> None:
            super().__init__(weight_decay, learning_rate=learning_rate, **kwargs)

    return OptimizerWithDecoupledWeightDecay


class SGDW(DecoupledWeightDecayExtension, keras.optimizers.SGD):
    """Stochastic gradient descent with decoupled weight decay.

    Args:
        weight_decay: a number, or a schedule or its configuration; not multiplied by the learning rate.
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        momentum: decay of the accumulated steps; 0 for none.
        nesterov: whether to use Nesterov's momentum.
        name: the optimizer's name.
        **kwargs: as in `DecoupledWeightDecayExtension`.

    State as of ``keras.optimizers.SGD``.
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        momentum: float = 0.0,
        nesterov: bool = False,
        name: str = "SGDW",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            weight_decay, learning_rate=learning_rate, momentum=momentum, nesterov=nesterov, name=name, **kwargs
        )


class AdamW(DecoupledWeightDecayExtension, keras.optimizers.Adam):
    """Adam with decoupled weight decay; not Keras' optimizer of this name.

    Args:
        weight_decay: a number, or a schedule or its configuration; not multiplied by the learning rate.
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root of the second moment.
        amsgrad: use the largest second moment so far.
        name: the optimizer's name.
        **kwargs: as in `DecoupledWeightDecayExtension`.

    State as of ``keras.optimizers.Adam``, whose ``momentum``, ``velocity`` and ``velocity_hat`` are the ``m``, ``v``
    and ``vhat`` of files.
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        name: str = "AdamW",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
            name=name,
            **kwargs,
        )
