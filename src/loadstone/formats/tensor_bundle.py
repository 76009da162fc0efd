"""The index of a TensorFlow checkpoint in the TensorBundle format: which arrays it holds, and where.

``variables.index`` is a sorted string table as LevelDB writes it (source: doc/table_format.md of LevelDB): blocks of
prefix-compressed keys, each block followed by its compression and its checksum, and a footer that finds the block of
block handles. The empty key holds a ``BundleHeaderProto``, every other key a ``BundleEntryProto`` (source:
tensorflow/core/protobuf/tensor_bundle.proto). The arrays themselves lie in ``variables.data-SSSSS-of-NNNNN``.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from loadstone.artifact import Defect, DefectKind, Member, Tensor, TensorSpec
from loadstone.formats import foreign, sniff
from loadstone.formats.protobuf import (
    BUNDLE_ENTRY,
    BUNDLE_HEADER,
    EncodingError,
    Message,
    read_varint,
)
from loadstone.formats.tensor_types import ELEMENT_SIZE, MAX_RANK, dtype_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_INDEX_BYTES = 64 << 20  # an array takes about 100 bytes, so this is more than half a million of them
OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"

_FOOTER_SIZE = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER_SIZE = 5  # one byte for the compression, four for the checksum
_SLICE_MARK = b"\0"  # begins the key of a piece of a partitioned array

_STAND_INS = {DefectKind.LFS_POINTER, DefectKind.HTML_PAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleEntry:
    """Where one array lies: ``size`` bytes from ``offset`` of shard number ``shard``.

    ``partitioned`` arrays lie in pieces under keys of their own; their ``size`` is 0.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc32c: int
    partitioned: bool

    @property
    def spec(self) -> TensorSpec:
        """The array as every other format describes it."""
        return TensorSpec(name=self.name, shape=self.shape, dtype=self.dtype, at=Tensor(name=self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorBundle:
    """A checkpoint's index.

    Attributes:
        shards: how many data files there are.
        big_endian: the byte order of the machine that wrote it.
        entries: the arrays in the order of their names, without the object graph that is stored beside them.
        defects: what is wrong with the index, or with the data files it needs.
    """

    shards: int = 0
    big_endian: bool = False
    entries: tuple[BundleEntry, ...] = ()
    defects: tuple[Defect, ...] = ()


def find_fault(root: Path, name: str) -> Defect | None:
    """Tells why a file that a model consists of is not there, or is something in its place that was downloaded."""
    where = Member(path=name)
    match sniff.take(root / name):
        case Defect(kind=DefectKind.MISSING):
            return Defect(kind=DefectKind.INCOMPLETE, message="a part of the model is missing", where=where)
        case Defect() as fault:
            return replace(fault, where=where)
        case sniff.FolderSample():
            return Defect(kind=DefectKind.UNREADABLE, message="a folder in the place of a file", where=where)
        case sample:
            fault = foreign.name(sample)
            return replace(fault, where=where) if fault.kind in _STAND_INS else None


def shard_name(prefix: str, shard: int, shards: int) -> str:
    """The file that holds a shard: ``variables.data-00000-of-00001`` for the prefix ``variables``."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def read_bundle(root: Path, prefix: str) -> TensorBundle:
    """Reads ``<root>/<prefix>.index``, and looks at the sizes of the data files, not into them.

    Whatever is wrong is in ``defects``, placed relative to ``root``; the arrays that can still be told are in
    ``entries``.

    Raises:
        OSError: the index vanished while it was read.
    """
    index = f"{prefix}.index"
    unusable = find_fault(root, index)
    if unusable is not None:
        return TensorBundle(defects=(unusable,))
    with (root / index).open("rb") as file:
        data = file.read(MAX_INDEX_BYTES + 1)
    reader = _Reader(data, index)
    reader.read()
    defects = (*reader.defects, *_shard_defects(root, prefix, reader))
    return TensorBundle(
        shards=reader.shards, big_endian=reader.big_endian, entries=tuple(reader.entries), defects=defects
    )


class _Reader:
    """Reads one index as far as its bytes go. What stops it, or makes it leave something out, is a defect."""

    def __init__(self, data: bytes, member: str) -> None:
        self.data = data
        self.member = Member(path=member)
        self.shards = 0
        self.big_endian = False
        self.entries: list[BundleEntry] = []
        self.extents: dict[int, tuple[int, str]] = {}  # of each shard: the bytes it must have, and for which array
        self.defects: list[Defect] = []

    def read(self) -> None:
        try:
            for key, value in _table(self.data):
                if key:
                    self._read_entry(key, value)
                else:
                    header = Message(value, BUNDLE_HEADER)
                    self.shards, self.big_endian = header.integer("num_shards"), header.integer("endianness") == 1
        except EncodingError as error:
            self._add(error.kind, f"the checkpoint's index cannot be read: {error}", self.member)

    def _read_entry(self, key: bytes, value: bytes) -> None:
        name = key.decode("utf-8", "backslashreplace")
        at = Tensor(name=name)
        try:
            entry = _entry(name, value)
        except EncodingError as error:
            self._add(error.kind, f"the array's entry in the index cannot be read: {error}", at)
            return
        if not 0 <= entry.shard < self.shards:
            self._add(DefectKind.DAMAGED, f"placed in data file {entry.shard} of {self.shards}", at)
        elif min(entry.offset, entry.size) < 0:
            self._add(DefectKind.DAMAGED, f"{entry.size} bytes at offset {entry.offset}", at)
        elif not entry.partitioned:
            self.extents[entry.shard] = max(self.extents.get(entry.shard, (0, "")), (entry.offset + entry.size, name))
        if key.startswith(_SLICE_MARK) or name == OBJECT_GRAPH_KEY:
            return
        self.entries.append(entry)
        declared = math.prod(entry.shape) * ELEMENT_SIZE.get(entry.dtype, 0)
        if declared != entry.size and not entry.partitioned and ELEMENT_SIZE.get(entry.dtype):
            kind = DefectKind.OVERSIZED if declared > entry.size else DefectKind.DAMAGED
            self._add(kind, f"shape {entry.shape} of {entry.dtype} is {declared} bytes, stored are {entry.size}", at)

    def _add(self, kind: DefectKind, message: str, where: Member | Tensor) -> None:
        self.defects.append(Defect(kind=kind, message=message, where=where))


def _entry(name: str, value: bytes) -> BundleEntry:
    message = Message(value, BUNDLE_ENTRY)
    shape = message.message("shape")
    dimensions = tuple(dimension.integer("size") for dimension in islice(shape.messages("dim"), MAX_RANK + 1))
    if len(dimensions) > MAX_RANK or shape.integer("unknown_rank") or min(dimensions, default=0) < 0:
        raise EncodingError(DefectKind.DAMAGED, 0, "a shape that no stored array has")
    number = message.integer("dtype")
    if not number:
        raise EncodingError(DefectKind.DAMAGED, 0, "an array without a data type")
    return BundleEntry(
        name=name,
        dtype=dtype_name(number),
        shape=dimensions,
        shard=message.integer("shard_id"),
        offset=message.integer("offset"),
        size=message.integer("size"),
        crc32c=message.fixed32("crc32c"),
        partitioned="slices" in message,
    )


def _shard_defects(root: Path, prefix: str, reader: _Reader) -> Iterator[Defect]:
    for shard, (needed, last) in sorted(reader.extents.items()):
        name = shard_name(prefix, shard, reader.shards)
        path = root / name
        size = path.stat().st_size if path.is_file() else -1
        if size < needed:
            message = f"{size} bytes, but the index places {last} up to byte {needed}"
            cut = Defect(kind=DefectKind.TRUNCATED, message=message, where=Member(path=name))
            yield find_fault(root, name) or cut


def _table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the keys and values of a sorted string table, in order.

    Raises:
        EncodingError: at the first thing that is not valid or is larger than a limit.
    """
    if len(data) > MAX_INDEX_BYTES:
        raise EncodingError(DefectKind.OVERSIZED, MAX_INDEX_BYTES, f"more than {MAX_INDEX_BYTES} bytes")
    footer = len(data) - _FOOTER_SIZE
    if footer < 0 or int.from_bytes(data[-8:], "little") != _MAGIC:
        raise EncodingError(DefectKind.TRUNCATED, len(data), "no footer of a table")
    _, _, position = _handle(data, footer)  # of the metaindex block, which TensorFlow leaves empty
    index_start, index_end, _ = _handle(data, position)
    last_key: bytes | None = None
    last_end = 0
    key_bytes = 0  # prefix compression may make the keys far longer than the file
    for _, handle, at in _block(data, index_start, index_end):
        start, end, _ = _handle(handle, 0)
        if start < last_end:  # no block is read twice
            raise EncodingError(DefectKind.DAMAGED, at, "a block that begins inside another")
        last_end = end
        for key, value, position in _block(data, start, end):
            if last_key is not None and key <= last_key:
                raise EncodingError(DefectKind.DAMAGED, position, "a key that is not in order")
            last_key = key
            key_bytes += len(key)
            if key_bytes > MAX_INDEX_BYTES:
                raise EncodingError(DefectKind.OVERSIZED, position, f"keys of more than {MAX_INDEX_BYTES} bytes")
            yield key, value


def _handle(data: bytes, position: int) -> tuple[int, int, int]:
    """A block handle: the block's start and end, and the position behind the handle."""
    start, position = read_varint(data, position, len(data))
    size, position = read_varint(data, position, len(data))
    return start, start + size, position


def _block(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Yields the keys and values of a block, and where each stands.

    The block ends with the offsets of the keys that are written in full, for a binary search, and with their number.
    """
    if end + _TRAILER_SIZE > len(data):
        raise EncodingError(DefectKind.DAMAGED, start, "a block that reaches beyond the file")
    compression, checksum = struct.unpack_from("<BI", data, end)
    if compression:
        raise EncodingError(DefectKind.DAMAGED, end, "a compressed block, which TensorFlow does not write, begins")
    if masked_crc32c(data[start : end + 1]) != checksum:
        raise EncodingError(DefectKind.DAMAGED, start, "a block whose checksum does not match it")
    limit = end - 4 * (int.from_bytes(data[max(start, end - 4) : end], "little") + 1)
    if limit < start:
        raise EncodingError(DefectKind.DAMAGED, start, "a block that is too short")
    key, position = b"", start
    while position < limit:
        at = position
        shared, position = read_varint(data, position, limit)
        unshared, position = read_varint(data, position, limit)
        size, position = read_varint(data, position, limit)
        value_start = position + unshared
        if shared > len(key) or value_start + size > limit:
            raise EncodingError(DefectKind.DAMAGED, at, "a key or a value that is longer than what holds it")
        key = key[:shared] + data[position:value_start]
        position = value_start + size
        yield key, data[value_start:position], at


@cache
def _crc32c_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


def masked_crc32c(data: bytes) -> int:
    """The CRC-32C of RFC 3720, rotated and shifted by a constant as LevelDB stores it."""
    table = _crc32c_table()
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
