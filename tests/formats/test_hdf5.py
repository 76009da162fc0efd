"""HDF5 files as other tools and other settings write them, compared with what h5py wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from loadstone.artifact import Artifact, DefectKind, Format
from loadstone.errors import NotAModel
from loadstone.formats import hdf5_file, hdf5_types, read
from loadstone.formats.arrays import LayerWeights, open_arrays, weight_names
from loadstone.formats.hdf5_bytes import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": []}})


def written(path: Path, write: Callable[[h5py.File], object], **options: Any) -> Artifact:
    with h5py.File(path, "w", **options) as file:
        write(file)
    return read(path)


@pytest.mark.parametrize(
    "text",
    [CONFIG, CONFIG.encode(), np.bytes_(CONFIG), np.array([CONFIG.encode()]), np.array([CONFIG], dtype=object)],
    ids=["text", "bytes", "fixed", "array of fixed", "array of text"],
)
def test_a_configuration_is_read_however_it_is_stored(tmp_path: Path, text: Any) -> None:
    artifact = written(tmp_path / "m.h5", lambda file: file.attrs.__setitem__("model_config", text))
    assert (artifact.format, artifact.config) == (Format.HDF5_MODEL, json.loads(CONFIG))
    assert artifact.defects == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{", DefectKind.DAMAGED),
        ("[]", DefectKind.DAMAGED),
        (3.5, DefectKind.DAMAGED),
        (["{}", "{}"], DefectKind.DAMAGED),
        ("[" * 1000 + "]" * 1000, DefectKind.OVERSIZED),
    ],
)
def test_a_configuration_that_is_none_is_a_defect_of_a_model(tmp_path: Path, text: Any, kind: DefectKind) -> None:
    artifact = written(tmp_path / "m.h5", lambda file: file.attrs.__setitem__("model_config", text))
    assert artifact.format is Format.HDF5_MODEL
    assert [defect.kind for defect in artifact.defects] == [kind]


def test_the_training_state_counts_the_optimizers_arrays(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        file.attrs["model_config"] = CONFIG
        file.attrs["training_config"] = json.dumps(
            {"loss": "mse", "optimizer_config": {"class_name": "A", "config": {}}}
        )
        file["optimizer_weights/Adam/m:0"] = np.zeros(3)
        file["optimizer_weights/iter:0"] = 4

    artifact = written(tmp_path / "m.h5", write)
    assert artifact.training is not None
    assert artifact.training.optimizer_tensors == 2
    assert [item.class_name for item in artifact.objects if item.in_training] == ["mse", "A"]


def test_a_null_configuration_is_none(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        file.attrs["model_config"] = CONFIG
        file.attrs["training_config"] = "null"

    assert written(tmp_path / "m.h5", write).training is None


def legacy_weights(file: h5py.File) -> None:
    group = file.create_group("model_weights")
    group.attrs["layer_names"] = ["b", "empty", "a"]
    group.create_group("empty").attrs["weight_names"] = []
    for layer in "ab":
        group.create_group(layer).attrs["weight_names"] = [f"{layer}/kernel:0".encode(), f"{layer}/bias:0".encode()]
        group[f"{layer}/{layer}/bias:0"], group[f"{layer}/{layer}/kernel:0"] = np.ones(2), np.ones((3, 2))
    group.create_group("top_level_model_weights").attrs["weight_names"] = ["scale:0"]
    group["top_level_model_weights/scale:0"] = 2.0


def test_weights_are_listed_in_the_order_of_the_attributes(tmp_path: Path) -> None:
    assert written(tmp_path / "m.h5", legacy_weights).format is Format.HDF5_WEIGHTS
    assert weight_names(tmp_path / "m.h5") == (
        LayerWeights(layer="b", names=("model_weights/b/b/kernel:0", "model_weights/b/b/bias:0")),
        LayerWeights(layer="empty", names=()),
        LayerWeights(layer="a", names=("model_weights/a/a/kernel:0", "model_weights/a/a/bias:0")),
        LayerWeights(layer="top_level_model_weights", names=("model_weights/top_level_model_weights/scale:0",)),
    )


def test_names_that_keras_had_to_split_are_joined(tmp_path: Path) -> None:
    layers = [f"layer_{index:04}_{'x' * 100}" for index in range(1200)]

    def write(file: h5py.File) -> None:
        for part in range(3):
            file.attrs[f"layer_names{part}"] = np.array(
                [name.encode() for name in layers[part * 400 : part * 400 + 400]]
            )
        for layer in layers:
            file.create_group(layer).attrs["weight_names"] = [b"w:0"]
            file[f"{layer}/w:0"] = 1.0

    assert written(tmp_path / "m.h5", write).format is Format.HDF5_WEIGHTS
    assert [layer.layer for layer in weight_names(tmp_path / "m.h5")] == layers


def test_numbered_variables_come_in_the_order_of_numbers(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        file["vars/0"] = 1.0
        for index in range(11):
            file[f"layers/dense/vars/{index}"] = float(index)

    assert written(tmp_path / "m.weights.h5", write).format is Format.HDF5_WEIGHTS
    by_layer = {layer.layer: layer.names for layer in weight_names(tmp_path / "m.weights.h5")}
    assert by_layer == {
        "": ("vars/0",),
        "layers/dense": tuple(f"layers/dense/vars/{index}" for index in range(11)),
    }


@pytest.mark.parametrize(
    ("write", "called"),
    [
        (lambda file: file.attrs.__setitem__("PYTABLES_FORMAT_VERSION", "2.1"), "PyTables"),
        (lambda file: file.create_group("#refs#"), "MATLAB"),
        (lambda file: file.__setitem__("data", [1, 2]), "its root holds data"),
        (lambda file: [file.create_group(f"g{index}") for index in range(12)], "g0, g1, g10, g11, g2, g3, g4, g5 ..."),
        (lambda file: file.flush(), "holds nothing"),
    ],
)
def test_hdf5_of_other_software_is_named(tmp_path: Path, write: Callable[[h5py.File], object], called: str) -> None:
    artifact = written(tmp_path / "m.h5", write)
    assert (artifact.format, artifact.defects[0].kind) == (Format.UNRECOGNISED, DefectKind.NOT_A_MODEL)
    assert called in artifact.defects[0].message


def test_large_attributes_among_many_are_read(tmp_path: Path) -> None:
    config = {"class_name": "Sequential", "config": {"name": "n" * 40_000, "layers": []}}

    def write(file: h5py.File) -> None:
        for index in range(20):
            file.attrs[f"note{index}"] = np.bytes_("x" * 5000)
        file.attrs["model_config"] = np.bytes_(json.dumps(config))

    assert written(tmp_path / "m.h5", write, libver="latest").config == config


ARRAYS = {
    "scalar": np.float32(2.5),
    "empty": np.zeros((0, 3), np.float32),
    "big endian": np.arange(6, dtype=">f8").reshape(2, 3),
    "half": np.arange(3, dtype=np.float16),
    "integers": np.arange(-3, 3, dtype=np.int16),
    "unsigned": np.arange(3, dtype=np.uint64),
    "truth": np.array([True, False]),
    "complex": np.array([1 + 2j, 3], dtype=np.complex64),
    "complex128": np.array([1 + 2j, 3]),
    "opaque": np.array([b"ab", b"cd"], dtype="V2"),
    "text": np.array([b"ab", b"c"]),
    "record": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
}
SETTINGS: list[dict[str, Any]] = [
    {},
    {"libver": "latest"},
    {"libver": ("v108", "v108")},
    {"userblock_size": 2048},
    {"track_order": True},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("count", [1, 7, 300])
def test_any_form_of_file_is_read_alike(tmp_path: Path, settings: dict[str, Any], count: int) -> None:
    layers = [f"layer{index}" for index in range(count)]

    def write(file: h5py.File) -> None:
        file.attrs["model_config"] = CONFIG
        for index in range(count):
            file.attrs[f"note{index}"] = "x" * index
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = layers
        for layer in layers:
            group.create_group(layer).attrs["weight_names"] = ["w"]
            group[f"{layer}/w"] = np.arange(3.0)

    artifact = written(tmp_path / "m.h5", write, **settings)
    assert artifact.defects == ()
    assert (artifact.format, artifact.config) == (Format.HDF5_MODEL, json.loads(CONFIG))
    assert [layer.layer for layer in weight_names(tmp_path / "m.h5")] == layers
    with open_arrays(tmp_path / "m.h5") as arrays:
        assert all(np.array_equal(arrays[name], np.arange(3.0)) for name in arrays)
        assert len(arrays) == count


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize(
    "storage",
    [{}, {"chunks": True}, {"chunks": True, "compression": "gzip"}, {"chunks": True, "maxshape": None}],
    ids=["contiguous", "chunked", "compressed", "growing"],
)
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_read_as_h5py_reads_them(
    tmp_path: Path, settings: dict[str, Any], storage: dict[str, Any], name: str
) -> None:
    values = np.asarray(ARRAYS[name])
    options = dict(storage) if values.size > 1 and values.ndim else {}
    if "maxshape" in options:
        options["maxshape"] = (None,) * values.ndim
    artifact = written(
        tmp_path / "m.h5", lambda file: file.create_dataset("vars/0", data=values, **options), **settings
    )
    assert artifact.defects == ()
    with h5py.File(tmp_path / "m.h5") as file:
        expected = np.asarray(file["vars/0"][()])
    (spec,) = artifact.tensors
    assert spec.shape == expected.shape
    with open_arrays(tmp_path / "m.h5") as arrays:
        assert np.array_equal(arrays["vars/0"], expected)
        assert arrays["vars/0"].dtype.name == expected.dtype.name
    assert spec.dtype == (expected.dtype.name if name != "record" else "object")


def test_bfloat16_is_marked_by_keras_and_comes_as_float32(tmp_path: Path) -> None:
    bits = np.array([[0x3F80, 0xC020]], np.uint16)  # 1.0 and -2.5

    def write(file: h5py.File) -> None:
        file.create_dataset("vars/0", data=bits.view("V2"))
        file.create_dataset("vars/1", data=np.array([1.0], np.float32))
        for index in "01":
            file[f"vars/{index}"].attrs["dtype"] = "bfloat16"

    assert [spec.dtype for spec in written(tmp_path / "m.weights.h5", write).tensors] == ["bfloat16", "bfloat16"]
    with open_arrays(tmp_path / "m.weights.h5") as arrays:
        assert arrays["vars/0"].tolist() == [[1.0, -2.5]]
        assert arrays["vars/0"].dtype == arrays["vars/1"].dtype == np.float32


def test_a_committed_datatype_is_followed_inside_the_file(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        file["type"] = np.dtype("float32")
        file.create_dataset("vars/0", data=[1.0, 2.0], dtype=file["type"])

    assert [spec.dtype for spec in written(tmp_path / "m.h5", write).tensors] == ["float32"]


def test_names_with_slashes_and_letters_of_any_kind_are_kept(tmp_path: Path) -> None:
    artifact = written(tmp_path / "m.h5", lambda file: file.__setitem__("vars/\u00e9t\u00e9:0", 1.0))
    assert [spec.name for spec in artifact.tensors] == ["vars/\u00e9t\u00e9:0"]


def test_arrays_of_what_is_no_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no model")
    for path in (tmp_path / "note.txt", tmp_path / "missing", tmp_path):
        with pytest.raises(NotAModel, match=str(path)), open_arrays(path):
            pass


def test_an_array_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    written(tmp_path / "m.h5", lambda file: file.__setitem__("vars/0", 1.0))
    with open_arrays(tmp_path / "m.h5") as arrays, pytest.raises(KeyError):
        arrays["vars/1"]


@pytest.mark.parametrize("body", [b"", b"\x10", b"\x11\x00\x00"])
def test_a_datatype_that_is_cut_off_is_damaged(body: bytes) -> None:
    with pytest.raises(DamagedError):
        hdf5_types.datatype(body)


@pytest.mark.parametrize("body", [b"", b"\x03\x01\x00\x00", b"\x01\x02\x00\x00\x00\x00\x00\x00\x01"])
def test_a_dataspace_that_is_cut_off_is_damaged(body: bytes) -> None:
    with pytest.raises(DamagedError):
        hdf5_types.shape(body, 8)


def test_an_array_without_elements_has_no_shape(tmp_path: Path) -> None:
    artifact = written(tmp_path / "m.h5", lambda file: file.create_dataset("vars/0", data=h5py.Empty("f4")))
    assert [(spec.shape, spec.dtype) for spec in artifact.tensors] == [((), "float32")]


def test_an_object_that_continues_in_itself_is_damaged(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        for index in range(20):  # more than fit into the header's first block
            file.attrs[f"a{index}"] = "x"

    written(tmp_path / "m.h5", write)
    data = (tmp_path / "m.h5").read_bytes()
    continuation = data.index(b"\x10\x00\x10\x00")  # the message's type and length
    address = data[continuation + 8 : continuation + 16]
    block = int.from_bytes(address, "little")
    changed = bytearray(data)
    changed[block : block + 24] = b"\x10\x00\x10\x00\x00\x00\x00\x00" + data[continuation + 8 : continuation + 24]
    (tmp_path / "m.h5").write_bytes(changed)
    assert "continues in itself" in read(tmp_path / "m.h5").defects[-1].message


def test_too_many_attributes_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5_file, "MAX_MESSAGES", 5)
    artifact = written(tmp_path / "m.h5", lambda file: [file.attrs.create(f"a{index}", 1) for index in range(9)])
    assert "more than 5 messages" in artifact.defects[-1].message
