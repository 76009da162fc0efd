"""The types and shapes of tensors, as TensorFlow's protocol buffers number and write them.

Source: ``types.proto`` and ``tensor_shape.proto`` of TensorFlow 1.13 to 2.21.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.formats.protobuf import EncodingError

if TYPE_CHECKING:
    from loadstone.formats.protobuf import Message

MAX_RANK = 254  # TensorFlow's own limit
_REFERENCE = 100  # added to the number of a type by TensorFlow 1, for a variable of that type

# By number: NumPy's (or ml_dtypes', else TensorFlow's) name, and the bytes of an element.
# A size of 0 says that the elements differ in length.
_DTYPES = {
    1: ("float32", 4),
    2: ("float64", 8),
    3: ("int32", 4),
    4: ("uint8", 1),
    5: ("int16", 2),
    6: ("int8", 1),
    7: ("string", 0),
    8: ("complex64", 8),
    9: ("int64", 8),
    10: ("bool", 1),
    11: ("qint8", 1),
    12: ("quint8", 1),
    13: ("qint32", 4),
    14: ("bfloat16", 2),
    15: ("qint16", 2),
    16: ("quint16", 2),
    17: ("uint16", 2),
    18: ("complex128", 16),
    19: ("float16", 2),
    20: ("resource", 0),
    21: ("variant", 0),
    22: ("uint32", 4),
    23: ("uint64", 8),
    24: ("float8_e5m2", 1),
    25: ("float8_e4m3fn", 1),
    26: ("float8_e4m3fnuz", 1),
    27: ("float8_e4m3b11fnuz", 1),
    28: ("float8_e5m2fnuz", 1),
    29: ("int4", 1),
    30: ("uint4", 1),
    31: ("int2", 1),
    32: ("uint2", 1),
    33: ("float4_e2m1fn", 1),
}
ELEMENT_SIZE = dict(_DTYPES.values())


def dtype_name(number: int) -> str:
    """NumPy's name for a type; ``DataType 99`` for one that has none here."""
    known = _DTYPES.get(number) or _DTYPES.get(number - _REFERENCE)
    return known[0] if known else f"DataType {number}"


def partial_shape(shape: Message) -> tuple[int | None, ...] | None:
    """A ``TensorShapeProto``: None for a dimension of any size, and for a shape of which nothing is known.

    Raises:
        EncodingError: the bytes are not valid, or there are more dimensions than a tensor can have.
    """
    if shape.integer("unknown_rank"):
        return None
    sizes = tuple(dimension.integer("size") for dimension in islice(shape.messages("dim"), MAX_RANK + 1))
    if len(sizes) > MAX_RANK:
        raise EncodingError(DefectKind.OVERSIZED, 0, f"a shape of more than {MAX_RANK} dimensions")
    return tuple(size if size >= 0 else None for size in sizes)
