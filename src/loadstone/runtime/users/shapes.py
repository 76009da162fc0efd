"""Shapes as Keras 2 handed them to layers: tuples to the one, ``tf.TensorShape`` to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, SupportsIndex


class Size(int):
    """A size that also answers as the ``Dimension`` of TensorFlow 1 did."""

    @property
    def value(self) -> int:
        """The size."""
        return int(self)


class Shape(tuple[Any, ...]):
    """A tuple of sizes and None that also has what ``tf.TensorShape`` has."""

    __slots__ = ()

    @property
    def ndims(self) -> int:
        """The number of axes."""
        return len(self)

    rank = ndims

    @property
    def dims(self) -> list[Any]:
        """The sizes."""
        return list(self)

    def as_list(self) -> list[Any]:
        """The sizes."""
        return list(self)

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return None not in self

    def num_elements(self) -> int | None:
        """The product of the sizes, None when one is unknown."""
        total = 1
        for size in self:
            if size is None:
                return None
            total *= size
        return total

    def concatenate(self, other: Any) -> Shape:
        """The axes of both, one after the other."""
        return Shape((*self, *other))

    def with_rank(self, rank: int) -> Shape:
        """The shape, which has to have so many axes.

        Raises:
            ValueError: it has not.
        """
        if len(self) != rank:
            raise ValueError(f"Shape {tuple(self)} must have rank {rank}")
        return self

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        found = super().__getitem__(index)
        return Shape(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Shape:
        return Shape((*self, *other))

    def __radd__(self, other: Any) -> Shape:
        return Shape((*other, *self))


def is_shape(value: Any) -> bool:
    """Whether a value is one shape of Keras 3, not a structure of several."""
    return isinstance(value, list | tuple) and all(size is None or isinstance(size, int) for size in value)


def as_given(value: Any) -> Any:
    """A shape of Keras 3, or a structure of shapes, as Keras 2 gave it to ``build`` and ``compute_output_shape``."""
    if is_shape(value):
        return Shape(size if size is None else Size(size) for size in value)
    match value:
        case Mapping():
            return {name: as_given(item) for name, item in value.items()}
        case list():
            return [as_given(item) for item in value]
        case tuple():
            return tuple(as_given(item) for item in value)
    return value


def as_wanted(value: Any) -> Any:
    """A shape, or a structure of them, that code of Keras 2 returned, as Keras 3 wants it: tuples."""
    if hasattr(value, "as_list"):
        return tuple(value.as_list())
    if is_shape(value):
        return tuple(size if size is None else int(size) for size in value)
    match value:
        case Mapping():
            return {name: as_wanted(item) for name, item in value.items()}
        case list():
            return [as_wanted(item) for item in value]
        case tuple():
            if all(size is None or hasattr(size, "__int__") for size in value):  # a Dimension, a NumPy integer
                return tuple(None if size is None or _is_unknown(size) else int(size) for size in value)
            return tuple(as_wanted(item) for item in value)
    return value


def _is_unknown(size: Any) -> bool:
    return hasattr(size, "value") and size.value is None


def as_state_size(value: Any) -> Any:
    """The size of a cell's state: an integer where Keras 2 also took a shape of one axis."""
    if hasattr(value, "as_list") and len(value.as_list()) == 1:
        return value.as_list()[0]
    if isinstance(value, list | tuple) and not isinstance(value, Shape):
        return type(value)(as_state_size(item) for item in value) if type(value) in {list, tuple} else value
    return value
