"""Recorded inputs and outputs: ``.npz`` files of arrays by the model's own names, or numbered in its order.

Numbered inputs are ``x0``, ``x1`` ..., numbered outputs ``y0``, ``y1`` ...
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.errors import LoadstoneError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

#: The length of each row of a ragged input or output ``NAME`` is the array ``NAME:row_lengths``.
ROW_LENGTHS = ":row_lengths"

_MEANING = {"x": "inputs", "y": "outputs"}


def arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz`` by name; that of an ``.npy`` is ``x0``.

    Raises:
        LoadstoneError: the file cannot be read, or holds Python objects, which are not unpickled.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {"x0": loaded}
        with loaded:
            return {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError) as problem:
        raise LoadstoneError(f"{path} cannot be read as .npz or .npy of arrays: {problem}") from problem


def in_order(
    arrays: Mapping[str, NDArray[Any]], names: Sequence[str], letter: str, *, ordered: bool = True
) -> dict[str, NDArray[Any]]:
    """A model's inputs or outputs by its own names, in its order; arrays that are neither are left out.

    Args:
        arrays: by the model's names, or numbered (``x0``, ``x1`` ...) in its order.
        names: the model's names, in its order.
        letter: ``x`` for inputs, ``y`` for outputs.
        ordered: whether the model has an order; the inputs of a SavedModel's signature have names only.

    Raises:
        LoadstoneError: they fit neither way; the message lists the model's names.
    """
    lengths = {name + ROW_LENGTHS for name in names} & arrays.keys()
    if names and set(names) <= arrays.keys():
        return {name: arrays[name] for name in names} | {name: arrays[name] for name in sorted(lengths)}
    given = numbered(arrays, letter)
    what = _MEANING[letter]
    listed = ", ".join(names) or f"no {what} that it tells"
    if given and not ordered and len(names) > 1:
        raise LoadstoneError(
            f"the {what} are numbered, and the model's have no order, only names: {listed}. Name them so"
        )
    if len(given) == len(names):
        return dict(zip(names, given, strict=True))
    raise LoadstoneError(
        f"the arrays are named {', '.join(arrays) or 'nothing'}; the model's {what} are {listed}. "
        f"Name them so, or {letter}0, {letter}1 ... in this order"
    )


def numbered(arrays: Mapping[str, NDArray[Any]], letter: str) -> tuple[NDArray[Any], ...]:
    """The arrays ``x0``, ``x1`` ... as far as they are numbered without a gap."""
    names = itertools.takewhile(arrays.__contains__, (f"{letter}{number}" for number in itertools.count()))
    return tuple(arrays[name] for name in names)


def write(path: Path, letter: str, arrays: Sequence[NDArray[Any]]) -> None:
    """Write arrays as ``x0``, ``x1`` ... to an ``.npz``."""
    named: dict[str, Any] = {f"{letter}{number}": array for number, array in enumerate(arrays)}
    np.savez(path, **named)
