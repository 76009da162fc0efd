"""Checkpoints of averaged variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.optimizers.average_wrapper import AveragedOptimizerWrapper

if TYPE_CHECKING:
    from os import PathLike


class AverageModelCheckpoint(keras.callbacks.ModelCheckpoint):
    """A ``ModelCheckpoint`` that saves the averages of a model's variables instead of the variables.

    Args:
        update_weights: leave the averages in the model, so that training goes on from them; otherwise the variables
            are put back after saving.
        filepath: as in ``keras.callbacks.ModelCheckpoint``, like all that follows.
        monitor: as there.
        verbose: as there.
        save_best_only: as there.
        save_weights_only: as there.
        mode: as there.
        save_freq: as there.
        **kwargs: its further arguments.

    Raises:
        TypeError: when a model whose optimizer keeps no averages starts training; see
            `loadstone.addons.optimizers.MovingAverage` and `loadstone.addons.optimizers.SWA`.
    """

    def __init__(
        self,
        update_weights: bool,
        filepath: str | PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        **kwargs: object,
    ) -> None:
        super().__init__(
            filepath,
            monitor=monitor,
            verbose=verbose,
            save_best_only=save_best_only,
            save_weights_only=save_weights_only,
            mode=mode,
            save_freq=save_freq,
            **kwargs,
        )
        self.update_weights = update_weights

    def set_model(self, model: keras.Model) -> None:
        """Take the model that is about to be trained."""
        super().set_model(model)
        if not isinstance(self._optimizer(), AveragedOptimizerWrapper):
            raise TypeError("AverageModelCheckpoint is only used when trainingwith MovingAverage or StochasticAverage")

    def _optimizer(self) -> Any:
        optimizer = self.model.optimizer
        return optimizer.inner_optimizer if type(optimizer).__name__ == "LossScaleOptimizer" else optimizer

    def _save_model(self, *args: Any, **kwargs: Any) -> None:
        # Keras has no public step between deciding to save and saving; this name has been there since TensorFlow 2.0.
        variables = self.model.trainable_weights
        values = [ops.copy(variable) for variable in variables]
        self._optimizer().assign_average_vars(variables)
        try:
            super()._save_model(*args, **kwargs)
        finally:
            if not self.update_weights:
                for variable, value in zip(variables, values, strict=True):
                    variable.assign(value)
