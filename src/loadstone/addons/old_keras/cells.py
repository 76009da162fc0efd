"""Calls of Keras 2 that cells of Keras 3 no longer take, and that code written for TensorFlow Addons makes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.old_keras.replacing import method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loadstone.addons.old_keras.replacing import Replacement

CELLS = (keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.SimpleRNNCell, keras.layers.StackedRNNCells)


def replacements() -> Iterator[Replacement]:
    """Let Keras' cells take ``get_initial_state(inputs=None, batch_size=None, dtype=None)``, as they did in Keras 2.

    A call that Keras 3 takes gives what it gives there. The others, a TypeError there, give the state in this dtype,
    and a single tensor, not a list of one, where a cell has only one.
    """
    for cell in CELLS:
        yield method(cell, "get_initial_state", _both_ways)


def _both_ways(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_initial_state(self: Any, *args: Any, **kwargs: Any) -> Any:
        is_of_inputs = bool(args) and len(getattr(args[0], "shape", ())) > 0
        if not is_of_inputs and len(args) <= 1 and not {"inputs", "dtype"} & set(kwargs):
            return original(self, *args, **kwargs)
        return _old_call(functools.partial(original, self), *args, **kwargs)

    return get_initial_state


def _old_call(initial_state: Callable[..., Any], inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
    if inputs is not None:
        inputs = ops.convert_to_tensor(inputs)
        batch_size, dtype = ops.shape(inputs)[0], inputs.dtype
    state = initial_state(batch_size=batch_size)
    if dtype is not None:
        dtype = keras.backend.standardize_dtype(dtype)
        state = keras.tree.map_structure(lambda value: ops.cast(value, dtype), state)
    return state[0] if isinstance(state, list) and len(state) == 1 else state
