"""Gaussian error linear unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """Return ``x * P(X <= x)`` for a standard normal ``X`` (Hendrycks & Gimpel 2016, arXiv:1606.08415).

    Args:
        x: floating-point tensor of any shape.
        approximate: use the tanh approximation. True by default, unlike in Keras.

    Returns:
        a tensor of the shape and dtype of ``x``.
    """
    return ops.gelu(ops.convert_to_tensor(x), approximate=approximate)
