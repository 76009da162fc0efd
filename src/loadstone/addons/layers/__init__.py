"""Layers."""

from __future__ import annotations

from loadstone.addons.layers.adaptive_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from loadstone.addons.layers.crf import CRF
from loadstone.addons.layers.embedding_bag import EmbeddingBag
from loadstone.addons.layers.esn import ESN
from loadstone.addons.layers.gelu import GELU, GeLU
from loadstone.addons.layers.max_unpooling_2d import MaxUnpooling2D
from loadstone.addons.layers.max_unpooling_2d_v2 import MaxUnpooling2DV2
from loadstone.addons.layers.maxout import Maxout
from loadstone.addons.layers.multihead_attention import MultiHeadAttention
from loadstone.addons.layers.netvlad import NetVLAD
from loadstone.addons.layers.noisy_dense import NoisyDense
from loadstone.addons.layers.normalizations import (
    FilterResponseNormalization,
    GroupNormalization,
    InstanceNormalization,
)
from loadstone.addons.layers.optical_flow import CorrelationCost
from loadstone.addons.layers.poincare import PoincareNormalize
from loadstone.addons.layers.polynomial import PolynomialCrossing
from loadstone.addons.layers.snake import Snake
from loadstone.addons.layers.sparsemax import Sparsemax
from loadstone.addons.layers.spatial_pyramid_pooling import SpatialPyramidPooling2D
from loadstone.addons.layers.spectral_normalization import SpectralNormalization
from loadstone.addons.layers.stochastic_depth import StochasticDepth
from loadstone.addons.layers.tlu import TLU
from loadstone.addons.layers.wrappers import WeightNormalization

__all__ = [
    "CRF",
    "ESN",
    "GELU",
    "TLU",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "CorrelationCost",
    "EmbeddingBag",
    "FilterResponseNormalization",
    "GeLU",
    "GroupNormalization",
    "InstanceNormalization",
    "MaxUnpooling2D",
    "MaxUnpooling2DV2",
    "Maxout",
    "MultiHeadAttention",
    "NetVLAD",
    "NoisyDense",
    "PoincareNormalize",
    "PolynomialCrossing",
    "Snake",
    "Sparsemax",
    "SpatialPyramidPooling2D",
    "SpectralNormalization",
    "StochasticDepth",
    "WeightNormalization",
]
