"""The structures of an HDF5 file, parsed from its bytes: object headers, groups, attributes. Metadata only.

libhdf5 trusts what it parses: a file of 13 kB can keep it busy for ever, so a file that may be hostile is read here.
This reader checks every address and length against the file, visits no structure twice, and needs neither libhdf5 nor
NumPy, which take longer to import than a model's headers take to read.

Source: HDF5 File Format Specification 3.0; the sections are named where they are read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO

from loadstone.formats import hdf5_dense, superblock
from loadstone.formats.hdf5_bytes import DamagedError, part, unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_METADATA_BYTES = 256 << 20
_LEAST_CHARGE = 128  # bytes that a read counts for at least, so that the limit bounds the number of reads too
MAX_MESSAGES = 1 << 14  # of one object; an object has an attribute in each


class MessageType(Enum):
    """The messages of an object header that are read (section IV.A.2)."""

    DATASPACE = 0x01
    LINK_INFO = 0x02
    DATATYPE = 0x03
    LINK = 0x06
    EXTERNAL_FILES = 0x07
    LAYOUT = 0x08
    ATTRIBUTE = 0x0C
    CONTINUATION = 0x10
    SYMBOL_TABLE = 0x11
    ATTRIBUTE_INFO = 0x15


_TYPES = {kind.value: kind for kind in MessageType}
_SHARED = 0x02  # the flag of a message that stands in another object's header


class LinkType(Enum):
    """Where a link leads."""

    HARD = 0
    SOFT = 1
    EXTERNAL = 64


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a group; ``address`` is that of the object's header, and has no meaning for other links than hard."""

    name: str
    kind: LinkType
    address: int


@dataclass(frozen=True, slots=True)
class RawAttribute:
    """An attribute as it is stored: its name, datatype and dataspace messages, and its bytes."""

    name: str
    datatype: bytes
    dataspace: bytes
    data: bytes


Header = tuple[tuple[MessageType, bytes], ...]


class Hdf5File:
    """An HDF5 file, open for reading.

    Args:
        stream: the bytes, with random access.

    Raises:
        DamagedError: there is no superblock, or it makes no sense.
    """

    def __init__(self, stream: BinaryIO) -> None:
        start = superblock.find(stream)
        if start is None:
            raise DamagedError("no HDF5 superblock")
        self._stream = stream
        self.size = stream.seek(0, 2)
        self._budget = MAX_METADATA_BYTES
        self._base = start  # whatever base address is stated: a user block may have been put before a finished file
        version = self.read(8, 1)[0]
        widths, addresses = superblock.FIELDS.get(version, (0, 0))
        if not addresses:
            raise DamagedError(f"superblock version {version} is not known")
        self.offset_width, self.length_width = self.read(widths, 2)
        if self.offset_width not in superblock.ADDRESS_WIDTHS or self.length_width not in superblock.ADDRESS_WIDTHS:
            raise DamagedError("addresses or lengths of an unknown width")
        self.undefined = (1 << 8 * self.offset_width) - 1
        # After four addresses: the root's object header; up to version 1 behind the offset of its name.
        root_at = addresses + (3 if version > 1 else 5) * self.offset_width
        self.root = unsigned(self.read(root_at, self.offset_width), 0, self.offset_width)
        self._heaps: dict[int, dict[int, bytes]] = {}

    def read(self, address: int, length: int) -> bytes:
        """Read bytes at an address, all of them or none.

        Raises:
            DamagedError: they are not all in the file, or more metadata was read than a model has.
        """
        at = self._base + address
        if length < 0 or at + length > self.size or length > self._budget:
            raise DamagedError(f"{length} bytes at {address} are not in the file")
        self._budget -= max(length, _LEAST_CHARGE)
        self._stream.seek(at)
        data = self._stream.read(length)
        if len(data) != length:
            raise DamagedError(f"{length} bytes at {address} cannot be read")
        return data

    def address(self, data: bytes, at: int) -> int:
        """Decode the address that stands at a place of a structure."""
        return unsigned(data, at, self.offset_width)

    def length(self, data: bytes, at: int) -> int:
        """Decode the length that stands at a place of a structure."""
        return unsigned(data, at, self.length_width)

    def absolute(self, address: int) -> int:
        """Turn an address into the place in the file: addresses count from the superblock's base address."""
        return self._base + address

    def header(self, address: int) -> Header:
        """Read an object's header (section IV.A.1): its messages, of the types that are known here."""
        start = self.read(address, 6)
        if start[:4] == b"OHDR":
            blocks, version, flags = self._second_header(address), 2, start[5]
        elif start[0] == 1:
            blocks, version, flags = [(address + 16, unsigned(self.read(address + 8, 4), 0, 4))], 1, 0
        else:
            raise DamagedError(f"no object header at {address}")
        found: list[tuple[MessageType, bytes]] = []
        seen = {blocks[0][0]}
        count = 0
        while blocks:
            block_at, length = blocks.pop(0)
            for number, message_flags, body in _messages(self.read(block_at, length), version, flags):
                count += 1
                if count > MAX_MESSAGES:
                    raise DamagedError(f"an object with more than {MAX_MESSAGES} messages")
                kind = _TYPES.get(number)
                if kind is MessageType.CONTINUATION:
                    next_at, next_length = self.address(body, 0), self.length(body, self.offset_width)
                    if version == 2:  # noqa: PLR2004 - a signature before, a checksum behind
                        next_at, next_length = next_at + 4, next_length - 8
                    if next_at in seen:
                        raise DamagedError("an object header that continues in itself")
                    seen.add(next_at)
                    blocks.append((next_at, next_length))
                elif kind is not None:
                    found.append((kind, self._unshared(kind, body) if message_flags & _SHARED else body))
        return tuple(found)

    def links(self, header: Header) -> Iterator[Link]:
        """List a group's entries; none for an object that is no group."""
        for kind, body in header:
            match kind:
                case MessageType.SYMBOL_TABLE:
                    names = self._local_heap(self.address(body, self.offset_width))
                    yield from self._symbols(self.address(body, 0), names)
                case MessageType.LINK:
                    yield self._link(body)
                case MessageType.LINK_INFO:
                    yield from map(self._link, self._dense(body, 2 + 8 * (unsigned(body, 1, 1) & 1)))

    def attributes(self, header: Header) -> Iterator[RawAttribute]:
        """List an object's attributes."""
        for kind, body in header:
            match kind:
                case MessageType.ATTRIBUTE:
                    yield self._attribute(body)
                case MessageType.ATTRIBUTE_INFO:
                    yield from map(self._attribute, self._dense(body, 2 + 2 * (unsigned(body, 1, 1) & 1)))

    def heap_object(self, address: int, index: int) -> bytes:
        """Read an object of a global heap collection (section III.E), where texts of any length stand."""
        if address not in self._heaps:
            head = self.read(address, 8 + self.length_width)
            if head[:4] != b"GCOL":
                raise DamagedError(f"no global heap at {address}")
            self._heaps[address] = dict(self._heap_objects(self.read(address, self.length(head, 8))))
        if index not in self._heaps[address]:
            raise DamagedError(f"no object {index} in the global heap at {address}")
        return self._heaps[address][index]

    def chunk_bytes(self, address: int, rank: int) -> int:
        """Add up the stored bytes of a chunked dataset from its version 1 B-tree (section III.A.1)."""
        key = 8 + 8 * rank
        return sum(unsigned(node, at, 4) for node, level, at, _ in self._tree(address, 1, key) if level == 0)

    def _dense(self, body: bytes, at: int) -> Iterator[bytes]:
        """List the messages of a group or an object that keeps them in dense storage, if it does."""
        heap, tree = self.address(body, at), self.address(body, at + self.offset_width)
        return iter(()) if heap == self.undefined else hdf5_dense.messages(self, heap, tree)

    def _second_header(self, address: int) -> list[tuple[int, int]]:
        """Return where the messages of a version 2 header begin, and their length."""
        flags = self.read(address + 5, 1)[0]
        at = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        return [(at + width, unsigned(self.read(at, width), 0, width))]

    def _unshared(self, kind: MessageType, body: bytes) -> bytes:
        """Follow a shared message (section IV.A.2, "Shared Message") to the object of this file that has it."""
        if len(body) < 2 or (body[0] == 3 and body[1] != 2):  # noqa: PLR2004 - in a heap of the superblock's extension
            raise DamagedError("a message in the shared message heap, which Keras never writes")
        target = self.address(body, 8 if body[0] == 1 else 2)
        start = self.read(target, 6)
        length = unsigned(self.read(target + 8, 4), 0, 4) if start[0] == 1 else 0
        block = [(target + 16, length)] if start[0] == 1 else self._second_header(target)
        version = 1 if start[0] == 1 else 2
        for number, flags, found in _messages(self.read(*block[0]), version, start[5] if version > 1 else 0):
            if number == kind.value and not flags & _SHARED:
                return found
        raise DamagedError("a shared message that is not where it should be")

    def _tree(self, address: int, kind: int, key: int) -> Iterator[tuple[bytes, int, int, int]]:
        """Walk a version 1 B-tree: the node's bytes, its level, where an entry's key stands, the entry's child."""
        pending, seen = [address], {address}
        while pending:
            at = pending.pop()
            head_length = 8 + 2 * self.offset_width
            head = self.read(at, head_length)
            if head[:4] != b"TREE" or head[4] != kind:
                raise DamagedError(f"no B-tree of the right kind at {at}")
            level, entries = head[5], unsigned(head, 6, 2)
            step = key + self.offset_width
            node = self.read(at + head_length, entries * step)
            for entry in range(entries):
                child = self.address(node, entry * step + key)
                yield node, level, entry * step, child
                if level:
                    if child in seen:
                        raise DamagedError("a B-tree that contains itself")
                    seen.add(child)
                    pending.append(child)

    def _symbols(self, tree: int, names: bytes) -> Iterator[Link]:
        """Read a group's symbol table nodes (section III.B)."""
        size = 2 * self.offset_width + 24
        seen = set[int]()
        for _, level, _, child in self._tree(tree, 0, self.length_width):
            if level:
                continue
            head = self.read(child, 8)
            if head[:4] != b"SNOD" or child in seen:
                raise DamagedError(f"no symbol table node at {child}, or a second time")
            seen.add(child)
            entries = self.read(child + 8, unsigned(head, 6, 2) * size)
            for at in range(0, len(entries), size):
                name = _terminated(names, self.address(entries, at))
                cache = unsigned(entries, at + 2 * self.offset_width, 4)
                kind = LinkType.SOFT if cache == 2 else LinkType.HARD  # noqa: PLR2004 - the cache type of symbolic links
                yield Link(name, kind, self.address(entries, at + self.offset_width))

    def _local_heap(self, address: int) -> bytes:
        """Read the names of a group (section III.D)."""
        head = self.read(address, 8 + 2 * self.length_width + self.offset_width)
        if head[:4] != b"HEAP":
            raise DamagedError(f"no local heap at {address}")
        return self.read(self.address(head, 8 + 2 * self.length_width), self.length(head, 8))

    def _link(self, body: bytes) -> Link:
        """Decode a link message (section IV.A.2.g)."""
        flags, at = unsigned(body, 1, 1), 2
        number = unsigned(body, at, 1) if flags & 0x08 else 0
        at += bool(flags & 0x08) + (8 if flags & 0x04 else 0) + bool(flags & 0x10)
        width = 1 << (flags & 3)
        length = unsigned(body, at, width)
        at += width
        kind = {0: LinkType.HARD, 1: LinkType.SOFT}.get(number, LinkType.EXTERNAL)
        address = self.address(body, at + length) if kind is LinkType.HARD else self.undefined
        return Link(_text(part(body, at, length)), kind, address)

    def _attribute(self, body: bytes) -> RawAttribute:
        """Decode an attribute message (section IV.A.2.m)."""
        version, flags = unsigned(body, 0, 1), unsigned(body, 1, 1)
        flags = flags if version > 1 else 0  # reserved before
        at, parts = 9 if version == 3 else 8, []  # noqa: PLR2004 - version 3 has the name's character set
        for index in range(3):
            length = unsigned(body, 2 + 2 * index, 2)
            parts.append(part(body, at, length))
            at += (length + 7) // 8 * 8 if version == 1 else length
        name, datatype, dataspace = parts
        datatype = self._unshared(MessageType.DATATYPE, datatype) if flags & 1 else datatype
        dataspace = self._unshared(MessageType.DATASPACE, dataspace) if flags & 2 else dataspace
        return RawAttribute(_terminated(name + b"\0", 0), datatype, dataspace, body[at:])

    def _heap_objects(self, collection: bytes) -> Iterator[tuple[int, bytes]]:
        at = 8 + self.length_width
        head = 8 + self.length_width
        while at + head <= len(collection):
            index, length = unsigned(collection, at, 2), self.length(collection, at + 8)
            if index == 0:  # the free space, which is last
                return
            yield index, part(collection, at + head, length)
            at += head + (length + 7) // 8 * 8


def _messages(block: bytes, version: int, header_flags: int) -> Iterator[tuple[int, int, bytes]]:
    """Split a block of an object header into messages: type, flags, body."""
    head = 8 if version == 1 else 4 + (2 if header_flags & 0x04 else 0)
    at = 0
    while at + head <= len(block):
        if version == 1:
            number, length, flags = struct.unpack_from("<HHB", block, at)
        else:
            number, length, flags = struct.unpack_from("<BHB", block, at)
        yield number, flags, part(block, at + head, length)
        at += head + length


def _terminated(data: bytes, at: int) -> str:
    end = data.find(b"\0", at)
    if end < 0:
        raise DamagedError("a name without an end")
    return _text(data[at:end])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")  # bytes that are no text could never be printed
