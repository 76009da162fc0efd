"""Hamming loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.metrics.f_scores import predicted_classes
from loadstone.addons.metrics.utils import MeanMetricWrapper
from loadstone.addons.utils.keras_utils import dense

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor

MODES = ("multiclass", "multilabel")


def hamming_distance(actuals: Tensor, predictions: Tensor) -> Tensor:
    """Return the number of entries that differ, divided by the size of the first axis; a scalar."""
    actuals, predictions = ops.convert_to_tensor(actuals), ops.convert_to_tensor(predictions)
    different = ops.sum(ops.cast(ops.not_equal(actuals, predictions), "float32"))
    return ops.divide_no_nan(different, ops.cast(ops.shape(actuals)[0], "float32"))


def hamming_loss_fn(y_true: Tensor, y_pred: Tensor, threshold: float | None, mode: str) -> Tensor:
    """Return the part of wrong labels of each sample.

    Args:
        y_true: 0 or 1, of shape (batch, classes).
        y_pred: scores, of the same shape.
        threshold: a class is predicted above it; None predicts the class with the largest score.
        mode: ``multiclass`` (one label a sample) or ``multilabel``.

    Returns:
        a tensor of shape (batch,).

    Raises:
        TypeError: for another mode.
    """
    if mode not in MODES:
        raise TypeError(f"mode must be one of {MODES}, not {mode!r}")
    predicted = ops.cast(predicted_classes(y_pred, threshold), "int32")
    actual = ops.cast(dense(y_true), "int32")
    if mode == "multiclass":
        return 1.0 - ops.sum(ops.cast(ops.not_equal(actual * predicted, 0), "float32"), axis=-1)
    wrong = ops.cast(ops.not_equal(actual, predicted), "float32")
    return ops.mean(wrong, axis=-1)


class HammingLoss(MeanMetricWrapper):
    """The mean of `hamming_loss_fn`.

    TensorFlow Addons did not register it: files name it ``HammingLoss``.

    Args:
        mode: ``multiclass`` or ``multilabel``.
        name: the metric's name.
        threshold: as in `hamming_loss_fn`.
        dtype: dtype of state and result.

    Variables: ``total`` and ``count``.
    """

    def __init__(
        self, mode: str, name: str = "hamming_loss", threshold: float | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(hamming_loss_fn, name=name, dtype=dtype, mode=mode, threshold=threshold)
