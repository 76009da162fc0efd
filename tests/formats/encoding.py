"""Writes what the readers of `loadstone.formats` read: protocol buffers, and the index of a checkpoint."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from loadstone.formats.tensor_bundle import masked_crc32c

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAGIC = 0xDB4775248B80FB57


def varint(value: int) -> bytes:
    """An unsigned integer in groups of seven bits, the lowest first."""
    groups = bytearray()
    while value >= 0x80:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*groups, value))


def field(number: int, value: int | bytes) -> bytes:
    """A field that holds a varint, or text, bytes or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def block(entries: Iterable[tuple[bytes, bytes]], interval: int = 16) -> bytes:
    """A block of a sorted string table, with its trailer: every ``interval`` keys, one is written in full."""
    content, restarts, last = bytearray(), [0], b""
    for count, (key, value) in enumerate(entries):
        shared = 0
        if count % interval:
            pairs = zip(key, last, strict=False)
            shared = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(key), len(last)))
        elif count:
            restarts.append(len(content))
        content += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    content += struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))
    return sealed(bytes(content))


def sealed(content: bytes, compression: int = 0) -> bytes:
    """A block's content with its trailer."""
    typed = content + bytes((compression,))
    return typed + struct.pack("<I", masked_crc32c(typed))


def table(blocks: Sequence[Sequence[tuple[bytes, bytes]]]) -> bytes:
    """A sorted string table of these blocks."""
    data, handles = bytearray(), []
    for entries in blocks:
        content = block(entries)
        handles.append((entries[-1][0], varint(len(data)) + varint(len(content) - 5)))
        data += content
    return bytes(data) + footer(len(data), block([]), block(handles, interval=1))


def footer(offset: int, metaindex: bytes, index: bytes) -> bytes:
    """The two last blocks of a table, which begin at ``offset``, and what finds them."""
    handles = varint(offset) + varint(len(metaindex) - 5) + varint(offset + len(metaindex)) + varint(len(index) - 5)
    return metaindex + index + handles.ljust(40, b"\0") + MAGIC.to_bytes(8, "little")


def header(shards: int = 1, endianness: int = 0) -> tuple[bytes, bytes]:
    """A checkpoint's header, as the entry of a table."""
    return b"", field(1, shards) + field(2, endianness)


def entry(
    name: str,
    shape: Sequence[int] = (),
    *,
    dtype: int = 1,
    shard: int = 0,
    offset: int = 0,
    size: int,
    more: bytes = b"",
) -> tuple[bytes, bytes]:
    """An array, as the entry of a table."""
    dims = b"".join(field(2, field(1, dimension % 2**64)) for dimension in shape)
    parts = field(1, dtype), field(2, dims), field(3, shard % 2**64), field(4, offset % 2**64), field(5, size % 2**64)
    return name.encode(), b"".join(parts) + more
