"""An HDF5 file as a tree of names, headers and text attributes, read without following anything out of it.

Follows the HDF5 File Format Specification, version 3.0. libhdf5 does the parsing, through h5py; what a hostile file
could make it do is checked first: links are looked at and never resolved, external and virtual storage is named and
never opened, declared sizes are held against the bytes that are there.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import h5py

from loadstone.artifact import Attribute, Defect, DefectKind, Tensor, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_OBJECTS = 1 << 18
MAX_DEPTH = 64
MAX_ATTRIBUTE_BYTES = 64 << 20
# Deflate cannot shrink bytes by more than 1032:1 (RFC 1951), and no other filter comes with libhdf5 that does better.
_MAX_RATIO = 1100
# What h5py makes of libhdf5's errors: which one depends on the call, and a damaged header can reach NumPy's checks too.
ERRORS = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError, AttributeError)
BFLOAT16 = "bfloat16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What stands in an HDF5 file: the stored arrays, the groups by name, and what is wrong with either."""

    tensors: tuple[TensorSpec, ...]
    groups: frozenset[str]
    defects: tuple[Defect, ...]


@contextmanager
def open_hdf5(source: Path | BinaryIO) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading, without locks: the file may stand on a read-only or a network file system."""
    options: dict[str, Any] = {} if hasattr(source, "read") else {"locking": False}
    with h5py.File(source, "r", **options) as file:
        yield file


def scan(file: h5py.File, size: int, prefix: str = "") -> Tree:
    """Walk a file's hard links and read the header of every dataset.

    Args:
        file: the open file.
        size: its length in bytes, which no dataset can exceed.
        prefix: the name of the archive member that holds it, put before every place.
    """
    tensors: list[TensorSpec] = []
    groups: set[str] = set()
    defects: list[Defect] = []
    seen = {h5py.h5o.get_info(file.id).addr}
    stack: list[tuple[Any, str, int]] = [(file["/"].id, "", 0)]
    count = 0
    while stack:
        group, path, depth = stack.pop()
        below: list[tuple[Any, str, int]] = []
        for raw in _link_names(group, f"{prefix}{path}", defects):
            count += 1
            name = f"{path}/{_decode(raw)}" if path else _decode(raw)
            if count > MAX_OBJECTS or depth > MAX_DEPTH:
                message = f"holds more than {MAX_OBJECTS} objects or nests them more than {MAX_DEPTH} deep"
                defects.append(Defect(kind=DefectKind.OVERSIZED, message=message, where=Tensor(name=f"{prefix}{name}")))
                return Tree(tensors=tuple(tensors), groups=frozenset(groups), defects=tuple(defects))
            match _resolve(group, raw, f"{prefix}{name}", seen):
                case Defect() as defect:
                    defects.append(defect)
                case h5py.h5g.GroupID() as child:
                    groups.add(name)
                    below.append((child, name, depth + 1))
                case h5py.h5d.DatasetID() as dataset:
                    header = _header(dataset, name, f"{prefix}{name}", size)
                    if isinstance(header, Defect):
                        defects.append(header)
                    else:
                        tensors.append(header)
        stack.extend(reversed(below))
    return Tree(tensors=tuple(tensors), groups=frozenset(groups), defects=tuple(defects))


def attribute(group: h5py.Group, name: str) -> str | tuple[str, ...] | Defect | None:
    """Read a text attribute, or an array of texts, within limits.

    Returns:
        The text, the tuple of texts, None if there is no such attribute, a defect if it cannot be read as text.
    """
    where = Attribute(owner=group.name, name=name)
    try:
        if name not in group.attrs:
            return None
        header = h5py.h5a.open(group.id, name.encode())
        if header.get_storage_size() > MAX_ATTRIBUTE_BYTES:
            message = (
                f"the attribute declares {header.get_storage_size()} bytes; more than {MAX_ATTRIBUTE_BYTES} is not read"
            )
            return Defect(kind=DefectKind.OVERSIZED, message=message, where=where)
        if not isinstance(header.get_type(), h5py.h5t.TypeStringID):
            return Defect(kind=DefectKind.DAMAGED, message="the attribute is not text", where=where)
        value = group.attrs[name]
    except ERRORS as error:
        return Defect(kind=DefectKind.DAMAGED, message=f"the attribute cannot be read: {error}", where=where)
    if isinstance(value, (str, bytes)):
        return _decode(value)
    return tuple(_decode(item) for item in value.ravel()) if hasattr(value, "ravel") else None


def names_attribute(group: h5py.Group, name: str) -> tuple[str, ...] | Defect | None:
    """Read an array of names, joined from ``name0``, ``name1`` and so on where Keras had to split it.

    An HDF5 object header holds 64 KiB, so Keras spreads longer lists over numbered attributes.
    """
    whole = attribute(group, name)
    if whole is not None:
        return (whole,) if isinstance(whole, str) else whole
    parts: list[str] = []
    index = 0
    while (part := attribute(group, f"{name}{index}")) is not None:
        if isinstance(part, Defect):
            return part
        parts.extend((part,) if isinstance(part, str) else part)
        index += 1
    return tuple(parts) if index else None


def dataset_problem(dataset: Any, size: int) -> tuple[DefectKind, str] | None:
    """Say why a dataset's bytes may not be read: they stand elsewhere, or it declares more than there is.

    Args:
        dataset: h5py's low-level dataset.
        size: the length of the whole file, in bytes.
    """
    layout = dataset.get_create_plist()
    if layout.get_external_count():
        return DefectKind.LEAVES_FILE, "the values stand in another file (external storage); they are not read"
    if layout.get_layout() == h5py.h5d.VIRTUAL:
        return DefectKind.LEAVES_FILE, "the values stand in other datasets (virtual dataset); they are not read"
    declared, stored = math.prod(dataset.shape or ()) * dataset.dtype.itemsize, dataset.get_storage_size()
    begins = dataset.get_offset() or 0
    if declared and (stored == 0 or begins + stored > size or declared > stored * _MAX_RATIO):
        message = f"declares {declared} bytes of values, but the file has {min(stored, max(size - begins, 0))} for it"
        return DefectKind.OVERSIZED, message
    return None


def is_bfloat16(dataset: h5py.Dataset) -> bool:
    """Tell whether Keras stored bfloat16 values in a dataset; HDF5 has no such type, so an attribute says it."""
    return attribute(dataset, "dtype") == BFLOAT16


def _link_names(group: Any, place: str, defects: list[Defect]) -> list[bytes]:
    try:
        return [raw for _, raw in zip(range(MAX_OBJECTS + 1), group, strict=False)]
    except ERRORS as error:
        message = f"the group cannot be listed: {error}"
        defects.append(Defect(kind=DefectKind.DAMAGED, message=message, where=Tensor(name=place)))
        return []


def _resolve(group: Any, raw: bytes, place: str, seen: set[int]) -> Any:
    """Open what a hard link leads to, or return the defect that forbids it; None for a type that holds no values."""
    where = Tensor(name=place)
    try:
        kind = group.links.get_info(raw).type
        if kind != h5py.h5l.TYPE_HARD:
            called = "soft" if kind == h5py.h5l.TYPE_SOFT else "external"
            message = f"is a {called} link, which Keras never writes; it is not followed"
            return Defect(kind=DefectKind.LEAVES_FILE, message=message, where=where)
        child = h5py.h5o.open(group, raw)
        address = h5py.h5o.get_info(child).addr
    except ERRORS as error:
        return Defect(kind=DefectKind.DAMAGED, message=f"the object cannot be opened: {error}", where=where)
    if isinstance(child, h5py.h5g.GroupID):
        if address in seen:
            message = "the group is linked a second time, so that the file contains itself; it is read once"
            return Defect(kind=DefectKind.DAMAGED, message=message, where=where)
        seen.add(address)
    return child


def _header(dataset: Any, name: str, place: str, size: int) -> TensorSpec | Defect:
    where = Tensor(name=place)
    try:
        problem = dataset_problem(dataset, size)
        if problem is not None:
            return Defect(kind=problem[0], message=problem[1], where=where)
        dtype = BFLOAT16 if is_bfloat16(h5py.Dataset(dataset)) else dataset.dtype.name
        return TensorSpec(name=name, shape=tuple(dataset.shape or ()), dtype=dtype, at=where)
    except ERRORS as error:
        return Defect(kind=DefectKind.DAMAGED, message=f"the header cannot be read: {error}", where=where)


def _decode(raw: str | bytes) -> str:
    # h5py hands bytes that are not UTF-8 over as surrogates, which could never be printed.
    text = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else bytes(raw)
    return text.decode("utf-8", "backslashreplace")
