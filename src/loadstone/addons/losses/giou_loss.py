"""Overlap of boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.utils.keras_utils import LossFunctionWrapper, real

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor

MODES = ("giou", "iou")


class GIoULoss(LossFunctionWrapper):
    """Loss of `giou_loss`.

    Args:
        mode: ``giou`` or ``iou``.
        reduction: ``auto`` (which is ``sum_over_batch_size``), ``sum_over_batch_size``, ``sum`` or ``none``.
        name: the loss' name.
    """

    def __init__(self, mode: str = "giou", reduction: str | None = "auto", name: str | None = "giou_loss") -> None:
        super().__init__(giou_loss, reduction=reduction, name=name, mode=mode)


def giou_loss(y_true: Tensor, y_pred: Tensor, mode: str = "giou") -> Tensor:
    """Return 1 minus the generalized intersection over union (Rezatofighi et al. 2019, arXiv:1902.09630).

    Args:
        y_true: boxes (y_min, x_min, y_max, x_max), of shape (..., 4).
        y_pred: boxes of the same shape.
        mode: ``giou``, or ``iou`` for the plain intersection over union.

    Returns:
        a tensor of shape (...), without axes of size 1, in the dtype of ``y_pred`` (float32 for integers).

    Raises:
        ValueError: for another mode.
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {MODES}, not {mode!r}")
    y_pred = real(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    low, high = slice(0, 2), slice(2, 4)
    overlap = _area(ops.minimum(y_true[..., high], y_pred[..., high]) - ops.maximum(y_true[..., low], y_pred[..., low]))
    union = _area(y_true[..., high] - y_true[..., low]) + _area(y_pred[..., high] - y_pred[..., low]) - overlap
    score = ops.divide_no_nan(overlap, union)
    if mode == "giou":
        hull = _area(
            ops.maximum(y_true[..., high], y_pred[..., high]) - ops.minimum(y_true[..., low], y_pred[..., low])
        )
        score = score - ops.divide_no_nan(hull - union, hull)
    # Only axes of known size: the rank of what a graph squeezes at run time would be unknown to Keras.
    single = tuple(axis for axis, size in enumerate(score.shape) if size == 1)
    return 1 - (ops.squeeze(score, axis=single) if single else score)


def _area(size: Tensor) -> Tensor:
    """Return the area of boxes by their (height, width); negative sizes count as zero."""
    size = ops.maximum(size, 0)
    return size[..., 0] * size[..., 1]
