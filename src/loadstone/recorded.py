"""Recorded inputs and outputs: ``.npz`` files of arrays ``x0``, ``x1`` ... and ``y0``, ``y1`` ... in order."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.errors import LoadstoneError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


def pair(path: Path) -> tuple[tuple[NDArray[Any], ...], tuple[NDArray[Any], ...]]:
    """The recorded inputs and outputs of an ``.npz``.

    Raises:
        LoadstoneError: the file cannot be read, or holds Python objects.
    """
    try:
        return read(path, "x"), read(path, "y")
    except (OSError, ValueError) as problem:
        raise LoadstoneError(f"{path} cannot be read as an .npz of arrays: {problem}") from problem


def read(path: Path, letter: str) -> tuple[NDArray[Any], ...]:
    """The arrays ``x0``, ``x1`` ... of an ``.npz``, as far as they are numbered without a gap.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it holds Python objects, which are not unpickled.
    """
    with np.load(path, allow_pickle=False) as arrays:
        names = itertools.takewhile(arrays.files.__contains__, (f"{letter}{number}" for number in itertools.count()))
        return tuple(arrays[name] for name in names)


def write(path: Path, letter: str, arrays: Sequence[NDArray[Any]]) -> None:
    """Write arrays as ``x0``, ``x1`` ... to an ``.npz``."""
    named: dict[str, Any] = {f"{letter}{number}": array for number, array in enumerate(arrays)}
    np.savez(path, **named)
