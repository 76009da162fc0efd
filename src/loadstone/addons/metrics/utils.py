"""What several metrics share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Tensor


class MeanMetricWrapper(keras.metrics.Mean):
    """The mean of a function of ``(y_true, y_pred)`` with fixed keyword arguments.

    Args:
        fn: the function; returns one value a sample.
        name: the metric's name.
        dtype: dtype of state and result.
        **kwargs: arguments of ``fn``, which are also the metric's configuration.
    """

    def __init__(
        self, fn: Callable[..., Tensor], name: str | None = None, dtype: str | None = None, **kwargs: object
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._arguments = kwargs

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Add the values of one batch, weighted if weights of shape (batch,) are given."""
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        super().update_state(self._fn(y_true, y_pred, **self._arguments), sample_weight=sample_weight)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), **self._arguments}


def confusion_matrix(
    labels: Tensor, predictions: Tensor, num_classes: int, weights: Tensor | None, dtype: str
) -> Tensor:
    """Return how often each label (row) was predicted as each class (column), of shape (num_classes, num_classes).

    Args:
        labels: integers below ``num_classes``, of shape (batch,); others are not counted.
        predictions: of the same kind.
        num_classes: number of classes.
        weights: what each sample counts, of shape (batch,); None for 1.
        dtype: of the result.
    """
    rows = ops.one_hot(ops.cast(labels, "int32"), num_classes, dtype=dtype)
    columns = ops.one_hot(ops.cast(predictions, "int32"), num_classes, dtype=dtype)
    if weights is not None:
        rows = rows * ops.reshape(ops.cast(weights, dtype), (-1, 1))
    return ops.matmul(ops.transpose(rows), columns)
