"""Matthews' correlation coefficient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods, confusion_matrix
from loadstone.addons.utils.keras_utils import dense

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Tensor


class MatthewsCorrelationCoefficient(Keras2Methods, keras.metrics.Metric):
    """Correlation of labels and predictions, for any number of classes (Gorodkin 2004), from -1 to 1.

    Args:
        num_classes: number of classes.
        name: the metric's name.
        dtype: dtype of state and result.

    Variables: ``conf_mtx`` (num_classes, num_classes), the counts by label and prediction.
    """

    def __init__(
        self, num_classes: int, name: str = "MatthewsCorrelationCoefficient", dtype: str | None = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = int(num_classes)
        shape = (self.num_classes, self.num_classes)
        self.conf_mtx = self.add_weight(name="conf_mtx", shape=shape, initializer="zeros", dtype=self.dtype)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Count one batch.

        Args:
            y_true: one-hot labels, of shape (batch, num_classes).
            y_pred: scores, of the same shape.
            sample_weight: None, or of shape (batch,) or (batch, 1).
        """
        labels, predictions = ops.argmax(dense(y_true), axis=1), ops.argmax(dense(y_pred), axis=1)
        self.conf_mtx.assign_add(confusion_matrix(labels, predictions, self.num_classes, sample_weight, self.dtype))

    def result(self) -> Tensor:
        """Return the coefficient; 0 where it is not defined."""
        counts = ops.convert_to_tensor(self.conf_mtx)
        labelled, predicted = ops.sum(counts, axis=1), ops.sum(counts, axis=0)
        correct, total = ops.trace(counts), ops.sum(counts)
        covariance = correct * total - ops.sum(labelled * predicted)
        of_predictions = ops.square(total) - ops.sum(ops.square(predicted))
        of_labels = ops.square(total) - ops.sum(ops.square(labelled))
        coefficient = covariance / ops.sqrt(of_labels * of_predictions)
        return ops.where(ops.isnan(coefficient), ops.zeros_like(coefficient), coefficient)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_classes": self.num_classes}
