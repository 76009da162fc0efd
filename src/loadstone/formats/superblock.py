"""Finds an HDF5 file's superblock and the length that it states, without libhdf5.

Sources: HDF5 File Format Specification 3.0, section II.A (superblock versions 0 to 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from loadstone.artifact import Defect, DefectKind

if TYPE_CHECKING:
    from loadstone.artifact import Where

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_LONGEST = 128  # bytes; enough for the fields read here in every version
_SHORTEST = 12  # bytes before the first address, in the shortest version
ADDRESS_WIDTHS = frozenset({2, 4, 8})
# Of each version: where the width of an address stands, and where the addresses begin.
FIELDS = {0: (13, 24), 1: (13, 28), 2: (9, 12), 3: (9, 12)}


def find(stream: BinaryIO) -> int | None:
    """Return where the superblock begins, None if there is none.

    It stands at the beginning, or after a user block of 512 bytes or a power of two above; libhdf5 looks there, too.
    """
    size = stream.seek(0, 2)
    start = 0
    while start < size:
        stream.seek(start)
        if stream.read(len(SIGNATURE)) == SIGNATURE:
            return start
        start = start * 2 or 512
    return None


def truncation(stream: BinaryIO, where: Where) -> Defect | None:
    """Compare the length that a superblock states with the bytes that are there.

    Returns:
        The defect, with the two numbers that libhdf5 calls ``eof`` and ``stored_eof``; None when nothing is missing, or
        when there is no superblock at all.
    """
    start = find(stream)
    if start is None:
        return None
    size = stream.seek(0, 2)
    stream.seek(start)
    head = stream.read(_LONGEST)
    stated = _stated_length(head)
    if stated is None:
        detail = " and ends in its first header"
    elif start + stated > size:
        detail = f", stored_eof = {start + stated}"
    else:
        return None
    message = f"truncated HDF5 file: eof = {size}{detail}; copy or download it again"
    return Defect(kind=DefectKind.TRUNCATED, message=message, where=where)


def _stated_length(head: bytes) -> int | None:
    """Return the length from the superblock on that it states; None when it is cut off, 0 when it makes no sense."""
    if len(head) < _SHORTEST:
        return None
    width_at, base = FIELDS.get(head[8], (0, 0))
    if width_at >= len(head):
        return None
    width = head[width_at]
    if width not in ADDRESS_WIDTHS or not base:
        return 0
    end = base + 2 * width  # after the base address and that of the free space or the extension
    if len(head) < end + width:
        return None
    stated = [int.from_bytes(head[at : at + width], "little") for at in (base, end)]
    return stated[1] - stated[0]
