"""Says what a folder is that is neither a SavedModel nor an unpacked ``.keras`` archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Defect, DefectKind, Member
from loadstone.formats import sniff

if TYPE_CHECKING:
    from loadstone.formats.sniff import FolderSample

_MODEL_SUFFIXES = (".h5", ".hdf5", ".keras")
_PROGRAMS = ("saved_model.pb", "saved_model.pbtxt")
_SHOWN = 6
# Names that tell a folder's kind: any of the names, what the folder is, what to do. The first that fits is reported.
_KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"MLmodel"}),
        "an MLflow model: give the Keras model inside, which stands under data/model or data/model.keras",
    ),
    (
        frozenset({"model.json", "group1-shard1of1.bin"}),
        (
            "an architecture alone, or a part of a TensorFlow.js model, whose model.json and .bin files belong "
            "together: give model.json itself"
        ),
    ),
    (
        frozenset({"tfhub_module.pb"}),
        "a TensorFlow Hub module of TensorFlow 1, which is no Keras model: load it with hub.Module in TensorFlow 1.15",
    ),
    (
        frozenset({"checkpoint"}),
        (
            "a folder of TensorFlow checkpoints: weights without the model; build the model from its code, then "
            "load_weights(tf.train.latest_checkpoint(folder))"
        ),
    ),
    (
        frozenset({"pytorch_model.bin", "model.safetensors", "tf_model.h5"}),
        "a model of the transformers library: load it with that library's from_pretrained",
    ),
)


def is_saved_model(sample: FolderSample) -> bool:
    """Tell a SavedModel by its program."""
    return not sample.names.isdisjoint(_PROGRAMS)


def is_unpacked_archive(sample: FolderSample) -> bool:
    """Tell what Keras 3 saves with ``zipped=False``: a ``.keras`` archive's members as files."""
    return {"config.json", "metadata.json"} <= sample.names


def is_tensorflow_js(sample: FolderSample) -> bool:
    """Tell a model of TensorFlow.js, which is a JSON file and the binary files beside it."""
    return "model.json" in sample.names and any(name.endswith(".bin") for name in sample.names)


def name(sample: FolderSample) -> Defect:
    """Name a folder that no reader knows by what it holds, and the models in it."""
    whole = Member(path="")
    if not sample.names:
        message = "the folder is empty, or may not be listed"
        return Defect(kind=DefectKind.EMPTY, message=message, where=whole)
    if "variables" in sample.names or "variables.index" in sample.names:
        message = "a SavedModel's variables, but the program saved_model.pb is missing: copy the whole folder again"
        return Defect(kind=DefectKind.INCOMPLETE, message=message, where=Member(path="saved_model.pb"))
    inside = _models(sample)
    if inside:
        more = f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""
        message = f"a folder of models, not a model: give one of {', '.join(inside[:_SHOWN])}{more}"
        return Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=whole)
    for names, called in _KINDS:
        if not sample.names.isdisjoint(names):
            return Defect(kind=DefectKind.NOT_A_MODEL, message=called, where=whole)
    held = ", ".join(sorted(sample.names)[:_SHOWN]) + (", ..." if len(sample.names) > _SHOWN else "")
    message = f"a folder without a saved_model.pb, so no SavedModel; it holds {held}"
    return Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=whole)


def _models(sample: FolderSample) -> list[str]:
    """List the models directly inside: files by suffix, and SavedModels one folder down, as for TensorFlow Serving."""
    files = [name for name in sample.names if name.endswith(_MODEL_SUFFIXES) and name != "tf_model.h5"]
    folders = [
        name
        for name in sample.names
        if "." not in name and not {*sniff.listing(sample.path / name)}.isdisjoint(_PROGRAMS)
    ]
    return sorted(files) + sorted(folders)
