"""Activation functions."""

from __future__ import annotations

from loadstone.addons.activations.gelu import gelu
from loadstone.addons.activations.hardshrink import hardshrink
from loadstone.addons.activations.lisht import lisht
from loadstone.addons.activations.mish import mish
from loadstone.addons.activations.rrelu import rrelu
from loadstone.addons.activations.snake import snake
from loadstone.addons.activations.softshrink import softshrink
from loadstone.addons.activations.sparsemax import sparsemax
from loadstone.addons.activations.tanhshrink import tanhshrink

__all__ = [
    "gelu",
    "hardshrink",
    "lisht",
    "mish",
    "rrelu",
    "snake",
    "softshrink",
    "sparsemax",
    "tanhshrink",
]
