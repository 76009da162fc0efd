"""Self-regularised non-monotonic activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor


def mish(x: Tensor) -> Tensor:
    """Return ``x * tanh(softplus(x))`` (Misra 2019, arXiv:1908.08681), of the shape and dtype of ``x``."""
    x = ops.convert_to_tensor(x)
    return x * ops.tanh(ops.softplus(x))
