"""Activation functions."""

from __future__ import annotations

import keras

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

# ``keras.activations.get`` finds registered functions by their configuration, but not by the mere name, under which
# Keras 2 wrote them: ``"activation": "Addons>mish"``. It looks names up in this table alone.
_known = keras.activations.get.__globals__.get("ALL_OBJECTS_DICT", {})
_known.update({f"Addons>{_name}": globals()[_name] for _name in __all__})
