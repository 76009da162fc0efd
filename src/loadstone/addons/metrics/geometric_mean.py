"""Geometric mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods, sample_weight_shape_match

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


class GeometricMean(Keras2Methods, keras.metrics.Metric):
    """The root of the product of all values.

    Args:
        name: the metric's name.
        dtype: dtype of state and result.

    Variables: ``total``, the sum of the logarithms, and ``count``.
    """

    def __init__(self, name: str = "geometric_mean", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight(name="total", shape=(), initializer="zeros", dtype=self.dtype)
        self.count = self.add_weight(name="count", shape=(), initializer="zeros", dtype=self.dtype)

    def update_state(self, values: Tensor, sample_weight: Tensor = None) -> None:
        """Add ``values``, of any shape, weighted if weights of that shape, or a single one, are given."""
        values = ops.cast(values, self.dtype)
        weight = ops.cast(sample_weight_shape_match(values, sample_weight), self.dtype)
        self.count.assign_add(ops.sum(weight))
        total = ops.convert_to_tensor(self.total)
        added = total + ops.sum(weight * ops.log(values))
        self.total.assign(ops.where(ops.isinf(total), total, added))  # once infinite, nothing changes it

    def result(self) -> Tensor:
        """Return the mean: 0 once a value was 0 (or infinite), and NaN before anything was added."""
        mean = ops.exp(self.total / self.count)
        return ops.where(ops.isinf(self.total), ops.zeros_like(mean), mean)
