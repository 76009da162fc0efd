from __future__ import annotations

import base64
import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.formats import bytecode, marshalled

if TYPE_CHECKING:
    from typing import Any

    from loadstone.formats.marshalled import CodeObject

RELEASES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "code_objects.json").read_text())
CASES = [(release, name) for release, functions in RELEASES.items() for name in functions]
every_function = pytest.mark.parametrize(("release", "name"), CASES)
# The widest and the narrowest that a function's bytes allow. What only the name of a release distinguishes is not told.
NARROW = {
    ("3.6", "method"): "<3.7,>=3.6",
    ("3.7", "method"): "<3.8,>=3.7",
    ("3.8", "identity_test"): "<3.9,>=3.8",
    ("3.9", "identity_test"): "<3.10,>=3.9",
    ("3.10", "identity"): "<3.11,>=3.10",
    ("3.11", "method"): "<3.12,>=3.11",
    ("3.12", "method"): "<3.13,>=3.12",
    ("3.13", "identity"): ">=3.13",
}
WIDE = {
    ("3.6", "identity"): "<3.8,>=3.6",
    ("3.7", "identity"): "<3.8,>=3.6",
    ("3.8", "identity"): "<3.10,>=3.8",
    ("3.9", "identity"): "<3.10,>=3.8",
    ("3.11", "identity"): "<3.13,>=3.11",
}


def code(release: str, name: str) -> CodeObject:
    data = bytecode.decode(RELEASES[release][name])
    assert data is not None
    found = bytecode.parse(data)
    assert found is not None
    return found


@every_function
def test_the_release_that_wrote_a_function_is_in_its_range(release: str, name: str) -> None:
    assert release in bytecode.releases(code(release, name))


@every_function
def test_only_neighbours_of_one_layout_are_in_its_range(release: str, name: str) -> None:
    minor = int(release.partition(".")[2])
    layouts = ({6, 7}, {8, 9, 10}, {11, 12, 13})
    own = next(layout for layout in layouts if minor in layout)
    others = {f"3.{other}" for other in range(14)} - {f"3.{other}" for other in own}
    assert not others & {other for other in others if other in bytecode.releases(code(release, name))}


@pytest.mark.parametrize(("case", "expected"), (NARROW | WIDE).items())
def test_ranges_are_as_narrow_as_the_bytes_allow(case: tuple[str, str], expected: str) -> None:
    assert str(bytecode.releases(code(*case))) == expected


@every_function
def test_names_are_the_same_in_every_release(release: str, name: str) -> None:
    expected = {
        "block": ("range", "ValueError", "IndexError", "Ellipsis", "tf", "name_scope", "concat"),
        "method": ("K", "mean"),
        "keyword": ("tf", "reduce_mean", "abs"),
    }
    assert bytecode.names(code(release, name)) == expected.get(name, ())


@every_function
def test_fields_are_those_of_the_function(release: str, name: str) -> None:
    read = code(release, name)
    assert read.name == ("block" if name == "block" else "<lambda>")
    assert read.varnames[: read.argcount] == (("x", "axis") if name == "branch" else ("x",))
    assert read.freevars == (("scale",) if name in {"block", "closure"} else ())
    assert read.filename == "<stdin>"
    assert read.firstlineno > 1
    assert (read.qualname is None) == (tuple(map(int, release.split("."))) < (3, 11))
    assert bytecode.instructions(read, tuple(map(int, release.split(".")))) is not None  # type: ignore[arg-type] # of two


def test_global_names_are_told_from_attributes() -> None:
    import marshal

    def function(x: Any) -> Any:
        return K.l2_normalize(x, axis=len(x.shape)), [np.abs(y) for y in x]  # type: ignore[name-defined]  # noqa: F821 - names that are not there are the point

    read = bytecode.parse(marshal.dumps(function.__code__))
    assert read is not None
    assert bytecode.global_names(read) == ("K", "len", "np")


@pytest.mark.parametrize("release", RELEASES)
def test_constants_of_every_kind_are_read(release: str) -> None:
    constants = list(itertools.chain.from_iterable(part.consts for part in bytecode.nested(code(release, "block"))))
    flat = [item for constant in constants for item in (constant if isinstance(constant, tuple) else [constant])]
    for expected in (0.5, 1, 2.5, None, True, 10**20, -(10**9), "h\u00e9llo", b"b"):
        assert any(type(item) is type(expected) and item == expected for item in flat)
    assert -1j in flat
    assert frozenset({1, 2}) in flat


@pytest.mark.skipif(sys.version_info[:2] > (3, 13), reason="the table of releases ends with 3.13")
def test_a_function_of_this_very_interpreter_is_read() -> None:
    import marshal

    for function in (lambda x: x + 1, test_constants_of_every_kind_are_read, python_2_function):
        own = function.__code__
        read = bytecode.parse(marshal.dumps(own))
        assert read is not None
        assert (read.code, read.names, read.varnames) == (own.co_code, own.co_names, own.co_varnames)
        assert (read.freevars, read.cellvars, read.flags) == (own.co_freevars, own.co_cellvars, own.co_flags)
        assert "{}.{}".format(*sys.version_info) in bytecode.releases(read)


def python_2_function() -> bytes:
    """``lambda x: x * 2`` as Python 2.7 marshals it."""

    def integer(value: int) -> bytes:
        return value.to_bytes(4, "little")

    def string(value: bytes, kind: bytes = b"s") -> bytes:
        return kind + integer(len(value)) + value

    header = b"c" + integer(1) + integer(1) + integer(2) + integer(0x43)
    body = string(b"|\x00\x00d\x01\x00\x14S") + b"(" + integer(2) + b"Ni" + integer(2)
    names = b"(" + integer(0) + b"(" + integer(1) + string(b"x", b"t") + b"(" + integer(0) + b"(" + integer(0)
    return header + body + names + string(b"m.py") + string(b"<lambda>", b"t") + integer(1) + string(b"")


def test_functions_of_python_2_are_told() -> None:
    read = bytecode.parse(python_2_function())
    assert read is not None
    assert (read.varnames, read.consts, str(bytecode.releases(read))) == (("x",), (None, 2), "==2.7.*")


def python_3_function() -> bytes:
    """The same with instructions of one and three bytes, in the layout of Python 3.0 to 3.7: one more integer."""
    data = python_2_function().replace(b"c\x01\0\0\0", b"c\x01\0\0\0\0\0\0\0", 1)
    return data.replace(b"s\x04\0\0\0m.py", b"t\x04\0\0\0m.py")


def test_functions_before_3_6_are_told_together() -> None:
    read = bytecode.parse(python_3_function())
    assert read is not None
    assert str(bytecode.releases(read)) == "<3.6,>=3.0"


def test_text_before_base64_was_used() -> None:
    data = python_2_function()
    assert bytecode.decode(data.decode("raw_unicode_escape")) == data


@pytest.mark.parametrize("text", ["", "hello", "4@@@", "Y29", "4" * (3 << 20)])
def test_other_text_is_not_decoded(text: str) -> None:
    assert bytecode.decode(text) is None


def test_a_function_that_no_known_release_wrote_gets_its_layouts_range() -> None:
    data = bytearray(base64.b64decode(RELEASES["3.13"]["identity"]))
    at = data.index(bytes([149, 0]))  # RESUME, without which nothing since 3.11 begins
    data[at] = 255
    read = bytecode.parse(bytes(data))
    assert read is not None
    assert str(bytecode.releases(read)) == ">=3.11"


@every_function
def test_cut_or_lengthened_bytes_are_no_function(release: str, name: str) -> None:
    data = base64.b64decode(RELEASES[release][name])
    assert bytecode.parse(data + b"N") is None
    assert all(bytecode.parse(data[:length]) is None for length in range(0, len(data), 7))


@given(st.sampled_from(CASES), st.data())
def test_changed_bytes_are_read_or_refused(case: tuple[str, str], data: st.DataObject) -> None:
    raw = bytearray(base64.b64decode(RELEASES[case[0]][case[1]]))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(1, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read = bytecode.parse(bytes(raw))
    if read is not None:
        bytecode.names(read)
        bytecode.releases(read)


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(tail: bytes) -> None:
    for start in (b"c", b"\xe3"):
        bytecode.parse(start + tail)


@pytest.mark.parametrize(("levels", "is_read"), [(3, True), (60, False)])
def test_a_bomb_of_references_is_refused(levels: int, *, is_read: bool) -> None:
    # Each tuple holds the one before it twice, so that 60 of them stand for 2**60 values.
    pairs = [b"r" + (level - 1).to_bytes(4, "little") for level in range(1, levels)]
    constants = b")" + bytes([levels]) + b"\xa9\x02NN" + b"".join(b"\xa9\x02" + pair * 2 for pair in pairs)
    data = python_3_function().replace(b"(\x02\0\0\0Ni\x02\0\0\0", constants)
    assert (bytecode.parse(data) is not None) == is_read


@pytest.mark.parametrize(
    "data",
    [
        b"\xe3" + b"\0" * 20 + b"(" * 1000,
        b"\xe3" + b"\0" * 20 + b"(\xff\xff\xff\x7f",
        b"\xe3" + b"\0" * 20 + b"l\xff\xff\xff\x7f",
        b"c" * (marshalled.MAX_BYTES + 1),
    ],
)
def test_declared_sizes_and_depths_are_bounded(data: bytes) -> None:
    assert bytecode.parse(data) is None
