"""Archives that are assembled from files are those that Keras writes itself."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Any

import h5py
import keras
import numpy as np
import pytest

from loadstone.runtime.save import save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def dense() -> Any:
    model = keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.Dense(3), keras.layers.BatchNormalization()])
    model.compile("adam", "mse")
    model.fit(np.ones((2, 4)), np.ones((2, 3)), verbose=0)
    return model


def shared_and_nested() -> Any:
    inner = keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.Dense(4)], name="inner")
    outer = keras.Input((4,))
    return keras.Model(outer, inner(inner(outer)))


def with_assets() -> Any:
    return keras.Sequential(
        [keras.layers.InputLayer((1,), dtype="int64"), keras.layers.IntegerLookup(vocabulary=[5, 7])]
    )


def without_weights() -> Any:
    return keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.ReLU()])


def arrays(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        found[name] = (dict(item.attrs), item[()].tobytes() if isinstance(item, h5py.Dataset) else None)

    with h5py.File(BytesIO(content)) as file:
        file.visititems(visit)
    return found


def members(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {item.compress_type for item in archive.infolist()} == {zipfile.ZIP_STORED}
        contents = {name: archive.read(name) for name in archive.namelist()}
    known: dict[str, Any] = {
        name: arrays(content) if name.endswith(".h5") else content for name, content in contents.items()
    }
    known["metadata.json"] = json.loads(known["metadata.json"])
    del known["metadata.json"]["date_saved"]
    return known


@pytest.mark.parametrize("build", [dense, shared_and_nested, with_assets, without_weights])
def test_the_archive_is_what_keras_writes(build: Callable[[], Any], tmp_path: Path) -> None:
    model = build()
    model.save(tmp_path / "known.keras")
    save(model, tmp_path / "model.keras")
    assert members(tmp_path / "model.keras") == members(tmp_path / "known.keras")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["known.keras", "model.keras"]


def test_the_archive_loads(tmp_path: Path) -> None:
    model = dense()
    save(model, tmp_path / "model.keras")
    given = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(given, verbose=0), model.predict(given, verbose=0))
    assert int(loaded.optimizer.iterations) == 1


class WithoutConfiguration(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    def get_config(self) -> Any:
        raise NotImplementedError("no configuration")


class WithoutVariables(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    def save_own_variables(self, store: Any) -> None:
        store["0"] = np.ones(3)
        raise NotImplementedError("half of the variables")


@pytest.mark.parametrize(
    ("layer", "message"),
    [(WithoutConfiguration, "no configuration"), (WithoutVariables, "half of the variables")],
)
def test_what_keras_cannot_write_leaves_nothing(tmp_path: Path, layer: type[Any], message: str) -> None:
    model = keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.Dense(3), layer()])
    with pytest.raises(NotImplementedError, match=message):
        save(model, tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []
    model.pop()
    save(model, tmp_path / "model.keras")
    model.save(tmp_path / "known.keras")
    assert members(tmp_path / "model.keras") == members(tmp_path / "known.keras")


def test_another_thread_that_saves_meanwhile_writes_its_own_file(tmp_path: Path) -> None:
    other = dense()

    class Meanwhile(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def save_own_variables(self, store: Any) -> None:
            super().save_own_variables(store)
            thread = Thread(target=other.save, args=[tmp_path / "other.keras"])
            thread.start()
            thread.join()

    model = keras.Sequential([keras.layers.InputLayer((4,)), Meanwhile(), keras.layers.Dense(3)])
    save(model, tmp_path / "model.keras")
    other.save(tmp_path / "again.keras")
    assert members(tmp_path / "other.keras") == members(tmp_path / "again.keras")
    assert any("dense" in name for name in members(tmp_path / "model.keras")["model.weights.h5"])


def test_a_file_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(b"x" * 1_000_000)
    save(without_weights(), tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size < 100_000
    assert set(members(tmp_path / "model.keras")) == {"metadata.json", "config.json", "model.weights.h5"}
