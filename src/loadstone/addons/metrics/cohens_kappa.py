"""Cohen's kappa."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods, confusion_matrix

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Tensor

WEIGHTAGES = (None, "linear", "quadratic")
BINARY = 2
BINARY_THRESHOLD = 0.5


class CohenKappa(Keras2Methods, keras.metrics.Metric):
    """Agreement of two raters beyond chance (Cohen 1960, doi:10.1177/001316446002000104), from -1 to 1.

    Args:
        num_classes: number of classes, at least 2. Two classes are given by one value a sample, which means the second
            class above 0.5; more by one-hot rows.
        name: the metric's name.
        weightage: None, ``linear`` or ``quadratic``: how the distance between two classes counts.
        sparse_labels: whether labels of more than two classes are integers.
        regression: whether predictions of more than two classes are single numbers, to be rounded.
        dtype: dtype of the result.

    Variables: ``conf_mtx`` (num_classes, num_classes), the counts by label and prediction.

    Raises:
        ValueError: for an unknown ``weightage``, or fewer than two classes.
    """

    def __init__(
        self,
        num_classes: int,
        name: str = "cohen_kappa",
        weightage: str | None = None,
        sparse_labels: bool = False,
        regression: bool = False,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if weightage not in WEIGHTAGES:
            raise ValueError(f"weightage must be one of {WEIGHTAGES}, not {weightage!r}")
        if num_classes < BINARY:
            raise ValueError(f"num_classes must be at least 2, not {num_classes}")
        self.num_classes = int(num_classes)
        self.weightage = weightage
        self.sparse_labels = sparse_labels
        self.regression = regression
        shape = (self.num_classes, self.num_classes)
        self.conf_mtx = self.add_weight(name="conf_mtx", shape=shape, initializer="zeros", dtype="float32")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Count one batch.

        Args:
            y_true: labels, of shape (batch,) or (batch, 1), or one-hot (batch, num_classes).
            y_pred: predictions, of shape (batch,) or (batch, 1), or scores (batch, num_classes).
            sample_weight: None, or of shape (batch,) or (batch, 1).
        """
        labels, predictions = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if self.num_classes == BINARY:
            predictions = ops.greater(predictions, BINARY_THRESHOLD)
        else:
            labels = labels if self.sparse_labels else ops.argmax(labels, axis=1)
            predictions = self._predicted(predictions)
        labels, predictions = (ops.reshape(ops.cast(value, "int32"), (-1,)) for value in (labels, predictions))
        counts = confusion_matrix(labels, predictions, self.num_classes, sample_weight, "float32")
        self.conf_mtx.assign_add(counts)

    def _predicted(self, y_pred: Tensor) -> Tensor:
        if len(y_pred.shape) <= 1:
            return y_pred
        return ops.round(ops.abs(y_pred)) if self.regression else ops.argmax(y_pred, axis=-1)

    def result(self) -> Tensor:
        """Return kappa; 0 before anything was counted, and NaN when all labels and predictions are one class."""
        counts = ops.convert_to_tensor(self.conf_mtx)
        by_chance = ops.expand_dims(ops.sum(counts, axis=0), 1) * ops.expand_dims(ops.sum(counts, axis=1), 0)
        weights = self._weights()
        total = ops.sum(counts)
        observed = ops.sum(counts * weights) / total
        expected = ops.sum(by_chance * weights) / ops.sum(by_chance)
        kappa = ops.where(ops.isnan(expected), ops.zeros_like(expected), 1 - observed / expected)
        return ops.cast(kappa, self.dtype)

    def _weights(self) -> Tensor:
        """Return how much each disagreement counts, of shape (num_classes, num_classes)."""
        if self.weightage is None:
            return 1.0 - ops.eye(self.num_classes, dtype="float32")
        classes = ops.expand_dims(ops.arange(self.num_classes, dtype="float32"), 0)
        difference = classes - ops.transpose(classes)
        return ops.abs(difference) if self.weightage == "linear" else ops.square(difference)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "weightage": self.weightage,
            "sparse_labels": self.sparse_labels,
            "regression": self.regression,
        }

    @classmethod
    def from_config(cls, config: Config) -> CohenKappa:
        """Build the metric from its configuration, also of the releases before 0.8.2.

        Those had neither ``sparse_labels`` nor ``regression``: labels and predictions were classes, as integers.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote, or lacks ``num_classes``.
        """
        of_integers = {} if "sparse_labels" in config else {"sparse_labels": True, "regression": True}
        metric: CohenKappa = super().from_config({**of_integers, **config})
        return metric
