"""Stopping after some time."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config


class TimeStopping(keras.callbacks.Callback):
    """Stops training at the end of the epoch in which the time is up.

    Args:
        seconds: how long training may take.
        verbose: whether to print when it was stopped.
    """

    def __init__(self, seconds: float = 86400, verbose: int = 0) -> None:
        super().__init__()
        self.seconds = seconds
        self.verbose = verbose
        self.stopping_time = float("inf")
        self.stopped_epoch: int | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the time."""
        del logs
        self.stopping_time = time.time() + self.seconds
        self.stopped_epoch = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop training if the time is up."""
        del logs
        if time.time() >= self.stopping_time:
            self.model.stop_training = True
            self.stopped_epoch = epoch

    def on_train_end(self, logs: Any = None) -> None:
        """Print when it was stopped, if it was."""
        del logs
        if self.stopped_epoch is not None and self.verbose > 0:
            after = dt.timedelta(seconds=self.seconds)
            print(f"Timed stopping at epoch {self.stopped_epoch + 1} after training for {after}")  # noqa: T201 - asked

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {"seconds": self.seconds, "verbose": self.verbose}
