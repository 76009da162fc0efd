"""Arrays that are read while something else is done are those of the file, each handed out once."""

from __future__ import annotations

import threading
import zipfile
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from loadstone.errors import NotAModel
from loadstone.formats.ahead import WORTH_IT, ReadAhead
from loadstone.formats.arrays import open_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LENGTH = WORTH_IT // 8


def read(name: str) -> NDArray[np.int64]:
    return np.array([len(name)])


def test_each_array_is_handed_out_once() -> None:
    with ReadAhead(["a", "bb"], read) as ahead:
        second, first = ahead.take("bb"), ahead.take("a")
        assert first is not None
        assert second is not None
        assert (first[0], second[0]) == (1, 2)
        assert ahead.take("a") is None
        assert ahead.take("other") is None


def test_it_is_another_thread_that_reads() -> None:
    readers = set()

    def tell(name: str) -> NDArray[np.int64]:
        readers.add(threading.current_thread().name)
        return read(name)

    with ReadAhead(["a"], tell) as ahead:
        ahead.take("a")
    assert readers
    assert threading.current_thread().name not in readers


def test_what_cannot_be_read_is_said_to_whom_asks() -> None:
    def fail(name: str) -> NDArray[np.int64]:
        raise NotAModel(f"{name}: the file ends within its values")

    with ReadAhead(["a"], fail) as ahead, pytest.raises(NotAModel, match="the file ends within its values"):
        ahead.take("a")


def test_the_rest_is_not_read_after_an_error() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow(name: str) -> NDArray[np.int64]:
        begun.set()
        go_on.wait(10)
        done.append(name)
        return read(name)

    def stopped() -> None:
        with ReadAhead(map(str, range(100)), slow):
            begun.wait(10)
            threading.Timer(0.05, go_on.set).start()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopped()
    assert len(done) < 100


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_large_file_gives_what_it_holds(tmp_path: Path, suffix: str) -> None:
    weights = tmp_path / "weights.h5"
    values = {f"layers/dense/vars/{n}": np.arange(LENGTH, dtype="float32") + n for n in range(3)}
    values["optimizer/vars/0"] = np.ones(LENGTH, "float32")
    with h5py.File(weights, "w") as file:
        for name, value in values.items():
            file[name] = value
        file.create_dataset(
            "layers/dense/vars/3", data=values["layers/dense/vars/0"], chunks=(1024,), compression="gzip"
        )
    path = weights if suffix == ".h5" else archive(tmp_path, weights)
    with open_arrays(path) as arrays, arrays.read_ahead():
        ahead = arrays._ahead
        assert ahead is not None
        assert ahead.take("optimizer/vars/0") is None
        assert ahead.take("layers/dense/vars/3") is None
        for name in (*values, *values):  # the second time they are read anew
            np.testing.assert_array_equal(arrays[name], values.get(name, values["layers/dense/vars/0"]))
        np.testing.assert_array_equal(arrays["layers/dense/vars/3"], values["layers/dense/vars/0"])


def archive(folder: Path, weights: Path) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.write(weights, "model.weights.h5")
    return path


def test_a_small_file_needs_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.ones(3, "float32")
    with open_arrays(path) as arrays, arrays.read_ahead():
        assert arrays._ahead is None
        assert arrays["layers/dense/vars/0"].tolist() == [1, 1, 1]
