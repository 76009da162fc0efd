"""Calls of Keras 2 that cells of Keras 3 no longer take, and that code written for TensorFlow Addons makes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable

CELLS = (keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.SimpleRNNCell, keras.layers.StackedRNNCells)
NAME = "get_initial_state"


def accept() -> None:
    """Let Keras' cells take ``get_initial_state(inputs=None, batch_size=None, dtype=None)``, as they did in Keras 2.

    A call that Keras 3 takes gives what it gives there. The others, a TypeError there, give the state in this dtype,
    and a single tensor, not a list of one, where a cell has only one. Calling this again does nothing.
    """
    for cell in CELLS:
        if not hasattr(getattr(cell, NAME), "__wrapped__"):
            setattr(cell, NAME, _both_ways(getattr(cell, NAME)))


def refuse() -> None:
    """Take back what `accept` did."""
    for cell in CELLS:
        method = getattr(cell, NAME)
        setattr(cell, NAME, getattr(method, "__wrapped__", method))


def _both_ways(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def get_initial_state(self: Any, *args: Any, **kwargs: Any) -> Any:
        is_of_inputs = bool(args) and len(getattr(args[0], "shape", ())) > 0
        if not is_of_inputs and len(args) <= 1 and not {"inputs", "dtype"} & set(kwargs):
            return method(self, *args, **kwargs)
        return _old_call(functools.partial(method, self), *args, **kwargs)

    return get_initial_state


def _old_call(method: Callable[..., Any], inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
    if inputs is not None:
        inputs = ops.convert_to_tensor(inputs)
        batch_size, dtype = ops.shape(inputs)[0], inputs.dtype
    state = method(batch_size=batch_size)
    if dtype is not None:
        dtype = keras.backend.standardize_dtype(dtype)
        state = keras.tree.map_structure(lambda value: ops.cast(value, dtype), state)
    return state[0] if isinstance(state, list) and len(state) == 1 else state
