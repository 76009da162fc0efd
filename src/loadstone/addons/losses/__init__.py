"""Losses."""

from __future__ import annotations

from loadstone.addons.losses.contrastive import ContrastiveLoss, contrastive_loss
from loadstone.addons.losses.focal_loss import SigmoidFocalCrossEntropy, sigmoid_focal_crossentropy
from loadstone.addons.losses.giou_loss import GIoULoss, giou_loss
from loadstone.addons.losses.kappa_loss import WeightedKappaLoss
from loadstone.addons.losses.lifted import LiftedStructLoss, lifted_struct_loss
from loadstone.addons.losses.npairs import NpairsLoss, NpairsMultilabelLoss, npairs_loss, npairs_multilabel_loss
from loadstone.addons.losses.quantiles import PinballLoss, pinball_loss
from loadstone.addons.losses.sparsemax_loss import SparsemaxLoss, sparsemax_loss, sparsemax_loss_from_logits
from loadstone.addons.losses.triplet import (
    TripletHardLoss,
    TripletSemiHardLoss,
    triplet_hard_loss,
    triplet_semihard_loss,
)

__all__ = [
    "ContrastiveLoss",
    "GIoULoss",
    "LiftedStructLoss",
    "NpairsLoss",
    "NpairsMultilabelLoss",
    "PinballLoss",
    "SigmoidFocalCrossEntropy",
    "SparsemaxLoss",
    "TripletHardLoss",
    "TripletSemiHardLoss",
    "WeightedKappaLoss",
    "contrastive_loss",
    "giou_loss",
    "lifted_struct_loss",
    "npairs_loss",
    "npairs_multilabel_loss",
    "pinball_loss",
    "sigmoid_focal_crossentropy",
    "sparsemax_loss",
    "sparsemax_loss_from_logits",
    "triplet_hard_loss",
    "triplet_semihard_loss",
]
