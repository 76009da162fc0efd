"""Dense storage: the links of a large group, or the attributes of an object with many, in a fractal heap.

HDF5 writes it from file format 1.8 on (h5py's ``libver`` or ``track_order``) when there are more than eight of them. A
version 2 B-tree says where in the heap each message stands.

Source: HDF5 File Format Specification 3.0, sections III.A.2 (version 2 B-trees) and III.G (fractal heap); the widths of
the fields that "vary" are those of libhdf5's encoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.formats.hdf5_bytes import DamagedError, encoded_width, part, unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.formats.hdf5_file import Hdf5File

MAX_DEPTH = 16
# Where the heap's identifier stands in a record, by the B-tree's type: links by name, attributes by name.
_IDENTIFIER_AT = {5: 4, 8: 0}
_HUGE_OBJECTS = 1
_MANAGED, _HUGE = 0, 1  # the third kind is too small for a message
_NODE_OVERHEAD = 10  # bytes of a B-tree node: signature, version, type, checksum


def messages(file: Hdf5File, heap_address: int, tree_address: int) -> Iterator[bytes]:
    """Yield the body of every message that the B-tree finds in the heap.

    Raises:
        DamagedError: a structure is not what the specification says.
    """
    heap = _Heap.at(file, heap_address)
    kind, records = _records(file, tree_address)
    if kind not in _IDENTIFIER_AT:
        raise DamagedError("a B-tree that lists neither links nor attributes")
    for record in records:
        yield heap.message(part(record, _IDENTIFIER_AT[kind], heap.identifier_width))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heap:
    """A fractal heap's header.

    Attributes:
        offset_width: bytes of an offset into the heap.
        span_width: bytes of the length of an object in it.
        width: blocks in a row of the heap's table; the first two rows have the smallest blocks, each later row's are
            twice as large.
        rows: rows of the root block's table, 0 when the root block itself holds the objects.
    """

    file: Hdf5File
    identifier_width: int
    huge_tree: int
    offset_width: int
    span_width: int
    width: int
    smallest: int
    largest: int
    root: int
    rows: int

    @staticmethod
    def at(file: Hdf5File, address: int) -> _Heap:
        offset, length = file.offset_width, file.length_width
        table = 14 + 2 * offset + 10 * length
        head = file.read(address, table + 8 + 2 * length + offset)
        if head[:4] != b"FRHP" or unsigned(head, 7, 2):
            raise DamagedError("no fractal heap, or one that is compressed")
        smallest, largest = file.length(head, table + 2), file.length(head, table + 2 + length)
        most_managed = unsigned(head, 10, 4)
        if smallest <= 0 or largest < smallest or unsigned(head, table, 2) == 0 or most_managed == 0:
            raise DamagedError("a fractal heap with blocks of no size")
        after = table + 2 + 2 * length
        return _Heap(
            file=file,
            identifier_width=unsigned(head, 5, 2),
            huge_tree=file.address(head, 14 + length),
            offset_width=(unsigned(head, after, 2) + 7) // 8,
            span_width=min((largest.bit_length() - 1 + 7) // 8, encoded_width(most_managed)),
            width=unsigned(head, table, 2),
            smallest=smallest,
            largest=largest,
            root=file.address(head, after + 4),
            rows=unsigned(head, after + 4 + offset, 2),
        )

    def message(self, identifier: bytes) -> bytes:
        kind = unsigned(identifier, 0, 1) >> 4 & 3
        if kind == _MANAGED:
            offset = unsigned(identifier, 1, self.offset_width)
            length = unsigned(identifier, 1 + self.offset_width, self.span_width)
            return self.file.read(self._place(self.root, self.rows, offset, 0), length)
        if kind == _HUGE:
            return self._huge(unsigned(identifier, 1, min(self.identifier_width - 1, self.file.length_width)))
        raise DamagedError("an object of an unknown kind in a fractal heap")

    def _place(self, block: int, rows: int, offset: int, depth: int) -> int:
        """Return the address of a heap offset, counted from the beginning of a block."""
        if rows == 0:
            return block + offset
        if depth > MAX_DEPTH or self.file.read(block, 4) != b"FHIB":
            raise DamagedError("a fractal heap whose table is damaged")
        for row in range(rows):
            size = self.smallest << max(row - 1, 0)
            if offset < size * self.width:
                entry = row * self.width + offset // size
                at = block + 5 + self.file.offset_width * (1 + entry) + self.offset_width
                child = self.file.address(self.file.read(at, self.file.offset_width), 0)
                # Blocks that are too large to hold objects are tables again, which end where the block would.
                below = 0 if size <= self.largest else (size // (self.smallest * self.width)).bit_length()
                return self._place(child, below, offset % size, depth + 1)
            offset -= size * self.width
        raise DamagedError("an offset beyond a fractal heap's end")

    def _huge(self, wanted: int) -> bytes:
        """Read an object that is too large for the heap's blocks: its own B-tree says where it stands."""
        file = self.file
        kind, records = _records(file, self.huge_tree)
        if kind != _HUGE_OBJECTS:
            raise DamagedError("a B-tree that does not list huge objects")
        for record in records:
            if file.length(record, file.offset_width + file.length_width) == wanted:
                return file.read(file.address(record, 0), file.length(record, file.offset_width))
        raise DamagedError("a huge object that its B-tree does not list")


def _records(file: Hdf5File, address: int) -> tuple[int, Iterator[bytes]]:
    """Return a version 2 B-tree's type, and its records."""
    head = file.read(address, 18 + file.offset_width)
    size, width, depth = unsigned(head, 6, 4), unsigned(head, 10, 2), unsigned(head, 12, 2)
    if head[:4] != b"BTHD" or width == 0 or depth > MAX_DEPTH or size < _NODE_OVERHEAD + width:
        raise DamagedError("no version 2 B-tree")
    return head[5], _nodes(
        file, (size, width, depth), file.address(head, 16), unsigned(head, 16 + file.offset_width, 2)
    )


def _nodes(file: Hdf5File, sizes: tuple[int, int, int], root: int, count: int) -> Iterator[bytes]:
    """Walk a version 2 B-tree's nodes; ``sizes`` are those of a node and of a record, and the depth."""
    size, width, depth = sizes
    most = (size - _NODE_OVERHEAD) // width  # records in a leaf
    count_width = encoded_width(most)
    total_widths, total = [0], most  # of the count of all records below a node, which leaves do not have
    for _ in range(depth):
        pointer = file.offset_width + count_width + total_widths[-1]
        here = max(size - _NODE_OVERHEAD - pointer, 0) // (width + pointer)
        total = (here + 1) * total + here
        total_widths.append(encoded_width(total))
    pending, seen = [(root, count, depth)], {root}
    while pending:
        address, records, level = pending.pop()
        pointer = file.offset_width + count_width + total_widths[max(level - 1, 0)]
        node = file.read(address, 6 + records * width + ((records + 1) * pointer if level else 0))
        if node[:4] != (b"BTIN" if level else b"BTLF"):
            raise DamagedError("no node of a version 2 B-tree")
        yield from (part(node, 6 + index * width, width) for index in range(records))
        for index in range(records + 1 if level else 0):
            at = 6 + records * width + index * pointer
            child = file.address(node, at)
            if child in seen:
                raise DamagedError("a B-tree that contains itself")
            seen.add(child)
            pending.append((child, unsigned(node, at + file.offset_width, count_width), level - 1))
