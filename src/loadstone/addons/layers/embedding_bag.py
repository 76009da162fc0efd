"""Sums of embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, WeightSettings

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Constraint, Initializer, Regularizer, Shape, Tensor

COMBINERS = ("sum", "mean")


class EmbeddingBag(Keras2Config, keras.layers.Layer):
    """Adds up, or averages, the embeddings of all indices in a bag: the last axis of the input.

    Args:
        input_dim: number of embeddings.
        output_dim: size of an embedding.
        embeddings_initializer: initializer of ``embeddings``.
        embeddings_regularizer: regularizer of ``embeddings``.
        embeddings_constraint: constraint of ``embeddings``.
        mask_zero: whether the layer is said to support masks. Index 0 is an index like any other.
        combiner: ``sum`` or ``mean``.
        **kwargs: arguments of ``keras.layers.Layer``. ``input_length``, which releases before 0.20.0 had, is ignored.

    Variables: ``embeddings`` (input_dim, output_dim).

    Raises:
        ValueError: when ``input_dim`` or ``output_dim`` is not positive, or for another combiner.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Initializer = "uniform",
        embeddings_regularizer: Regularizer = None,
        embeddings_constraint: Constraint = None,
        mask_zero: bool = False,
        combiner: str = "sum",
        **kwargs: Any,
    ) -> None:
        kwargs.pop("input_length", None)
        super().__init__(**kwargs)
        if input_dim <= 0 or output_dim <= 0:
            raise ValueError(f"input_dim and output_dim must be positive, not {input_dim} and {output_dim}")
        _check(combiner)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.combiner = combiner
        self._embeddings = WeightSettings(
            "embeddings", embeddings_initializer, embeddings_regularizer, embeddings_constraint
        ).on(self)

    def build(self, input_shape: Shape) -> None:
        """Create the embeddings."""
        del input_shape
        shape = (self.input_dim, self.output_dim)
        self.embeddings = self.add_weight(name="embeddings", shape=shape, **self._embeddings.arguments())

    def call(self, indices: Tensor, weights: Tensor | None = None) -> Tensor:
        """Combine the embeddings of each bag.

        Args:
            indices: integers (..., size of the bag).
            weights: factors of the embeddings, of the shape of ``indices``; only with the combiner ``sum``.

        Returns:
            a tensor (..., output_dim).

        Raises:
            RuntimeError: for weights with another combiner than ``sum``.
        """
        return _embedding_bag(indices, self.embeddings, weights, self.combiner)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of ``indices`` with ``output_dim`` in place of the bag."""
        return (*input_shape[:-1], self.output_dim)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            **self._embeddings.get_config(),
            "mask_zero": self.mask_zero,
            "combiner": self.combiner,
        }


def _check(combiner: str) -> None:
    if combiner not in COMBINERS:
        raise ValueError(f"combiner must be one of {COMBINERS}, not {combiner!r}")


def _embedding_bag(
    indices: Tensor, params: Tensor, weights: Tensor | None = None, combiner: str = "sum", name: str | None = None
) -> Tensor:
    """Combine rows of ``params`` (rows, size) for ``indices`` (..., bag); TensorFlow Addons' kernel of this name."""
    del name
    _check(combiner)
    rows = ops.take(params, indices, axis=0)
    if weights is None:
        return ops.sum(rows, axis=-2) if combiner == "sum" else ops.mean(rows, axis=-2)
    if combiner != "sum":
        raise RuntimeError(f'weights need the combiner "sum", not {combiner!r}')
    return ops.sum(rows * ops.expand_dims(ops.cast(weights, rows.dtype), -1), axis=-2)
