"""Names what a pickle would import, without unpickling anything: its instructions are listed and none is obeyed.

A pickle is a program for a small machine (``pickletools`` describes it). Whatever it calls, it imports by module and
name first; those names are what a reader can judge it by.
"""

from __future__ import annotations

import bz2
import io
import lzma
import pickletools
import zlib
from typing import TYPE_CHECKING, Final

from loadstone.artifact import Defect, DefectKind

if TYPE_CHECKING:
    from loadstone.artifact import Where

MAX_BYTES: Final = 64 << 20  # of the pickle that are listed
MAX_INSTRUCTIONS: Final = 1_000_000
MAX_NAMES: Final = 1000
SUFFIXES: Final = (".pkl", ".pickle", ".joblib", ".cloudpickle", ".dill")
_SHOWN = 8
_LONGEST_NAME = 200
_INFLATED = 1 << 20  # bytes that a compressed pickle is looked at
_TEXTS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"})
_COMPRESSIONS = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(wbits=31)),
    (b"\x78", zlib.decompressobj),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(memlimit=MAX_BYTES)),
)


def pickled(data: bytes, where: Where, called: str = "a pickle") -> Defect | None:
    """The defect of bytes that are a pickle, compressed or not: what it imports.

    None for other bytes, and for a pickle that imports nothing, which can do nothing either.
    """
    imports = imported(plain(data))
    if not imports:
        return None
    shown = ", ".join(imports[:_SHOWN]) + (f" and {len(imports) - _SHOWN} more" if len(imports) > _SHOWN else "")
    message = f"{called}, which runs code when it is opened; it imports {shown}; it is not opened here"
    return Defect(kind=DefectKind.RUNS_CODE, message=message, where=where)


def imported(data: bytes) -> tuple[str, ...] | None:
    """The names that a pickle imports, in its order, as ``module.name``; None where the bytes are no pickle.

    A pickle that breaks off has what it imports until there.
    """
    found: dict[str, None] = {}
    memo: dict[int, str] = {}
    texts: list[str] = []
    count = 0
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(io.BytesIO(data[:MAX_BYTES])), start=1):
            match opcode.name:
                case "GLOBAL" | "INST":
                    found[".".join(str(argument).split(" ", 1))[:_LONGEST_NAME]] = None
                case "STACK_GLOBAL":
                    found[".".join(texts[-2:])[:_LONGEST_NAME] or "?"] = None
                case "MEMOIZE":
                    memo[len(memo)] = texts[-1] if texts else ""
                case "BINPUT" | "LONG_BINPUT" | "PUT":
                    memo[int(argument or 0)] = texts[-1] if texts else ""
                case "BINGET" | "LONG_BINGET" | "GET":
                    texts = [*texts[-1:], memo.get(int(argument or 0), "")]
                case name if name in _TEXTS:
                    texts = [*texts[-1:], str(argument)[:_LONGEST_NAME]]
            if count >= MAX_INSTRUCTIONS or len(found) >= MAX_NAMES:
                break
    except (ValueError, IndexError, UnicodeError, OverflowError):
        return tuple(found) if found else None
    return tuple(found) if count > 1 else None


def plain(data: bytes) -> bytes:
    """Bytes as they are, or the beginning of what they inflate to: joblib compresses its pickles."""
    for start, decompressor in _COMPRESSIONS:
        if data.startswith(start):
            try:
                return decompressor().decompress(data, _INFLATED)
            except (zlib.error, OSError, lzma.LZMAError, EOFError):
                return data
    return data
