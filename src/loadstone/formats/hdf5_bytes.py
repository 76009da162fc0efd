"""What every structure of an HDF5 file is decoded with."""

from __future__ import annotations


class DamagedError(ValueError):
    """A structure is not what the specification says, or leads out of the file."""


def part(data: bytes, at: int, length: int) -> bytes:
    """Return a part of a structure, all of it.

    Raises:
        DamagedError: the structure is shorter.
    """
    if at + length > len(data):
        raise DamagedError("a structure that is longer than the one it stands in")
    return data[at : at + length]


def unsigned(data: bytes, at: int, width: int) -> int:
    """Decode an unsigned little-endian number of any width in bytes.

    Raises:
        DamagedError: the structure is shorter.
    """
    return int.from_bytes(part(data, at, width), "little")


def encoded_width(limit: int) -> int:
    """Return how many bytes HDF5 spends on a number that is at most ``limit``."""
    return max(limit.bit_length() - 1, 0) // 8 + 1
