"""Callbacks."""

from __future__ import annotations

from loadstone.addons.callbacks.average_model_checkpoint import AverageModelCheckpoint
from loadstone.addons.callbacks.time_stopping import TimeStopping
from loadstone.addons.callbacks.tqdm_progress_bar import TQDMProgressBar

__all__ = ["AverageModelCheckpoint", "TQDMProgressBar", "TimeStopping"]
