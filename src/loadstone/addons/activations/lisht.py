"""Linearly scaled hyperbolic tangent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def lisht(x: Tensor) -> Tensor:
    """Return ``x * tanh(x)`` (Roy et al. 2019, arXiv:1901.05894), of the shape and dtype of ``x``."""
    x = ops.convert_to_tensor(x)
    return x * ops.tanh(x)
