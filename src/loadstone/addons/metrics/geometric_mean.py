"""Geometric mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


class GeometricMean(keras.metrics.Metric):
    """The root of the product of all values.

    Args:
        name: the metric's name.
        dtype: dtype of state and result.

    Variables: ``total``, the sum of the logarithms, and ``count``.
    """

    def __init__(self, name: str = "geometric_mean", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight(name="total", shape=(), initializer="zeros")
        self.count = self.add_weight(name="count", shape=(), initializer="zeros")

    def update_state(self, values: Tensor, sample_weight: Tensor = None) -> None:
        """Add ``values``, of any shape, weighted if weights of that shape are given."""
        values = ops.cast(values, self.dtype)
        weight = ops.ones_like(values) if sample_weight is None else ops.cast(sample_weight, self.dtype)
        weight = ops.broadcast_to(weight, ops.shape(values))
        self.count.assign_add(ops.sum(weight))
        self.total.assign_add(ops.sum(weight * ops.log(values)))

    def result(self) -> Tensor:
        """Return the mean; 0 once a value was 0."""
        return ops.exp(self.total / self.count)
