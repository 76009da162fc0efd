"""Reads a JSON file given as a model: an architecture of ``model.to_json``, or something else that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Artifact, Defect, DefectKind, Format, Member, Pointer
from loadstone.formats import config, tfjs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadstone.artifact import Evidence, Json

_WHOLE = Member(path="")
# Keys that tell what else a JSON document is: any of the keys, what it is and what to do.
_KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"modelTopology", "weightsManifest"}),
        (
            "a graph of TensorFlow.js: it has operations but no layers, so it cannot become a Keras model; "
            "run it there, or ask for the model it was converted from"
        ),
    ),
    (frozenset({"keras_version", "date_saved"}), "the metadata of a .keras archive: give the archive itself"),
    (frozenset({"model_type", "architectures"}), "a configuration of the transformers library: use from_pretrained"),
    (frozenset({"nbformat"}), "a Jupyter notebook"),
)


def read_json(path: Path) -> Artifact:
    """Read a JSON file: its objects if it is an architecture of Keras, and in any case what it is.

    Raises:
        OSError: the file cannot be opened.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        value = config.parse_json(stream.read(config.MAX_BYTES + 1), _WHOLE)
    if isinstance(value, Defect):
        return Artifact(source=str(path), format=Format.UNRECOGNISED, size=size, defects=(value,))
    return of_document(path, value, size)


def of_document(path: Path, value: Json, size: int) -> Artifact:
    """What a parsed document of a file is: an architecture of Keras, or something else that is named."""
    if config.is_mapping(value) and tfjs.is_layers_model(value):
        return tfjs.read(path, value, size)
    if not config.is_mapping(value) or not config.is_object(value):
        message = _called(value) if config.is_mapping(value) else "a JSON document, but no architecture of Keras"
        defect = Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=_WHOLE)
        return Artifact(source=str(path), format=Format.UNRECOGNISED, size=size, defects=(defect,))
    message = (
        "the architecture alone, as model.to_json writes it: layers without weights; "
        f"give it beside the weights: loadstone.load_model('the weights', architecture={path.name!r})"
    )
    recorded = value.get("keras_version")
    return Artifact(
        source=str(path),
        format=Format.UNRECOGNISED,
        dialect=config.dialect(value, recorded=recorded if isinstance(recorded, str) else None),
        size=size,
        writer=(*_stated(path.name, recorded), *config.evidence(path.name, value)),
        config=value,
        config_at=Pointer(document=path.name, path=""),
        objects=config.objects(path.name, value),
        payloads=config.payloads(path.name, value),
        defects=(Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=_WHOLE),),
    )


def _called(value: Mapping[str, Json]) -> str:
    known = (called for keys, called in _KINDS if not keys.isdisjoint(value))
    return next(known, "a JSON document, but no architecture of Keras (it has no class_name and config)")


def _stated(document: str, recorded: Json) -> tuple[Evidence, ...]:
    from loadstone.formats import writer  # noqa: PLC0415 - most JSON files state no version

    if not isinstance(recorded, str):
        return ()
    return writer.keras_version(recorded, Pointer(document=document, path="/keras_version"))
