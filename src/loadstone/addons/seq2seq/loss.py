"""Cross-entropy of sequences of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Tensor, TensorLike

RANK_OF_LOGITS = 3
RANK_OF_TOKENS = 2


def sequence_loss(
    logits: TensorLike,
    targets: TensorLike,
    weights: TensorLike,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., Tensor] | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the weighted cross-entropy of sequences.

    Each flag removes an axis. ``average`` divides the weighted sum along it by the sum of the weights, ``sum`` by the
    number of weights that are not zero; where that is zero, the loss is 0.

    Args:
        logits: (batch, time, classes).
        targets: classes, integers (batch, time), or one-hot (batch, time, classes).
        weights: (batch, time); 0 where a sequence is padded.
        average_across_timesteps: average along time.
        average_across_batch: average along the batch.
        sum_over_timesteps: the other division, along time.
        sum_over_batch: the other division, along the batch.
        softmax_loss_function: takes ``labels`` (batch * time, ...) and ``logits`` (batch * time, classes) by name and
            returns losses (batch * time,); None for the cross-entropy of the softmax.
        name: ignored.

    Returns:
        Loss of shape (batch, time) without the removed axes.

    Raises:
        ValueError: for another rank of one of the tensors, for both flags of an axis, and for an average along one
            axis with a sum along the other.
    """
    del name
    logits, targets, weights = (ops.convert_to_tensor(value) for value in (logits, targets, weights))
    _check_ranks(logits, targets, weights)
    _check_flags(average_across_timesteps, average_across_batch, sum_over_timesteps, sum_over_batch)
    batch, time, classes = ops.shape(logits)
    rows = ops.reshape(logits, (-1, classes))
    is_one_hot = len(targets.shape) == RANK_OF_LOGITS
    labels = ops.reshape(targets, (-1, classes) if is_one_hot else (-1,))
    if softmax_loss_function is not None:
        losses = softmax_loss_function(labels=labels, logits=rows)
    elif is_one_hot:
        losses = ops.categorical_crossentropy(ops.cast(labels, rows.dtype), rows, from_logits=True)
    else:
        losses = ops.sparse_categorical_crossentropy(ops.cast(labels, "int32"), rows, from_logits=True)
    weights = ops.cast(weights, losses.dtype)
    losses = ops.reshape(losses, (batch, time)) * weights
    is_along_time = average_across_timesteps or sum_over_timesteps
    is_along_batch = average_across_batch or sum_over_batch
    axis = tuple(index for index, is_along in enumerate((is_along_batch, is_along_time)) if is_along)
    if not axis:
        return losses
    is_average = average_across_timesteps or average_across_batch
    divisors = weights if is_average else ops.cast(ops.not_equal(weights, 0), losses.dtype)
    return ops.divide_no_nan(ops.sum(losses, axis=axis), ops.sum(divisors, axis=axis))


def _check_ranks(logits: Tensor, targets: Tensor, weights: Tensor) -> None:
    if len(logits.shape) != RANK_OF_LOGITS:
        raise ValueError(f"logits must have the shape (batch, time, classes), not {tuple(logits.shape)}")
    if len(targets.shape) not in {RANK_OF_TOKENS, RANK_OF_LOGITS}:
        raise ValueError(
            f"targets must have the shape (batch, time), or (batch, time, classes), not {tuple(targets.shape)}"
        )
    if len(weights.shape) != RANK_OF_TOKENS:
        raise ValueError(f"weights must have the shape (batch, time), not {tuple(weights.shape)}")


def _check_flags(average_time: bool, average_batch: bool, sum_time: bool, sum_batch: bool) -> None:
    for axis, average, total in (("timesteps", average_time, sum_time), ("batch", average_batch, sum_batch)):
        if average and total:
            raise ValueError(f"average_across_{axis} and sum_over_{axis} cannot both be set")
    if (average_batch and sum_time) or (average_time and sum_batch):
        raise ValueError(
            "an average across one axis and a sum over the other cannot both be set because of ambiguous order"
        )


class SequenceLoss(keras.losses.Loss):
    """`sequence_loss` as a loss: ``(y_true, y_pred, sample_weight)`` are its targets, logits and weights.

    Unlike other losses of Keras it reduces as its flags say, and heeds no mask. Sample weights have the shape
    (batch, time); without them every step weighs 1, where TensorFlow Addons fails.

    Args:
        average_across_timesteps: see `sequence_loss`.
        average_across_batch: see `sequence_loss`.
        sum_over_timesteps: see `sequence_loss`.
        sum_over_batch: see `sequence_loss`.
        softmax_loss_function: see `sequence_loss`.
        name: the loss' name.
    """

    def __init__(
        self,
        average_across_timesteps: bool = False,
        average_across_batch: bool = False,
        sum_over_timesteps: bool = True,
        sum_over_batch: bool = True,
        softmax_loss_function: Callable[..., Tensor] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, reduction=None)
        self.average_across_timesteps = average_across_timesteps
        self.average_across_batch = average_across_batch
        self.sum_over_timesteps = sum_over_timesteps
        self.sum_over_batch = sum_over_batch
        self.softmax_loss_function = softmax_loss_function

    def __call__(self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None) -> Tensor:
        """Return the loss of targets ``y_true`` and logits ``y_pred``.

        Raises:
            ValueError: see `sequence_loss`.
        """
        y_pred = ops.convert_to_tensor(y_pred)
        if sample_weight is None:
            sample_weight = ops.ones(ops.shape(y_pred)[:2], dtype=y_pred.dtype)
        return sequence_loss(
            y_pred,
            y_true,
            sample_weight,
            average_across_timesteps=self.average_across_timesteps,
            average_across_batch=self.average_across_batch,
            sum_over_timesteps=self.sum_over_timesteps,
            sum_over_batch=self.sum_over_batch,
            softmax_loss_function=self.softmax_loss_function,
        )

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> Tensor:
        """Return the loss of each step, unweighted and unreduced."""
        y_pred = ops.convert_to_tensor(y_pred)
        weights = ops.ones(ops.shape(y_pred)[:2], dtype=y_pred.dtype)
        return sequence_loss(
            y_pred,
            y_true,
            weights,
            average_across_timesteps=False,
            average_across_batch=False,
            softmax_loss_function=self.softmax_loss_function,
        )

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            "name": self.name,
            "average_across_timesteps": self.average_across_timesteps,
            "average_across_batch": self.average_across_batch,
            "sum_over_timesteps": self.sum_over_timesteps,
            "sum_over_batch": self.sum_over_batch,
            "softmax_loss_function": keras.saving.serialize_keras_object(self.softmax_loss_function),
        }

    @classmethod
    def from_config(cls, config: Config) -> SequenceLoss:
        """Make the loss from what ``get_config`` gave, or from TensorFlow Addons' configuration.

        The latter holds no flags, so that they get their defaults.

        Raises:
            ValueError: for a ``reduction``, which is always ``none``.
        """
        config = dict(config)
        reduction = config.pop("reduction", None)
        if reduction not in {None, "none"}:
            raise ValueError(f"SequenceLoss reduces as its flags say; its reduction is none, not {reduction!r}")
        function: Any = config.pop("softmax_loss_function", None)
        return cls(**config, softmax_loss_function=keras.saving.deserialize_keras_object(function))
