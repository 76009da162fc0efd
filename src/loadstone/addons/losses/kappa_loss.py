"""Weighted kappa loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import AddonsLoss, dense, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Tensor

WEIGHTAGES = ("linear", "quadratic")


class WeightedKappaLoss(AddonsLoss):
    """Logarithm of 1 minus the weighted kappa of ordinal classes (de la Torre et al. 2018, Pattern Recognit. Lett.).

    Args:
        num_classes: number of classes.
        weightage: ``linear`` or ``quadratic``: how the distance between two classes counts.
        name: the loss' name.
        epsilon: added before the logarithm.
        reduction: without effect on a scalar; configurations hold ``none``.
        dtype: dtype the loss is computed in, floatx by default, whatever that of the predictions is.

    Raises:
        ValueError: for another ``weightage``.
    """

    def __init__(
        self,
        num_classes: int,
        weightage: str | None = "quadratic",
        name: str | None = "cohen_kappa_loss",
        epsilon: float | None = 1e-6,
        reduction: str | None = "none",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if weightage not in WEIGHTAGES:
            raise ValueError(f"weightage must be one of {WEIGHTAGES}, not {weightage!r}")
        self.num_classes = num_classes
        self.weightage = weightage
        self.epsilon = epsilon or keras.config.epsilon()

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return a scalar.

        Args:
            y_true: one-hot labels, of shape (batch, num_classes).
            y_pred: probabilities, of the same shape.
        """
        y_pred = real(y_pred, self.dtype)
        y_true = ops.cast(dense(y_true), y_pred.dtype)
        classes = ops.expand_dims(ops.arange(self.num_classes, dtype=y_pred.dtype), 1)
        observed = ops.sum(self._weight(ops.matmul(y_true, classes) - ops.transpose(classes)) * y_pred)
        weighted = ops.matmul(self._weight(classes - ops.transpose(classes)), ops.expand_dims(ops.sum(y_pred, 0), 1))
        expected = ops.sum(ops.matmul(ops.expand_dims(ops.sum(y_true, 0), 0), weighted))
        expected = expected / ops.sum(ops.ones_like(y_true[:, 0]))
        return ops.log(ops.divide_no_nan(observed, expected) + self.epsilon)

    def _weight(self, difference: Tensor) -> Tensor:
        return ops.abs(difference) if self.weightage == "linear" else ops.square(difference)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "weightage": self.weightage,
            "epsilon": self.epsilon,
        }
