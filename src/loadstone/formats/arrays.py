"""A model's stored arrays, read when asked for, by the names under which an `Artifact` lists them.

Works on HDF5 files of either layout and on ``.keras`` archives, under the guards of `loadstone.formats.hdf5_tree`: no
link is followed, no external or virtual storage is read, no array is larger than the bytes behind it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.artifact import Defect, Member
from loadstone.errors import NotAModel
from loadstone.formats import hdf5_tree, keras_archive, parts, superblock

if TYPE_CHECKING:
    import os

    import h5py
    from numpy.typing import NDArray

    from loadstone.formats.parts import Part

_MODEL_GROUP = "model_weights"
_TOP_LEVEL = "top_level_model_weights"  # weights of the model itself, not of a layer of it; since TensorFlow 2.6
_VARIABLE = re.compile(r"(?:(?P<layer>.*)/)?vars/(?P<index>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWeights:
    """The arrays of one layer, in the order in which Keras wrote them; the names are those of `TensorSpec`."""

    layer: str
    names: tuple[str, ...]


class Arrays(Mapping[str, "NDArray[Any]"]):
    """The arrays of an open file by name, each read when it is asked for.

    bfloat16 values, for which NumPy has no type, come as float32, which holds them exactly.
    """

    def __init__(self, file: h5py.File, size: int) -> None:
        tree = hdf5_tree.scan(file, size)
        self._file = file
        self._specs = {spec.name: spec for spec in tree.tensors}

    def __getitem__(self, name: str) -> NDArray[Any]:
        spec = self._specs[name]
        dataset = self._file[name]
        if spec.dtype != hdf5_tree.BFLOAT16:
            return np.asarray(dataset[()])
        # The upper half of a float32's bits; written as two opaque bytes, or as numbers of a wider type.
        raw = np.asarray(dataset[()])
        if raw.dtype.itemsize != np.dtype(np.uint16).itemsize:
            return raw.astype(np.float32)
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)


@contextmanager
def open_arrays(path: str | os.PathLike[str]) -> Iterator[Arrays]:
    """Open a model's arrays: of an HDF5 model, of HDF5 weights, or of a ``.keras`` archive (in place when stored).

    Raises:
        NotAModel: the file is none of these, or its weights cannot be opened.
    """
    with _opened(Path(path)) as (file, size):
        yield Arrays(file, size)


def weight_names(path: str | os.PathLike[str]) -> tuple[LayerWeights, ...]:
    """List each layer's arrays, in the order of the file.

    Legacy files say it in the attributes ``layer_names`` and ``weight_names``. Later ones number a layer's variables,
    and name the layer by its place in the model (``layers/dense``); these come in the order of names, the variables in
    the order of numbers.

    Raises:
        NotAModel: as `open_arrays`.
    """
    with _opened(Path(path)) as (file, size):
        tree = hdf5_tree.scan(file, size)
        group = file[_MODEL_GROUP] if _MODEL_GROUP in tree.groups else file
        layers = hdf5_tree.names_attribute(group, "layer_names")
        if not isinstance(layers, tuple):
            return _numbered([spec.name for spec in tree.tensors])
        prefix = f"{_MODEL_GROUP}/" if _MODEL_GROUP in tree.groups else ""
        found = []
        for layer in (*layers, _TOP_LEVEL):
            if f"{prefix}{layer}" in tree.groups:
                names = hdf5_tree.names_attribute(file[f"{prefix}{layer}"], "weight_names")
                if isinstance(names, tuple) and (names or layer != _TOP_LEVEL):
                    full = tuple(f"{prefix}{layer}/{name}" for name in names)
                    found.append(LayerWeights(layer=layer, names=full))
        return tuple(found)


def _numbered(names: list[str]) -> tuple[LayerWeights, ...]:
    by_layer: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in names:
        match = _VARIABLE.fullmatch(name)
        if match is not None:
            by_layer[match["layer"] or ""].append((int(match["index"]), name))
    return tuple(
        LayerWeights(layer=layer, names=tuple(name for _, name in sorted(variables)))
        for layer, variables in by_layer.items()
    )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[h5py.File, int]]:
    try:
        part = _weights(path)
        with ExitStack() as stack:
            opened = parts.open_part(part)
            if isinstance(opened, Defect):
                raise NotAModel(f"{path}: {opened.where}: {opened.message}")
            stream = stack.enter_context(opened)
            cut = superblock.truncation(stream, Member(path=part.name))
            if cut is not None:
                raise NotAModel(f"{path}: {cut.message}")
            file = stack.enter_context(hdf5_tree.open_hdf5(part.path if part.info is None else stream))
            yield file, part.size
    except OSError as error:
        raise NotAModel(f"{path}: its weights cannot be opened: {error}") from error


def _weights(path: Path) -> Part:
    """Find the HDF5 file that holds a model's weights: the path itself, or a part of it."""
    if path.is_dir():
        listed: parts.Parts | Defect = parts.of_folder(path)
    else:
        with path.open("rb") as stream:
            if superblock.find(stream) is not None:
                return parts.Part(name=path.name, path=path, size=path.stat().st_size)
        listed = parts.of_zip(path)
    if isinstance(listed, Defect):
        raise NotAModel(f"{path}: {listed.message}")
    if keras_archive.WEIGHTS not in listed.by_name:
        raise NotAModel(f"{path}: holds no {keras_archive.WEIGHTS}")
    return listed.by_name[keras_archive.WEIGHTS]
