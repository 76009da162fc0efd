"""Runs a model of this process on arrays, as it takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WORDS = "USO"


def outputs_of(model: Any, inputs: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    """A model's outputs at inference, in order, for its inputs in order; words are NumPy's strings on both sides.

    Keras takes words as tensors only, and then wants all inputs to be tensors.
    """
    given: list[Any] = list(inputs)
    if any(array.dtype.kind in _WORDS for array in given):
        given = [keras.ops.convert_to_tensor(array) for array in given]
    result = model.predict_on_batch(_as_taken(model, given))
    return tuple(map(_array, keras.tree.flatten(result)))


def _as_taken(model: Any, given: list[Any]) -> Any:
    """Inputs in the structure that a graph takes, a dictionary say; one that is none takes one input, or a list."""
    try:
        taken = model.input
    except AttributeError:  # it has no graph
        taken = None
    if taken is None or len(keras.tree.flatten(taken)) != len(given):
        return given if len(given) != 1 else given[0]
    return keras.tree.pack_sequence_as(taken, given)


def _array(output: Any) -> NDArray[Any]:
    array = np.asarray(output)
    return np.char.decode(array.astype("S"), "utf-8") if array.dtype.kind == "O" else array
