"""READ: the bytes of a model become an `Artifact`. No framework, nothing executed, bounded in time and memory.

To add a format, write its reader and give it a row in `FORMATS`; to name one more kind of file that is no model, give
`loadstone.formats.foreign` a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.artifact import Artifact, Defect, DefectKind, Format, Member
from loadstone.formats import folders, foreign, sniff, superblock
from loadstone.formats.sniff import FileSample, FolderSample

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from loadstone.formats.parts import Parts

__all__ = ["FORMATS", "Reader", "read"]

Sample = FileSample | FolderSample


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one container is told by its content, and read."""

    recognises: Callable[[Sample], bool]
    read: Callable[[Sample], Artifact]


def read(path: str | os.PathLike[str]) -> Artifact:
    """Read a model file or folder, whatever it turns out to be.

    The content decides, not the suffix. Nothing in the file is executed, no link in it is followed, and no declared
    size is trusted.

    Returns:
        What is in it. Content that is no model, or is damaged, is an answer too: `Format.UNRECOGNISED`, or the format
        with as much as could be read, and the `defects` that say what is wrong.
    """
    source = str(path)
    sample = sniff.take(Path(path))
    if isinstance(sample, Defect):
        return Artifact(source=source, format=Format.UNRECOGNISED, defects=(sample,))
    try:
        artifact = next(row for row in FORMATS if row.recognises(sample)).read(sample)
    except OSError as error:  # the file changed or vanished since it was looked at, or the disk fails
        message = f"cannot be read: {error.strerror or error}"
        failure = Defect(kind=DefectKind.UNREADABLE, message=message, where=Member(path=""))
        return Artifact(source=source, format=Format.UNRECOGNISED, defects=(failure,))
    return replace(artifact, source=source, defects=(*_mislabelled(sample, artifact), *artifact.defects))


def _read_hdf5(sample: Sample) -> Artifact:
    with sample.path.open("rb") as stream:
        cut = superblock.truncation(stream, Member(path=""))
    if cut is not None:
        return _unrecognised(sample, cut)
    from loadstone.formats import hdf5  # noqa: PLC0415 - only HDF5 files pay for h5py

    return hdf5.read_hdf5(sample.path)


def _read_zip(sample: Sample) -> Artifact:
    from loadstone.formats import keras_archive, parts  # noqa: PLC0415 - as above

    listed = parts.of_zip(sample.path)
    if isinstance(listed, Defect):
        return _unrecognised(sample, listed)
    names = frozenset(listed.by_name)
    if keras_archive.is_keras_archive(names):
        return keras_archive.read_archive(sample.path, listed)
    message = foreign.name_archive(names)
    named = Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=Member(path=""))
    return _unrecognised(sample, named, *listed.defects, *_inside(sample, names, listed))


def _inside(sample: Sample, names: frozenset[str], listed: Parts) -> tuple[Defect, ...]:
    """What is dangerous in an archive that is no model: NumPy's arrays of objects, pickles."""
    from loadstone.formats import npz, running  # noqa: PLC0415 - as above

    if names and all(name.endswith(".npy") for name in names):
        with sample.path.open("rb") as stream:
            return tuple(npz.defects(stream))
    return tuple(running.of_members(listed))


def _read_saved_model(sample: Sample) -> Artifact:
    from loadstone.formats import running, saved_model  # noqa: PLC0415 - as above

    program = sniff.take(sample.path / saved_model.PROGRAM)
    if isinstance(program, FileSample) and sniff.is_graph_def(program):
        message = (
            f"the {saved_model.PROGRAM} in it is a frozen TensorFlow graph, and no SavedModel: give that file itself"
        )
        return _unrecognised(sample, Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=Member(path="")))
    artifact = saved_model.read_saved_model(sample.path)
    beside = (defect for name in _ASSETS for defect in running.of_folder(sample.path / name, sample.path))
    return replace(artifact, defects=(*artifact.defects, *beside))


def _read_frozen_graph(sample: Sample) -> Artifact:
    from loadstone.formats import frozen_graph  # noqa: PLC0415 - as above

    return frozen_graph.read_frozen_graph(sample.path)


def _read_lone_program(sample: Sample) -> Artifact:
    """Read the folder around a SavedModel's program that was given alone."""
    from loadstone.formats import saved_model  # noqa: PLC0415 - as above

    message = f"a SavedModel is its folder, not the {sample.path.name} in it: give {sample.path.absolute().parent}"
    defect = Defect(kind=DefectKind.MISLABELLED, message=message, where=Member(path=""))
    if sample.path.name != saved_model.PROGRAM:
        return _unrecognised(sample, defect)
    artifact = saved_model.read_saved_model(sample.path.absolute().parent)
    return replace(artifact, defects=(defect, *artifact.defects))


def _read_unpacked_archive(sample: Sample) -> Artifact:
    from loadstone.formats import keras_archive, parts  # noqa: PLC0415 - as above

    return keras_archive.read_archive(sample.path, parts.of_folder(sample.path))


def _read_json(sample: Sample) -> Artifact:
    from loadstone.formats import json_file  # noqa: PLC0415 - as above

    return json_file.read_json(sample.path)


def _read_tensorflow_js(sample: Sample) -> Artifact:
    from loadstone.formats import json_file, tfjs  # noqa: PLC0415 - as above

    return json_file.read_json(sample.path / tfjs.MODEL)


def _name(sample: Sample) -> Artifact:
    """Name what no reader knows."""
    from loadstone.formats import running  # noqa: PLC0415 - as above

    if isinstance(sample, FolderSample):
        return _unrecognised(sample, folders.name(sample), *running.of_folder(sample.path, sample.path))
    return _unrecognised(sample, foreign.name(sample), *running.of_file(sample))


def _unrecognised(sample: Sample, *defects: Defect) -> Artifact:
    size = sample.size if isinstance(sample, FileSample) else 0
    return Artifact(source=str(sample.path), format=Format.UNRECOGNISED, size=size, defects=defects)


def _file(recognises: Callable[[FileSample], bool]) -> Callable[[Sample], bool]:
    return lambda sample: isinstance(sample, FileSample) and recognises(sample)


def _folder(recognises: Callable[[FolderSample], bool]) -> Callable[[Sample], bool]:
    return lambda sample: isinstance(sample, FolderSample) and recognises(sample)


# The first row that recognises the content reads it; the last takes everything.
FORMATS: tuple[Reader, ...] = (
    Reader(recognises=_file(sniff.is_zip), read=_read_zip),
    Reader(recognises=_file(sniff.is_hdf5), read=_read_hdf5),
    Reader(recognises=_file(sniff.is_saved_model_proto), read=_read_lone_program),
    Reader(recognises=_file(sniff.is_graph_def), read=_read_frozen_graph),
    Reader(recognises=_file(sniff.is_json), read=_read_json),
    Reader(recognises=_folder(folders.is_saved_model), read=_read_saved_model),
    Reader(recognises=_folder(folders.is_unpacked_archive), read=_read_unpacked_archive),
    Reader(recognises=_folder(folders.is_tensorflow_js), read=_read_tensorflow_js),
    Reader(recognises=lambda _: True, read=_name),
)

_ASSETS = ("assets", "assets.extra")  # the folders of a SavedModel that hold files of its author's
_HDF5 = frozenset({Format.HDF5_MODEL, Format.HDF5_WEIGHTS})
# The formats that a suffix promises. Any other suffix promises nothing.
_PROMISES = {
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".keras": frozenset({Format.KERAS_ARCHIVE}),
    ".pb": frozenset({Format.SAVED_MODEL, Format.FROZEN_GRAPH}),
}
_CALLED = {
    Format.HDF5_MODEL: "a Keras model in HDF5, so name it .h5",
    Format.HDF5_WEIGHTS: "Keras weights in HDF5, so name it .weights.h5",
    Format.KERAS_ARCHIVE: "a .keras archive, so name it .keras",
    Format.SAVED_MODEL: "a SavedModel folder, so name it without a suffix",
    Format.FROZEN_GRAPH: "a frozen TensorFlow graph, so name it .pb",
    Format.TENSORFLOW_JS: "a model of TensorFlow.js, so name it model.json",
}


def _mislabelled(sample: Sample, artifact: Artifact) -> tuple[Defect, ...]:
    suffix = sample.path.suffix.lower()
    promised = _PROMISES.get(suffix)
    if promised is None or artifact.format is Format.UNRECOGNISED or artifact.format in promised:
        return ()
    message = f"the suffix {suffix} promises another format than the content is: {_CALLED[artifact.format]}"
    return (Defect(kind=DefectKind.MISLABELLED, message=message, where=Member(path="")),)
