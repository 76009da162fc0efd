"""Argument checks, configuration and numerical helpers that several addons share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loadstone.addons.utils.types import Config, Constraint, Initializer, Regularizer, Tensor

NORM_EPSILON = 1e-12  # what TensorFlow's l2_normalize adds under the root


def normalize_data_format(value: str | None) -> str:
    """Return ``channels_first`` or ``channels_last``; None means Keras' global setting.

    Raises:
        ValueError: for anything else.
    """
    data_format = (value or keras.config.image_data_format()).lower()
    if data_format not in {"channels_first", "channels_last"}:
        raise ValueError(f'data_format must be "channels_first" or "channels_last", not {value!r}')
    return data_format


def normalize_tuple(value: int | Iterable[int], length: int, name: str) -> tuple[int, ...]:
    """Return ``value`` as a tuple of ``length`` integers, repeating a single integer.

    Raises:
        ValueError: when it is neither an integer nor ``length`` integers.
    """
    sizes = (value,) * length if isinstance(value, int) else tuple(value)
    if len(sizes) != length:
        raise ValueError(f"{name} must be an integer or {length} integers, not {value!r}")
    return tuple(int(size) for size in sizes)


def l2_normalize(x: Tensor, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """Scale ``x`` to unit Euclidean length over ``axis`` (all axes for None); zero stays zero."""
    square_sum = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(square_sum, ops.cast(NORM_EPSILON, x.dtype)))


def fresh(initializer: Initializer) -> Initializer:
    """Return an initializer that draws numbers of its own; in Keras 3 one instance always draws the same."""
    if isinstance(initializer, keras.initializers.Initializer):
        return type(initializer).from_config(initializer.get_config())
    return initializer


class WeightSettings:
    """Initializer, regularizer and constraint of one weight, under the configuration keys of its ``name``.

    TensorFlow Addons' layers spell each of them out as ``<name>_initializer``, ``<name>_regularizer`` and
    ``<name>_constraint``; this keeps the three together.
    """

    def __init__(
        self,
        name: str,
        initializer: Initializer,
        regularizer: Regularizer = None,
        constraint: Constraint = None,
    ) -> None:
        self.name = name
        self.initializer = keras.initializers.get(initializer)
        self.regularizer = keras.regularizers.get(regularizer)
        self.constraint = keras.constraints.get(constraint)

    def arguments(self) -> Config:
        """Return the keyword arguments for ``Layer.add_weight``, without the weight's name."""
        return {"initializer": fresh(self.initializer), "regularizer": self.regularizer, "constraint": self.constraint}

    def get_config(self) -> Config:
        """Return the three configuration entries."""
        return {
            f"{self.name}_initializer": keras.initializers.serialize(self.initializer),
            f"{self.name}_regularizer": keras.regularizers.serialize(self.regularizer),
            f"{self.name}_constraint": keras.constraints.serialize(self.constraint),
        }


class LossFunctionWrapper(keras.losses.Loss):
    """A loss that calls a function of ``(y_true, y_pred)`` with fixed keyword arguments.

    Args:
        fn: the function; returns one value a sample, or a scalar.
        reduction: ``sum_over_batch_size``, ``sum`` or ``none``; ``auto``, which Keras 2 wrote, means the first.
        name: the loss' name.
        dtype: dtype the loss is computed in.
        **kwargs: arguments of ``fn``, which are also the loss' configuration.
    """

    def __init__(
        self,
        fn: Callable[..., Tensor],
        reduction: str | None = "auto",
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(name=name, reduction=normalize_reduction(reduction), dtype=dtype)
        self.fn = fn
        self._arguments = kwargs

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return the function's value."""
        return self.fn(y_true, y_pred, **self._arguments)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), **self._arguments}


def normalize_reduction(reduction: str | None) -> str | None:
    """Return Keras 3's name of a reduction: ``auto`` was ``sum_over_batch_size`` outside of distribution."""
    return "sum_over_batch_size" if reduction == "auto" else reduction
