"""Harmonic mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


class HarmonicMean(Keras2Methods, keras.metrics.Mean):
    """The reciprocal of the mean of reciprocals.

    Args:
        name: the metric's name.
        dtype: dtype of state and result.

    Variables: ``total`` and ``count``.
    """

    def __init__(self, name: str = "harmonic_mean", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, values: Tensor, sample_weight: Tensor = None) -> None:
        """Add ``values``, of any shape, weighted if weights are given."""
        super().update_state(1.0 / ops.cast(values, self.dtype), sample_weight)

    def result(self) -> Tensor:
        """Return the mean; 0 before anything was added."""
        mean = super().result()
        return ops.divide_no_nan(ops.ones_like(mean), mean)
