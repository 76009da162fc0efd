"""Variables begin with the arrays of the file; what has none begins as Keras would have it."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from loadstone.formats.arrays import ALIGNMENT, aligned
from loadstone.runtime.variables import awaiting_values, give, tensor, without_collecting

if TYPE_CHECKING:
    from pathlib import Path


class Counting(keras.initializers.Initializer):  # type: ignore[misc]  # Keras has no types
    """Ones, and how often they were asked for."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        self.calls += 1
        return ops.ones(shape, dtype)


def numpy_of(variable: Any) -> Any:
    return ops.convert_to_numpy(variable)


def test_no_initializer_runs_for_what_is_assigned() -> None:
    initializer = Counting()
    with awaiting_values():
        layer = keras.layers.Dense(3, kernel_initializer=initializer)
        layer.build((None, 2))
        give(layer.kernel, np.full((2, 3), 5, "float32"))
    assert initializer.calls == 0
    assert (numpy_of(layer.kernel) == 5).all()


def test_what_is_not_assigned_is_initialized_at_the_end() -> None:
    initializer = Counting()
    with awaiting_values():
        layer = keras.layers.Dense(3, kernel_initializer=initializer)
        layer.build((None, 2))
        assert initializer.calls == 0
    assert initializer.calls == 1
    assert (numpy_of(layer.kernel) == 1).all()
    assert numpy_of(layer.bias).tolist() == [0, 0, 0]


def test_what_is_read_before_is_initialized_at_once() -> None:
    with awaiting_values():
        layer = keras.layers.Dense(3, kernel_initializer=Counting())
        layer.build((None, 2))
        assert (numpy_of(layer.kernel) == 1).all()
        assert numpy_of(layer(np.ones((1, 2), "float32"))).tolist() == [[2, 2, 2]]


def test_an_exception_leaves_nothing_behind() -> None:
    def stopped() -> None:
        with awaiting_values():
            keras.layers.Dense(3).build((None, 2))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopped()
    layer = keras.layers.Dense(3, kernel_initializer="ones")
    layer.build((None, 2))
    assert (numpy_of(layer.kernel) == 1).all()


def test_other_threads_make_their_variables_as_ever() -> None:
    found = []

    def other() -> None:
        initializer = Counting()
        keras.layers.Dense(3, kernel_initializer=initializer).build((None, 2))
        found.append(initializer.calls)

    with awaiting_values():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [1]


def test_another_shape_is_refused() -> None:
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    with pytest.raises(ValueError, match="shape"):
        give(layer.kernel, np.zeros((3, 2), "float32"))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("aligns", [True, False])
def test_an_array_becomes_a_tensor_of_its_values(dtype: str, aligns: object) -> None:
    length = 24 * np.dtype(dtype).itemsize
    raw = aligned(length + ALIGNMENT)[: length if aligns else None][0 if aligns else ALIGNMENT // 2 :][:length]
    values = raw.view(dtype).reshape(4, 6)
    values[...] = np.arange(24).reshape(4, 6) % 2
    np.testing.assert_array_equal(numpy_of(ops.convert_to_tensor(tensor(values))), values)


@pytest.mark.parametrize("length", [1, ALIGNMENT, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_memory_for_values_is_aligned_and_of_its_length(length: int) -> None:
    memory = aligned(length)
    assert memory.size == length
    assert memory.ctypes.data % ALIGNMENT == 0
    memory[:] = 7
    assert memory.flags.writeable


def test_a_loaded_model_no_longer_needs_its_file_and_never_writes_to_it(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    model = keras.Sequential([keras.Input((600,)), keras.layers.Dense(600), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.save(path)
    stored, expected = path.read_bytes(), model.get_weights()
    loaded = loadstone.load_model(path)
    x = np.ones((2, 600), "float32")
    loaded.train_on_batch(x, np.zeros((2, 1), "float32"))
    assert path.read_bytes() == stored
    again = loadstone.load_model(path)
    path.write_bytes(bytes(len(stored)))
    path.unlink()
    for value, known in zip(again.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(value, known)
    assert any((a != b).any() for a, b in zip(loaded.get_weights(), expected, strict=True))


def test_garbage_is_collected_again_afterwards() -> None:
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
