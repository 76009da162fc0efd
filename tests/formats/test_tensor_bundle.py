from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadstone.artifact import DefectKind, Format, Member, Tensor, TensorSpec
from loadstone.formats import tensor_bundle
from loadstone.formats.protobuf import EncodingError
from loadstone.formats.tensor_bundle import TensorBundle, masked_crc32c, read_bundle
from tests.corpus_table import MODELS
from tests.formats.encoding import block, entry, field, footer, header, sealed, table, varint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCRATCH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SAVED_MODEL = next(model for model in MODELS if model.format is Format.SAVED_MODEL)


def written(folder: Path, index: bytes, data: bytes | None = b"\0" * 64) -> TensorBundle:
    (folder / "v.index").write_bytes(index)
    if data is not None:
        (folder / "v.data-00000-of-00001").write_bytes(data)
    return read_bundle(folder, "v")


def kinds(bundle: TensorBundle) -> list[DefectKind]:
    return [defect.kind for defect in bundle.defects]


def test_the_checksum_is_leveldb_s() -> None:
    # The CRC-32C of "123456789" is the check value of RFC 3720's polynomial, here rotated and shifted.
    assert masked_crc32c(b"123456789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) % 2**32


@given(
    entries=st.dictionaries(st.binary(min_size=1, max_size=40), st.binary(max_size=20), min_size=1, max_size=60),
    cuts=st.sets(st.integers(1, 59)),
)
def test_a_table_reads_as_it_was_written(entries: dict[bytes, bytes], cuts: set[int]) -> None:
    rows = sorted(entries.items())
    starts = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    data = table([rows[start:end] for start, end in pairwise(starts)])
    assert list(tensor_bundle._table(data)) == rows


def test_arrays_are_described(tmp_path: Path) -> None:
    rows = [
        header(endianness=1),
        entry("_CHECKPOINTABLE_OBJECT_GRAPH", dtype=7, size=10),
        entry("a", (2, 3), size=24),
        entry("b", dtype=7, offset=24, size=9),
        entry("c", (0,), dtype=14, size=0),
        entry("d", (1,), dtype=99, size=8),
    ]
    bundle = written(tmp_path, table([rows]))
    assert bundle.defects == ()
    assert (bundle.shards, bundle.big_endian) == (1, True)
    assert [entry.spec for entry in bundle.entries] == [
        TensorSpec(name="a", shape=(2, 3), dtype="float32", at=Tensor(name="a")),
        TensorSpec(name="b", shape=(), dtype="string", at=Tensor(name="b")),
        TensorSpec(name="c", shape=(0,), dtype="bfloat16", at=Tensor(name="c")),
        TensorSpec(name="d", shape=(1,), dtype="DataType 99", at=Tensor(name="d")),
    ]


def test_partitioned_arrays_are_one_array_whose_pieces_are_looked_for(tmp_path: Path) -> None:
    pieces = [entry("\0\1a\0\1" + name, (2,), offset=offset, size=8) for name, offset in (("x", 0), ("y", 60))]
    whole = entry("a", (4,), size=0, more=field(7, b"") * 2)
    bundle = written(tmp_path, table([[header(), *pieces, whole]]))
    assert [(found.name, found.shape, found.partitioned) for found in bundle.entries] == [("a", (4,), True)]
    assert kinds(bundle) == [DefectKind.TRUNCATED]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (entry("a", (4,), size=12), DefectKind.OVERSIZED),
        (entry("a", (2**40, 2**40), size=12), DefectKind.OVERSIZED),
        (entry("a", (2,), size=12), DefectKind.DAMAGED),
        (entry("a", (-1,), size=4), DefectKind.DAMAGED),
        (entry("a", (1,) * 255, size=4), DefectKind.DAMAGED),
        (entry("a", size=4, dtype=0), DefectKind.DAMAGED),
        (entry("a", size=4, more=field(2, field(3, 1))), DefectKind.DAMAGED),
        (entry("a", size=4, shard=1), DefectKind.DAMAGED),
        (entry("a", size=4, shard=-1), DefectKind.DAMAGED),
        (entry("a", size=4, offset=-8), DefectKind.DAMAGED),
        ((b"a", b"\xff"), DefectKind.TRUNCATED),
    ],
)
def test_entries_that_lie_are_defects_of_their_array(
    tmp_path: Path, row: tuple[bytes, bytes], kind: DefectKind
) -> None:
    bundle = written(tmp_path, table([[header(), row, entry("b", size=4)]]))
    assert [(defect.kind, defect.where) for defect in bundle.defects] == [(kind, Tensor(name="a"))]
    assert bundle.entries[-1].name == "b"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (None, DefectKind.INCOMPLETE),
        (b"\0" * 63, DefectKind.TRUNCATED),
        (b"version https://git-lfs.github.com/spec/v1\n", DefectKind.LFS_POINTER),
    ],
)
def test_data_files_that_do_not_hold_their_arrays_are_named(
    tmp_path: Path, data: bytes | None, kind: DefectKind
) -> None:
    rows = [header(), entry("a", size=4), entry("b", (2,), offset=56, size=8)]
    bundle = written(tmp_path, table([rows]), data)
    where = Member(path="v.data-00000-of-00001")
    assert [(defect.kind, defect.where) for defect in bundle.defects] == [(kind, where)]
    assert len(bundle.entries) == 2


def test_a_data_file_that_is_something_else_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "v.data-00000-of-00001").mkdir()
    assert kinds(written(tmp_path, table([[header(), entry("a", size=4)]]), None)) == [DefectKind.UNREADABLE]


def test_an_index_that_is_absent_or_something_else_is_told_apart(tmp_path: Path) -> None:
    assert kinds(read_bundle(tmp_path, "v")) == [DefectKind.INCOMPLETE]
    os.mkfifo(tmp_path / "v.index")
    assert kinds(read_bundle(tmp_path, "v")) == [DefectKind.UNREADABLE]


def _tables_with_faults() -> Sequence[tuple[bytes, DefectKind, str]]:
    rows = [header(), entry("a", size=4), entry("b", size=4)]
    whole = table([rows])
    content = block(rows)
    compressed = sealed(content[:-5], 1)
    handle = varint(0) + varint(len(content) - 5)
    twice = content + footer(len(content), block([]), block([(b"a", handle), (b"b", handle)]))
    beyond = footer(0, block([]), block([(b"b", varint(0) + varint(2**40))]))
    long_key = sealed(varint(5) + varint(1) + varint(0) + b"k" + b"\0\0\0\0\1\0\0\0")
    restarts = sealed(b"\xff\xff\xff\x0f")
    return [
        (b"", DefectKind.EMPTY, "empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", DefectKind.LFS_POINTER, "LFS pointer"),
        (b"<!DOCTYPE html><title>Sign in</title>", DefectKind.HTML_PAGE, "Sign in"),
        (whole[:-1], DefectKind.TRUNCATED, "no footer"),
        (whole.replace(b"a", b"c", 1), DefectKind.DAMAGED, "checksum"),
        (compressed + footer(len(content), block([]), block([(b"b", handle)])), DefectKind.DAMAGED, "compressed"),
        (table([rows[:1], rows[2:], rows[1:2]]), DefectKind.DAMAGED, "not in order"),
        (twice, DefectKind.DAMAGED, "inside another"),
        (beyond, DefectKind.DAMAGED, "beyond the file"),
        (long_key + footer(len(long_key), block([]), block([(b"b", b"\0\x0c")])), DefectKind.DAMAGED, "longer than"),
        (restarts + footer(len(restarts), block([]), block([(b"b", b"\0\4")])), DefectKind.DAMAGED, "too short"),
    ]


@pytest.mark.parametrize(("data", "kind", "reason"), _tables_with_faults())
def test_an_index_that_is_not_valid_is_a_defect(tmp_path: Path, data: bytes, kind: DefectKind, reason: str) -> None:
    bundle = written(tmp_path, data)
    assert [(defect.kind, defect.where) for defect in bundle.defects] == [(kind, Member(path="v.index"))]
    assert reason in bundle.defects[0].message


def test_what_was_read_before_damage_is_kept(tmp_path: Path) -> None:
    rows = [header(), entry("a", size=4), entry("b", size=4)]
    data = bytearray(table([rows[:2], rows[2:]]))
    data[len(block(rows[:2])) + 1] ^= 0xFF
    bundle = written(tmp_path, bytes(data))
    assert [found.name for found in bundle.entries] == ["a"]
    assert kinds(bundle) == [DefectKind.DAMAGED]


def test_keys_that_grow_by_their_prefixes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_bundle, "MAX_INDEX_BYTES", 4000)
    rows = [(b"k" * 500 + bytes((65 + count,)), b"") for count in range(16)]
    data = table([rows])
    assert len(data) < 2000
    with pytest.raises(EncodingError, match="keys of more than 4000 bytes"):
        list(tensor_bundle._table(data))


def test_an_index_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_bundle, "MAX_INDEX_BYTES", 100)
    assert kinds(written(tmp_path, table([[header(), entry("a" * 90, size=4)]]))) == [DefectKind.OVERSIZED]


@SCRATCH
@given(data=st.data())
def test_damage_anywhere_is_answered_and_no_array_is_invented(tmp_path: Path, data: st.DataObject) -> None:
    variables = SAVED_MODEL.path / "variables"
    index = bytearray((variables / "variables.index").read_bytes())
    sound = {(found.name, found.shape) for found in read_bundle(variables, "variables").entries}
    for place in data.draw(st.lists(st.integers(0, len(index) - 1), min_size=1, max_size=4)):
        index[place] = data.draw(st.integers(0, 255))
    bundle = written(tmp_path, bytes(index[: data.draw(st.integers(0, len(index)))]))
    assert {(found.name, found.shape) for found in bundle.entries} <= sound


@SCRATCH
@given(index=st.binary(max_size=200), has_footer=st.booleans())
def test_any_bytes_are_answered(tmp_path: Path, index: bytes, *, has_footer: bool) -> None:
    data = index.ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little") if has_footer else index
    assert written(tmp_path, data).defects
