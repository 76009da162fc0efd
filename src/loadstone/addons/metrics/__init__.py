"""Metrics."""

from __future__ import annotations

from loadstone.addons.metrics.cohens_kappa import CohenKappa
from loadstone.addons.metrics.f_scores import F1Score, FBetaScore
from loadstone.addons.metrics.geometric_mean import GeometricMean
from loadstone.addons.metrics.hamming import HammingLoss, hamming_distance, hamming_loss_fn
from loadstone.addons.metrics.harmonic_mean import HarmonicMean
from loadstone.addons.metrics.kendalls_tau import KendallsTau
from loadstone.addons.metrics.matthews_correlation_coefficient import MatthewsCorrelationCoefficient
from loadstone.addons.metrics.multilabel_confusion_matrix import MultiLabelConfusionMatrix
from loadstone.addons.metrics.r_square import RSquare
from loadstone.addons.metrics.streaming_correlations import (
    KendallsTauB,
    KendallsTauC,
    PearsonsCorrelation,
    SpearmansRank,
)
from loadstone.addons.metrics.utils import MeanMetricWrapper

__all__ = [
    "CohenKappa",
    "F1Score",
    "FBetaScore",
    "GeometricMean",
    "HammingLoss",
    "HarmonicMean",
    "KendallsTau",
    "KendallsTauB",
    "KendallsTauC",
    "MatthewsCorrelationCoefficient",
    "MeanMetricWrapper",
    "MultiLabelConfusionMatrix",
    "PearsonsCorrelation",
    "RSquare",
    "SpearmansRank",
    "hamming_distance",
    "hamming_loss_fn",
]
