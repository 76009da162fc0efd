"""Writes a model as a `.keras` archive, at the speed of the disk."""

from __future__ import annotations

import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Private: Keras itself writes a file of weights into memory or beside the archive, and then once more into it.
from keras.src.saving import saving_lib

from loadstone.runtime.members import Growing, archive_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

_STORE = "H5IOStore"
_lock = threading.Lock()


def save(model: Any, path: Path) -> None:
    """Write what ``model.save(path)`` writes, with each array copied once: into its place in the archive.

    The archive's members are stored, not compressed, as Keras has them. A file that is there is overwritten.

    Raises:
        NotImplementedError, TypeError, ValueError: Keras cannot write this model; there is no file then.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder,
            path.open("w+b") as file,
            archive_in(file) as archive,
        ):
            with _weights_within(archive, Path(folder)):
                model.save(folder, zipped=False)
            _store(archive, Path(folder))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def _weights_within(archive: ZipFile, folder: Path) -> Iterator[None]:
    """Let the file of weights that Keras writes into a folder be a member of an archive instead."""
    if not hasattr(saving_lib, _STORE):  # a Keras that has changed: the member is copied from the folder
        yield
        return
    thread, growing = threading.get_ident(), list[Growing]()
    with _lock:
        usual = getattr(saving_lib, _STORE)

        class Store(usual):  # type: ignore[misc, valid-type]  # Keras has no types
            def __init__(self, place: Any, *args: Any, mode: str = "r", **kwargs: Any) -> None:
                if mode == "w" and not growing and threading.get_ident() == thread:
                    name = Path(place).relative_to(folder).as_posix()
                    _store(archive, folder)
                    growing.append(Growing(archive, name))
                    place = growing[0]
                super().__init__(place, *args, mode=mode, **kwargs)

        setattr(saving_lib, _STORE, Store)
        try:
            yield
        except BaseException:
            for member in growing:
                member.give_up()
            raise
        finally:
            setattr(saving_lib, _STORE, usual)
    for member in growing:
        member.finish()


def _store(archive: ZipFile, folder: Path) -> None:
    """Take into the archive what is in the folder and not in the archive."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name not in archive.namelist():
            archive.write(file, name)
