"""Progress bars of tqdm."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.addons.utils.types import Config

OF_A_BATCH = ("batch", "size")  # what logs held of a batch besides metrics


class TQDMProgressBar(keras.callbacks.Callback):
    """Shows the progress of training and evaluation in bars of the package ``tqdm``, which has to be installed.

    Args:
        metrics_separator: what stands between metrics.
        overall_bar_format: tqdm's format of the bar of all epochs.
        epoch_bar_format: tqdm's format of the bars of an epoch and of an evaluation.
        metrics_format: the format of a metric, of ``name`` and ``value``.
        update_per_second: how often a second the bar of an epoch may be drawn.
        leave_epoch_progress: whether an epoch's bar stays on the screen.
        leave_overall_progress: whether the bar of all epochs stays.
        show_epoch_progress: whether there are bars of an epoch.
        show_overall_progress: whether there is a bar of all epochs.

    Raises:
        ImportError: when tqdm is not installed.
    """

    def __init__(
        self,
        metrics_separator: str = " - ",
        overall_bar_format: str = "{l_bar}{bar} {n_fmt}/{total_fmt} ETA: {remaining}s,  {rate_fmt}{postfix}",
        epoch_bar_format: str = "{n_fmt}/{total_fmt}{bar} ETA: {remaining}s - {desc}",
        metrics_format: str = "{name}: {value:0.4f}",
        update_per_second: float = 10,
        leave_epoch_progress: bool = True,
        leave_overall_progress: bool = True,
        show_epoch_progress: bool = True,
        show_overall_progress: bool = True,
    ) -> None:
        super().__init__()
        try:
            self.tqdm: Any = importlib.import_module("tqdm.auto").tqdm
        except ImportError as error:
            raise ImportError("Please install tqdm via pip install tqdm: TQDMProgressBar draws its bars") from error
        self.metrics_separator = metrics_separator
        self.overall_bar_format = overall_bar_format
        self.epoch_bar_format = epoch_bar_format
        self.metrics_format = metrics_format
        self.update_per_second = update_per_second
        self.leave_epoch_progress = leave_epoch_progress
        self.leave_overall_progress = leave_overall_progress
        self.show_epoch_progress = show_epoch_progress
        self.show_overall_progress = show_overall_progress
        self.overall_progress_tqdm: Any = None
        self.epoch_progress_tqdm: Any = None
        self.is_training = False
        self.last_update_time = time.time()
        self.steps_to_update = 0

    def _open_bar(self, **settings: Any) -> Any:
        return self.tqdm(dynamic_ncols=True, **settings)

    def _open_epoch_bar(self, **settings: Any) -> None:
        self.steps_to_update = 0
        if self.show_epoch_progress:
            self.epoch_progress_tqdm = self._open_bar(
                total=self.params["steps"],
                bar_format=self.epoch_bar_format,
                leave=self.leave_epoch_progress,
                unit="steps",
                **settings,
            )

    def _close_epoch_bar(self, logs: Mapping[str, Any] | None) -> None:
        bar = self.epoch_progress_tqdm
        if bar is None:
            return
        bar.desc = self.format_metrics(logs or {})
        bar.miniters = bar.mininterval = 0  # the last state is shown however soon it follows the one before
        bar.update(self.steps_to_update if bar.total is None else bar.total - bar.n)
        bar.close()
        self.epoch_progress_tqdm = None

    def _advance(self, logs: Mapping[str, Any] | None) -> None:
        """Count a batch. Keras' logs are the means of the epoch so far, so they are shown as they are."""
        self.steps_to_update += 1
        now = time.time()
        if self.epoch_progress_tqdm is not None and now - self.last_update_time >= 1 / self.update_per_second:
            self.epoch_progress_tqdm.desc = self.format_metrics(logs or {})
            self.epoch_progress_tqdm.update(self.steps_to_update)
            self.steps_to_update = 0
            self.last_update_time = now

    def on_train_begin(self, logs: Any = None) -> None:
        """Open the bar of all epochs."""
        del logs
        self.is_training = True
        if self.show_overall_progress:
            self.overall_progress_tqdm = self._open_bar(
                desc="Training",
                total=self.params["epochs"],
                bar_format=self.overall_bar_format,
                leave=self.leave_overall_progress,
                unit="epochs",
            )

    def on_train_end(self, logs: Any = None) -> None:
        """Close the bar of all epochs."""
        del logs
        self.is_training = False
        if self.overall_progress_tqdm is not None:
            self.overall_progress_tqdm.close()
            self.overall_progress_tqdm = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Open the bar of an epoch."""
        del logs
        if self.show_epoch_progress:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}")  # noqa: T201 - the bar's title
        self._open_epoch_bar()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Close the bar of an epoch."""
        del epoch
        self._close_epoch_bar(logs)
        if self.overall_progress_tqdm is not None:
            self.overall_progress_tqdm.update(1)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Advance the bar of the epoch."""
        del batch
        self._advance(logs)

    def on_test_begin(self, logs: Any = None) -> None:
        """Open the bar of an evaluation that is not part of training."""
        del logs
        if not self.is_training:
            self._open_epoch_bar(desc="Evaluating")

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Advance the bar of the evaluation."""
        del batch
        if not self.is_training:
            self._advance(logs)

    def on_test_end(self, logs: Any = None) -> None:
        """Close the bar of the evaluation."""
        if not self.is_training:
            self._close_epoch_bar(logs)

    def format_metrics(self, logs: Mapping[str, Any], factor: float = 1) -> str:
        """Return the metrics of ``logs`` as text, each divided by ``factor``."""
        values = {name: value / factor for name, value in logs.items() if name not in OF_A_BATCH}
        return self.metrics_separator.join(
            self.metrics_format.format(name=name, value=value) for name, value in values.items()
        )

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            "metrics_separator": self.metrics_separator,
            "overall_bar_format": self.overall_bar_format,
            "epoch_bar_format": self.epoch_bar_format,
            "metrics_format": self.metrics_format,
            "update_per_second": self.update_per_second,
            "leave_epoch_progress": self.leave_epoch_progress,
            "leave_overall_progress": self.leave_overall_progress,
            "show_epoch_progress": self.show_epoch_progress,
            "show_overall_progress": self.show_overall_progress,
        }
