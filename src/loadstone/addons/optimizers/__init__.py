"""Optimizers."""

from __future__ import annotations

from loadstone.addons.optimizers.lookahead import Lookahead
from loadstone.addons.optimizers.rectified_adam import RectifiedAdam

__all__ = ["Lookahead", "RectifiedAdam"]
