"""Layers models of TensorFlow.js load, quantized ones too; and files that lie about their arrays get an answer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from keras import ops

import loadstone
from loadstone.artifact import DefectKind, Format
from loadstone.formats import tfjs
from tests.corpus_files import golden

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("plain", "float16", "uint8", "uint16")


@pytest.fixture(scope="module")
def models() -> Path:
    return golden("tfjs")


@pytest.fixture
def model(models: Path, tmp_path: Path) -> Path:
    """A copy of one that may be changed."""
    return Path(shutil.copytree(models / "plain", tmp_path / "model"))


def changed(model: Path, change: Callable[[Any], None]) -> Path:
    value = json.loads((model / "model.json").read_text())
    change(value)
    (model / "model.json").write_text(json.dumps(value))
    return model


def check(loaded: Any, folder: Path) -> None:
    with np.load(folder / "io.npz", allow_pickle=False) as io:
        np.testing.assert_allclose(ops.convert_to_numpy(loaded(io["x0"])), io["y0"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("document", ["", "model.json"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_has_the_outputs_it_had(models: Path, kind: str, document: str) -> None:
    loaded = loadstone.load_model(models / kind / document)
    check(loaded, models / kind)
    assert loaded.optimizer is not None


def test_its_weights_load_into_a_model_of_ones_own(models: Path) -> None:
    loaded = loadstone.load_model(models / "plain")
    loaded.set_weights([np.zeros_like(array) for array in loaded.get_weights()])
    loadstone.load_weights(loaded, models / "plain")
    check(loaded, models / "plain")


def test_one_that_tensorflow_js_wrote_has_its_layers_as_the_topology(model: Path) -> None:
    def as_saved_there(value: Any) -> None:
        topology = value["modelTopology"]
        value["modelTopology"] = {
            **topology["model_config"],
            "keras_version": "tfjs-layers 4.22.0",
            "backend": "tensor_flow.js",
        }

    check(loadstone.load_model(changed(model, as_saved_there), compile=False), model)


def test_what_it_is_and_that_loadstone_loads_it_is_told(models: Path) -> None:
    artifact = loadstone.inspect(models / "uint8")
    assert artifact.format is Format.TENSORFLOW_JS
    assert [defect.kind for defect in artifact.defects] == [DefectKind.NOT_A_MODEL]
    assert {(tensor.name, tensor.shape, tensor.dtype) for tensor in artifact.tensors} >= {
        ("conv2d/kernel", (2, 2, 2, 3), "float32")
    }
    told = loadstone.diagnose(models / "uint8")
    assert told.loads is False
    assert told.loads_with_loadstone


def test_a_graph_is_named(model: Path) -> None:
    def graph(value: Any) -> None:
        value["modelTopology"] = {"node": [], "library": {}}

    artifact = loadstone.inspect(changed(model, graph))
    assert artifact.format is Format.UNRECOGNISED
    assert "operations but no layers" in artifact.defects[0].message


def first(value: Any) -> Any:
    return value["weightsManifest"][0]


LIES: dict[str, tuple[Callable[[Any], None], DefectKind]] = {
    "a path out": (lambda v: first(v)["paths"].__setitem__(0, "../secret.bin"), DefectKind.DAMAGED),
    "an absolute path": (lambda v: first(v)["paths"].__setitem__(0, "/etc/hostname"), DefectKind.DAMAGED),
    "an address": (lambda v: first(v)["paths"].__setitem__(0, "https://example.org/a.bin"), DefectKind.DAMAGED),
    "a missing shard": (lambda v: first(v)["paths"].append("more.bin"), DefectKind.INCOMPLETE),
    "a huge array": (lambda v: first(v)["weights"][0].__setitem__("shape", [1 << 40]), DefectKind.TRUNCATED),
    "a negative size": (lambda v: first(v)["weights"][0].__setitem__("shape", [-3]), DefectKind.DAMAGED),
    "a small array": (lambda v: first(v)["weights"][0].__setitem__("shape", [1]), DefectKind.OVERSIZED),
    "a type": (lambda v: first(v)["weights"][0].__setitem__("dtype", "object"), DefectKind.DAMAGED),
    "a quantization": (
        lambda v: first(v)["weights"][0].__setitem__("quantization", {"dtype": "int4"}),
        DefectKind.DAMAGED,
    ),
    "no paths": (lambda v: first(v).pop("paths"), DefectKind.DAMAGED),
    "no list": (lambda v: v.__setitem__("weightsManifest", {}), DefectKind.DAMAGED),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_manifest_that_lies_is_a_defect_and_loads_nothing(model: Path, lie: str) -> None:
    change, kind = LIES[lie]
    changed(model, change)
    assert kind in {defect.kind for defect in loadstone.inspect(model).defects}
    with pytest.raises(loadstone.LoadFailed):
        loadstone.load_model(model)


def test_a_link_out_of_the_folder_is_not_followed(model: Path, tmp_path: Path) -> None:
    shard = model / "group1-shard1of5.bin"
    shard.rename(tmp_path / "outside.bin")
    shard.symlink_to(tmp_path / "outside.bin")
    assert DefectKind.INCOMPLETE in {defect.kind for defect in loadstone.inspect(model).defects}
    with pytest.raises(loadstone.NotAModel, match="missing"), tfjs.open_arrays(model):
        pass


def test_an_array_without_a_layer_is_an_error(model: Path) -> None:
    def renamed(value: Any) -> None:
        first(value)["weights"][0]["name"] = "nobody/gamma"

    with pytest.raises(loadstone.LoadFailed, match="nobody/gamma"):
        loadstone.load_model(changed(model, renamed))
