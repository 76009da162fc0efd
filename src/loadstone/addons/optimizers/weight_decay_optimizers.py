"""Optimizers with weight decay that does not pass through the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.base import (
    OwnWeightDecay,
    as_learning_rate,
    current_config,
    current_value,
    dense_gradient,
    only_rows,
    rounded,
    serialize_hyperparameter,
)
from loadstone.addons.optimizers.interface import Hyperparameter, Keras2Interface, gradients_of, shortest
from loadstone.addons.optimizers.utils import is_variable_matched_by_regexes, matched_by_regexes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadstone.addons.utils.types import Config, Tensor


class DecoupledWeightDecayExtension(OwnWeightDecay, Keras2Interface):
    """Mixin that subtracts ``weight_decay * variable`` before each step (Loshchilov & Hutter 2017, arXiv:1711.05101).

    Unlike Keras' ``weight_decay``, this is not multiplied by the learning rate. It comes before a Keras optimizer in
    the bases of a class.

    Args:
        weight_decay: a number, a schedule or its configuration, or a function without arguments.
        exclude_from_weight_decay: regular expressions; variables whose path one of them matches are not decayed.
        **kwargs: arguments of the optimizer; among them Keras 2's ``decay``, the inverse time decay of the learning
            rate, and ``lr``, which overrides ``learning_rate``.
    """

    def __init__(
        self, weight_decay: Any, exclude_from_weight_decay: Sequence[str] | None = None, **kwargs: Any
    ) -> None:
        decay, rate = kwargs.pop("decay", None) or 0.0, kwargs.pop("lr", kwargs.pop("learning_rate", None))
        super().__init__(**kwargs if rate is None else {**kwargs, "learning_rate": as_learning_rate(rate, decay)})
        if rate is None and decay:  # the optimizer has a learning rate of its own
            self.learning_rate = as_learning_rate(shortest(float(ops.convert_to_numpy(self.learning_rate))), decay)
        self.weight_decay = weight_decay
        # Keras' optimizers have a method of this name, for their own kind of decay.
        self.exclude_from_weight_decay = list(exclude_from_weight_decay or [])
        self._excluded: frozenset[Any] = frozenset()
        self._decayed: frozenset[Any] | None = None  # keys of variables, while a step is taken that says which

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the state of ``variables`` and find out which of them decay."""
        super().build(variables)  # type: ignore[misc]  # the optimizer's
        matched = matched_by_regexes(variables, self.exclude_from_weight_decay)
        self._excluded = frozenset(
            self._var_key(variable)  # type: ignore[attr-defined]  # the optimizer's
            for variable, is_excluded in zip(variables, matched, strict=True)
            if is_excluded
        )

    def minimize(  # type: ignore[override]  # the original puts an argument before the last
        self,
        loss: Any,
        var_list: Any,
        grad_loss: Tensor | None = None,
        name: str | None = None,
        decay_var_list: Iterable[Any] | None = None,
        tape: Any = None,
    ) -> Any:
        """Take one step against the gradient of a loss, as `Keras2Interface.minimize` says.

        Args:
            loss: a function without arguments that returns the loss, or the loss that ``tape`` recorded.
            var_list: the variables, or a function that returns them.
            grad_loss: gradient of the loss itself.
            name: not used.
            decay_var_list: the variables to decay in this step, whatever ``exclude_from_weight_decay`` says.
            tape: the ``tf.GradientTape`` that recorded ``loss``.

        Returns:
            the number of steps taken.

        Raises:
            NotImplementedError: on another backend than TensorFlow.
            ValueError: when a loss is given as a tensor and there is no ``tape``.
        """
        gradients_and_variables = gradients_of(loss, var_list, grad_loss, tape)
        return self.apply_gradients(gradients_and_variables, name=name, decay_var_list=decay_var_list)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Tensor, Any]],
        name: str | None = None,
        decay_var_list: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Take one step with pairs of a gradient and a variable.

        Args:
            grads_and_vars: the pairs.
            name: not used.
            decay_var_list: the variables to decay in this step, whatever ``exclude_from_weight_decay`` says.
            **kwargs: as in `Keras2Interface.apply_gradients`.

        Returns:
            the number of steps taken.
        """
        pairs = list(grads_and_vars)
        if decay_var_list:
            self._set_decay_var_list([], decay_var_list)
        try:
            return super().apply_gradients(pairs, name=name, **kwargs)
        finally:
            self._decayed = None

    def _set_decay_var_list(self, var_list: Iterable[Any], decay_var_list: Iterable[Any] | None = None) -> None:
        """Fix the variables to decay: those of the second list, or of the first without the excluded ones."""
        chosen = decay_var_list or [
            variable
            for variable in var_list
            if not is_variable_matched_by_regexes(variable, self.exclude_from_weight_decay)
        ]
        self._decayed = frozenset(map(self._var_key, chosen))  # type: ignore[attr-defined]  # the optimizer's

    def _do_use_weight_decay(self, variable: Any) -> bool:
        """Return whether ``variable`` decays."""
        key = self._var_key(variable)  # type: ignore[attr-defined]  # the optimizer's
        return key not in self._excluded if self._decayed is None else key in self._decayed

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Decay ``variable``, or the rows of it that a sparse gradient names, then take the optimizer's step."""
        gradient, rows = dense_gradient(gradient, variable)
        if self._do_use_weight_decay(variable):
            step = self.iterations  # type: ignore[attr-defined]  # the optimizer's
            decayed = variable * (1 - current_value(self.weight_decay, step, variable.dtype))
            self.assign(variable, only_rows(rows, decayed, ops.convert_to_tensor(variable)))  # type: ignore[attr-defined]  # same
        # Keras 2's momentum moved, and changed in, the rows that a gradient named; its other optimizers moved all rows.
        kept = []
        if rows is not None and isinstance(self, keras.optimizers.SGD):
            slots = [column[self._get_variable_index(variable)] for column in self.slots().values()]
            kept = [(target, ops.copy(target)) for target in (variable, *slots)]
        super().update_step(gradient, variable, learning_rate)  # type: ignore[misc]  # the optimizer's
        for target, value in kept:
            self.assign(target, only_rows(rows, ops.convert_to_tensor(target), value))  # type: ignore[attr-defined]  # same

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "weight_decay": serialize_hyperparameter(self.weight_decay),
            "exclude_from_weight_decay": list(self.exclude_from_weight_decay) or None,
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
    """Return a class of an optimizer class with `DecoupledWeightDecayExtension`.

    Args:
        base_optimizer: the class of an optimizer whose steps do not depend on the value of the variables.

    Returns:
        the class; its first argument is ``weight_decay``, the others are those of ``base_optimizer``, by name.

    Raises:
        TypeError: when ``base_optimizer`` is no class.
    """
    if not isinstance(base_optimizer, type):
        raise TypeError(f"base_optimizer must be a class of an optimizer, not {base_optimizer!r}")

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """A Keras optimizer with weight decay that does not pass through the gradient."""

    return OptimizerWithDecoupledWeightDecay


class SGDW(DecoupledWeightDecayExtension, keras.optimizers.SGD):
    """Stochastic gradient descent with decoupled weight decay.

    Args:
        weight_decay: a number, or a schedule or its configuration; not multiplied by the learning rate.
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        momentum: decay of the accumulated steps, a number or a function without arguments; 0 for none.
        nesterov: whether to use Nesterov's momentum.
        name: the optimizer's name.
        **kwargs: as in `DecoupledWeightDecayExtension`.

    State as of ``keras.optimizers.SGD``.
    """

    momentum = Hyperparameter()

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        momentum: Any = 0.0,
        nesterov: bool = False,
        name: str = "SGDW",
        **kwargs: Any,
    ) -> None:
        number = float(momentum() if callable(momentum) else momentum)  # what Keras' constructor takes
        super().__init__(
            weight_decay, learning_rate=learning_rate, momentum=number, nesterov=nesterov, name=name, **kwargs
        )
        self.momentum = momentum


class _Adam(keras.optimizers.Adam):
    """Keras' Adam with hyperparameters rounded as Keras 2's were."""

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        step = ops.cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = rounded(variable, self.beta_1, self.beta_2)
        rate = ops.cast(learning_rate, variable.dtype)
        rate = rate * ops.sqrt(1 - ops.power(beta_2, step)) / (1 - ops.power(beta_1, step))
        self.assign(m, m + (gradient - m) * (1 - beta_1))
        self.assign(v, v + (ops.square(gradient) - v) * (1 - beta_2))
        if self.amsgrad:
            largest = self._velocity_hats[index]
            self.assign(largest, ops.maximum(largest, v))
            v = largest
        self.assign(variable, variable - rate * m / (ops.sqrt(v) + self.epsilon))


class AdamW(DecoupledWeightDecayExtension, _Adam):
    """Adam with decoupled weight decay; not Keras' optimizer of this name.

    Args:
        weight_decay: a number, or a schedule or its configuration; not multiplied by the learning rate.
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the first moment, a number or a function without arguments.
        beta_2: decay of the second moment, likewise.
        epsilon: added to the root of the second moment.
        amsgrad: use the largest second moment so far.
        name: the optimizer's name.
        **kwargs: as in `DecoupledWeightDecayExtension`.

    State as of ``keras.optimizers.Adam``, whose ``momentum``, ``velocity`` and ``velocity_hat`` are the ``m``, ``v``
    and ``vhat`` of files.
    """

    beta_1 = Hyperparameter()
    beta_2 = Hyperparameter()

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
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
