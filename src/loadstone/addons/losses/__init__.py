"""Losses."""

from __future__ import annotations

from loadstone.addons.losses.focal_loss import SigmoidFocalCrossEntropy, sigmoid_focal_crossentropy

__all__ = ["SigmoidFocalCrossEntropy", "sigmoid_focal_crossentropy"]
