"""AdaBelief."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from loadstone.addons.optimizers.base import only_rows, rounded
from loadstone.addons.optimizers.rectified_adam import RectifiedAdam

if TYPE_CHECKING:
    import keras

    from loadstone.addons.utils.types import Config, Tensor


class AdaBelief(RectifiedAdam):
    """Adam by how far gradients are from their mean (Zhuang et al. 2020, arXiv:2010.07468), rectified if asked for.

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the second moment in every step, and to its root.
        weight_decay: a number or a schedule; this times the variable is added to the step, before the learning rate.
        amsgrad: use the largest second moment so far.
        rectify: whether to rectify steps as `RectifiedAdam` does.
        sma_threshold: as in `RectifiedAdam`.
        total_steps: as in `RectifiedAdam`.
        warmup_proportion: as in `RectifiedAdam`.
        min_lr: as in `RectifiedAdam`.
        name: the optimizer's name.
        **kwargs: ``decay``, ``lr``, and the arguments of Keras' base class.

    State as of `RectifiedAdam`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-14,
        weight_decay: Any = 0.0,
        amsgrad: bool = False,
        rectify: bool = True,
        sma_threshold: float = 5.0,
        total_steps: int = 0,
        warmup_proportion: float = 0.1,
        min_lr: float = 0.0,
        name: str = "AdaBelief",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            sma_threshold=sma_threshold,
            total_steps=total_steps,
            warmup_proportion=warmup_proportion,
            min_lr=min_lr,
            name=name,
            **kwargs,
        )
        self.rectify = rectify

    def _second_moment(self, v: keras.Variable, m: keras.Variable, gradient: Tensor, rows: Tensor | None) -> Tensor:
        (beta_2,) = rounded(v, self.beta_2)
        decayed = beta_2 * v
        return only_rows(rows, decayed + (1 - beta_2) * ops.square(gradient - m) + self.epsilon, decayed)

    def _rectified(self, first: Tensor, root: Tensor, step: Tensor, beta_2_power: Tensor) -> Tensor:
        if not self.rectify:
            return first / (root + self.epsilon)
        return super()._rectified(first, root, step, beta_2_power)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "rectify": self.rectify}
