"""Coefficient of determination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods
from loadstone.addons.utils.keras_utils import dense

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Array, Config, Shape, Tensor

_VALID_MULTIOUTPUT = ("raw_values", "uniform_average", "variance_weighted")


class RSquare(Keras2Methods, keras.metrics.Metric):
    """The part of the variance that is explained, R squared, adjusted for the number of regressors if that is given.

    Args:
        name: the metric's name.
        dtype: dtype of state and result.
        multioutput: how several outputs are combined: ``uniform_average``, ``variance_weighted``, or not,
            ``raw_values``.
        num_regressors: number of independent regressors, for the adjusted R squared; 0 for the plain one. TensorFlow
            Addons' configurations left it out.
        y_shape: shape of one target; None to learn it from the first batch. What only ever calls
            ``stateless_update_state`` has to give it, for that does not create variables.

    Variables: ``num_samples`` (), int32; then, of the shape of one target, ``squared_sum``, ``sum``, ``residual`` and
    ``count``.

    Raises:
        ValueError: for an unknown ``multioutput``.
    """

    def __init__(
        self,
        name: str = "r_square",
        dtype: str | None = None,
        multioutput: str = "uniform_average",
        num_regressors: int = 0,
        y_shape: Shape | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if multioutput not in _VALID_MULTIOUTPUT:
            raise ValueError(f"multioutput must be one of {_VALID_MULTIOUTPUT}, not {multioutput!r}")
        self.multioutput = multioutput
        self.num_regressors = num_regressors
        self.num_samples = self.add_weight(name="num_samples", shape=(), initializer="zeros", dtype="int32")
        self.y_shape = None if y_shape is None else tuple(y_shape)
        self._has_state = False
        if self.y_shape is not None:
            self._create_state(self.y_shape)

    def _create_state(self, shape: Shape) -> None:
        state = {"shape": shape, "initializer": "zeros", "dtype": self.dtype}
        self.squared_sum = self.add_weight(name="squared_sum", **state)
        self.sum = self.add_weight(name="sum", **state)
        self.res = self.add_weight(name="residual", **state)
        self.count = self.add_weight(name="count", **state)
        self._has_state = True

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Set the state, which the arrays' shapes create if need be."""
        if not self._has_state and len(weights) > 1:
            self._create_state(tuple(weights[1].shape))
        super().set_weights(weights)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Add one batch.

        Args:
            y_true: true values, of shape (batch,) or (batch, outputs).
            y_pred: predicted values, of the same shape.
            sample_weight: None, of shape (batch,), or broadcastable to that of ``y_true``.
        """
        y_true, y_pred = ops.cast(dense(y_true), self.dtype), ops.cast(dense(y_pred), self.dtype)
        if not self._has_state:
            self._create_state(tuple(y_true.shape[1:]))
        weight = ops.cast(1 if sample_weight is None else sample_weight, self.dtype)
        if len(weight.shape) == 1:
            weight = ops.reshape(weight, (-1, *[1] * (len(y_true.shape) - 1)))
        weight = ops.broadcast_to(weight, ops.shape(y_true))
        self.sum.assign_add(ops.sum(y_true * weight, axis=0))
        self.squared_sum.assign_add(ops.sum(ops.square(y_true) * weight, axis=0))
        self.res.assign_add(ops.sum(ops.square(y_true - y_pred) * weight, axis=0))
        self.count.assign_add(ops.sum(weight, axis=0))
        self.num_samples.assign_add(ops.cast(ops.size(y_true), "int32"))

    def result(self) -> Tensor:
        """Return R squared: a scalar, or with ``raw_values`` of the shape of one target.

        Raises:
            ValueError: when ``num_regressors`` is negative.
        """
        if self.num_regressors < 0:
            raise ValueError(f"num_regressors must not be negative, not {self.num_regressors}")
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
        return {
            **super().get_config(),
            "multioutput": self.multioutput,
            "num_regressors": self.num_regressors,
            "y_shape": None if self.y_shape is None else list(self.y_shape),
        }
