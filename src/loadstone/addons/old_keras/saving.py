"""Models saved as Keras 2 saved them: as folders, under any name, and weights as ``.h5``.

Keras 3 has no format for a folder. What `save` writes for one is a SavedModel that serves the model, as the folders of
Keras 2 did, with Keras' own archive among the files that a SavedModel may carry along; `load_model` takes that archive.
"""

from __future__ import annotations

import functools
import inspect
import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import keras

from loadstone.addons.old_keras.replacing import like, method, public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loadstone.addons.old_keras.replacing import Replacement

# Where a SavedModel keeps what is not its own; see TensorFlow's description of the format.
ARCHIVE = Path("assets.extra") / "model.keras"
SUFFIXES = {"keras": (".keras",), "h5": (".h5", ".hdf5")}
FORMATS = {"keras": "keras", "keras_v3": "keras", "h5": "h5", "hdf5": "h5", "tf": "tf", "tensorflow": "tf"}
IGNORED = ("options", "save_traces")  # how a SavedModel is traced and written


def replacements() -> Iterator[Replacement]:
    """Yield the functions that save and load."""
    yield method(keras.Model, "save", save)
    yield method(keras.Model, "save_weights", save_weights)
    yield method(keras.callbacks.ModelCheckpoint, "__init__", checkpoint)
    for module in ("models", "saving"):
        yield from public(module, "save_model", like(keras.models.save_model, save))
        yield from public(module, "load_model", like(keras.models.load_model, load_model))


def save(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what saves in the format that is asked for, or that the name's ending says; by default a folder."""

    def save_model(
        model: Any, filepath: Any, overwrite: bool = True, save_format: str | None = None, **kwargs: Any
    ) -> None:
        kwargs = {key: value for key, value in kwargs.items() if key not in IGNORED}
        kind = _format(filepath, save_format, zipped=kwargs.get("zipped"))
        if kind is None:
            original(model, filepath, overwrite=overwrite, **kwargs)
            return
        path = Path(filepath)
        with _beside(path, overwrite=overwrite) as scratch:
            if kind == "tf":
                _fill(scratch / path.name, functools.partial(original, model, **kwargs), model)
                shutil.copytree(scratch / path.name, path, dirs_exist_ok=True)
            else:
                archive = scratch / f"{path.name}{SUFFIXES[kind][0]}"
                original(model, archive, **kwargs)
                archive.replace(path)

    return save_model


def _format(filepath: Any, save_format: str | None, *, zipped: bool | None) -> str | None:
    """Return a format that Keras 3 does not write under this name; None where it knows what to do, or to refuse."""
    if not isinstance(filepath, str | os.PathLike) or str(filepath).startswith("hf://") or zipped is False:
        return None
    ending = next((kind for kind, endings in SUFFIXES.items() if str(filepath).endswith(endings)), None)
    kind = FORMATS.get(save_format) if save_format else ending or "tf"
    return None if kind == ending else kind


@contextmanager
def _beside(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a scratch folder on the disk of ``path``, whose own folder is made where it is missing.

    Raises:
        FileExistsError: when there is something at ``path`` that is not to be written over.
    """
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} exists; overwrite=True writes over it")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        yield Path(scratch)


def _fill(folder: Path, save_archive: Callable[[Path], None], model: Any) -> None:
    """Write the SavedModel of a model and, in it, the archive."""
    try:
        model.export(str(folder), verbose=False)
    except Exception as error:  # noqa: BLE001 - whatever cannot be traced, Keras itself can save
        warnings.warn(
            f"{folder.name} holds the model for Keras alone, not for serving; "
            f"it cannot be exported ({type(error).__name__}: {error})",
            stacklevel=4,
        )
    archive = folder / ARCHIVE
    archive.parent.mkdir(parents=True)
    save_archive(archive)


def load_model(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what loads the folders of `save` too."""

    def load(filepath: Any, custom_objects: Any = None, compile: bool = True, **kwargs: Any) -> Any:  # noqa: A002 - Keras' name
        kwargs.pop("options", None)
        if isinstance(filepath, str | os.PathLike) and (Path(filepath) / ARCHIVE).is_file():
            filepath = Path(filepath) / ARCHIVE
        return original(filepath, custom_objects=custom_objects, compile=compile, **kwargs)

    return load


def save_weights(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what saves weights as ``.h5`` in the way of Keras 2, which ``load_weights`` of Keras 3 still reads."""

    def save(model: Any, filepath: Any, overwrite: bool = True, save_format: str | None = None, **kwargs: Any) -> None:
        kwargs.pop("options", None)
        name = str(filepath)
        is_h5 = FORMATS.get(save_format) == "h5" if save_format else name.endswith(SUFFIXES["h5"])
        if not is_h5 or name.endswith(".weights.h5") or kwargs:
            original(model, filepath, overwrite=overwrite, **kwargs)
            return
        # Private: the public way to this layout saves the whole model, which one's own models cannot be.
        from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group  # noqa: PLC0415

        path = Path(filepath)
        with _beside(path, overwrite=overwrite) as scratch:
            with h5py.File(scratch / path.name, "w") as file:
                save_weights_to_hdf5_group(file, model)
            (scratch / path.name).replace(path)

    return save


def checkpoint(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what takes for ``filepath`` all that `save` and `save_weights` take."""
    parameters = inspect.signature(original)

    def init(self: Any, filepath: Any, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("options", None)
        path = os.fspath(filepath)
        arguments = parameters.bind(self, path, *args, **kwargs).arguments
        ending = ".weights.h5" if arguments.get("save_weights_only") else ".keras"
        is_taken = ending == ".keras" or path.endswith(SUFFIXES["h5"])
        original(self, path if not is_taken or path.endswith(ending) else path + ending, *args, **kwargs)
        self.filepath = path

    return init
