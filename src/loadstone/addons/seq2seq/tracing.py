"""What is not a plain tensor while a backend traces a function: sizes, and arrays of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops, tree

from loadstone.addons.utils.values import on_tensorflow

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Shape, Tensor

__all__ = [
    "Opaque",
    "as_shape",
    "holds_tensors",
    "is_array_of_steps",
    "repack",
    "sizes_of",
    "tensors_of",
    "vector_of",
]


def as_shape(shape: Any) -> Any:
    """Return a shape: on TensorFlow a ``tf.TensorShape``, as decoders of TensorFlow Addons have; else a tuple."""
    sizes: Any = sizes_of(shape)
    if on_tensorflow():
        # Old decoders call `as_list` and `concatenate` on it, and compare it with a number.
        import tensorflow as tf  # noqa: PLC0415 - the other backends have none

        sizes = tf.TensorShape(sizes)
    return sizes


def sizes_of(shape: Any) -> Shape:
    """Return the sizes in a shape that is given as a number, a sequence, a tensor or a ``tf.TensorShape``."""
    if shape is None:
        return ()
    if ops.is_tensor(shape):
        shape = ops.convert_to_numpy(shape)
    if hasattr(shape, "as_list"):
        return tuple(shape.as_list())
    if hasattr(shape, "tolist"):
        shape = shape.tolist()
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return tuple(None if size is None else int(size) for size in sizes)


def vector_of(value: Any, name: str) -> Tensor:
    """Return an int32 vector.

    Raises:
        ValueError: when it is no vector.
    """
    value = ops.convert_to_tensor(value, dtype="int32")
    if len(value.shape) != 1:
        raise ValueError(f"{name} must be a vector, and its shape is {tuple(value.shape)}")
    return value


def is_array_of_steps(value: Any) -> bool:
    """Return whether a part of a state is written at each step, like a ``tf.TensorArray``, and no tensor."""
    return hasattr(value, "stack") and hasattr(value, "write")


def holds_tensors(argument: Any) -> bool:
    """Return whether an argument is a tensor, a symbolic one or None, or a structure of them."""
    leaves = tree.flatten(argument)
    return all(leaf is None or ops.is_tensor(leaf) or isinstance(leaf, keras.KerasTensor) for leaf in leaves)


def tensors_of(argument: Any) -> Any:
    """Return numbers, or a list of them, as a tensor; anything else as it is."""
    leaves = tree.flatten(argument)
    is_numeric = leaves and all(isinstance(leaf, (bool, int, float, np.generic, np.ndarray)) for leaf in leaves)
    return ops.convert_to_tensor(np.asarray(argument)) if is_numeric else argument


class Opaque:
    """Hides a state that holds an array of steps from a layer's call, which takes no tensors among other things."""

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def wrap(cls, argument: Any) -> Any:
        """Return the argument of a call, hidden where that is needed."""
        return cls(argument) if any(map(is_array_of_steps, tree.flatten(argument))) else argument

    @staticmethod
    def unwrap(argument: Any) -> Any:
        """Return what `wrap` was given."""
        return argument.value if isinstance(argument, Opaque) else argument


def repack(like: Any, structure: Any) -> Any:
    """Return the leaves of a structure in the containers of ``like``, and in a graph with its known sizes.

    Raises:
        ValueError: when they are not equally many.
    """
    leaves = tree.flatten(structure)
    expected = tree.flatten(like)
    if len(leaves) != len(expected):
        raise ValueError(f"a step gave {len(leaves)} tensors in place of {len(expected)}: {structure}, not {like}")
    for leaf, pattern in zip(leaves, expected, strict=True):
        if hasattr(leaf, "set_shape"):
            leaf.set_shape(pattern.shape)
    return tree.pack_sequence_as(like, leaves)
