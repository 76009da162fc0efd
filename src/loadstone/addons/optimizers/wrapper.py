"""Optimizers around another optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
from keras import ops

from loadstone.addons.optimizers.base import add_slot, as_learning_rate, current_config
from loadstone.addons.optimizers.interface import Keras2Interface, Variables, weights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Shape, Tensor

NAMES_IN_CHECKPOINTS = ("lh_base_optimizer", "awg_optimizer")  # of the wrapped optimizer, in TensorFlow Addons
OF_THE_INNER = ("learning_rate", "weight_decay")  # entries of Keras' base class that the wrapped optimizer has


class OptimizerWrapper(Keras2Interface, keras.optimizers.Optimizer):
    """Lets another optimizer take the steps and does something after each of them.

    Args:
        optimizer: the optimizer that takes the steps, its name or its configuration.
        name: the optimizer's name.
        **kwargs: arguments of Keras' base class. Clip gradients here: as in TensorFlow Addons, what the wrapped
            optimizer would do to them before a step (``clipnorm`` and the like) is not done. ``lr`` and ``decay``, to
            which Keras 2 gave no meaning in a wrapper, mean nothing.

    The learning rate is the wrapped optimizer's.

    Raises:
        TypeError: when ``optimizer`` is no optimizer, nor the name or configuration of one.
        ValueError: when the wrapped optimizer accumulates gradients.
    """

    REMOVED: ClassVar[frozenset[str]] = frozenset()  # configuration entries of old releases that mean nothing now

    def __init__(self, optimizer: keras.optimizers.Optimizer | str | Config, name: str, **kwargs: Any) -> None:
        kept = {key: value for key, value in kwargs.items() if key not in {"lr", "decay"}}
        super().__init__(learning_rate=0.0, name=name, **kept)
        self.inner_optimizer = checked(optimizer)
        self._slots: dict[str, list[keras.Variable]] = {}

    @property
    def _optimizer(self) -> keras.optimizers.Optimizer:
        """The wrapped optimizer, under TensorFlow Addons' name."""
        return self.inner_optimizer

    def _lookup_dependency(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what ``tf.train.Checkpoint`` restores under a name, the wrapped optimizer under its old ones too."""
        return (
            self.inner_optimizer if name in NAMES_IN_CHECKPOINTS else super()._lookup_dependency(name, *args, **kwargs)
        )

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables``, the wrapped optimizer's too."""
        super().build(variables)
        if not self.inner_optimizer.built:
            self.inner_optimizer.build(variables)

    def add_copies(self, variables: Sequence[keras.Variable], name: str) -> None:
        """Create one state variable for each of ``variables``, equal to it."""
        self._slots[name] = copies = []
        for variable in variables:

            def initial_value(shape: Shape, dtype: str, source: keras.Variable = variable) -> Tensor:
                del shape  # the source's
                return ops.cast(ops.copy(source), dtype)

            copies += add_slot(self, [variable], name, initial_value)

    def slot(self, name: str, variable: keras.Variable) -> keras.Variable:
        """Return the state variable ``name`` of a model's variable."""
        return self._slots[name][self._get_variable_index(variable)]

    @property
    def variables(self) -> Variables:
        """This optimizer's state, then the wrapped optimizer's."""
        return Variables([*super().variables, *self.inner_optimizer.variables], lambda: self.weights)

    @property
    def weights(self) -> list[keras.Variable]:
        """The step, this optimizer's slots, then the wrapped optimizer's."""
        inner = weights_of(self.inner_optimizer)
        of_inner = {id(variable) for variable in self.inner_optimizer.variables}
        own = [variable for variable in super().weights if id(variable) not in of_inner]
        return [*own, *inner[1:]]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the state, as `Keras2Interface.set_weights` says.

        Raises:
            ValueError: when their number or a shape is another.
        """
        super().set_weights(weights)
        self.inner_optimizer.iterations.assign(self.iterations)

    def slots(self) -> dict[str, list[keras.Variable]]:
        """Return this optimizer's state variables by slot; ``inner_optimizer`` has its own."""
        return self._slots

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Take one step, and tell the wrapped optimizer how many were taken."""
        self.inner_optimizer.iterations.assign(self.iterations)  # which a checkpoint may have restored, or a user set
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
        if "optimizer" not in config:  # releases before 0.6.0 left it out
            raise ValueError(f"{cls.__name__} needs the wrapped optimizer, which the configuration does not hold")
        return cls(**{**config, "optimizer": deserialized(config["optimizer"], custom_objects)})


def checked(optimizer: Any) -> keras.optimizers.Optimizer:
    """Return an optimizer that another one may call for each step, from itself, its name or its configuration.

    Raises:
        TypeError: when it is none of these.
        ValueError: when it accumulates gradients.
    """
    found = deserialized(optimizer) if isinstance(optimizer, (str, dict)) else optimizer
    if not isinstance(found, keras.optimizers.Optimizer):
        raise TypeError(f"optimizer must be a Keras optimizer, its name or its configuration, not {optimizer!r}")
    if found.gradient_accumulation_steps:
        raise ValueError("accumulate gradients in the outer optimizer, not in the wrapped one")
    return found


def deserialized(optimizer: Any, custom_objects: Config | None = None) -> Any:
    """Return an optimizer from its name or its configuration; anything else as it is.

    Where an optimizer is nested in another one's configuration, old releases wrote classes of TensorFlow Addons under
    their bare name.
    """
    if not isinstance(optimizer, dict):
        return keras.optimizers.get(optimizer) if isinstance(optimizer, str) else optimizer
    config = current_config(optimizer["config"])
    name = optimizer["class_name"]
    if not is_of_keras(name, optimizer["config"]) and keras.saving.get_registered_object(f"Addons>{name}") is not None:
        name = f"Addons>{name}"
    return keras.optimizers.deserialize({**optimizer, "class_name": name, "config": config}, custom_objects)


def is_of_keras(name: str, config: Config) -> bool:
    """Return whether a nested optimizer is Keras' own; both have AdamW, but Keras' never had ``decay``."""
    return hasattr(keras.optimizers, name) and not (name == "AdamW" and "decay" in config)
