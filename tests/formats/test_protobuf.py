from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import DefectKind
from loadstone.formats import protobuf
from loadstone.formats.protobuf import INTEGER, TEXT, EncodingError, Message, MessageType, mapped, read_varint
from tests.formats.encoding import field, varint

if TYPE_CHECKING:
    from pathlib import Path

INNER = MessageType(name=(1, TEXT), count=(2, INTEGER))
OUTER = MessageType(inner=(3, INNER), many=(4, INNER), checksum=(15, protobuf.FIXED32), far=(16, TEXT))
UNSIGNED = st.integers(0, 2**64 - 1)


@given(value=UNSIGNED, before=st.binary(max_size=4), after=st.binary(max_size=4))
def test_a_varint_reads_as_it_was_written(value: int, before: bytes, after: bytes) -> None:
    data = before + varint(value) + after
    assert read_varint(data, len(before), len(data)) == (value, len(data) - len(after))


@given(value=st.integers(-(2**63), 2**63 - 1))
def test_integers_are_signed(value: int) -> None:
    assert Message(field(2, value % 2**64), INNER).integer("count") == value


@given(names=st.lists(st.text(max_size=200)), unknown=st.lists(st.tuples(st.integers(17, 2**29 - 1), st.binary())))
def test_messages_repeat_among_unknown_fields(names: list[str], unknown: list[tuple[int, bytes]]) -> None:
    noise = b"".join(field(number, value) for number, value in unknown)
    data = noise.join((b"", *(field(4, field(1, name.encode())) for name in names), b""))
    assert [inner.text("name") for inner in Message(data, OUTER).messages("many")] == names


def test_absent_fields_have_protobuf_defaults() -> None:
    message = Message(b"", OUTER)
    assert (message.text("far"), message.fixed32("checksum"), message.message("inner").integer("count")) == ("", 0, 0)
    assert list(message.messages("many")) == []
    assert "inner" not in message


def test_the_last_scalar_wins_and_single_messages_are_merged() -> None:
    first = field(3, field(1, b"first") + field(2, 7))
    message = Message(first + field(3, field(1, b"second")) + field(16, b"a") + field(16, b"b"), OUTER)
    inner = message.message("inner")
    assert (inner.text("name"), inner.integer("count"), message.text("far")) == ("second", 7, "b")
    assert "inner" in message


def test_a_known_number_in_another_encoding_is_unknown() -> None:
    assert Message(field(1, 5) + field(2, b"text"), INNER).text("name") == ""


def test_fixed_values_are_little_endian_and_64_bits_of_them_are_stepped_over() -> None:
    data = varint(9 << 3 | 1) + b"12345678" + varint(15 << 3 | 5) + b"\1\2\0\0"
    assert Message(data, OUTER).fixed32("checksum") == 0x0201


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"\xff", DefectKind.TRUNCATED, "does not end"),
        (b"\x12\xff\xff", DefectKind.TRUNCATED, "does not end"),
        (b"\x12\x05abc", DefectKind.TRUNCATED, "field 2 is longer than what holds it, at byte 0"),
        (b"\x10" + b"\xff" * 10, DefectKind.DAMAGED, "more than 64 bits"),
        (b"\x10" + b"\xff" * 9 + b"\x7f", DefectKind.DAMAGED, "more than 64 bits"),
        (b"\x0b", DefectKind.DAMAGED, "unknown wire type 3"),
        (field(1, b"\xff\xfe"), DefectKind.DAMAGED, "not UTF-8, at byte 2"),
        (varint(1 << 3 | 1) + b"1234", DefectKind.TRUNCATED, "field 1 is longer"),
    ],
)
def test_bytes_that_are_not_valid_are_refused_with_their_place(data: bytes, kind: DefectKind, reason: str) -> None:
    with pytest.raises(EncodingError, match=reason) as caught:
        Message(data, INNER).text("name")
    assert caught.value.kind is kind


def test_an_inner_length_that_lies_is_damage_not_truncation() -> None:
    data = field(3, b"\x0a\x7fabc") + field(16, b"behind it")
    with pytest.raises(EncodingError, match="at byte 2") as caught:
        Message(data, OUTER).message("inner").text("name")
    assert caught.value.kind is DefectKind.DAMAGED
    assert caught.value.offset == 2


def test_the_number_of_fields_is_limited_over_all_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "MAX_FIELDS", 10)
    message = Message(field(4, field(2, 1) * 3) * 4, OUTER)
    with pytest.raises(EncodingError, match="more than 10 fields") as caught:
        [inner.integer("count") for inner in message.messages("many")]
    assert caught.value.kind is DefectKind.OVERSIZED


def test_the_text_is_limited_over_all_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "MAX_TEXT_BYTES", 10)
    message = Message(field(4, field(1, b"four")) * 3, OUTER)
    with pytest.raises(EncodingError, match="more than 10 bytes of text") as caught:
        [inner.text("name") for inner in message.messages("many")]
    assert caught.value.kind is DefectKind.OVERSIZED


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    message = Message(data, OUTER)
    with contextlib.suppress(EncodingError):
        for inner in (message.message("inner"), *message.messages("many")):
            assert len(inner.text("name").encode()) <= len(data)
            assert -(2**63) <= inner.integer("count") < 2**63


def test_an_empty_file_is_an_empty_message(tmp_path: Path) -> None:
    (tmp_path / "file.pb").touch()
    with mapped(tmp_path / "file.pb") as data:
        assert Message(data, OUTER).text("far") == ""


def test_a_file_beyond_protobuf_s_own_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "MAX_BYTES", 2)
    file = tmp_path / "file.pb"
    file.write_bytes(b"\x10\1\1")
    with pytest.raises(EncodingError) as caught, mapped(file):
        pass
    assert caught.value.kind is DefectKind.OVERSIZED
