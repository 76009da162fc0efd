"""Coefficient of determination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor

MULTIOUTPUT = ("raw_values", "uniform_average", "variance_weighted")


class RSquare(keras.metrics.Metric):
    """The part of the variance that is explained, R squared, adjusted for the number of regressors if that is given.

    Args:
        name: the metric's name.
        dtype: dtype of state and result.
        multioutput: how several outputs are combined: ``uniform_average``, ``variance_weighted``, or not,
            ``raw_values``.
        num_regressors: number of independent regressors, for the adjusted R squared; 0 for the plain one. TensorFlow
            Addons' configurations left it out.

    Variables: ``num_samples`` (), int32; then, created by the first batch and of the shape of one target,
    ``squared_sum``, ``sum``, ``residual`` and ``count``.

    Raises:
        ValueError: for an argument out of range.
    """

    def __init__(
        self,
        name: str = "r_square",
        dtype: str | None = None,
        multioutput: str = "uniform_average",
        num_regressors: int = 0,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if multioutput not in MULTIOUTPUT:
            raise ValueError(f"multioutput must be one of {MULTIOUTPUT}, not {multioutput!r}")
        if num_regressors < 0:
            raise ValueError(f"num_regressors must not be negative, not {num_regressors}")
        self.multioutput = multioutput
        self.num_regressors = num_regressors
        self.num_samples = self.add_weight(name="num_samples", shape=(), initializer="zeros", dtype="int32")
        self._has_state = False

    def _create_state(self, shape: Shape) -> None:
        self.squared_sum = self.add_weight(name="squared_sum", shape=shape, initializer="zeros")
        self.sum = self.add_weight(name="sum", shape=shape, initializer="zeros")
        self.res = self.add_weight(name="residual", shape=shape, initializer="zeros")
        self.count = self.add_weight(name="count", shape=shape, initializer="zeros")
        self._has_state = True

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Add one batch.

        Args:
            y_true: true values, of shape (batch,) or (batch, outputs).
            y_pred: predicted values, of the same shape.
            sample_weight: None, or broadcastable to that shape.
        """
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        if not self._has_state:
            self._create_state(tuple(y_true.shape[1:]))
        weight = ops.cast(1 if sample_weight is None else sample_weight, self.dtype)
        weight = ops.broadcast_to(weight, ops.shape(y_true))
        self.sum.assign_add(ops.sum(y_true * weight, axis=0))
        self.squared_sum.assign_add(ops.sum(ops.square(y_true) * weight, axis=0))
        self.res.assign_add(ops.sum(ops.square(y_true - y_pred) * weight, axis=0))
        self.count.assign_add(ops.sum(weight, axis=0))
        self.num_samples.assign_add(ops.cast(ops.size(y_true), "int32"))

    def result(self) -> Tensor:
        """Return R squared: a scalar, or with ``raw_values`` of the shape of one target."""
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1 - self.res / total
        scores = ops.where(ops.isinf(scores), ops.zeros_like(scores), scores)
        match self.multioutput:
            case "uniform_average":
                scores = ops.mean(scores)
            case "variance_weighted":
                scores = ops.sum(total * scores) / ops.sum(total)
        if not self.num_regressors:
            return scores
        return self._adjusted(scores)

    def _adjusted(self, scores: Tensor) -> Tensor:
        """Return the adjusted R squared, or the plain one when there are too few samples for it."""
        freedom = ops.cast(self.num_samples - self.num_regressors - 1, scores.dtype)
        samples = ops.cast(self.num_samples, scores.dtype)
        enough = ops.greater(freedom, 0)
        divisor = ops.where(enough, freedom, ops.ones_like(freedom))
        return ops.where(enough, 1 - (1 - scores) * (samples - 1) / divisor, scores)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "multioutput": self.multioutput, "num_regressors": self.num_regressors}

    @classmethod
    def from_config(cls, config: Config) -> RSquare:
        """Build the metric without ``y_shape``, which the releases 0.13.0 to 0.16.1 wrote: data tell the shape."""
        return cls(**{key: value for key, value in config.items() if key != "y_shape"})
