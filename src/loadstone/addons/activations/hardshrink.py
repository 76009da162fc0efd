"""Hard shrinkage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def hardshrink(x: Tensor, lower: float = -0.5, upper: float = 0.5) -> Tensor:
    """Return ``x`` outside ``[lower, upper]`` and zero inside.

    The bounds are those of release 0.7.0 and later; 0.6.0 had -1 and 1.

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
    outside = ops.logical_or(ops.less(x, lower), ops.greater(x, upper))
    return x * ops.cast(outside, x.dtype)


def check_bounds(lower: float, upper: float) -> None:
    """Raise ValueError when ``lower`` is above ``upper``."""
    if lower > upper:
        raise ValueError(f"lower ({lower}) must not be above upper ({upper})")
