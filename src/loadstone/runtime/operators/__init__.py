"""TensorFlow's functions on tensors, as `keras.ops` and as compositions of it.

Called on symbolic tensors while a graph is replayed, they leave only Keras' own operations in the model. Each mirrors
the function of TensorFlow; shapes and semantics are TensorFlow's. A composition has the name of its function here,
which begins with an underscore; ``loadstone.blueprint.operators`` says which function of TensorFlow needs which.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.runtime.operators import (
    arrays,
    images,
    indexing,
    linear,
    maths,
    neural,
    quantization,
    randoms,
    resizing,
    signals,
    sizes,
    special,
    windows,
)
from loadstone.runtime.operators.common import dtype_of, dtype_within, packed
from loadstone.runtime.operators.extents import has_extent, is_symbolic, tensors_for_extents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["COMPOSED", "apply", "as_output", "tensors_for_extents"]

_MODULES = (
    arrays, images, indexing, linear, maths, neural, quantization, randoms, resizing, signals, sizes, special, windows,
)  # fmt: skip

COMPOSED: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {function.__name__: function for module in _MODULES for function in module.FUNCTIONS}
)

#: Compositions that take sizes which are known at run time only; others get tensors of them.
_TAKE_SIZES = frozenset(function.__name__ for module in (sizes, randoms) for function in module.FUNCTIONS) | {
    "_add", "_concat", "_expand_dims", "_floor_divide", "_gather", "_getitem", "_maximum", "_minimum", "_mod",
    "_multiply", "_prod", "_resize", "_scatter_nd", "_sequence_mask", "_slice", "_split", "_squeeze", "_stack",
    "_strided_slice", "_subtract", "_sum", "_transposed", "_unstack", "_where",
}  # fmt: skip

#: Parameters that are tensors, whatever stands for them in the file.
_TENSORS = frozenset({"x", "x1", "x2"})


def apply(op: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Call an operation of a blueprint: a composition of this package, else the function of `keras.ops`.

    Arguments without any tensor of the graph are computed at once, and give arrays.

    Raises:
        ValueError: the call has no counterpart, for the reason that it says.
    """
    function = COMPOSED[op] if op.startswith("_") else getattr(ops, op)
    sizes_stay = op in _TAKE_SIZES
    if not sizes_stay:
        arguments = [tensors_for_extents(item) for item in arguments]
        keywords = {name: tensors_for_extents(item) for name, item in keywords.items()}
    dtype = dtype_within([keywords.get(name) for name in _TENSORS])
    keywords = {name: _tensor(item, dtype) if name in _TENSORS else item for name, item in keywords.items()}
    result = function(*arguments, **keywords)
    return keras.tree.map_structure(_settled, result)


def _tensor(value: Any, dtype: str | None) -> Any:
    """A list or an array as a tensor of the dtype of the others; a number stays one, and takes theirs."""
    if isinstance(value, np.generic):
        return value.item()
    if has_extent(value) or not isinstance(value, list | tuple | np.ndarray):
        return value
    return packed(value, dtype)


def _settled(value: Any) -> Any:
    """An array for a tensor that was computed at once."""
    if is_symbolic(value) or has_extent(value) or isinstance(value, np.ndarray | np.generic | int | float | bool):
        return value
    return keras.ops.convert_to_numpy(value) if keras.ops.is_tensor(value) else value


def as_output(value: Any, inputs: Any) -> Any:
    """A model's output as a tensor of its graph, also where it is a size or a constant."""
    if is_symbolic(value):
        return value
    if has_extent(value):
        return tensors_for_extents(value)
    first = keras.tree.flatten(inputs)[0]
    nothing = ops.cast(ops.sum(ops.zeros_like(first, dtype="int32")), dtype_of(value))
    return ops.add(nothing, value)
