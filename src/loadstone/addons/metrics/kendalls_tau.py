"""Kendall's tau of the releases 0.13.0 to 0.17.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from loadstone.addons.metrics.streaming_correlations import KendallsTauB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.addons.utils.types import Tensor


class KendallsTau(KendallsTauB):
    """Kendall's rank correlation, tau-b (Kendall 1945), with the bins it had before `KendallsTauB` took its place.

    There are as many bins as cutpoints: one up to the smallest value, one above the largest, and those between. Each
    holds its upper bound, where those of `KendallsTauB` hold their lower one.

    Args:
        actual_min: upper bound of the first bin of true values.
        actual_max: lower bound of their last bin.
        preds_min: upper bound of the first bin of predictions.
        preds_max: lower bound of their last bin.
        actual_cutpoints: number of bins of true values, at least 3.
        preds_cutpoints: number of bins of predictions.
        name: the metric's name.
        dtype: dtype of the result.

    Variables: as in `CorrelationBase`; TensorFlow Addons' metric had none that could be saved.
    """

    def __init__(
        self,
        actual_min: float = 0.0,
        actual_max: float = 1.0,
        preds_min: float = 0.0,
        preds_max: float = 1.0,
        actual_cutpoints: int = 100,
        preds_cutpoints: int = 100,
        name: str = "kendalls_tau",
        dtype: str | None = None,
    ) -> None:
        super().__init__(
            actual_min, actual_max, preds_min, preds_max, actual_cutpoints, preds_cutpoints, name=name, dtype=dtype
        )

    @staticmethod
    def _cuts(smallest: float, largest: float, number: int) -> NDArray[np.float32]:
        inner = np.linspace(np.float32(smallest), np.float32(largest), number - 1)
        return np.concatenate([[-np.inf], inner, [np.inf]]).astype(np.float32)

    @staticmethod
    def _one_hot(values: Tensor, smallest: float, largest: float, cuts: NDArray[np.float32]) -> Tensor:
        del smallest, largest  # nothing is clipped
        values = ops.cast(ops.reshape(values, (-1, 1)), "float32")
        above = ops.cast(ops.greater(values, ops.expand_dims(ops.convert_to_tensor(cuts), 0)), "float32")
        return above[:, :-1] - above[:, 1:]
