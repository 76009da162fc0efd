"""Stochastic depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Shape, Tensor


class StochasticDepth(Keras2Config, keras.layers.Layer):
    """Adds a residual branch that some training steps leave out (Huang et al. 2016, arXiv:1603.09382).

    Args:
        survival_probability: the probability that a training step keeps the branch, for its whole batch at once.
            Inference always keeps it, scaled by this.
    """

    def __init__(self, survival_probability: float = 0.5, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.survival_probability = survival_probability
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x: Sequence[Tensor], training: bool | None = None) -> Tensor:
        """Add ``x``, a list of the shortcut and the residual branch, of one shape.

        Raises:
            ValueError: when ``x`` is something else.
        """
        if not isinstance(x, (list, tuple)) or len(x) != 2:  # noqa: PLR2004 - the two branches
            raise ValueError("StochasticDepth needs a list of the shortcut and the residual branch")
        shortcut, residual = x
        if not training:
            return shortcut + self.survival_probability * residual
        draw = keras.random.uniform((), seed=self.seed_generator)
        return shortcut + ops.cast(ops.less(draw, self.survival_probability), residual.dtype) * residual

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return the shortcut's shape."""
        return tuple(input_shape[0])

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "survival_probability": self.survival_probability}
