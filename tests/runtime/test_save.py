"""Archives that are assembled from files are those that Keras writes itself."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
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


def test_what_keras_cannot_write_leaves_nothing(tmp_path: Path) -> None:
    class Unwritable(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def get_config(self) -> Any:
            raise NotImplementedError("no configuration")

    model = keras.Sequential([keras.layers.InputLayer((4,)), Unwritable()])
    with pytest.raises(NotImplementedError, match="no configuration"):
        save(model, tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []
