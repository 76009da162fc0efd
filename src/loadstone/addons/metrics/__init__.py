"""Metrics."""

from __future__ import annotations

from loadstone.addons.metrics.f_scores import F1Score, FBetaScore

__all__ = ["F1Score", "FBetaScore"]
