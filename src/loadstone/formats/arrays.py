"""A model's stored arrays, read when asked for, by the names under which an `Artifact` lists them.

Works on HDF5 files of either layout and on ``.keras`` archives, under the guards of `loadstone.formats.hdf5_tree`: no
link is followed, no external or virtual storage is read, no array is larger than the bytes behind it.
"""

from __future__ import annotations

import mmap
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from loadstone.artifact import Defect, Member
from loadstone.errors import NotAModel
from loadstone.formats import hdf5_tree, keras_archive, parts, superblock
from loadstone.formats.ahead import WORTH_IT, ReadAhead
from loadstone.formats.hdf5_bytes import DamagedError
from loadstone.formats.hdf5_file import Hdf5File
from loadstone.formats.hdf5_tree import BFLOAT16

if TYPE_CHECKING:
    import os
    from io import BufferedIOBase

    from numpy.typing import NDArray

    from loadstone.formats.hdf5_tree import Tree
    from loadstone.formats.parts import Part

_MODEL_GROUP = "model_weights"
_ASSETS = "assets"
_OPTIMIZER_GROUP, _OPTIMIZER = "optimizer_weights", "optimizer"
_TOP_LEVEL = "top_level_model_weights"  # weights of the model itself, not of a layer of it; since TensorFlow 2.6
_VARIABLE = re.compile(r"(?:(?P<layer>.*)/)?vars/(?P<index>\d+)")


_NUMERIC = frozenset(
    {"bool", "complex64", "complex128", "float16", "float32", "float64"}
    | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)
_BFLOAT16_BYTES = 2
ALIGNMENT = 64  # bytes; what Eigen and XLA ask for
_MAPPED = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array that is still in its file: its shape is known, its values are read when NumPy asks for them."""

    shape: tuple[int, ...]
    read: Callable[[], NDArray[Any]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - NumPy's protocol
        return np.asarray(self.read(), dtype, copy=copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWeights:
    """The arrays of one layer, in the order in which Keras wrote them; the names are those of `TensorSpec`."""

    layer: str
    names: tuple[str, ...]


class Arrays(Mapping[str, "NDArray[Any]"]):
    """The arrays of an open file by name, each read when it is asked for, in the machine's byte order.

    bfloat16 values, for which NumPy has no type, come as float32, which holds them exactly.

    Attributes:
        groups: the paths of the file's groups, those without arrays too.
    """

    def __init__(
        self, part: Part, stream: BinaryIO, file: Hdf5File, tree: Tree, count: Callable[[int], None] = lambda _: None
    ) -> None:
        self._part = part
        self._stream = stream
        self._file = file
        self._tree = tree
        self._specs = {spec.name: spec for spec in tree.tensors}
        self._contiguous = tree.contiguous
        self._ahead: ReadAhead | None = None
        self._count = count
        self.groups = tuple(tree.groups)

    @contextmanager
    def read_ahead(self) -> Iterator[None]:
        """Within, a model's own arrays are read in another thread, in the order of the file, if they are large.

        Those of an optimizer are read when they are asked for, and so is what is chunked or compressed.
        """
        places = {name: place for name, place in self._contiguous.items() if not _is_of_optimizer(name)}
        names = [name for name in sorted(places, key=lambda name: places[name].begin) if self._is_plain(name)]
        stream = parts.open_part(self._part) if sum(places[name].length for name in names) >= WORTH_IT else None
        if stream is None or isinstance(stream, Defect):
            yield
            return
        with stream, ReadAhead(names, partial(self._read, stream)) as ahead:
            self._ahead = ahead
            try:
                yield
            finally:
                self._ahead = None

    def unread(self) -> dict[str, StoredArray]:
        """Every array by name, none of them read."""
        return {name: StoredArray(spec.shape, partial(self.__getitem__, name)) for name, spec in self._specs.items()}

    def layers(self) -> tuple[LayerWeights, ...]:
        """List each layer's arrays, in the order of the file.

        Legacy files say it in the attributes ``layer_names`` and ``weight_names``. Later ones number a layer's
        variables, and name the layer by its place in the model (``layers/dense``); these come in the order of names,
        the variables in the order of numbers.
        """
        tree = self._tree
        prefix = f"{_MODEL_GROUP}/" if _MODEL_GROUP in tree.groups else ""
        layers = hdf5_tree.texts(self._file, tree.groups.get(prefix.rstrip("/"), ()), "layer_names")
        if not isinstance(layers, tuple):
            return _numbered(tree)
        found = []
        for layer in (*layers, _TOP_LEVEL):
            names = hdf5_tree.texts(self._file, tree.groups.get(f"{prefix}{layer}", ()), "weight_names")
            if isinstance(names, tuple) and (names or layer != _TOP_LEVEL):
                full = tuple(f"{prefix}{layer}/{name}" for name in names)
                found.append(LayerWeights(layer=layer, names=full))
        return tuple(found)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Read one array.

        Raises:
            KeyError: there is no array of this name.
            NotAModel: its bytes cannot be read.
        """
        if self._ahead is not None and (found := self._ahead.take(name)) is not None:
            return found
        self._specs[name]
        return self._read(self._stream, name) if self._is_plain(name) else self._through_libhdf5(name)

    def _is_plain(self, name: str) -> bool:
        """Whether an array's values stand in the file as they are, of a type that NumPy has, or bfloat16."""
        place = self._contiguous.get(name)
        return place is not None and (place.datatype.name in _NUMERIC or self._specs[name].dtype == BFLOAT16)

    def _read(self, stream: BinaryIO, name: str) -> NDArray[Any]:
        spec, place = self._specs[name], self._contiguous[name]
        stream.seek(place.begin)
        raw = aligned(place.length)
        if cast("BufferedIOBase", stream).readinto(raw.data) != place.length:  # which typing.BinaryIO lacks
            raise NotAModel(f"{name}: the file ends within its values")
        self._count(place.length)
        if spec.dtype == BFLOAT16 and place.datatype.size == _BFLOAT16_BYTES:
            upper = raw.view(np.dtype(np.uint16).newbyteorder(place.datatype.byteorder)).astype(np.uint32)
            return (upper << 16).view(np.float32).reshape(spec.shape)  # the upper half of a float32's bits
        dtype = np.dtype(place.datatype.name)
        values = raw.view(dtype.newbyteorder(place.datatype.byteorder)).reshape(spec.shape)
        return values.astype(dtype, copy=False)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one array.

        Raises:
            KeyError: there is no array of this name.
        """
        return self._specs[name].shape

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def _through_libhdf5(self, name: str) -> NDArray[Any]:
        """Read values that are chunked or compressed, or of a rarer type, which Keras never writes."""
        import h5py  # noqa: PLC0415 - few files need it

        try:
            with h5py.File(self._stream, "r") as file:
                values = np.asarray(file[name][()])
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:  # as the damage has it
            raise NotAModel(f"{name}: its values cannot be read: {error}") from error
        self._count(values.nbytes)
        return values


def aligned(length: int) -> NDArray[np.uint8]:
    """Memory for values, aligned so that every framework can have its tensor there instead of copying it.

    That of large arrays is mapped by pages of its own: NumPy asks for huge pages, for which the kernel may first have
    to move others out of the way, at several times the cost of filling them.
    """
    if length >= _MAPPED and hasattr(mmap, "MAP_ANONYMOUS"):
        private = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        return np.frombuffer(private, np.uint8)
    raw = np.empty(length + ALIGNMENT - 1, np.uint8)
    begin = -raw.ctypes.data % ALIGNMENT
    return raw[begin : begin + length]


@contextmanager
def open_arrays(path: str | os.PathLike[str], *, count: Callable[[int], None] = lambda _: None) -> Iterator[Arrays]:
    """Open a model's arrays: of an HDF5 model, of HDF5 weights, or of a ``.keras`` archive (in place when stored).

    Args:
        path: the model.
        count: is called with the bytes of each array that was read, from whatever thread read it.

    Raises:
        NotAModel: the file is none of these, or its weights cannot be opened.
    """
    with _opened(Path(path)) as (part, stream, file, tree):
        yield Arrays(part, stream, file, tree, count)


def assets(path: str | os.PathLike[str]) -> Mapping[str, Mapping[str, Part]]:
    """What the layers of a ``.keras`` archive keep beside their arrays: files by name, by the layer's path in it.

    Empty for the other formats, and where the archive cannot be listed.
    """
    where = Path(path)
    if where.is_dir():
        found = parts.below(where, _ASSETS)
    elif zipfile.is_zipfile(where):
        listed = parts.of_zip(where)
        found = {} if isinstance(listed, Defect) else listed.by_name
    else:
        return {}
    folders: dict[str, dict[str, Part]] = defaultdict(dict)
    for name, part in found.items():
        folder, _, file = name.removeprefix(f"{_ASSETS}/").rpartition("/")
        if name.startswith(f"{_ASSETS}/") and file not in {"", ".", ".."} and "\\" not in file:
            folders[folder][file] = part
    return folders


def weight_names(path: str | os.PathLike[str]) -> tuple[LayerWeights, ...]:
    """As `Arrays.layers`, of a file that is not open.

    Raises:
        NotAModel: as `open_arrays`.
    """
    with open_arrays(path) as arrays:
        return arrays.layers()


def optimizer_names(path: str | os.PathLike[str]) -> tuple[LayerWeights, ...]:
    """List the arrays of the optimizer's state, in the order in which Keras wrote them.

    Legacy files have one group, ``optimizer_weights``. Of the others an optimizer has a group, ``optimizer``, and one
    that it wraps its own below that; none where the file holds no such state.

    Raises:
        NotAModel: as `open_arrays`.
    """
    with _opened(Path(path)) as (_, _, file, tree):
        names = hdf5_tree.texts(file, tree.groups.get(_OPTIMIZER_GROUP, ()), "weight_names")
        if isinstance(names, tuple):
            return (LayerWeights(layer=_OPTIMIZER_GROUP, names=tuple(f"{_OPTIMIZER_GROUP}/{name}" for name in names)),)
        return tuple(group for group in _numbered(tree) if _is_of_optimizer(group.layer))


def _is_of_optimizer(path: str) -> bool:
    first = path.split("/", maxsplit=1)[0]
    return first == _OPTIMIZER_GROUP or first.lstrip("_") == _OPTIMIZER


def _numbered(tree: Tree) -> tuple[LayerWeights, ...]:
    by_layer: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for spec in tree.tensors:
        match = _VARIABLE.fullmatch(spec.name)
        if match is not None:
            by_layer[match["layer"] or ""].append((int(match["index"]), spec.name))
    return tuple(
        LayerWeights(layer=layer, names=tuple(name for _, name in sorted(variables)))
        for layer, variables in by_layer.items()
    )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Part, BinaryIO, Hdf5File, Tree]]:
    with ExitStack() as stack:
        try:
            part = _weights(path)
            opened = parts.open_part(part)
            if isinstance(opened, Defect):
                raise NotAModel(f"{path}: {opened.where}: {opened.message}")
            stream = stack.enter_context(opened)
            cut = superblock.truncation(stream, Member(path=part.name))
            if cut is not None:
                raise NotAModel(f"{path}: {cut.message}")
            file = Hdf5File(stream)
            tree = hdf5_tree.scan(file)
        except (OSError, DamagedError) as error:
            raise NotAModel(f"{path}: its weights cannot be opened: {error}") from error
        yield part, stream, file, tree


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
