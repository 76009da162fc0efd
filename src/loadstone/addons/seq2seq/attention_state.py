"""What `AttentionWrapper` carries from step to step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops

if TYPE_CHECKING:
    from loadstone.addons.utils.types import AcceptableDTypes, Tensor


class AlignmentHistory:
    """The alignments of the steps so far, as a ``tf.TensorArray`` keeps them on TensorFlow.

    It is not changed: `write` returns another one. Of a compiled loop with a fixed set of tensors it cannot be a part.
    """

    def __init__(self, elements: tuple[Tensor, ...] = ()) -> None:
        self._elements = elements

    def size(self) -> int:
        """Return the number of steps."""
        return len(self._elements)

    def write(self, index: int, value: Tensor) -> AlignmentHistory:
        """Return a history that has ``value`` as its element ``index``, at most one more than there are.

        Raises:
            IndexError: when ``index`` is beyond that.
        """
        if not 0 <= index <= self.size():
            raise IndexError(f"element {index} cannot be written into a history of {self.size()}")
        return AlignmentHistory((*self._elements[:index], value, *self._elements[index + 1 :]))

    def read(self, index: int) -> Tensor:
        """Return element ``index``."""
        return self._elements[index]

    def stack(self) -> Tensor:
        """Return all elements as a tensor with the steps as its first axis.

        Raises:
            ValueError: when there are none.
        """
        if not self._elements:
            raise ValueError("a history without steps has no shape to stack")
        return ops.stack(self._elements)


def new_history(dtype: AcceptableDTypes, element_shape: Any) -> Any:
    """Return an empty history of tensors of one dtype and shape: a ``tf.TensorArray`` on TensorFlow.

    A graph's loop there carries nothing else that grows, and programs hand the result on to TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        return AlignmentHistory()
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    dtype = keras.backend.standardize_dtype(dtype)
    return tf.TensorArray(dtype, size=0, dynamic_size=True, element_shape=element_shape)


class _State(NamedTuple):
    cell_state: Any
    attention: Any
    alignments: Any
    alignment_history: Any
    attention_state: Any


class AttentionWrapperState(_State):
    """State of an `AttentionWrapper`; a named tuple, so that loops and ``keras.tree`` look into it.

    Attributes:
        cell_state: state of the wrapped cell.
        attention: attention of the step before, (batch, attention size).
        alignments: alignments of the step before, (batch, memory time); a tuple of them for a list of mechanisms.
        alignment_history: alignments of all steps, when they are kept, else ``()``; a tuple for a list of mechanisms.
            ``stack()`` gives (steps, batch, memory time).
        attention_state: state of the mechanism, (batch, memory time); a tuple for a list of mechanisms.
    """

    __slots__ = ()

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """Return a copy with other values for some of the fields.

        Raises:
            ValueError: when a tensor has another shape than the one it replaces, as far as both are known, or a field
                has another number of tensors, or there is no such field.
        """
        changed = self._replace(**kwargs)
        return type(self)(
            *(old if new is old else _with_same_shape(old, new) for old, new in zip(self, changed, strict=True))
        )


def _with_same_shape(old: Any, new: Any) -> Any:
    """Return the tensors of ``new`` in the structure of ``old``."""
    old_values, new_values = keras.tree.flatten(old), keras.tree.flatten(new)
    if len(old_values) != len(new_values):
        raise ValueError(f"a state of {len(old_values)} tensors cannot be replaced by one of {len(new_values)}")
    for old_value, new_value in zip(old_values, new_values, strict=True):
        old_shape, new_shape = getattr(old_value, "shape", None), getattr(new_value, "shape", None)
        if old_shape is not None and new_shape is not None and not _may_be_equal(tuple(old_shape), tuple(new_shape)):
            raise ValueError(f"a state of shape {tuple(old_shape)} cannot be replaced by one of {tuple(new_shape)}")
    return keras.tree.pack_sequence_as(old, new_values)


def _may_be_equal(shape: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    pairs = zip(shape, other, strict=False)
    return len(shape) == len(other) and all(None in pair or pair[0] == pair[1] for pair in pairs)
