"""Datatypes and dataspaces of HDF5, as far as NumPy has names for them.

Source: HDF5 File Format Specification 3.0, sections IV.A.2.b (dataspace) and IV.A.2.d (datatype).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from loadstone.formats.hdf5_bytes import DamagedError

_FIXED, _FLOAT, _STRING, _OPAQUE, _COMPOUND, _ENUM, _VARIABLE = 0, 1, 3, 5, 6, 8, 9
# Sizes in bytes and widths of the exponent in bits.
_FLOATS = {(2, 5): "float16", (2, 8): "bfloat16", (4, 8): "float32", (8, 11): "float64"}
_NULL_SPACE = 2
_HEAP_INDEX_BYTES = 4


@dataclass(frozen=True, slots=True)
class Datatype:
    """What the elements of an array or attribute are.

    Attributes:
        name: NumPy's name for it; ``object`` for what NumPy can only hold as Python objects.
        size: bytes of one element.
        byteorder: ``<``, ``>`` or ``|``, as in NumPy's array interface.
        is_text: the elements are text, of one length.
        is_variable_text: the elements are text of any length, which stands in a global heap.
    """

    name: str
    size: int
    byteorder: Literal["<", ">", "|"]
    is_text: bool = False
    is_variable_text: bool = False


def datatype(body: bytes) -> Datatype:
    """Decode a datatype message.

    Raises:
        DamagedError: the message is too short.
    """
    if len(body) < 8:  # noqa: PLR2004 - the part that all classes have
        raise DamagedError("a datatype message that is cut off")
    kind, bits, size = body[0] & 0x0F, body[1], int.from_bytes(body[4:8], "little")
    order: Literal["<", ">"] = ">" if bits & 1 else "<"
    match kind:
        case _ if kind == _FIXED and size in {1, 2, 4, 8}:
            return Datatype(f"{'int' if bits & 8 else 'uint'}{8 * size}", size, order if size > 1 else "|")
        case _ if kind == _FLOAT and (size, body[13:14]) in {(n, bytes([bits])) for n, bits in _FLOATS}:
            return Datatype(_FLOATS[size, body[13]], size, order)
        case _ if kind == _STRING:
            return Datatype(f"bytes{8 * size}", size, "|", is_text=True)
        case _ if kind == _OPAQUE:
            return Datatype(f"void{8 * size}", size, "|")
        case _ if kind == _ENUM and size == 1 and b"FALSE\0" in body and b"TRUE\0" in body:
            return Datatype("bool", size, "|")  # as h5py writes it
        case _ if kind == _COMPOUND and size in {8, 16} and b"r\0" in body and b"i\0" in body:
            return Datatype(f"complex{8 * size}", size, "<")  # as h5py writes it
        case _ if kind == _VARIABLE and bits & 0x0F == 1:
            return Datatype("object", size, "|", is_variable_text=True)
    return Datatype("object", size, "|")


def shape(body: bytes, length_width: int) -> tuple[int, ...] | None:
    """Decode a dataspace message; None for a null dataspace, which has no elements at all.

    Raises:
        DamagedError: the message is of an unknown version, or too short.
    """
    if len(body) < 4 or body[0] not in {1, 2}:  # noqa: PLR2004 - the shortest version
        raise DamagedError("a dataspace message of an unknown version")
    version, rank = body[0], body[1]
    if version == 2 and body[3] == _NULL_SPACE:  # noqa: PLR2004 - version 1 has no null dataspace
        return None
    at = 8 if version == 1 else 4
    if at + rank * length_width > len(body):
        raise DamagedError("a dataspace message that is cut off")
    code = {2: "H", 4: "I", 8: "Q"}[length_width]
    return struct.unpack_from(f"<{rank}{code}", body, at)
