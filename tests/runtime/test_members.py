from __future__ import annotations

import io
import zipfile
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import h5py
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loadstone.runtime.members import Growing, archive_in

if TYPE_CHECKING:
    from pathlib import Path

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.binary(max_size=50)),
        st.tuples(st.just("seek"), st.integers(0, 200)),
        st.tuples(st.just("read"), st.integers(0, 50)),
        st.tuples(st.just("readinto"), st.integers(0, 50).map(bytearray)),
        st.tuples(st.just("truncate"), st.integers(0, 200)),
    ),
    max_size=30,
)


def answers(file: IO[bytes], steps: list[tuple[str, Any]]) -> list[Any]:
    """What a file says to each step, and where it stands afterwards."""
    return [(getattr(file, name)(value), file.tell()) for name, value in steps]


@given(STEPS)
def test_it_is_a_file_like_any_other(steps: list[tuple[str, Any]]) -> None:
    with TemporaryFile("w+b") as known, TemporaryFile("w+b") as file:
        with archive_in(file) as archive:
            archive.writestr("before", b"first")
            member = Growing(archive, "member")
            try:
                assert answers(member, steps) == answers(known, steps)
            finally:
                member.finish()
            archive.writestr("after", b"last")
        known.seek(0)
        assert contents(file) == {"before": b"first", "member": known.read(), "after": b"last"}


def contents(file: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_hdf5_writes_into_it_and_reads_again(tmp_path: Path) -> None:
    values = np.arange(100_000, dtype="float32")
    with (tmp_path / "a.zip").open("w+b") as file, archive_in(file) as archive:
        member = Growing(archive, "a.h5")
        with h5py.File(member, "w") as written:
            written["large"] = values
            written["small"] = 1
            written["large"][:10] = 0
            np.testing.assert_array_equal(written["large"][:20], [*[0] * 10, *range(10, 20)])
        member.finish()
    with h5py.File(io.BytesIO(contents(tmp_path / "a.zip")["a.h5"])) as read:
        np.testing.assert_array_equal(read["large"][10:], values[10:])
        assert read["small"][()] == 1


def test_one_that_is_given_up_lets_the_archive_close(tmp_path: Path) -> None:
    with (tmp_path / "a.zip").open("w+b") as file, archive_in(file) as archive:
        member = Growing(archive, "a.h5")
        member.write(b"half")
        member.give_up()
    assert zipfile.is_zipfile(tmp_path / "a.zip")
