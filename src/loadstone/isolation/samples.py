"""Inputs made up from what a model says it takes, to see whether it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from loadstone.isolation.ports import Port

_SEED = 0


def sample(ports: Iterable[Port], *, length: int) -> dict[str, NDArray[Any]]:
    """One input a port: a batch of one, every other open dimension of the given length.

    Floats are random numbers around zero; whole numbers are zeros, which every vocabulary has; texts are empty. A port
    of unknown rank gets one number.
    """
    generator = np.random.default_rng(_SEED)
    return {port.name: _array(port, length, generator) for port in ports}


def _array(port: Port, length: int, generator: np.random.Generator) -> NDArray[Any]:
    open_dimensions = (1 if axis == 0 else length for axis in range(len(port.shape or ())))
    shape = [size if known is None else known for known, size in zip(port.shape or (), open_dimensions, strict=True)]
    if port.dtype in {"string", "str", "object"}:
        return np.full(shape, "", dtype=np.str_)
    dtype = np.dtype("float32" if port.dtype == "bfloat16" else port.dtype)
    if dtype.kind in "fc":
        return generator.standard_normal(shape).astype(dtype)
    return np.zeros(shape, dtype)
