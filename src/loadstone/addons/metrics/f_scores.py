"""F scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.metrics.utils import Keras2Methods
from loadstone.addons.utils.keras_utils import dense, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Tensor

AVERAGES = (None, "micro", "macro", "weighted")
SMALLEST_PREDICTION = 1e-12  # without a threshold, a row of zeros predicts no class


class FBetaScore(Keras2Methods, keras.metrics.Metric):
    """Weighted harmonic mean of precision and recall: ``(1 + b^2) p r / (b^2 p + r)``.

    Args:
        num_classes: number of classes.
        average: None for one score a class; ``micro`` for all decisions together, ``macro`` for the mean over classes,
            ``weighted`` for the mean weighted by how often a class occurs.
        beta: weight of recall, a float above 0.
        threshold: a class is predicted above it, a float in (0, 1]; None predicts the class with the largest value.
        name: the metric's name.
        dtype: dtype of state and result.

    Variables: ``true_positives``, ``false_positives``, ``false_negatives`` and ``weights_intermediate``, each of shape
    (num_classes,), or () for ``micro``.

    Raises:
        ValueError: for an argument out of range.
        TypeError: when ``beta`` or ``threshold`` is not a float.
    """

    def __init__(
        self,
        num_classes: int,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        _check(average, beta, threshold)
        self.num_classes = int(num_classes)
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.axis = None if average == "micro" else 0
        shape = () if average == "micro" else (self.num_classes,)
        state = {"shape": shape, "initializer": "zeros", "dtype": self.dtype}
        self.true_positives = self.add_weight(name="true_positives", **state)
        self.false_positives = self.add_weight(name="false_positives", **state)
        self.false_negatives = self.add_weight(name="false_negatives", **state)
        self.weights_intermediate = self.add_weight(name="weights_intermediate", **state)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Count the decisions of one batch.

        Args:
            y_true: 0 or 1, of shape (batch, num_classes).
            y_pred: of the same shape.
            sample_weight: None, or of shape (batch,) or (batch, 1).
        """
        y_true = ops.cast(dense(y_true), self.dtype)
        y_pred = ops.cast(predicted_classes(y_pred, self.threshold), self.dtype)

        def weighted_sum(values: Tensor) -> Tensor:
            if sample_weight is not None:
                values = values * ops.reshape(ops.cast(sample_weight, self.dtype), (-1, 1))
            return ops.sum(values, axis=self.axis)

        self.true_positives.assign_add(weighted_sum(y_pred * y_true))
        self.false_positives.assign_add(weighted_sum(y_pred * (1 - y_true)))
        self.false_negatives.assign_add(weighted_sum((1 - y_pred) * y_true))
        self.weights_intermediate.assign_add(weighted_sum(y_true))

    def result(self) -> Tensor:
        """Return the score: a scalar, or of shape (num_classes,) when ``average`` is None."""
        precision = ops.divide_no_nan(self.true_positives, self.true_positives + self.false_positives)
        recall = ops.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)
        beta_squared = self.beta**2
        score = (1 + beta_squared) * ops.divide_no_nan(precision * recall, beta_squared * precision + recall)
        if self.average == "weighted":
            frequency = ops.divide_no_nan(self.weights_intermediate, ops.sum(self.weights_intermediate))
            return ops.sum(score * frequency)
        return score if self.average is None else ops.mean(score)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """The F score with ``beta`` 1: the harmonic mean of precision and recall.

    Args:
        num_classes: number of classes.
        average: as in `FBetaScore`.
        threshold: as in `FBetaScore`.
        name: the metric's name.
        dtype: dtype of state and result.
    """

    def __init__(
        self,
        num_classes: int,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(num_classes, average, 1.0, threshold, name=name, dtype=dtype)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["beta"]
        return config


def predicted_classes(y_pred: Tensor, threshold: float | None) -> Tensor:
    """Return which classes are predicted: those above ``threshold``, or for None the largest of each row."""
    y_pred = real(y_pred)
    if threshold is not None:
        return ops.greater(y_pred, threshold)
    largest = ops.max(y_pred, axis=-1, keepdims=True, initial=-float("inf"))  # of no rows, too
    return ops.logical_and(ops.greater_equal(y_pred, largest), ops.greater(ops.abs(y_pred), SMALLEST_PREDICTION))


def _check(average: str | None, beta: float, threshold: float | None) -> None:
    if average not in AVERAGES:
        raise ValueError(f"average must be one of {AVERAGES}, not {average!r}")
    for name, value in (("beta", beta), ("threshold", threshold)):
        if value is not None and not isinstance(value, float):
            raise TypeError(f"{name} must be a float, not {value!r}")
    if beta <= 0.0:
        raise ValueError(f"beta must be above 0, not {beta}")
    if threshold is not None and not 0.0 < threshold <= 1.0:
        raise ValueError(f"threshold must be above 0 and at most 1, not {threshold}")
