"""NumPy's archives of arrays (``.npz``): their headers, held against the bytes that are there. No array is read.

Source of the header: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
"""

from __future__ import annotations

import ast
import math
import re
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from loadstone.artifact import Defect, DefectKind, Member
from loadstone.formats.parts import MAX_MEMBERS, ZIP_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"\x93NUMPY"
_MAX_HEADER: Final = 1 << 16
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
_ITEM = re.compile(r"[<>|=]?[a-zA-Z](\d+)")


def defects(stream: BinaryIO, prefix: str = "") -> Iterator[Defect]:
    """What is wrong with the arrays of an archive: pickled objects, and shapes that the bytes cannot fill."""
    try:
        with zipfile.ZipFile(stream) as archive:
            for info in islice(archive.infolist(), MAX_MEMBERS):
                with archive.open(info) as member:
                    found = array_defect(member.read(_MAX_HEADER), info.file_size, f"{prefix}{info.filename}")
                if found is not None:
                    yield found
    except (*ZIP_ERRORS, NotImplementedError):
        return  # whoever opens it fails, too


def array_defect(head: bytes, size: int, name: str) -> Defect | None:
    """What is wrong with one array by its first bytes, None for nothing; ``size`` is that of header and values."""
    where = Member(path=name)
    header = _header(head)
    if header is None:
        return None
    begin, described, shape = header
    if "O" in described:
        message = "an array of Python objects, which is a pickle, and runs code when it is opened"
        return Defect(kind=DefectKind.RUNS_CODE, message=message, where=where, mechanism="pickled-array")
    item = _ITEM.fullmatch(described)
    declared = math.prod(shape) * (int(item[1]) * (4 if "U" in described else 1) if item else 0)
    if declared > size - begin:
        message = f"declares {declared} bytes of values, but the file has {max(0, size - begin)} for it"
        return Defect(kind=DefectKind.OVERSIZED, message=message, where=where)
    return None


def _header(head: bytes) -> tuple[int, str, tuple[int, ...]] | None:
    """Where the values begin, their type as it is described, and the shape."""
    width = _LENGTH_BYTES.get(head[6]) if head.startswith(_MAGIC) and len(head) > len(_MAGIC) else None
    if width is None:
        return None
    begin = 8 + width + int.from_bytes(head[8 : 8 + width], "little")
    try:
        stated = ast.literal_eval(head[8 + width : begin].decode("latin-1").strip())
        shape = tuple(int(each) for each in stated["shape"])
        described = stated["descr"] if isinstance(stated["descr"], str) else "O" * ("O" in str(stated["descr"]))
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        return None
    return begin, described, shape
