"""Runs a model in batches, wherever it is: some rows at a time, the outputs joined again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.errors import LoadstoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

#: Rows that are given to the model at once; Keras' own default.
BATCH = 32


def in_batches(
    call: Callable[[dict[str, NDArray[Any]]], dict[str, NDArray[Any]]],
    inputs: Mapping[str, NDArray[Any]],
    *,
    batch_size: int | None,
    progress: Callable[[int, int], object],
) -> dict[str, NDArray[Any]]:
    """The outputs of a call by name, for all rows.

    Args:
        call: takes one batch of inputs by name and gives its outputs by name.
        inputs: by name; the first axis is the batch. Arrays that have none, or unlike ones, are given as they are.
        batch_size: rows at once; None for all of them.
        progress: told how many rows are done, of how many.

    Raises:
        LoadstoneError: an output has no batch axis along which several batches could be joined.
    """
    rows = {len(array) if array.ndim else None for array in inputs.values()}
    count = rows.pop() if len(rows) == 1 else None
    if count is None:
        return call(dict(inputs))
    size = batch_size or max(count, 1)
    parts: list[dict[str, NDArray[Any]]] = []
    for start in range(0, max(count, 1), size):
        parts.append(call({name: array[start : start + size] for name, array in inputs.items()}))
        progress(min(start + size, count), count)
    if len(parts) == 1:
        return parts[0]
    if any(not array.ndim for array in parts[0].values()):
        raise LoadstoneError("an output has no batch axis, so batches cannot be joined: ask with batch_size=None")
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
