"""Reads ``.keras`` archives: of tf.keras 2.12 to 2.15, of tf_keras, and of Keras 3; as a ZIP file or as a folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loadstone.artifact import EMPTY, Artifact, Defect, DefectKind, Format, Json, Member, Pointer, Training
from loadstone.formats import config, hdf5_tree, parts, running, superblock
from loadstone.formats.hdf5_bytes import DamagedError
from loadstone.formats.hdf5_file import Hdf5File

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from loadstone.artifact import Evidence
    from loadstone.formats.hdf5_tree import Tree
    from loadstone.formats.parts import Part, Parts

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
_PICKLED_WEIGHTS = "model.weights.npz"


def is_keras_archive(names: frozenset[str]) -> bool:
    """Tell a Keras archive from other archives by its members' names."""
    return {CONFIG, METADATA} <= names or WEIGHTS in names or _PICKLED_WEIGHTS in names


def read_archive(path: Path, listed: Parts) -> Artifact:
    """Read a ``.keras`` archive, or the folder that Keras 3 writes with ``zipped=False``.

    Args:
        path: the archive or the folder.
        listed: its parts.

    Raises:
        OSError: the file cannot be opened.
    """
    size = sum(part.size for part in listed.by_name.values()) if path.is_dir() else path.stat().st_size
    document, document_defects = _document(listed, CONFIG)
    metadata, metadata_defects = _document(listed, METADATA)
    tree, tree_defects = _weights(listed)
    version = metadata.get("keras_version") if metadata else None
    recorded = version if isinstance(version, str) else None
    return Artifact(
        source=str(path),
        format=Format.KERAS_ARCHIVE,
        dialect=None if document is None else config.dialect(document, recorded=recorded),
        size=size,
        writer=_writer(recorded, document),
        saved_on=_saved_on(metadata or EMPTY),
        config=document,
        config_at=None if document is None else Pointer(document=CONFIG, path=""),
        objects=config.objects(CONFIG, document) if document else (),
        tensors=tree.tensors if tree else (),
        payloads=config.payloads(CONFIG, document) if document else (),
        training=_training(document or EMPTY, tree),
        defects=(
            *listed.defects,
            *document_defects,
            *metadata_defects,
            *tree_defects,
            *running.of_members(listed),
        ),
    )


def _document(listed: Parts, name: str) -> tuple[Mapping[str, Json] | None, tuple[Defect, ...]]:
    where = Member(path=name)
    part = listed.by_name.get(name)
    if part is None:
        message = "the archive lacks this member, which Keras always writes"
        return None, (Defect(kind=DefectKind.INCOMPLETE, message=message, where=where),)
    text = parts.read_part(part, config.MAX_BYTES)
    value = text if isinstance(text, Defect) else config.parse_json(text, where)
    if isinstance(value, Defect):
        return None, (value,)
    if not config.is_mapping(value):
        return None, (Defect(kind=DefectKind.DAMAGED, message="the document is not a JSON object", where=where),)
    return value, ()


def _weights(listed: Parts) -> tuple[Tree | None, tuple[Defect, ...]]:
    where = Member(path=WEIGHTS)
    part = listed.by_name.get(WEIGHTS)
    if part is not None:
        return _tree(part)
    if _PICKLED_WEIGHTS in listed.by_name:
        message = "the weights are pickled NumPy objects, which cannot be read without executing them"
        unreadable = Defect(kind=DefectKind.UNREADABLE, message=message, where=Member(path=_PICKLED_WEIGHTS))
        return None, (unreadable, *_arrays(listed.by_name[_PICKLED_WEIGHTS]))
    message = "the archive lacks its weights, which Keras always writes"
    return None, (Defect(kind=DefectKind.INCOMPLETE, message=message, where=where),)


def _arrays(part: Part) -> tuple[Defect, ...]:
    """What is dangerous in the weights that Keras 3 up to 3.8 takes from NumPy's archive."""
    from loadstone.formats import npz  # noqa: PLC0415 - hardly any archive has such weights

    stream = parts.open_part(part)
    if isinstance(stream, Defect):
        return (stream,)
    with stream:
        return tuple(npz.defects(stream, prefix=f"{part.name}/"))


def _tree(part: Part) -> tuple[Tree | None, tuple[Defect, ...]]:
    where = Member(path=part.name)
    stream = parts.open_part(part)
    if isinstance(stream, Defect):
        return None, (stream,)
    with stream:
        cut = superblock.truncation(stream, where)
        if cut is not None:
            return None, (cut,)
        try:
            tree = hdf5_tree.scan(Hdf5File(stream), prefix=f"{part.name}/")
        except DamagedError as error:
            message = f"the HDF5 file cannot be read: {error}"
            return None, (Defect(kind=DefectKind.DAMAGED, message=message, where=where),)
    return tree, tree.defects


def _writer(recorded: str | None, document: Mapping[str, Json] | None) -> tuple[Evidence, ...]:
    from loadstone.formats import writer  # noqa: PLC0415 - versions are only needed by archives that can be read

    stated = (
        writer.keras_version(recorded, Pointer(document=METADATA, path="/keras_version"))
        if recorded is not None
        else ()
    )
    return (*stated, *(config.evidence(CONFIG, document) if document else ()))


def _saved_on(metadata: Mapping[str, Json]) -> date | None:
    stated = metadata.get("date_saved")
    try:
        return datetime.strptime(str(stated), "%Y-%m-%d@%H:%M:%S").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _training(document: Mapping[str, Json], tree: Tree | None) -> Training | None:
    compiled = document.get("compile_config")
    if not config.is_mapping(compiled):
        return None
    count = sum(tensor.name.startswith("optimizer/") for tensor in tree.tensors) if tree else 0
    return Training(config=compiled, optimizer_tensors=count, at=Pointer(document=CONFIG, path="/compile_config"))
