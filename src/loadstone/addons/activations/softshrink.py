"""Soft shrinkage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from loadstone.addons.activations.hardshrink import check_bounds

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def softshrink(x: Tensor, lower: float = -0.5, upper: float = 0.5) -> Tensor:
    """Return the distance of ``x`` to ``[lower, upper]``, with its sign: zero inside.

    Args:
        x: tensor of any shape.
        lower: lower bound of what becomes zero.
        upper: upper bound of what becomes zero.

    Returns:
        a tensor of the shape and dtype of ``x``.

    Raises:
        ValueError: when ``lower`` is above ``upper``.
    """
    check_bounds(lower, upper)
    x = ops.convert_to_tensor(x)
    zero = ops.zeros_like(x)
    return ops.where(ops.less(x, lower), x - lower, zero) + ops.where(ops.greater(x, upper), x - upper, zero)
