"""Arrays through files: every type comes back as it was; what is told and does not fit the file is refused."""

from __future__ import annotations

import sys
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loadstone.payloads import worker_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
NUMBERS = st.sampled_from(worker_arrays.PLAIN).flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))
TEXTS = hnp.arrays(object, SHAPES, elements=st.text(st.characters(exclude_categories=["Cs"])) | st.binary())
REUSED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def file(tmp_path: Path) -> Iterator[FileIO]:
    (tmp_path / "arrays").touch()
    with FileIO(tmp_path / "arrays", "r+") as opened:
        yield opened


@given(st.lists(NUMBERS, max_size=4))
@REUSED
def test_numbers_come_back_as_they_were(file: FileIO, arrays: list[Any]) -> None:
    named = [(str(index), array) for index, array in enumerate(arrays)]
    back = worker_arrays.read([file], worker_arrays.write([file], named))
    assert [name for name, _ in back] == [name for name, _ in named]
    for (_, was), (_, now) in zip(named, back, strict=True):
        assert (now.dtype, now.shape, now.tobytes()) == (was.dtype, was.shape, was.tobytes())


@given(TEXTS)
@REUSED
def test_texts_come_back_as_bytes(file: FileIO, array: Any) -> None:
    [(_, back)] = worker_arrays.read([file], worker_arrays.write([file], [("x", array)]))
    assert (back.dtype, back.shape) == (np.dtype(object), array.shape)
    assert back.ravel().tolist() == [
        text.encode() if isinstance(text, str) else text for text in array.ravel().tolist()
    ]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=">i4").reshape(3, 4),
        np.arange(24.0).reshape(2, 3, 4).transpose(),
        np.arange(10)[::-3],
        np.array(["ab", "c"]),
        np.array([b"ab\0c", b""], dtype=object),
    ],
)
def test_other_layouts(file: FileIO, array: Any) -> None:
    [(_, back)] = worker_arrays.read([file], worker_arrays.write([file], [("x", array)]))
    expected = [text.encode() for text in array] if array.dtype.kind == "U" else array.tolist()
    assert back.tolist() == expected
    assert back.flags.writeable


@pytest.mark.parametrize("array", [np.array([object()]), np.array(["2020-01-01"], dtype="datetime64[D]")])
def test_what_cannot_be_passed_on(file: FileIO, array: Any) -> None:
    with pytest.raises(TypeError, match=r"cannot be passed on|may hold strings and bytes"):
        worker_arrays.write([file], [("x", array)])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no file that is always full")
def test_the_next_file_is_used_when_the_first_is_full(file: FileIO) -> None:
    with FileIO("/dev/full", "r+") as full:
        told = worker_arrays.write([full, file], [("x", np.arange(3))])
        assert told["place"] == 1
        assert worker_arrays.read([full, file], told)[0][1].tolist() == [0, 1, 2]
        with pytest.raises(OSError, match="No space left"):
            worker_arrays.write([full], [("x", np.arange(3))])


def test_a_large_file_gives_its_memory_back(file: FileIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_arrays, "_KEEP_BYTES", 1000)
    worker_arrays.write([file], [("x", np.zeros(1000))])
    worker_arrays.write([file], [("x", np.zeros(1))])
    assert Path(str(file.name)).stat().st_size == 8


LIES: list[dict[str, Any]] = [
    {"dtype": "float32", "shape": [1 << 50], "offset": 0},
    {"dtype": "float32", "shape": [26], "offset": 0},
    {"dtype": "float32", "shape": [1], "offset": 97},
    {"dtype": "float32", "shape": [1], "offset": -4},
    {"dtype": "float32", "shape": [-1, -1], "offset": 0},
    {"dtype": "object", "shape": [1], "offset": 0},
    {"dtype": "string", "shape": [1], "offset": 0, "bytes": 1 << 50},
    {"dtype": "string", "shape": [1], "offset": 0, "bytes": -1},
    {"dtype": "string", "shape": [2], "offset": 0, "bytes": 8},
    {"dtype": "string", "shape": [1 << 50], "offset": 0, "bytes": 0},
]


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_a_file_are_refused(file: FileIO, lie: dict[str, Any]) -> None:
    file.write(b"\x01" * 100)
    with pytest.raises(ValueError, match=r"described as|are announced"):
        worker_arrays.read([file], {"place": 0, "arrays": [{"name": "x", **lie}]})


@pytest.mark.parametrize("place", [1, -1, "0", None])
def test_there_is_no_such_file(file: FileIO, place: Any) -> None:
    with pytest.raises(ValueError, match="there is no file"):
        worker_arrays.read([file], {"place": place, "arrays": []})


def test_a_file_that_shrinks_while_it_is_read(file: FileIO, monkeypatch: pytest.MonkeyPatch) -> None:
    told = worker_arrays.write([file], [("x", np.arange(100))])

    class Before:
        st_size = sys.maxsize

    file.truncate(4)
    monkeypatch.setattr("os.fstat", lambda _: Before)
    with pytest.raises(ValueError, match="became shorter while it was read"):
        worker_arrays.read([file], told)
