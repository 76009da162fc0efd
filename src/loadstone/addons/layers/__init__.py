"""Layers."""

from __future__ import annotations

from loadstone.addons.layers.gelu import GELU
from loadstone.addons.layers.maxout import Maxout
from loadstone.addons.layers.noisy_dense import NoisyDense
from loadstone.addons.layers.normalizations import (
    FilterResponseNormalization,
    GroupNormalization,
    InstanceNormalization,
)
from loadstone.addons.layers.spectral_normalization import SpectralNormalization
from loadstone.addons.layers.wrappers import WeightNormalization

__all__ = [
    "GELU",
    "FilterResponseNormalization",
    "GroupNormalization",
    "InstanceNormalization",
    "Maxout",
    "NoisyDense",
    "SpectralNormalization",
    "WeightNormalization",
]
