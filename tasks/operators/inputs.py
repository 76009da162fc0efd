"""The inputs of the calls that are recorded: small arrays that every kind of function takes."""

from __future__ import annotations

from typing import Any

import numpy as np

BATCH = 2


def _grid(seed: int, *shape: int, low: float = 0.0, high: float = 1.0) -> Any:
    """Multiples of 1/64, which keep an archive of them small."""
    generator = np.random.RandomState(seed)
    return (np.round(generator.uniform(low, high, (BATCH, *shape)) * 64) / 64).astype("float32")


def _spd(seed: int) -> Any:
    """Symmetric positive definite matrices."""
    square = _grid(seed, 3, 3)
    return (square @ np.swapaxes(square, 1, 2) + 2 * np.eye(3)).astype("float32")


#: Every input by its name; the first axis is the batch.
INPUTS: dict[str, Any] = {
    "x": _grid(0, 3, 4, low=0.1, high=0.9),
    "y": _grid(1, 3, 4, low=0.1, high=0.9),
    "s": _grid(2, 3, 4, low=-1.0),
    "t": _grid(3, 3, 4, low=-1.0),
    "v": _grid(4, 4, low=-1.0),
    "w": _grid(5, 4, low=0.1),
    "f": _grid(6, 3, 4) > 0.5,  # noqa: PLR2004 - as many True as False
    "g": _grid(7, 3, 4) > 0.5,  # noqa: PLR2004 - as many True as False
    "i": np.array([[2, 0, 1, 2], [1, 1, 0, 2]], dtype="int32"),
    "j": np.array([[3, 5, -7, 2], [4, -1, 8, 3]], dtype="int32"),
    "n": np.array([[2], [1]], dtype="int32"),
    "img": _grid(8, 4, 6, 3),
    "deep": _grid(9, 4, 4, 8, low=-1.0),
    "seq": _grid(10, 6, 4, low=-1.0),
    "vol": _grid(11, 4, 4, 4, 2, low=-1.0),
    "m": _spd(12),
    "sq": _grid(13, 3, 3, low=-1.0),
    "r": _grid(14, 3, 2, low=-1.0),
    "wave": _grid(15, 32, low=-1.0),
    "tall": _grid(16, 4, 3, low=-1.0),
}
