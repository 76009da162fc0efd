"""Aggregated local descriptors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, OutputShape, l2_normalize, softmax

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor

RANK = 3
ASSIGNMENT_PENALTY = 1e-5  # weight of the L2 regularizer of the assignment's kernel


class NetVLAD(Keras2Config, keras.layers.Layer):
    """Aggregates frames by their distances to learned clusters (Arandjelovic et al. 2016, arXiv:1511.07247).

    Registered in the releases 0.9.0 to 0.23.0, though never exported from ``tensorflow_addons.layers``.

    Args:
        num_clusters: number of clusters.

    Variables, for ``features``: ``cluster_centers`` (1, features, num_clusters); of the assignment, a dense layer,
    ``kernel`` (features, num_clusters) and ``bias`` (num_clusters,).

    Raises:
        ValueError: when ``num_clusters`` is not positive.
    """

    def __init__(self, num_clusters: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if num_clusters <= 0:
            raise ValueError(f"`num_clusters` must be greater than 1 or 1 itself, not {num_clusters}")
        self.num_clusters = num_clusters

    def build(self, input_shape: Shape) -> None:
        """Create the weights.

        Raises:
            ValueError: when the input is not (batch, frames, features), with a known number of features.
        """
        features = input_shape[-1]
        if len(input_shape) != RANK or features is None:
            raise ValueError(f"NetVLAD's input must have rank 3 and a known last axis, not shape {tuple(input_shape)}")
        self.fc = keras.layers.Dense(
            self.num_clusters,
            activation=softmax,
            kernel_regularizer=keras.regularizers.L2(ASSIGNMENT_PENALTY),
            dtype=self.dtype_policy,
            name="dense",
        )
        self.fc.build((None, features))
        self.cluster_centers = self.add_weight(
            name="cluster_centers",
            shape=(1, features, self.num_clusters),
            initializer=keras.initializers.TruncatedNormal(stddev=features**-0.5),
        )
        self.input_spec = keras.layers.InputSpec(ndim=RANK, axes={-1: features})

    def call(self, frames: Tensor) -> Tensor:
        """Aggregate ``frames`` (batch, frames, features) into (batch, features * num_clusters)."""
        assignment = self.fc(frames)
        expected = ops.sum(assignment, axis=-2, keepdims=True) * self.cluster_centers
        observed = ops.einsum("bfc,bfd->bdc", assignment, frames)
        residual = l2_normalize(observed - expected, axis=1)
        flat = ops.reshape(residual, (-1, frames.shape[-1] * self.num_clusters))
        return l2_normalize(flat, axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, features * num_clusters)."""
        return OutputShape((input_shape[0], input_shape[-1] * self.num_clusters))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_clusters": self.num_clusters}
