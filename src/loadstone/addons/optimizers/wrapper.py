"""Optimizers around another optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
from keras import ops

from loadstone.addons.optimizers.base import add_slot, as_learning_rate, current_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Shape, Tensor

OF_THE_INNER = ("learning_rate", "weight_decay")  # entries of Keras' base class that the wrapped optimizer has


class OptimizerWrapper(keras.optimizers.Optimizer):
    """Lets another optimizer take the steps and does something after each of them.

    Args:
        optimizer: the optimizer that takes the steps, its name or its configuration.
        name: the optimizer's name.
        **kwargs: arguments of Keras' base class. Clip gradients here: as in TensorFlow Addons, what the wrapped
            optimizer would do to them before a step (``clipnorm`` and the like) is not done.

    The learning rate is the wrapped optimizer's.

    Raises:
        ValueError: when the wrapped optimizer accumulates gradients.
    """

    REMOVED: ClassVar[frozenset[str]] = frozenset()  # configuration entries of old releases that mean nothing now

    def __init__(self, optimizer: keras.optimizers.Optimizer | str | Config, name: str, **kwargs: Any) -> None:
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        inner = keras.optimizers.get(optimizer)
        if inner.gradient_accumulation_steps:
            raise ValueError("accumulate gradients in the outer optimizer, not in the wrapped one")
        self.inner_optimizer = inner

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``, the wrapped optimizer's too."""
        super().build(variables)
        if not self.inner_optimizer.built:
            self.inner_optimizer.build(variables)

    def add_copies(self, variables: Sequence[keras.Variable], name: str) -> list[keras.Variable]:
        """Create one state variable for each of ``variables``, equal to it."""
        copies = []
        for variable in variables:

            def initial_value(shape: Shape, dtype: str, source: keras.Variable = variable) -> Tensor:
                del shape  # the source's
                return ops.cast(ops.copy(source), dtype)

            copies += add_slot(self, [variable], name, initial_value)
        return copies

    @property
    def variables(self) -> list[keras.Variable]:
        """This optimizer's state, then the wrapped optimizer's."""
        return [*super().variables, *self.inner_optimizer.variables]

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Take one step, and tell the wrapped optimizer how many were taken."""
        super().apply(grads, trainable_variables)
        self.inner_optimizer.iterations.assign(self.iterations)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Let the wrapped optimizer move ``variable``, then call `after_step`."""
        self.inner_optimizer.update_step(gradient, variable, learning_rate)
        self.after_step(variable)

    def after_step(self, variable: keras.Variable) -> None:
        """Do what this optimizer is for, once ``variable`` has moved."""
        raise NotImplementedError

    def _apply_weight_decay(self, variables: Sequence[keras.Variable]) -> None:
        # Keras' own optimizers decay weights here, outside of update_step.
        self.inner_optimizer._apply_weight_decay(variables)  # noqa: SLF001 - Keras has no public way to ask for it

    @property
    def learning_rate(self) -> Any:
        """The wrapped optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = as_learning_rate(learning_rate)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = super().get_config()
        for key in OF_THE_INNER:
            config.pop(key, None)
        return {**config, "optimizer": keras.optimizers.serialize(self.inner_optimizer)}

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> OptimizerWrapper:
        """Build the optimizer from its configuration, of Keras 3 or as TensorFlow Addons' releases wrote it.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote.
        """
        config = current_config(config, cls.REMOVED)
        optimizer = config["optimizer"]
        if isinstance(optimizer, dict):
            optimizer = {**optimizer, "config": current_config(optimizer["config"])}
            optimizer = keras.optimizers.deserialize(optimizer, custom_objects=custom_objects)
        return cls(**{**config, "optimizer": optimizer})
