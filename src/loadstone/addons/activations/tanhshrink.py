"""Hyperbolic tangent shrinkage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def tanhshrink(x: Tensor) -> Tensor:
    """Return ``x - tanh(x)``, of the shape and dtype of ``x``."""
    x = ops.convert_to_tensor(x)
    return x - ops.tanh(x)
