"""A reader of marshalled code objects: bytes become inert values, nothing is ever compiled or run.

The format is CPython's ``Python/marshal.c``, versions 2 to 4, as far as a code object uses it. Which fields a code
object has, and in which order, differs between releases; the stream does not say which it is, so every layout is tried
and the one that takes all bytes and whose fields agree with each other is right.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from types import EllipsisType

MAX_BYTES = 1 << 20
MAX_DEPTH = 60
# Values of a code object, counted with repetition: references let a short stream stand for an endless one.
MAX_VALUES = 1 << 17
MAX_DIGITS = 1 << 12

_REFERENCE_FLAG: Final = 0x80
_SINGLETONS: Final[dict[str, Constant]] = {"N": None, "F": False, "T": True, ".": ...}
# Text and bytes: how many bytes give the length, and the encoding. Python 2 interns bytes; it has no other such kind.
_TEXTS: Final = {"a": (4, "ascii"), "A": (4, "ascii"), "z": (1, "ascii"), "Z": (1, "ascii"), "u": (4, "utf-8")}
_LOCAL, _CELL, _FREE = 0x20, 0x40, 0x80  # the kinds of a "fast local" since Python 3.11


class MalformedError(ValueError):
    """The bytes are no code object of the layout that was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeObject:
    """A code object's fields, by CPython's names (``co_`` left out).

    Attributes:
        first: the oldest release, major and minor, that marshals code objects in this layout.
        last: the newest one; None when no newer layout is known.
        posonlyargcount: 0 where the release has none.
        qualname: None before Python 3.11.
        exceptiontable: empty before Python 3.11.
    """

    first: tuple[int, int]
    last: tuple[int, int] | None
    argcount: int
    posonlyargcount: int
    kwonlyargcount: int
    stacksize: int
    flags: int
    code: bytes
    consts: tuple[Constant, ...]
    names: tuple[str, ...]
    varnames: tuple[str, ...]
    freevars: tuple[str, ...]
    cellvars: tuple[str, ...]
    filename: str
    name: str
    qualname: str | None
    firstlineno: int
    linetable: bytes
    exceptiontable: bytes


Constant: TypeAlias = (
    "bool | int | float | complex | str | bytes | EllipsisType | tuple[Constant, ...] | frozenset[Constant]"
    " | CodeObject | None"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    first: tuple[int, int]
    last: tuple[int, int] | None
    fields: tuple[str, ...]


_INTEGERS = frozenset({"argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "firstlineno"})
_BODY = ("code", "consts", "names", "varnames", "freevars", "cellvars", "filename", "name", "firstlineno", "linetable")
_LAYOUTS = (
    _Layout(
        first=(3, 11),
        last=None,
        fields=(
            *("argcount", "posonlyargcount", "kwonlyargcount", "stacksize", "flags", "code", "consts", "names"),
            *("localsplusnames", "localspluskinds", "filename", "name", "qualname", "firstlineno", "linetable"),
            "exceptiontable",
        ),
    ),
    _Layout(
        first=(3, 8),
        last=(3, 10),
        fields=("argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", *_BODY),
    ),
    _Layout(first=(3, 0), last=(3, 7), fields=("argcount", "kwonlyargcount", "nlocals", "stacksize", "flags", *_BODY)),
    _Layout(first=(2, 7), last=(2, 7), fields=("argcount", "nlocals", "stacksize", "flags", *_BODY)),
)


def parse(data: bytes) -> CodeObject | None:
    """Read a marshalled code object; None if the bytes are not exactly one, or more than a model's function needs."""
    if len(data) > MAX_BYTES or data[:1] not in {b"c", bytes([ord("c") | _REFERENCE_FLAG])}:
        return None
    for layout in _LAYOUTS:
        try:
            return _Stream(data, layout).whole()
        except (MalformedError, struct.error, UnicodeDecodeError):
            continue
    return None


class _Stream:
    """One pass over marshalled bytes, under one layout."""

    def __init__(self, data: bytes, layout: _Layout) -> None:
        self._data = data
        self._layout = layout
        self._at = 0
        self._values = 0
        self._references: list[tuple[Constant, int] | None] = []  # with the number of values behind each
        self._interned: list[Constant] = []  # Python 2's own kind of reference

    def whole(self) -> CodeObject:
        value = self._value(0)
        if self._at != len(self._data) or not isinstance(value, CodeObject):
            raise MalformedError
        return value

    def _value(self, depth: int) -> Constant:
        before = self._values
        self._count(1)
        byte = self._take(1)[0]
        if depth > MAX_DEPTH:
            raise MalformedError
        slot = None
        if byte & _REFERENCE_FLAG:
            slot = len(self._references)
            self._references.append(None)  # taken before what the value holds, as marshal does
        value = self._of_kind(chr(byte & ~_REFERENCE_FLAG), depth)
        if slot is not None:
            self._references[slot] = (value, self._values - before)
        return value

    def _of_kind(self, kind: str, depth: int) -> Constant:
        match kind:
            case _ if kind in _SINGLETONS:
                return _SINGLETONS[kind]
            case _ if kind in _TEXTS:
                width, encoding = _TEXTS[kind]
                return self._take(self._integer(width)).decode(encoding, "surrogatepass")
            case "s":
                return self._take(self._integer())
            case "(" | ")" | ">":
                items = self._tuple(self._integer(1 if kind == ")" else 4), depth)
                return frozenset(items) if kind == ">" else items
            case "c":
                return self._code(depth)
            case "r" | "R" | "t":
                return self._shared(kind)
        return self._number(kind)

    def _number(self, kind: str) -> Constant:
        match kind:
            case "i":
                return self._integer()
            case "I":
                return self._integer(8)
            case "l":
                return self._long()
            case "g":
                return self._float()
            case "y":
                return complex(self._float(), self._float())
        raise MalformedError

    def _shared(self, kind: str) -> Constant:
        """Read an interned text, or a reference to an earlier value."""
        number = self._integer()
        if kind == "t":
            raw = self._take(number)
            if self._layout.first >= (3, 0):
                return raw.decode("utf-8", "surrogatepass")
            self._interned.append(raw)
            return raw
        earlier = self._references if kind == "r" else [(value, 1) for value in self._interned]
        found = earlier[number] if 0 <= number < len(earlier) else None
        if found is None:
            raise MalformedError
        self._count(found[1])
        return found[0]

    def _tuple(self, length: int, depth: int) -> tuple[Constant, ...]:
        if length > len(self._data) - self._at:
            raise MalformedError
        return tuple(self._value(depth + 1) for _ in range(length))

    def _code(self, depth: int) -> CodeObject:
        read: dict[str, Constant] = {
            field: self._integer() if field in _INTEGERS else self._value(depth + 1) for field in self._layout.fields
        }
        return _code_object(read, self._layout)

    def _long(self) -> int:
        count = self._integer()
        if abs(count) > MAX_DIGITS:
            raise MalformedError
        magnitude = 0
        for digit in reversed(struct.unpack(f"<{abs(count)}H", self._take(2 * abs(count)))):
            magnitude = magnitude << 15 | digit
        return -magnitude if count < 0 else magnitude

    def _float(self) -> float:
        return float(struct.unpack("<d", self._take(8))[0])

    def _integer(self, width: int = 4) -> int:
        return int.from_bytes(self._take(width), "little", signed=width > 1)

    def _take(self, length: int) -> bytes:
        if not 0 <= length <= len(self._data) - self._at:
            raise MalformedError
        self._at += length
        return self._data[self._at - length : self._at]

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise MalformedError


def _code_object(read: dict[str, Constant], layout: _Layout) -> CodeObject:
    """Build a code object from its fields, if they agree with each other."""
    if layout.first >= (3, 11):
        locals_ = _strings(read["localsplusnames"])
        kinds = _bytes(read["localspluskinds"])
        if len(kinds) != len(locals_):
            raise MalformedError
        varnames, cellvars, freevars = (
            tuple(name for name, kind in zip(locals_, kinds, strict=True) if kind & wanted)
            for wanted in (_LOCAL, _CELL, _FREE)
        )
    else:
        varnames, cellvars, freevars = (_strings(read[field]) for field in ("varnames", "cellvars", "freevars"))
    arguments = _integer(read["argcount"]) + _integer(read.get("kwonlyargcount", 0))
    consts = read["consts"]
    if (
        not isinstance(consts, tuple)
        or arguments > len(varnames)
        or read.get("nlocals", len(varnames)) != len(varnames)
    ):
        raise MalformedError
    return CodeObject(
        first=layout.first,
        last=layout.last,
        argcount=_integer(read["argcount"]),
        posonlyargcount=_integer(read.get("posonlyargcount", 0)),
        kwonlyargcount=_integer(read.get("kwonlyargcount", 0)),
        stacksize=_integer(read["stacksize"]),
        flags=_integer(read["flags"]),
        code=_bytes(read["code"]),
        consts=consts,
        names=_strings(read["names"]),
        varnames=varnames,
        freevars=freevars,
        cellvars=cellvars,
        filename=_string(read["filename"]),
        name=_string(read["name"]),
        qualname=_string(read["qualname"]) if "qualname" in read else None,
        firstlineno=_integer(read["firstlineno"]),
        linetable=_bytes(read["linetable"]),
        exceptiontable=_bytes(read.get("exceptiontable", b"")),
    )


def _integer(value: Constant) -> int:
    if not isinstance(value, int) or value < 0:
        raise MalformedError
    return value


def _bytes(value: Constant) -> bytes:
    if not isinstance(value, bytes):
        raise MalformedError
    return value


def _string(value: Constant) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8")  # Python 2
    if not isinstance(value, str):
        raise MalformedError
    return value


def _strings(value: Constant) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise MalformedError
    return tuple(_string(item) for item in value)
