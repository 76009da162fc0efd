"""Tells which releases of Python a stored function is for, and what it uses, without running any of it."""

from __future__ import annotations

import base64
import binascii
import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from loadstone.formats.marshalled import MAX_BYTES, CodeObject, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.specifiers import SpecifierSet

__all__ = ["Instruction", "decode", "global_names", "instructions", "names", "nested", "parse", "releases", "versions"]

Release = tuple[int, int]

_UNIT = 2  # bytes of an instruction since Python 3.6
_ARGUMENTS_SINCE = 90  # before 3.6, opcodes from here on are followed by two bytes of argument
_GLOBALS_SHIFTED = (3, 11)  # from here on the lowest bit of LOAD_GLOBAL's argument says something else
_RETURN_VALUE = 83  # up to 3.12
_RELATIVE_JUMPS = frozenset({"JUMP_FORWARD", "FOR_ITER", "SETUP_FINALLY", "SETUP_WITH", "SETUP_ASYNC_WITH"})
_ABSOLUTE_JUMPS = frozenset(
    {"JUMP_ABSOLUTE", "JUMP_IF_FALSE_OR_POP", "JUMP_IF_TRUE_OR_POP", "POP_JUMP_IF_FALSE", "POP_JUMP_IF_TRUE"}
)
_PUSHES = frozenset({"LOAD_CONST", "LOAD_DEREF", "LOAD_FAST", "LOAD_GLOBAL", "LOAD_NAME"})
# COMPARE_OP's highest argument: 3.9 gave "in", "is" and exception matching instructions of their own.
_COMPARISONS: Final = {(3, 6): 11, (3, 7): 11, (3, 8): 11, (3, 9): 5, (3, 10): 5, (3, 11): 5}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its place in code units, its name, and its argument with the extensions folded in."""

    at: int
    name: str
    argument: int


def decode(text: str) -> bytes | None:
    """Return the bytes of a stored function, as Keras encodes them; None if the text cannot be any.

    Base64; in early releases of Keras 2 the bytes themselves, as ``raw_unicode_escape`` text.
    """
    stripped = text.lstrip()
    if len(text) > 2 * MAX_BYTES or stripped[:1] not in {"4", "Y", "c", "\xe3"}:  # what begins a code object
        return None
    if stripped[0] in "4Y":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return None
    return text.encode("raw_unicode_escape")


def names(code: CodeObject) -> tuple[str, ...]:
    """List the global and attribute names that a function and the functions in it use, in order of first use."""
    return tuple(dict.fromkeys(name for part in nested(code) for name in part.names))


def global_names(code: CodeObject) -> tuple[str, ...] | None:
    """List the names that a function and those in it look up in their module, or among Python's own.

    None for code of Python 3.5 and older, which is not disassembled.
    """
    release = max(versions(code)[0], min(opcodes()))
    shift = 1 if release >= _GLOBALS_SHIFTED else 0
    found: dict[str, None] = {}
    for part in nested(code):
        read = instructions(part, release)
        if read is None:
            return None
        for one in read:
            if one.name == "LOAD_GLOBAL" and one.argument >> shift < len(part.names):
                found[part.names[one.argument >> shift]] = None
    return tuple(found)


def nested(code: CodeObject) -> Iterator[CodeObject]:
    """Yield a code object and every one among its constants, each once."""
    pending, seen = [code], set[int]()
    while pending:
        part = pending.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            pending.extend(reversed([constant for constant in part.consts if isinstance(constant, CodeObject)]))


def versions(code: CodeObject) -> tuple[Release, Release | None]:
    """Return the oldest and the newest Python whose code objects look like this one; None where there is no newest.

    The layout gives a wide range; opcodes, jumps and line tables narrow it where they leave no doubt. Of the releases
    before 3.6 nothing is told apart.
    """
    candidates = [
        release
        for release in opcodes()
        if release >= code.first
        and (code.last is None or release <= code.last)
        and all(_fits(part, release) for part in nested(code))
    ]
    if code.first == (3, 0) and all(_fits_before_3_6(part) for part in nested(code)):
        candidates.insert(0, code.first)
    if not candidates:
        return code.first, code.last
    newest = max(opcodes())
    return candidates[0], None if candidates[-1] == newest else max(candidates[-1], _end_of(candidates[-1]))


def releases(code: CodeObject) -> SpecifierSet:
    """Return `versions` as a version specifier, such as ``>=3.8,<3.10``."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - only files with a stored function need it

    oldest, newest = versions(code)
    upper = "" if newest is None else f",<{newest[0]}.{newest[1] + 1}"
    return SpecifierSet(f">={oldest[0]}.{oldest[1]}{upper}" if newest != (2, 7) else "==2.7.*")


@cache
def opcodes() -> Mapping[Release, Mapping[int, tuple[str, int]]]:
    """Return for each known release its opcodes: number to name and count of inline cache entries.

    The table is taken from the interpreters themselves (their modules ``opcode``), from 3.6 on.
    """
    rows = list(csv.DictReader((resources.files(__package__) / "opcodes.csv").read_text("ascii").splitlines()))
    by_release: dict[Release, dict[int, tuple[str, int]]] = {}
    for column in [column for column in rows[0] if column != "name"]:
        major, _, minor = column.partition(".")
        table = by_release.setdefault((int(major), int(minor)), {})
        for row in rows:
            if row[column]:
                number, _, caches = row[column].partition("+")
                table[int(number)] = (row["name"], int(caches))
    return by_release


def instructions(code: CodeObject, release: Release) -> tuple[Instruction, ...] | None:
    """Disassemble a code object as one release of Python (3.6 or later) would read it.

    Returns:
        The instructions without EXTENDED_ARG and caches; None if that release cannot have written them.
    """
    table = opcodes()[release]
    raw, at, argument, found = code.code, 0, 0, []
    if len(raw) % _UNIT:
        return None
    while at < len(raw):
        if raw[at] not in table:
            return None
        name, caches = table[raw[at]]
        argument = argument << 8 | raw[at + 1]
        after = at + _UNIT * (1 + caches)
        if name == "CACHE" or argument >= 1 << 31 or any(raw[at + _UNIT : after]) or after > len(raw):
            return None
        if name != "EXTENDED_ARG":
            found.append(Instruction(at // _UNIT, name, argument))
            argument = 0
        at = after
    return tuple(found)


def _end_of(release: Release) -> Release:
    """Return the last release of a candidate that stands for several."""
    return (3, 5) if release == (3, 0) else release


def _fits(code: CodeObject, release: Release) -> bool:
    """Tell whether a release can have written a code object, by its opcodes, jumps, comparisons and line table."""
    read = instructions(code, release)
    if not read:
        return False
    highest = _COMPARISONS.get(release)
    if highest is not None and any(one.name == "COMPARE_OP" and one.argument > highest for one in read):
        return False
    if release >= (3, 11):
        return any(one.name == "RESUME" for one in read)  # which every function has, near its beginning
    targets = _targets(read, release)
    # The line table of 3.10 covers the whole code; its predecessor stops where the last line begins.
    covers = sum(code.linetable[::2]) == len(code.code)
    is_within = targets <= {one.at for one in read} | _extended(read)
    return is_within and covers == (release == (3, 10)) and not (release == (3, 7) and _calls_attribute(read, targets))


def _targets(read: tuple[Instruction, ...], release: Release) -> set[float]:
    """Return where jumps lead, in code units. Arguments count bytes up to 3.9 and units from 3.10 on."""
    scale = 1 if release >= (3, 10) else _UNIT
    return {
        one.argument / scale + (one.at + 1 if one.name in _RELATIVE_JUMPS else 0)
        for one in read
        if one.name in _RELATIVE_JUMPS | _ABSOLUTE_JUMPS
    }


def _extended(read: tuple[Instruction, ...]) -> set[int]:
    """Return the units before long arguments: a jump leads to the EXTENDED_ARG, not to the instruction it extends."""
    return {one.at - units for one in read for units in range(1, (one.argument.bit_length() - 1) // 8 + 1)}


def _calls_attribute(read: tuple[Instruction, ...], targets: set[float]) -> bool:
    """Tell whether an attribute is loaded and called at once, for which 3.7 and later have LOAD_METHOD."""
    pushed = None
    for one in read:
        if one.at in targets:
            pushed = None
        if one.name == "LOAD_ATTR":
            pushed = 0
        elif pushed is not None and one.name in _PUSHES:
            pushed += 1
        elif one.name == "CALL_FUNCTION" and pushed == one.argument:
            return True
        else:
            pushed = None
    return False


def _fits_before_3_6(code: CodeObject) -> bool:
    """Tell whether code reads as instructions of one byte, or three with an argument, that end by returning."""
    at = last = 0
    while at < len(code.code):
        last = code.code[at]
        at += 1 if last < _ARGUMENTS_SINCE else 3
    return at == len(code.code) and last == _RETURN_VALUE
