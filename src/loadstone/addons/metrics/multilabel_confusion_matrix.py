"""Confusion matrices of several labels."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods
from loadstone.addons.utils.keras_utils import dense

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Tensor


class MultiLabelConfusionMatrix(Keras2Methods, keras.metrics.Metric):
    """One 2 by 2 confusion matrix for each label.

    TensorFlow Addons did not register it: files name it ``MultiLabelConfusionMatrix``.

    Args:
        num_classes: number of labels.
        name: the metric's name.
        dtype: dtype of state and result.

    Variables: ``true_positives``, ``false_positives``, ``false_negatives``, ``true_negatives`` (num_classes,).
    """

    def __init__(self, num_classes: int, name: str = "Multilabel_confusion_matrix", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = int(num_classes)
        shape = (self.num_classes,)
        state = {"shape": shape, "initializer": "zeros", "dtype": self.dtype}
        self.true_positives = self.add_weight(name="true_positives", **state)
        self.false_positives = self.add_weight(name="false_positives", **state)
        self.false_negatives = self.add_weight(name="false_negatives", **state)
        self.true_negatives = self.add_weight(name="true_negatives", **state)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Count one batch.

        Args:
            y_true: 0 or 1, of shape (batch, num_classes).
            y_pred: 0 or 1, of the same shape.
            sample_weight: not used; a ``UserWarning`` says so.
        """
        if sample_weight is not None:
            warnings.warn(f"{type(self).__name__} does not use sample_weight", stacklevel=2)
        y_true, y_pred = ops.cast(dense(y_true), "int32"), ops.cast(dense(y_pred), "int32")
        actual, predicted = ops.not_equal(y_true, 0), ops.not_equal(y_pred, 0)
        self.true_positives.assign_add(self._number(actual, predicted))
        self.false_positives.assign_add(self._number(ops.logical_not(actual), predicted))
        self.false_negatives.assign_add(self._number(actual, ops.logical_not(predicted)))
        # other numbers than 0 and 1 are neither, as in TensorFlow Addons, and count twice
        self.true_negatives.assign_add(self._number(ops.not_equal(y_true, 1), ops.not_equal(y_pred, 1)))

    def _number(self, first: Tensor, second: Tensor) -> Tensor:
        """Return in how many samples both hold, of shape (num_classes,)."""
        return ops.sum(ops.cast(ops.logical_and(first, second), self.dtype), axis=0)

    def result(self) -> Tensor:
        """Return [[true negatives, false positives], [false negatives, true positives]] of each label."""
        counts = [self.true_negatives, self.false_positives, self.false_negatives, self.true_positives]
        return ops.reshape(ops.transpose(ops.stack([count.value for count in counts])), (-1, 2, 2))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_classes": self.num_classes}
