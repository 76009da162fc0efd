"""Correlations of streams, from counts in a grid of bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.addons.utils.types import Config, Tensor


class CorrelationBase(Keras2Methods, keras.metrics.Metric):
    """Counts pairs of values in a grid (Xiao 2019, arXiv:1712.01521).

    Args:
        actual_min: smallest true value; smaller ones count as it.
        actual_max: largest true value.
        preds_min: smallest prediction.
        preds_max: largest prediction.
        actual_cutpoints: number of equally spaced bounds of the bins of true values, those at the ends included.
        preds_cutpoints: number of bounds of the bins of predictions.
        name: the metric's name.
        dtype: dtype of the result.

    Variables, all integers: ``m`` (actual bins, prediction bins), ``nrow`` (actual bins,), ``ncol`` (prediction bins,)
    and ``n`` (). There is one bin less than there are cutpoints.
    """

    def __init__(
        self,
        actual_min: float = 0.0,
        actual_max: float = 1.0,
        preds_min: float = 0.0,
        preds_max: float = 1.0,
        actual_cutpoints: int = 100,
        preds_cutpoints: int = 100,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.actual_min = actual_min
        self.actual_max = actual_max
        self.preds_min = preds_min
        self.preds_max = preds_max
        self.actual_cutpoints = actual_cutpoints
        self.preds_cutpoints = preds_cutpoints
        self.actual_cuts = self._cuts(actual_min, actual_max, actual_cutpoints)
        self.preds_cuts = self._cuts(preds_min, preds_max, preds_cutpoints)
        rows, columns = len(self.actual_cuts) - 1, len(self.preds_cuts) - 1
        self.m = self.add_weight(name="m", shape=(rows, columns), initializer="zeros", dtype="int")
        self.nrow = self.add_weight(name="nrow", shape=(rows,), initializer="zeros", dtype="int")
        self.ncol = self.add_weight(name="ncol", shape=(columns,), initializer="zeros", dtype="int")
        self.n = self.add_weight(name="n", shape=(), initializer="zeros", dtype="int")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Count ``y_true`` and ``y_pred``, of one shape; ``sample_weight`` is not used."""
        del sample_weight  # part of Keras' signature
        rows = self._one_hot(y_true, self.actual_min, self.actual_max, self.actual_cuts)
        columns = self._one_hot(y_pred, self.preds_min, self.preds_max, self.preds_cuts)
        counts = (
            (self.m, ops.matmul(ops.transpose(rows), columns)),
            (self.nrow, ops.sum(rows, axis=0)),
            (self.ncol, ops.sum(columns, axis=0)),
            (self.n, ops.sum(rows)),
        )
        for variable, count in counts:
            variable.assign_add(ops.cast(count, variable.dtype))

    @staticmethod
    def _cuts(smallest: float, largest: float, number: int) -> NDArray[np.float32]:
        """Return the bounds of the bins; the last is a little above the largest value, which thus lies in the last bin.

        TensorFlow Addons adds epsilon, which float32 does not see from 2.0 on; it then refuses the largest value.
        """
        cuts = np.linspace(np.float32(smallest), np.float32(largest), number)
        above = np.nextafter(np.float32(largest), np.float32(np.inf))
        cuts[-1] = max(np.float32(cuts[-1] + keras.config.epsilon()), above)
        return cuts.astype(np.float32)

    @staticmethod
    def _one_hot(values: Tensor, smallest: float, largest: float, cuts: NDArray[np.float32]) -> Tensor:
        """Return the bin of each value, of shape (values, bins), as float32, enough for the counts of a batch."""
        values = ops.clip(ops.cast(ops.reshape(values, (-1, 1)), "float32"), smallest, largest)
        above = ops.cast(ops.greater_equal(values, ops.expand_dims(ops.convert_to_tensor(cuts), 0)), "float32")
        return above[:, :-1] - above[:, 1:]

    def _counts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the counts as float32."""
        m, nrow, ncol, n = (ops.cast(count, "float32") for count in (self.m, self.nrow, self.ncol, self.n))
        return m, nrow, ncol, n

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "actual_min": self.actual_min,
            "actual_max": self.actual_max,
            "preds_min": self.preds_min,
            "preds_max": self.preds_max,
            "actual_cutpoints": self.actual_cutpoints,
            "preds_cutpoints": self.preds_cutpoints,
        }


class KendallsTauBase(CorrelationBase):
    """What the two kinds of Kendall's tau share."""

    def _pairs(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return how many pairs are concordant, discordant, tied in the true values, and tied in the predictions."""
        m, nrow, ncol, n = self._counts()
        below = ops.cumsum(ops.cumsum(m, axis=0), axis=1)
        concordant = ops.sum(below[:-1, :-1] * m[1:, 1:])
        squares = ops.sum(ops.square(m))
        tied_rows = (ops.sum(ops.square(nrow)) - squares) / 2
        tied_columns = (ops.sum(ops.square(ncol)) - squares) / 2
        tied_both = ops.sum(m * (m - 1)) / 2
        discordant = (n - 1) * n / 2 - concordant - tied_rows - tied_columns - tied_both
        return concordant, discordant, tied_rows, tied_columns


class KendallsTauB(KendallsTauBase):
    """Kendall's rank correlation, tau-b (Kendall 1945); arguments and variables as in `CorrelationBase`."""

    def result(self) -> Tensor:
        """Return the correlation."""
        concordant, discordant, tied_rows, tied_columns = self._pairs()
        ordered = concordant + discordant
        return (concordant - discordant) / ops.sqrt((ordered + tied_rows) * (ordered + tied_columns))


class KendallsTauC(KendallsTauBase):
    """Kendall's rank correlation, tau-c (Stuart 1953); arguments and variables as in `CorrelationBase`."""

    def result(self) -> Tensor:
        """Return the correlation."""
        concordant, discordant, _, _ = self._pairs()
        _, nrow, ncol, n = self._counts()
        used = ops.minimum(*(ops.sum(ops.cast(ops.greater(counts, 0), "float32")) for counts in (nrow, ncol)))
        return 2 * (concordant - discordant) / (ops.square(n) * (used - 1) / used)


class SpearmansRank(CorrelationBase):
    """Spearman's rank correlation; arguments and variables as in `CorrelationBase`."""

    def result(self) -> Tensor:
        """Return the correlation."""
        m, nrow, ncol, n = self._counts()
        row_ranks, column_ranks = _ranks(nrow, n), _ranks(ncol, n)
        return ops.sum(ops.expand_dims(row_ranks, 1) * m * ops.expand_dims(column_ranks, 0))


def _ranks(counts: Tensor, total: Tensor) -> Tensor:
    """Return the mean rank of each bin around zero, scaled to unit variance."""
    counted = ops.where(ops.greater(counts, 0), counts, -ops.ones_like(counts))
    ranks = ops.cumsum(counts) - counts + (counted - total) / 2
    return ranks / ops.sqrt(ops.sum(counts * ops.square(ranks)))


class PearsonsCorrelation(CorrelationBase):
    """Pearson's correlation of the middles of the bins; arguments and variables as in `CorrelationBase`."""

    def result(self) -> Tensor:
        """Return the correlation."""
        m, nrow, ncol, n = self._counts()
        row_values, column_values = _middles(self.actual_cuts), _middles(self.preds_cuts)
        row_mean = ops.sum(nrow * row_values) / ops.sum(nrow)
        column_mean = ops.sum(ncol * column_values) / ops.sum(ncol)
        row_variance = ops.sum(nrow * ops.square(row_values)) - ops.sum(nrow) * ops.square(row_mean)
        column_variance = ops.sum(ncol * ops.square(column_values)) - ops.sum(ncol) * ops.square(column_mean)
        product = ops.sum(m * ops.expand_dims(row_values, 1) * ops.expand_dims(column_values, 0))
        return (product - n * column_mean * row_mean) / ops.sqrt(row_variance * column_variance)


def _middles(cuts: NDArray[np.float32]) -> Tensor:
    return ops.convert_to_tensor((cuts[1:] - cuts[:-1]) / 2 + cuts[:-1])
