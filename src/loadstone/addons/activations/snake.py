"""Periodic activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def snake(x: Tensor, frequency: float | Tensor = 1) -> Tensor:
    """Return ``x + (1 - cos(2 f x)) / (2 f)`` (Ziyin et al. 2020, arXiv:2006.08195).

    Args:
        x: floating-point tensor of any shape.
        frequency: the scalar ``f``.

    Returns:
        a tensor of the shape and dtype of ``x``.
    """
    x = ops.convert_to_tensor(x)
    doubled = 2 * ops.cast(frequency, x.dtype)
    return x + (1 - ops.cos(x * doubled)) / doubled  # in this order, since JAX's arrays refuse symbols
