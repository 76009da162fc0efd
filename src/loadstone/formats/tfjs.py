"""Reads layers models of TensorFlow.js: ``model.json`` and the binary shards beside it.

The JSON holds the configuration of Keras (``modelTopology``) and a manifest (``weightsManifest``): groups of arrays,
one after the other in the bytes of the group's files. Quantized arrays are integers that a scale and a least value make
numbers of, or half-precision floats. Source: the converter tensorflowjs 3.18.0 (``write_weights.py``,
``keras_h5_conversion.py``), and the files that it wrote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from loadstone.artifact import (
    Artifact,
    Defect,
    DefectKind,
    Dialect,
    Format,
    Member,
    Pointer,
    TensorSpec,
    Training,
)
from loadstone.errors import NotAModel
from loadstone.formats import config, writer
from loadstone.formats.arrays import StoredArray

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadstone.artifact import Evidence, Json

MODEL = "model.json"
TOPOLOGY, MANIFEST = "modelTopology", "weightsManifest"

_WHOLE = Member(path="")
_MAX_PARTS = 1 << 16
# A shard's name stays in its folder: no parent, no drive, no address.
_SHARD = re.compile(r"(?!\.)[\w.-]+(?:/(?!\.)[\w.-]+)*")
_DTYPES = frozenset({"bool", "complex64", "float32", "int32", "uint8"})
_QUANTIZED = frozenset({"float16", "uint8", "uint16"})
#: Said of every such file: no release of Keras reads it.
FOREIGN = "a layers model of TensorFlow.js, which no release of Keras reads"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Array:
    """One array of the manifest: where its bytes are in its group, and what they stand for."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    stored: str
    scale: float | None
    least: float
    start: int

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return math.prod(self.shape) * np.dtype(self.stored).itemsize


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Arrays that stand one after the other in the bytes of some files."""

    shards: tuple[str, ...]
    arrays: tuple[_Array, ...]


class _Malformed(Exception):  # noqa: N818 - carries a sentence, is caught in this module
    """A manifest that says nothing that could be read."""


def is_layers_model(value: Json) -> bool:
    """Whether a JSON document is such a model: the topology is layers of Keras, and no TensorFlow graph."""
    return config.is_mapping(value) and MANIFEST in value and _model(value) is not None


def read(path: Path, value: Mapping[str, Json], size: int) -> Artifact:
    """Read a model from its parsed ``model.json``.

    Args:
        path: that file.
        value: what is in it.
        size: its bytes.
    """
    model = _model(value)
    if model is None:
        raise ValueError(f"{path} is no layers model")
    topology, place = model
    whole = Defect(kind=DefectKind.NOT_A_MODEL, message=FOREIGN, where=_WHOLE)
    defects = [whole]
    groups: tuple[_Group, ...] = ()
    try:
        groups = _groups(value.get(MANIFEST))
    except _Malformed as error:
        defects.append(Defect(kind=DefectKind.DAMAGED, message=f"its {MANIFEST} {error}", where=_WHOLE))
    sizes, missing = _sizes(path.absolute().parent, groups)
    training = _training(value)
    return Artifact(
        source=str(path),
        format=Format.TENSORFLOW_JS,
        dialect=Dialect.KERAS_2,
        size=size + sizes,
        writer=(*_stated(path.name, value), *config.evidence(path.name, topology, base=place)),
        config=topology,
        config_at=Pointer(document=path.name, path=place),
        objects=config.objects(path.name, topology, base=place),
        tensors=tuple(
            TensorSpec(name=array.name, shape=array.shape, dtype=array.dtype, at=Member(path=group.shards[0]))
            for group in groups
            for array in group.arrays
        ),
        payloads=config.payloads(path.name, topology, base=place),
        training=None
        if training is None
        else Training(
            config=training,
            optimizer_tensors=0,
            at=Pointer(document=path.name, path=f"/{TOPOLOGY}/training_config"),
        ),
        defects=(*defects, *missing),
    )


def _training(value: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The compile state that the converter keeps, None without one."""
    topology = value.get(TOPOLOGY)
    training = topology.get("training_config") if config.is_mapping(topology) else None
    return training if config.is_mapping(training) else None


def _model(value: Mapping[str, Json]) -> tuple[Mapping[str, Json], str] | None:
    """Keras' configuration and where it stands: in the topology, or as the topology where TensorFlow.js wrote it."""
    topology = value.get(TOPOLOGY)
    if not config.is_mapping(topology):
        return None
    inner = topology.get("model_config")
    if config.is_mapping(inner) and config.is_object(inner):
        return inner, f"/{TOPOLOGY}/model_config"
    return (topology, f"/{TOPOLOGY}") if config.is_object(topology) else None


def _stated(document: str, value: Mapping[str, Json]) -> tuple[Evidence, ...]:
    topology = value.get(TOPOLOGY)
    stated = topology.get("keras_version") if config.is_mapping(topology) else None
    if not isinstance(stated, str) or not stated[:1].isdigit():  # TensorFlow.js itself writes "tfjs-layers 4.22.0"
        return ()
    return writer.keras_version(stated, Pointer(document=document, path=f"/{TOPOLOGY}/keras_version"))


def _groups(manifest: Json) -> tuple[_Group, ...]:
    if not isinstance(manifest, list) or len(manifest) > _MAX_PARTS:
        raise _Malformed("is no list of groups")
    return tuple(map(_group, manifest))


def _group(value: Json) -> _Group:
    match value:
        case {"paths": [*paths], "weights": [*weights]} if paths and max(len(paths), len(weights)) <= _MAX_PARTS:
            pass
        case _:
            raise _Malformed("has a group without paths and weights")
    shards = [path for path in paths if isinstance(path, str) and _SHARD.fullmatch(path)]
    if len(shards) != len(paths):
        raise _Malformed("names files outside of the folder")
    arrays: list[_Array] = []
    start = 0
    for weight in weights:
        arrays.append(_array(weight, start))
        start += arrays[-1].size
    return _Group(shards=tuple(shards), arrays=tuple(arrays))


def _array(value: Json, start: int) -> _Array:
    match value:
        case {"name": str(name), "shape": [*sizes], "dtype": str(dtype), **rest}:
            shape = tuple(size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size >= 0)
            quantized = rest.get("quantization")
        case _:
            raise _Malformed("has an array without a name, a shape and a dtype")
    if len(shape) != len(sizes) or dtype not in _DTYPES:
        raise _Malformed(f"gives {name} the shape {sizes} and the dtype {dtype}, which are not read")
    stored = dtype
    scale: float | None = None
    least = 0.0
    match quantized:
        case None:
            pass
        case {"dtype": "float16"}:
            stored = "float16"
        case {"dtype": str(stored), "scale": int() | float() as scale, "min": int() | float() as least} if (
            stored in _QUANTIZED
        ):
            pass
        case _:
            raise _Malformed(f"quantizes {name} in a way that is not known")
    return _Array(name=name, shape=shape, dtype=dtype, stored=stored, scale=scale, least=least, start=start)


def _sizes(folder: Path, groups: Sequence[_Group]) -> tuple[int, tuple[Defect, ...]]:
    """How many bytes the shards have together, and what is wrong with them."""
    total, defects = 0, []
    for group in groups:
        found = 0
        for shard in group.shards:
            size = _size(folder, shard)
            if size is None:
                message = (
                    "a file of weights is missing, or leads out of the folder: copy all .bin files beside model.json"
                )
                defects.append(Defect(kind=DefectKind.INCOMPLETE, message=message, where=Member(path=shard)))
            else:
                found += size
        wanted = sum(array.size for array in group.arrays)
        if not defects and found != wanted:
            kind = DefectKind.TRUNCATED if found < wanted else DefectKind.OVERSIZED
            message = f"its arrays have {wanted} bytes, the files {found}"
            defects.append(Defect(kind=kind, message=message, where=Member(path=group.shards[0])))
        total += found
    return total, tuple(defects)


def _size(folder: Path, shard: str) -> int | None:
    """A shard's bytes, None where there is no file of that name inside the folder, links followed."""
    try:
        path = (folder / shard).resolve(strict=True)
        if path.is_file() and path.is_relative_to(folder.resolve()):
            return path.stat().st_size
    except OSError:
        pass
    return None


class Arrays(Mapping[str, "NDArray[Any]"]):
    """The arrays of an opened model by name, each read and made numbers of when it is asked for."""

    def __init__(self, groups: Sequence[_Group], streams: Sequence[Sequence[tuple[BinaryIO, int]]]) -> None:
        self._places = {
            array.name: (array, streams[number]) for number, group in enumerate(groups) for array in group.arrays
        }

    def unread(self) -> dict[str, StoredArray]:
        """Every array by name, none of them read."""
        return {
            name: StoredArray(array.shape, partial(self.__getitem__, name)) for name, (array, _) in self._places.items()
        }

    def __getitem__(self, name: str) -> NDArray[Any]:
        array, streams = self._places[name]
        data = bytearray()
        skip = array.start
        for stream, size in streams:
            if skip >= size:
                skip -= size
                continue
            stream.seek(skip)
            data += stream.read(min(size - skip, array.size - len(data)))
            skip = 0
        if len(data) != array.size:
            raise NotAModel(f"{name}: the files end within its values")
        values = np.frombuffer(bytes(data), np.dtype(array.stored).newbyteorder("<")).reshape(array.shape)
        if array.scale is not None:
            return (values * array.scale + array.least).astype(array.dtype)
        return values.astype(array.dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@contextmanager
def open_arrays(path: str | os.PathLike[str]) -> Iterator[Arrays]:
    """Open the arrays of a model, by its ``model.json`` or its folder.

    Raises:
        NotAModel: it is none, or a file of it is missing.
    """
    given = Path(path)
    document = given / MODEL if given.is_dir() else given
    with ExitStack() as stack:
        try:
            value = config.parse_json(document.read_bytes(), _WHOLE)
            groups = _groups(value.get(MANIFEST) if isinstance(value, dict) else None)
            folder = document.absolute().parent
            streams = []
            for group in groups:
                sizes = [(shard, _size(folder, shard)) for shard in group.shards]
                lacking = [shard for shard, size in sizes if size is None]
                if lacking:
                    raise NotAModel(f"{path}: {lacking[0]} is missing")
                streams.append([(stack.enter_context((folder / shard).open("rb")), size or 0) for shard, size in sizes])
        except (OSError, _Malformed) as error:
            raise NotAModel(f"{path}: its weights cannot be opened: {error}") from error
        yield Arrays(groups, streams)
