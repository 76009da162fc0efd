"""An HDF5 file as a tree of names, headers and text attributes, read without following anything out of it.

Links are looked at and only hard ones followed, external and virtual storage is named and never opened, declared sizes
are held against the bytes that are there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loadstone.artifact import Attribute, Defect, DefectKind, Tensor, TensorSpec
from loadstone.formats import hdf5_types
from loadstone.formats.hdf5_bytes import DamagedError
from loadstone.formats.hdf5_file import Hdf5File, Header, LinkType, MessageType, RawAttribute

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_OBJECTS: Final = 1 << 18
MAX_DEPTH: Final = 64
MAX_NAME: Final = 4096  # characters of a full name
MAX_ATTRIBUTE_BYTES: Final = 64 << 20
BFLOAT16: Final = "bfloat16"
# Deflate cannot shrink bytes by more than 1032:1 (RFC 1951), and no other filter comes with libhdf5 that does better.
_MAX_RATIO = 1100
_COMPACT, _CONTIGUOUS, _CHUNKED, _VIRTUAL = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contiguous:
    """Values that stand in one piece, ``length`` bytes from ``begin`` on, counted from the file's first byte."""

    begin: int
    length: int
    datatype: hdf5_types.Datatype


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What stands in an HDF5 file.

    Attributes:
        tensors: the stored arrays.
        groups: the headers of groups by name; the root's name is empty.
        contiguous: where an array's values stand, by its name, for those that stand in one piece.
        defects: what is wrong.
    """

    tensors: tuple[TensorSpec, ...]
    groups: Mapping[str, Header]
    contiguous: Mapping[str, Contiguous]
    defects: tuple[Defect, ...]


class _Scan:
    """One walk over a file."""

    def __init__(self, file: Hdf5File, prefix: str) -> None:
        self.file = file
        self.prefix = prefix
        self.tensors: list[TensorSpec] = []
        self.groups: dict[str, Header] = {}
        self.contiguous: dict[str, Contiguous] = {}
        self.defects: list[Defect] = []

    def run(self) -> None:
        pending = [("", self.file.root, 0)]
        seen = {self.file.root}
        count = 0
        while pending:
            name, address, depth = pending.pop()
            below = []
            for child, where in self._members(name, address):
                count += 1
                if count > MAX_OBJECTS or depth > MAX_DEPTH or len(child) > MAX_NAME:
                    limits = f"{MAX_OBJECTS} objects, {MAX_DEPTH} levels or {MAX_NAME} characters of a name"
                    self._report(DefectKind.OVERSIZED, f"holds more than {limits}; the rest is not read", name)
                    return
                if where in seen:
                    message = "is linked a second time, which Keras never does; it is read once"
                    self._report(DefectKind.DAMAGED, message, child)
                    continue
                seen.add(where)
                below.append((child, where, depth + 1))
            pending.extend(reversed(below))

    def _members(self, name: str, address: int) -> list[tuple[str, int]]:
        """Read one object: list a group's members, note a dataset."""
        found: list[tuple[str, int]] = []
        try:
            header = self.file.header(address)
            kinds = {kind for kind, _ in header}
            if MessageType.LAYOUT in kinds:
                self._dataset(name, header)
            elif kinds & {MessageType.SYMBOL_TABLE, MessageType.LINK, MessageType.LINK_INFO} or name == "":
                self.groups[name] = header
                for link in self.file.links(header):
                    child = f"{name}/{link.name}" if name else link.name
                    if link.kind is LinkType.HARD:
                        found.append((child, link.address))
                    else:
                        message = f"is a {link.kind.name.lower()} link, which Keras never writes; it is not followed"
                        self._report(DefectKind.LEAVES_FILE, message, child, "link")
        except DamagedError as error:
            self._report(DefectKind.DAMAGED, f"cannot be read: {error}", name)
        return found

    def _dataset(self, name: str, header: Header) -> None:
        messages = dict(header)
        kind = hdf5_types.datatype(messages.get(MessageType.DATATYPE, b""))
        shape = hdf5_types.shape(messages.get(MessageType.DATASPACE, b""), self.file.length_width)
        layout = messages[MessageType.LAYOUT]
        declared = 0 if shape is None else math.prod(shape) * kind.size
        if MessageType.EXTERNAL_FILES in messages:
            message = "the values stand in other files; they are not read"
            self._report(DefectKind.LEAVES_FILE, message, name, "external-storage")
            return
        if _layout_class(layout) == _VIRTUAL:
            message = "the values are those of other datasets, in this or other files; they are not read"
            self._report(DefectKind.LEAVES_FILE, message, name, "virtual-dataset")
            return
        begin, stored = self._storage(layout, declared)
        if declared and (begin + stored > self.file.size or declared > stored * _MAX_RATIO):
            there = min(stored, max(self.file.size - begin, 0))
            message = f"declares {declared} bytes of values, but the file has {there} for it"
            self._report(DefectKind.OVERSIZED, message, name, "oversized-array")
            return
        if _layout_class(layout) == _CONTIGUOUS:
            self.contiguous[name] = Contiguous(begin=begin, length=declared, datatype=kind)
        marked = text(self.file, header, "dtype", name) == BFLOAT16  # Keras 3 notes it; HDF5 has no such type
        dtype = BFLOAT16 if marked else kind.name
        at = Tensor(name=f"{self.prefix}{name}")
        self.tensors.append(TensorSpec(name=name, shape=shape or (), dtype=dtype, at=at))

    def _storage(self, layout: bytes, declared: int) -> tuple[int, int]:
        """Return where a dataset's values begin, and how many bytes are stored of them."""
        file = self.file
        version, kind = layout[0], _layout_class(layout)
        old = version < 3  # noqa: PLR2004 - versions 1 and 2 give a rank and no size
        if kind == _COMPACT:
            return 0, len(layout)
        address = file.address(layout, 8 if old else 2 if kind == _CONTIGUOUS or version > 3 else 3)  # noqa: PLR2004
        if kind == _CONTIGUOUS:
            stored = declared if old else file.length(layout, 2 + file.offset_width)
            return (0, 0) if address == file.undefined else (file.absolute(address), stored)
        if version > 3:  # noqa: PLR2004 - indexed in five other ways; the file itself bounds them
            return 0, file.size
        rank = layout[1] if old else layout[2]
        return 0, 0 if address == file.undefined else file.chunk_bytes(address, rank)

    def _report(self, kind: DefectKind, message: str, name: str, mechanism: str | None = None) -> None:
        where = Tensor(name=f"{self.prefix}{name}")
        self.defects.append(Defect(kind=kind, message=message, where=where, mechanism=mechanism))


def scan(file: Hdf5File, prefix: str = "") -> Tree:
    """Walk a file's hard links and read the header of every dataset.

    Args:
        file: the open file.
        prefix: put before the place of every tensor and defect: the archive member that holds the file.
    """
    walk = _Scan(file, prefix)
    walk.run()
    return Tree(
        tensors=tuple(walk.tensors), groups=walk.groups, contiguous=walk.contiguous, defects=tuple(walk.defects)
    )


def attribute_names(file: Hdf5File, header: Header) -> frozenset[str]:
    """List the names of an object's attributes, as far as they can be read."""
    try:
        return frozenset(attribute.name for attribute in file.attributes(header))
    except DamagedError:
        return frozenset()


def text(file: Hdf5File, header: Header, name: str, owner: str = "") -> str | Defect | None:
    """Read a text attribute; None if there is no such attribute."""
    found = texts(file, header, name, owner)
    if isinstance(found, tuple):
        if len(found) == 1:
            return found[0]
        message = f"the attribute holds {len(found)} texts, not one"
        return Defect(kind=DefectKind.DAMAGED, message=message, where=_place(owner, name))
    return found


def texts(file: Hdf5File, header: Header, name: str, owner: str = "") -> tuple[str, ...] | Defect | None:
    """Read an array of texts, joined from ``name0``, ``name1`` and so on where Keras had to split it.

    An HDF5 object header holds 64 KiB, so Keras spreads longer lists over numbered attributes.
    """
    try:
        stored = {attribute.name: attribute for attribute in file.attributes(header)}
        if name in stored:
            return _decoded(file, stored[name])
        if f"{name}0" not in stored:
            return None
        parts: list[str] = []
        while (part := stored.get(f"{name}{len(parts)}")) is not None:
            parts.append(part.name)
        return tuple(item for part_name in parts for item in _decoded(file, stored[part_name]))
    except DamagedError as error:
        message = f"the attribute cannot be read: {error}"
        return Defect(kind=DefectKind.DAMAGED, message=message, where=_place(owner, name))


def _decoded(file: Hdf5File, attribute: RawAttribute) -> tuple[str, ...]:
    kind = hdf5_types.datatype(attribute.datatype)
    shape = hdf5_types.shape(attribute.dataspace, file.length_width)
    count = 0 if shape is None else math.prod(shape)
    if count == 0:
        return ()  # whatever its type: h5py writes an empty list as one of numbers
    if not (kind.is_text or kind.is_variable_text):
        raise DamagedError("it is not text")
    if count * kind.size > len(attribute.data):
        raise DamagedError(f"it declares {count} texts, which its {len(attribute.data)} bytes cannot hold")
    items = [attribute.data[index * kind.size : (index + 1) * kind.size] for index in range(count)]
    if kind.is_variable_text:
        items = [_in_heap(file, item) for item in items]
    if sum(map(len, items)) > MAX_ATTRIBUTE_BYTES:
        raise DamagedError(f"it has more than {MAX_ATTRIBUTE_BYTES} bytes")
    return tuple(item.rstrip(b"\0").decode("utf-8", "backslashreplace") for item in items)


def _in_heap(file: Hdf5File, item: bytes) -> bytes:
    """Fetch a text of variable length: its length, the address of the heap, the index in the heap."""
    length = int.from_bytes(item[:4], "little")
    if length == 0:
        return b""
    index = int.from_bytes(item[4 + file.offset_width : 8 + file.offset_width], "little")
    return file.heap_object(file.address(item, 4), index)[:length]


def _layout_class(layout: bytes) -> int:
    if len(layout) < 3:  # noqa: PLR2004 - the part that all versions have
        raise DamagedError("a layout message that is cut off")
    return layout[2] if layout[0] < 3 else layout[1]  # noqa: PLR2004 - versions 1 and 2 have the rank before it


def _place(owner: str, name: str) -> Attribute:
    return Attribute(owner=f"/{owner}", name=name)
