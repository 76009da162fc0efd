"""Reads HDF5 files of Keras: whole models, weights of ``save_weights``, and ``.weights.h5`` of later releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import (
    Artifact,
    Attribute,
    Defect,
    DefectKind,
    Format,
    Json,
    Member,
    Pointer,
    Training,
)
from loadstone.formats import config, hdf5_tree, writer
from loadstone.formats.hdf5_bytes import DamagedError
from loadstone.formats.hdf5_file import Hdf5File

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadstone.artifact import Evidence
    from loadstone.formats.hdf5_file import Header

MODEL_CONFIG = "model_config"
TRAINING_CONFIG = "training_config"
OPTIMIZER_GROUPS = ("optimizer_weights/", "optimizer/")
# What other software leaves in the root of its HDF5 files: an attribute or a group, and what to call the file.
_OTHERS = {
    "MATLAB_class": "a MATLAB file",
    "#refs#": "a MATLAB file",
    "PYTABLES_FORMAT_VERSION": "a PyTables or pandas file",
    "_NCProperties": "a NetCDF file",
    "encoding-type": "an AnnData file",
    "nb_layers": "weights of Keras 0, without names",
}


def read_hdf5(path: Path) -> Artifact:
    """Read an HDF5 file of Keras that has its full length.

    Raises:
        OSError: the file cannot be opened.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as stream:
            return _read(Hdf5File(stream), str(path), size)
    except DamagedError as error:
        message = f"the HDF5 file cannot be read: {error}"
        damage = Defect(kind=DefectKind.DAMAGED, message=message, where=Member(path=""))
        return Artifact(source=str(path), format=Format.UNRECOGNISED, size=size, defects=(damage,))


def _read(file: Hdf5File, source: str, size: int) -> Artifact:
    tree = hdf5_tree.scan(file)
    root = tree.groups.get("", ())
    model, model_defects = _document(file, root, MODEL_CONFIG)
    training, training_defects = _document(file, root, TRAINING_CONFIG)
    defects = (*model_defects, *training_defects, *tree.defects)
    recorded, written_by = _writer(file, root, model, training)
    has_model = model is not None or bool(model_defects)
    if not has_model and not holds_weights(hdf5_tree.attribute_names(file, root), tree):
        defects = (_foreign(hdf5_tree.attribute_names(file, root), tree), *defects)
        return Artifact(source=source, format=Format.UNRECOGNISED, size=size, writer=written_by, defects=defects)
    return Artifact(
        source=source,
        format=Format.HDF5_MODEL if has_model else Format.HDF5_WEIGHTS,
        dialect=None if model is None else config.dialect(model, recorded=recorded),
        size=size,
        writer=written_by,
        config=model,
        config_at=None if model is None else Pointer(document=MODEL_CONFIG, path=""),
        objects=(
            *(config.objects(MODEL_CONFIG, model) if model else ()),
            *(config.objects(TRAINING_CONFIG, training, in_training=True) if training else ()),
        ),
        tensors=tree.tensors,
        payloads=(
            *(config.payloads(MODEL_CONFIG, model) if model else ()),
            *(config.payloads(TRAINING_CONFIG, training) if training else ()),
        ),
        training=None
        if training is None
        else Training(
            config=training,
            optimizer_tensors=optimizer_tensors(tree),
            at=Pointer(document=TRAINING_CONFIG, path=""),
        ),
        defects=defects,
    )


def optimizer_tensors(tree: hdf5_tree.Tree) -> int:
    """Count the stored arrays of the optimizer."""
    return sum(tensor.name.startswith(OPTIMIZER_GROUPS) for tensor in tree.tensors)


def holds_weights(root_attributes: frozenset[str], tree: hdf5_tree.Tree) -> bool:
    """Tell whether a file is laid out as Keras lays out weights.

    Either groups with the attribute ``layer_names`` (since Keras 1) or groups ``vars`` of numbered arrays (since 2.12).
    """
    return (
        not root_attributes.isdisjoint({"layer_names", "layer_names0"})
        or "model_weights" in tree.groups
        or "vars" in tree.groups
        or any(name.endswith("/vars") for name in tree.groups)
    )


def _document(file: Hdf5File, root: Header, name: str) -> tuple[Mapping[str, Json] | None, tuple[Defect, ...]]:
    """Read and parse a configuration that is stored as a root attribute; a stored null is no configuration."""
    text = hdf5_tree.text(file, root, name)
    if text is None:
        return None, ()
    if isinstance(text, Defect):
        return None, (text,)
    where = Attribute(owner="/", name=name)
    match config.parse_json(text, where):
        case Defect() as defect:
            return None, (defect,)
        case None:
            return None, ()
        case value if config.is_mapping(value):
            return value, ()
    return None, (Defect(kind=DefectKind.DAMAGED, message="the document is not a JSON object", where=where),)


def _writer(
    file: Hdf5File, root: Header, model: Mapping[str, Json] | None, training: Mapping[str, Json] | None
) -> tuple[str | None, tuple[Evidence, ...]]:
    """Collect what tells who wrote the file, and the Keras version that it states."""
    found: list[Evidence] = []
    stated = {
        name: (value, Attribute(owner="/", name=name))
        for name in ("keras_version", "backend")
        if isinstance(value := hdf5_tree.text(file, root, name), str)
    }
    if "keras_version" in stated:
        found.extend(writer.keras_version(*stated["keras_version"]))
    if "backend" in stated:
        found.append(writer.backend(*stated["backend"]))
    if model is not None:
        found.extend(config.evidence(MODEL_CONFIG, model))
    if training is not None:
        found.extend(config.evidence(TRAINING_CONFIG, training))
    return stated["keras_version"][0] if "keras_version" in stated else None, tuple(found)


def _foreign(root_attributes: frozenset[str], tree: hdf5_tree.Tree) -> Defect:
    present = {*root_attributes, *tree.groups, *(tensor.name for tensor in tree.tensors)}
    known = next((called for mark, called in _OTHERS.items() if mark in present), "an HDF5 file")
    names = sorted(name for name in present if name and "/" not in name)
    listed = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "") if names else "nothing"  # noqa: PLR2004
    return Defect(
        kind=DefectKind.NOT_A_MODEL,
        message=f"{known}, but not of Keras: no model_config and no weights of layers; its root holds {listed}",
        where=Member(path=""),
    )
