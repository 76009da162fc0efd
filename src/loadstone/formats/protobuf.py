"""Protocol buffers, read without the protobuf package: the wire format, and the messages of a SavedModel.

Source of the wire format: https://protobuf.dev/programming-guides/encoding/. Source of the field numbers: the
``.proto`` files that TensorFlow 2.4 to 2.21 install and, for ``SavedMetadata``, Keras 2.5 to 2.15.

A message is described by a table and read when it is asked for. Fields that no table lists are stepped over without
being looked at, so that a constant of hundreds of megabytes costs one addition. No table refers to itself, so that no
nesting in a file leads deeper than the tables do.
"""

from __future__ import annotations

import mmap
from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from loadstone.artifact import DefectKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Buffer: TypeAlias = bytes | mmap.mmap

MAX_BYTES = 1 << 31  # protobuf's own limit of one message
MAX_FIELDS = 5_000_000  # of a document: seconds and 80 MB; a graph of half a million operations has fewer
MAX_TEXT_BYTES = 128 << 20  # of all strings that are asked for in a document


class EncodingError(Exception):
    """Bytes that are not a valid encoding, or that exceed a limit.

    Attributes:
        kind: TRUNCATED when the document ends too early, OVERSIZED beyond a limit, else DAMAGED.
        offset: byte offset in the document.
    """

    def __init__(self, kind: DefectKind, offset: int, reason: str) -> None:
        super().__init__(f"{reason}, at byte {offset}")
        self.kind = kind
        self.offset = offset


# Wire types, by what they encode here. 3 and 4 are groups, which no message of TensorFlow has.
INTEGER = 0
FIXED64 = 1
TEXT = LENGTH_DELIMITED = 2
FIXED32 = 5
_FIXED_SIZE = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10  # bytes of seven bits each, for 64 bits
_CONTINUES = 0x80  # the bit of a varint's byte that says that another one follows


class MessageType:
    """A message's table: for each field its name, its number, and its wire type or what is inside it.

    Whether a field repeats is said by the method that reads it. In the bytes, a tag is the number and the wire type.
    """

    __slots__ = ("inner", "tags", "wanted")

    def __init__(self, **fields: tuple[int, int | MessageType]) -> None:
        self.inner = {name: inner for name, (_, inner) in fields.items() if isinstance(inner, MessageType)}
        self.tags = {
            name: number << 3 | (LENGTH_DELIMITED if isinstance(wire_type, MessageType) else wire_type)
            for name, (number, wire_type) in fields.items()
        }
        self.wanted = frozenset(self.tags.values())


SHAPE = MessageType(
    dim=(2, MessageType(size=(1, INTEGER))),
    unknown_rank=(3, INTEGER),
)
_NAME = MessageType(name=(1, TEXT))
_TENSOR = MessageType(dtype=(1, INTEGER), tensor_shape=(2, SHAPE), tensor_content=(4, TEXT), string_val=(8, TEXT))
ATTR_VALUE = MessageType(
    list=(1, MessageType(s=(2, TEXT), func=(9, _NAME))),
    s=(2, TEXT),
    type=(6, INTEGER),
    tensor=(8, _TENSOR),
    func=(10, _NAME),
)
NODE_DEF = MessageType(
    name=(1, TEXT),
    op=(2, TEXT),
    input=(3, TEXT),
    attr=(5, MessageType(key=(1, TEXT), value=(2, ATTR_VALUE))),  # a map: each entry is a message
)
FUNCTION_DEF = MessageType(signature=(1, _NAME), node_def=(3, NODE_DEF))
GRAPH_DEF = MessageType(
    node=(1, NODE_DEF),
    library=(2, MessageType(function=(1, FUNCTION_DEF))),
)
_SAVEABLE = MessageType(save_function=(2, INTEGER), restore_function=(3, INTEGER))
SAVED_OBJECT = MessageType(
    children=(1, MessageType(node_id=(1, INTEGER), local_name=(2, TEXT))),
    user_object=(4, MessageType(identifier=(1, TEXT), metadata=(3, TEXT))),
    function=(6, MessageType(concrete_functions=(1, TEXT))),
    bare_concrete_function=(8, MessageType(concrete_function_name=(1, TEXT))),
    saveable_objects=(11, MessageType(key=(1, TEXT), value=(2, _SAVEABLE))),
)
TENSOR_INFO = MessageType(
    name=(1, TEXT),
    coo_sparse=(4, MessageType(values=(1, TEXT), indices=(2, TEXT), dense_shape=(3, TEXT))),
    composite_tensor=(5, MessageType(components=(2, _NAME))),
)
_SAVER = MessageType(filename_tensor_name=(1, TEXT), save_tensor_name=(2, TEXT), restore_op_name=(3, TEXT))
_COLLECTION = MessageType(node_list=(1, MessageType(value=(1, TEXT))))
_SIGNATURE = MessageType(outputs=(2, MessageType(key=(1, TEXT), value=(2, TENSOR_INFO))))
META_GRAPH_DEF = MessageType(
    meta_info_def=(1, MessageType(tensorflow_version=(5, TEXT))),
    graph_def=(2, GRAPH_DEF),
    saver_def=(3, _SAVER),
    collection_def=(4, MessageType(key=(1, TEXT), value=(2, _COLLECTION))),
    signature_def=(5, MessageType(key=(1, TEXT), value=(2, _SIGNATURE))),
    asset_file_def=(6, MessageType(tensor_info=(1, _NAME), filename=(2, TEXT))),
    object_graph_def=(7, MessageType(nodes=(1, SAVED_OBJECT))),
)
SAVED_MODEL = MessageType(meta_graphs=(2, META_GRAPH_DEF))
SAVED_METADATA = MessageType(
    nodes=(1, MessageType(node_path=(3, TEXT), identifier=(4, TEXT), metadata=(5, TEXT))),
)
BUNDLE_HEADER = MessageType(num_shards=(1, INTEGER), endianness=(2, INTEGER))
BUNDLE_ENTRY = MessageType(
    dtype=(1, INTEGER),
    shape=(2, SHAPE),
    shard_id=(3, INTEGER),
    offset=(4, INTEGER),
    size=(5, INTEGER),
    crc32c=(6, FIXED32),
    slices=(7, MessageType()),
)


def read_varint(data: Buffer, position: int, end: int) -> tuple[int, int]:
    """The unsigned base-128 integer at ``position`` and the position behind it.

    Raises:
        EncodingError: it does not end before ``end``, or has more than 64 bits.
    """
    if position < end and (byte := data[position]) < _CONTINUES:
        return byte, position + 1
    value = shift = 0
    for place in range(position, min(position + _LONGEST_VARINT, end)):
        byte = data[place]
        value |= (byte & ~_CONTINUES) << shift
        shift += 7
        if byte < _CONTINUES and not value >> 64:
            return value, place + 1
    if position + _LONGEST_VARINT <= end:
        raise EncodingError(DefectKind.DAMAGED, position, "an integer of more than 64 bits")
    raise EncodingError(_end_kind(data, end), position, "an integer that does not end")


def _end_kind(data: Buffer, end: int) -> DefectKind:
    """What it means to need bytes beyond ``end``: the document was cut off, or an inner length lies."""
    return DefectKind.TRUNCATED if end == len(data) else DefectKind.DAMAGED


@contextmanager
def mapped(path: Path) -> Iterator[Buffer]:
    """The bytes of a file, read as they are touched. Messages over them are dead when the context ends.

    Raises:
        OSError: the file cannot be opened.
        EncodingError: it is larger than any protobuf may be.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > MAX_BYTES:
            raise EncodingError(DefectKind.OVERSIZED, MAX_BYTES, "more than a protobuf may have")
        if not size:  # nothing to map
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


_ABSENT = array("Q")

#: Bytes of a message that is remembered as a whole.
_SHORT = 64


class _Budget:
    """What may still be read from one document, however its messages are nested."""

    __slots__ = ("fields", "text")

    def __init__(self) -> None:
        self.fields = MAX_FIELDS
        self.text = MAX_TEXT_BYTES


class Message:
    """A message inside a buffer, indexed when it is first asked for something, and decoded field by field.

    Absent fields read as protobuf's defaults: 0, "", an empty message. A message may be in pieces: the format says that
    the occurrences of a field that does not repeat are merged.

    Every method raises EncodingError for bytes that are not valid.
    """

    __slots__ = ("_budget", "_data", "_depth", "_found", "_pieces", "_type")

    def __init__(self, data: Buffer, message: MessageType) -> None:
        self._data = data
        self._type = message
        self._pieces: tuple[tuple[int, int], ...] = ((0, len(data)),)
        self._depth = 0
        self._budget = _Budget()
        # By tag, two numbers an occurrence: the start and the end of what it holds; an integer's value and its end.
        self._found: dict[int, array[int]] | None = None

    def integer(self, name: str) -> int:
        """The last value of an int32, int64, bool or enum field, as a signed 64-bit integer."""
        values = self._values(name)
        value = values[-2] if values else 0
        return value - (1 << 64) if value >> 63 else value

    def fixed32(self, name: str) -> int:
        """The last value of a fixed32 field."""
        values = self._values(name)
        return int.from_bytes(self._data[values[-2] : values[-1]], "little") if values else 0

    def text(self, name: str) -> str:
        """The last value of a string field."""
        values = self._values(name)
        return self._decode(values[-2], values[-1]) if values else ""

    def texts(self, name: str) -> Iterator[str]:
        """The values of a repeated string field, one at a time."""
        return (self._decode(start, end) for start, end in self._pairs(name))

    def blobs(self, name: str) -> Iterator[bytes]:
        """The values of a repeated bytes field, one at a time."""
        for start, end in self._pairs(name):
            self._charge(start, end)
            yield self._data[start:end]

    def integers(self, name: str) -> Iterator[int]:
        """The values of a packed repeated enum or unsigned integer field, whose table says that it is bytes."""
        for start, end in self._pairs(name):
            position = start
            while position < end:
                value, position = read_varint(self._data, position, end)
                yield value

    def message(self, name: str) -> Message:
        """The message in a field that does not repeat, merged from all its occurrences."""
        return self._inner(name, tuple(self._pairs(name)))

    def messages(self, name: str) -> Iterator[Message]:
        """The messages of a repeated field, one at a time."""
        return (self._inner(name, (pair,)) for pair in self._pairs(name))

    def keys(self, name: str, key: str, known: dict[bytes, tuple[str, int]]) -> Iterator[str]:
        """The text ``key`` of each message of a repeated field, one at a time.

        ``known`` remembers them by the bytes of short messages, of which a program has the same few over and over; a
        message that is known counts as much towards what may be read as one that is not.
        """
        for start, end in self._pairs(name):
            raw = bytes(self._data[start:end]) if end - start <= _SHORT else None
            told = None if raw is None else known.get(raw)
            if told is None:
                before = self._budget.fields
                told = self._inner(name, ((start, end),)).text(key), before - self._budget.fields
                if raw is not None:
                    known[raw] = told
            else:
                self._budget.fields -= told[1]
                if self._budget.fields < 0:
                    raise EncodingError(DefectKind.OVERSIZED, start, f"more than {MAX_FIELDS} fields")
            yield told[0]

    def __contains__(self, name: str) -> bool:
        return bool(self._values(name))

    def _charge(self, start: int, end: int) -> None:
        self._budget.text -= end - start
        if self._budget.text < 0:
            raise EncodingError(DefectKind.OVERSIZED, start, f"more than {MAX_TEXT_BYTES} bytes of text")

    def _decode(self, start: int, end: int) -> str:
        self._charge(start, end)
        try:
            return str(self._data[start:end], "utf-8")
        except UnicodeDecodeError:
            raise EncodingError(DefectKind.DAMAGED, start, "a string that is not UTF-8") from None

    def _inner(self, name: str, pieces: tuple[tuple[int, int], ...]) -> Message:
        inner = object.__new__(Message)
        inner._data, inner._pieces, inner._budget = self._data, pieces, self._budget
        inner._type = self._type.inner[name]
        inner._found = None
        return inner

    def _pairs(self, name: str) -> Iterator[tuple[int, int]]:
        values = self._values(name)
        return ((values[place], values[place + 1]) for place in range(0, len(values), 2))

    def _values(self, name: str) -> array[int]:
        if self._found is None:
            found: dict[int, array[int]] = {}
            for start, end in self._pieces:
                self._index(start, end, found)
            self._found = found
        return self._found.get(self._type.tags[name], _ABSENT)

    def _index(self, position: int, end: int, found: dict[int, array[int]]) -> None:
        """Adds every field between two offsets that the table lists, and steps over the others.

        A known number in another encoding is an unknown field, as the format wants it.
        """
        data, wanted = self._data, self._type.wanted
        left = self._budget.fields
        while position < end:
            start = position
            tag, value = data[start], start + 1
            if tag >= _CONTINUES:
                tag, value = read_varint(data, start, end)
            wire_type = tag & 7
            if wire_type == LENGTH_DELIMITED:
                length, value = read_varint(data, value, end)
                position = value + length
            elif wire_type == INTEGER:
                value, position = read_varint(data, value, end)
            elif wire_type in _FIXED_SIZE:
                position = value + _FIXED_SIZE[wire_type]
            else:
                raise EncodingError(DefectKind.DAMAGED, start, f"a field of the unknown wire type {wire_type}")
            left -= 1
            if left < 0:
                raise EncodingError(DefectKind.OVERSIZED, start, f"more than {MAX_FIELDS} fields")
            if position > end:
                raise EncodingError(_end_kind(data, end), start, f"field {tag >> 3} is longer than what holds it")
            if tag in wanted:
                if tag not in found:
                    found[tag] = array("Q")
                found[tag].extend((value, position))
        self._budget.fields = left
