"""Keras 3's optimizers, made to take the steps that older releases took.

The optimizer stays one of Keras' own class, and is saved as such: it is this object that takes its steps in another
way. Three things differ:

- *Rules.* `RULES` has the update rules that changed: where epsilon stands, and how Nadam's momentum is scheduled.
- *Repeated rows.* TensorFlow's gradient of an embedding names rows, one as often as the batch asks for it. Older
  releases added those up; Keras 3 takes each by itself, so that an optimizer of squares sums the squares of the parts.
- *Rows that are not named.* The optimizers of TensorFlow 1.14 to 2.10 left them, and some their state, as they were;
  Keras 3 moves them by their momentum.
"""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import keras
from keras import ops

from loadstone.addons.optimizers.base import dense_gradient, only_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    Step: TypeAlias = Callable[[Any, Any, Any], None]

_BASE = 0.96  # of Nadam's schedule of momentum, in every release


def _rmsprop(optimizer: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
    """``epsilon`` added to the root: Keras 1 and 2, TensorFlow up to 2.10 without momentum."""
    index = optimizer._get_variable_index(variable)  # noqa: SLF001 - what Keras' optimizers ask themselves
    velocity = optimizer._velocities[index]  # noqa: SLF001 - as above
    rate = ops.cast(learning_rate, variable.dtype)
    squares = optimizer.rho * velocity + (1 - optimizer.rho) * ops.square(gradient)
    optimizer.assign(velocity, squares)
    if optimizer.centered:
        average = optimizer._average_gradients[index]  # noqa: SLF001 - as above
        mean = optimizer.rho * average + (1 - optimizer.rho) * gradient
        optimizer.assign(average, mean)
        squares = squares - ops.square(mean)
    optimizer.assign_sub(variable, rate * gradient / (ops.sqrt(squares) + optimizer.epsilon))


def _adagrad(optimizer: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
    """``epsilon`` added to the root: Keras 1 and 2, TensorFlow up to 2.10."""
    accumulator = optimizer._accumulators[optimizer._get_variable_index(variable)]  # noqa: SLF001 - as above
    rate = ops.cast(learning_rate, variable.dtype)
    squares = accumulator + ops.square(gradient)
    optimizer.assign(accumulator, squares)
    optimizer.assign_sub(variable, rate * gradient / (ops.sqrt(squares) + optimizer.epsilon))


def _nadam(optimizer: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
    """With ``schedule_decay``, a setting of Keras 1 and 2 and TensorFlow up to 2.10; it is 1 in Keras 3."""
    index = optimizer._get_variable_index(variable)  # noqa: SLF001 - as above
    first, second = optimizer._momentums[index], optimizer._velocities[index]  # noqa: SLF001 - as above
    dtype = variable.dtype
    rate = ops.cast(learning_rate, dtype)
    step = ops.cast(optimizer.iterations + 1, dtype)
    now, following = _scheduled(optimizer, step), _scheduled(optimizer, step + 1)
    product = ops.cast(optimizer._u_product, dtype)  # noqa: SLF001 - as above
    m = optimizer.beta_1 * first + (1 - optimizer.beta_1) * gradient
    v = optimizer.beta_2 * second + (1 - optimizer.beta_2) * ops.square(gradient)
    optimizer.assign(first, m)
    optimizer.assign(second, v)
    ahead = following * m / (1 - product * following) + (1 - now) * gradient / (1 - product)
    root = ops.sqrt(v / (1 - ops.power(ops.cast(optimizer.beta_2, dtype), step)))
    optimizer.assign_sub(variable, rate * ahead / (root + optimizer.epsilon))


def _scheduled(optimizer: Any, step: Any) -> Any:
    """Nadam's momentum of a step, counted from one."""
    return optimizer.beta_1 * (1 - 0.5 * ops.power(ops.cast(_BASE, step.dtype), step * optimizer.schedule_decay))


def _nadam_steps(optimizer: Any, gradients: Any, variables: Any, learning_rate: Any) -> None:
    """Multiply the momentums up as the schedule has them, then move every variable."""
    product = optimizer._u_product  # noqa: SLF001 - as above
    step = ops.cast(optimizer.iterations + 1, product.dtype)
    optimizer.assign(product, product * _scheduled(optimizer, step))
    super(keras.optimizers.Nadam, optimizer)._backend_update_step(gradients, variables, learning_rate)


#: By the class of Keras' optimizer.
RULES: Mapping[str, Callable[[Any, Any, Any, Any], None]] = MappingProxyType(
    {"RMSprop": _rmsprop, "Adagrad": _adagrad, "Nadam": _nadam}
)


DIFFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "RMSprop": "epsilon stands under the root, and was added to it",
        "Adagrad": "epsilon stands under the root, and was added to it",
        "Nadam": "its momentum is scheduled faster, as with a schedule_decay of 1",
    }
)


def follow_rule(optimizer: Any, schedule_decay: float = 1.0) -> None:
    """Let one of Keras' optimizers take the steps of the rule in `RULES`.

    Args:
        optimizer: of a class in `RULES`.
        schedule_decay: Nadam's.
    """
    name = type(optimizer).__name__
    optimizer.update_step = partial(RULES[name], optimizer)
    if name == "Nadam":
        optimizer.schedule_decay = schedule_decay
        optimizer._backend_update_step = partial(_nadam_steps, optimizer)  # noqa: SLF001 - as above


def sum_before_clipping(optimizer: Any) -> None:
    """Let gradients that name rows become plain ones before anything is done with them: Keras 1 and 2."""
    optimizer.apply = partial(_apply_plain, optimizer.apply)


def _apply_plain(apply: Callable[[Any, Any], Any], grads: Any, trainable_variables: Any = None) -> Any:
    if trainable_variables is not None:
        pairs = zip(grads, trainable_variables, strict=True)
        grads = [None if gradient is None else dense_gradient(gradient, variable)[0] for gradient, variable in pairs]
    return apply(grads, trainable_variables)


def sum_rows(optimizer: Any) -> None:
    """Let what a gradient says of one row be added up: TensorFlow 1.14 to 2.15."""
    optimizer.update_step = partial(_plain_step, optimizer.update_step)


def _plain_step(step: Step, gradient: Any, variable: Any, learning_rate: Any) -> None:
    step(dense_gradient(gradient, variable)[0], variable, learning_rate)


def keep_rows(optimizer: Any, slots: Sequence[Sequence[Any]], embeddings: Collection[Any]) -> None:
    """Let rows that a gradient does not name stay as they are: TensorFlow 1.14 to 2.10.

    Args:
        optimizer: a built one of Keras'.
        slots: its state that stays too, each a list in the order of the variables.
        embeddings: the variables whose gradients would name rows. Only TensorFlow's do; elsewhere, the rows are taken
            whose gradient is not zero.
    """
    indices = frozenset(
        optimizer._get_variable_index(variable)  # noqa: SLF001 - as above
        for variable in embeddings
        if optimizer._var_key(variable) in optimizer._trainable_variables_indices  # noqa: SLF001 - as above
    )
    optimizer.update_step = partial(_step_of_rows, optimizer, optimizer.update_step, slots, indices)


def _step_of_rows(
    optimizer: Any,
    step: Step,
    slots: Sequence[Sequence[Any]],
    embeddings: Collection[int],
    gradient: Any,
    variable: Any,
    learning_rate: Any,
) -> None:
    gradient, rows = dense_gradient(gradient, variable)
    index = optimizer._get_variable_index(variable)  # noqa: SLF001 - as above
    if rows is None and index in embeddings and keras.backend.backend() != "tensorflow":
        rows = ops.any(ops.not_equal(gradient, 0), axis=tuple(range(1, len(variable.shape))), keepdims=True)
    kept = [variable, *(slot[index] for slot in slots)] if rows is not None else []
    before = [ops.copy(each) for each in kept]
    step(gradient, variable, learning_rate)
    for each, value in zip(kept, before, strict=True):
        optimizer.assign(each, only_rows(rows, ops.convert_to_tensor(each), value))
