"""What code written for Keras 2 asks of an optimizer, on top of Keras 3's.

Training loops of that time call ``minimize``, pass ``tf.Variable`` and gradients that name their rows, read ``lr``,
``weights`` and slots by name, and give hyperparameters as functions. Keras 3's optimizers take ``tf.Variable`` on the
TensorFlow backend, but have none of the rest.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from loadstone.addons.utils.types import Array, Config, Tensor

Schedule = keras.optimizers.schedules.LearningRateSchedule
# Slots as Keras 2 names them, and the lists of Keras 3's optimizers that hold them.
KERAS_SLOTS = {
    "momentum": "momentums",
    "m": "_momentums",
    "v": "_velocities",
    "vhat": "_velocity_hats",
    "accumulator": "_accumulators",
}


class Hyperparameter:
    """An attribute that is given as a number, a schedule, its configuration, or a function without arguments.

    It reads as a number, or as the schedule; a function is called at every use.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._given = f"_given_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            value = instance.__dict__[self._given]
        except KeyError as error:  # TensorFlow asks for every attribute before it is set
            raise AttributeError(self._given) from error
        return value() if callable(value) and not isinstance(value, Schedule) else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self._given] = None if value is None else as_schedule_or_float(value)


class Variables(list[Any]):
    """An optimizer's state: Keras 3's property ``variables``, and Keras 2's method of this name when called."""

    def __init__(self, variables: Iterable[keras.Variable], weights: Callable[[], list[keras.Variable]]) -> None:
        super().__init__(variables)
        self._weights = weights

    def __call__(self) -> list[Any]:
        """Return what Keras 2 counted as the optimizer's variables: the step, then the slots."""
        return [native(variable) for variable in self._weights()]


class Keras2Interface:
    """Mixin that adds Keras 2's attributes and methods to a Keras 3 optimizer; it comes before it in the bases."""

    # Hyperparameters as Keras 2 names them, where they are other attributes.
    HYPERPARAMETERS: ClassVar[Mapping[str, str]] = {"learning_rate": "_learning_rate", "lr": "_learning_rate"}
    # Whether files hold all slots of one variable before those of the next, instead of one slot after the other.
    SLOTS_BY_VARIABLE: ClassVar[bool] = False

    @property
    def lr(self) -> Any:
        """Keras 2's other name of ``learning_rate``; on TensorFlow its own variable."""
        return native(self.learning_rate)

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    @property
    def decay(self) -> float:
        """Keras 2's inverse time decay of the learning rate."""
        rate = self._learning_rate  # type: ignore[attr-defined]  # the optimizer's
        return rate.decay_rate if isinstance(rate, keras.optimizers.schedules.InverseTimeDecay) else 0.0

    @property
    def variables(self) -> Variables:
        """The whole state, as Keras 3 keeps it; called, as Keras 2 did."""
        return Variables(super().variables, lambda: self.weights)  # type: ignore[misc]  # the optimizer's

    @property
    def weights(self) -> list[keras.Variable]:
        """The state as Keras 2 counted and ordered it: the step, then the slots; no learning rate."""
        return weights_of(self)

    def get_weights(self) -> list[Array]:
        """Return the values of `weights`."""
        return [np.asarray(ops.convert_to_numpy(variable)) for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the state from what `get_weights` returned, here or in Keras 2, or from values of all `variables`.

        Raises:
            ValueError: when their number or a shape is another; an optimizer that took no step has no slots yet.
        """
        targets = next((of for of in (self.weights, self.variables) if len(of) == len(weights)), None)
        if targets is None:
            raise ValueError(
                f"the optimizer has {len(self.weights)} weights, not {len(weights)}; "
                "it has them all once it is built: optimizer.build(model.trainable_variables)"
            )
        for variable, value in zip(targets, weights, strict=True):
            variable.assign(value)

    def slots(self) -> dict[str, list[keras.Variable]]:
        """Return the state variables by slot, each in the order of the model's variables."""
        return slots_of(self)

    def get_slot_names(self) -> list[str]:
        """Return the names of the slots, as Keras 2 called them."""
        return list(self.slots())

    def get_slot(self, var: Any, slot_name: str) -> Any:
        """Return the state variable of a model's variable; on TensorFlow its own one, as Keras 2 did.

        Raises:
            KeyError: for a variable or a slot that the optimizer does not have.
        """
        index = self._get_variable_index(var)  # type: ignore[attr-defined]  # the optimizer's
        return native(self.slots()[slot_name][index])

    def _lookup_dependency(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what ``tf.train.Checkpoint`` restores under a name; Keras 2 stored the step as ``iter``."""
        if name == "iter":
            return self._iterations  # type: ignore[attr-defined]  # the optimizer's
        return super()._lookup_dependency(name, *args, **kwargs)  # type: ignore[misc]  # the optimizer's

    def _create_or_restore_slot_variable(
        self, slot_variable_position: Any, slot_name: str, variable: Any, **kwargs: Any
    ) -> Any:
        """Return the slot that ``tf.train.Checkpoint`` found stored for a variable; None if there is none (yet)."""
        del slot_variable_position, kwargs  # TensorFlow restores what is returned
        try:
            return self.get_slot(variable, slot_name)
        except KeyError:
            return None

    def minimize(
        self,
        loss: Any,
        var_list: Any,
        grad_loss: Tensor | None = None,
        name: str | None = None,
        tape: Any = None,
    ) -> Any:
        """Take one step against the gradient of a loss. On the TensorFlow backend only, which records the loss.

        Args:
            loss: a function without arguments that returns the loss, or the loss that ``tape`` recorded.
            var_list: the variables, or a function that returns them.
            grad_loss: gradient of the loss itself; ones if there is none.
            name: not used.
            tape: the ``tf.GradientTape`` that recorded ``loss``.

        Returns:
            the number of steps taken.

        Raises:
            NotImplementedError: on another backend.
            ValueError: when a loss is given as a tensor and there is no ``tape``.
        """
        gradients_and_variables = gradients_of(loss, var_list, grad_loss, tape)
        return self.apply_gradients(gradients_and_variables, name=name)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Tensor, Any]],
        name: str | None = None,
        *,
        skip_gradients_aggregation: bool = False,
        experimental_aggregate_gradients: bool = True,
    ) -> Any:
        """Take one step with pairs of a gradient and a variable. Of the arguments, Keras 3 needs the first only.

        Returns:
            the number of steps taken.
        """
        del name, skip_gradients_aggregation, experimental_aggregate_gradients
        return super().apply_gradients(list(grads_and_vars))  # type: ignore[misc]  # the optimizer's

    def _get_hyper(self, name: str, dtype: Any = None) -> Any:
        """Return a hyperparameter by Keras 2's name, which old subclasses and tests ask for."""
        value = getattr(self, self.HYPERPARAMETERS.get(name, name))
        return value if dtype is None or callable(value) else ops.cast(value, dtype)

    def _set_hyper(self, name: str, value: Any) -> None:
        """Set a hyperparameter by Keras 2's name."""
        attribute = self.HYPERPARAMETERS.get(name, name)
        setattr(self, attribute.removeprefix("_"), value)

    def get_config(self) -> Config:
        """Return the constructor's arguments, with the learning rate as a number or a schedule's configuration."""
        config: Config
        rate = self._learning_rate  # type: ignore[attr-defined]  # the optimizer's
        if callable(rate) and not isinstance(rate, (Schedule, keras.Variable)):
            with warnings.catch_warnings():  # Keras warns of functions, which its configuration would hold
                warnings.simplefilter("ignore")
                config = super().get_config()  # type: ignore[misc]  # the optimizer's
            return {**config, "learning_rate": float(ops.convert_to_numpy(rate()))}
        config = super().get_config()  # type: ignore[misc]  # the optimizer's
        return {**config, "learning_rate": shortest(config["learning_rate"])}


def slots_of(optimizer: keras.optimizers.Optimizer) -> dict[str, list[keras.Variable]]:
    """Return the slots of one of Keras' optimizers under Keras 2's names."""
    found = {name: getattr(optimizer, attribute, None) for name, attribute in KERAS_SLOTS.items()}
    return {name: list(variables) for name, variables in found.items() if variables}


def weights_of(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """Return the state of an optimizer, Keras' own ones as well, as `Keras2Interface.weights` says."""
    step, *others = optimizer.variables
    ours = isinstance(optimizer, Keras2Interface)
    columns = list((optimizer.slots() if ours else slots_of(optimizer)).values())
    by_variable = ours and optimizer.SLOTS_BY_VARIABLE
    slots = [slot for group in (zip(*columns, strict=True) if by_variable else columns) for slot in group]
    known = {id(variable) for variable in slots}
    others = [variable for variable in others if id(variable) not in known and variable.name != "learning_rate"]
    return [step, *others, *slots]


def native(variable: Any) -> Any:
    """Return TensorFlow's own variable of Keras' on that backend, with methods that Keras 2's variables had."""
    if isinstance(variable, keras.Variable) and keras.backend.backend() == "tensorflow":
        return variable.value
    return variable


def shortest(value: Any) -> Any:
    """Return a number with the fewest digits that are the same in float32 (0.1 for what 0.1 became there).

    Whatever is no float, or not one of float32, comes back as it is.
    """
    if not isinstance(value, float) or float(np.float32(value)) != value:
        return value
    return float(str(np.float32(value)))


def as_schedule_or_float(value: Any) -> Any:
    """Return a schedule built from its configuration, other callables as they are, and numbers as floats."""
    if isinstance(value, dict):
        named = {key: entry for key, entry in value["config"].items() if key != "name" or entry is not None}
        return keras.optimizers.schedules.deserialize({**value, "config": named})
    return value if callable(value) else float(value)


def gradients_of(loss: Any, var_list: Any, grad_loss: Tensor | None, tape: Any) -> list[tuple[Tensor, Any]]:
    """Return pairs of a gradient and a variable, for `Keras2Interface.minimize`."""
    if keras.backend.backend() != "tensorflow":
        raise NotImplementedError(
            f"minimize needs a tf.GradientTape, and Keras' backend is {keras.backend.backend()}; "
            "compute the gradients with the backend and call optimizer.apply(gradients, variables)"
        )
    import tensorflow as tf  # noqa: PLC0415 - the tape is TensorFlow's; no other backend has one

    if callable(loss):
        with tape or tf.GradientTape() as tape:  # noqa: PLR1704 - the tape given, or one of its own
            loss = loss()
    elif tape is None:
        raise ValueError(
            "a loss that is a tensor needs the tape that recorded it: minimize(loss, variables, tape=tape)"
        )
    variables = tf.nest.flatten(var_list() if callable(var_list) else var_list)
    return list(zip(tape.gradient(loss, variables, grad_loss), variables, strict=True))
