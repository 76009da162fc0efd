"""Writes a model as a `.keras` archive, at the speed of the disk."""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_SLICE = 1 << 24


def save(model: Any, path: Path) -> None:
    """Write what ``model.save(path)`` writes, with each array copied once.

    Keras assembles the file of weights in memory and then copies it into the archive in small pieces; here Keras
    writes it to disk, beside the target, and the archive takes it over as it is. The archive's members are stored, not
    compressed, as Keras has them.

    Raises:
        NotImplementedError, TypeError, ValueError: Keras cannot write this model.
    """
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        model.save(folder, zipped=False)
        with ZipFile(path, "w", ZIP_STORED) as archive:
            for file in sorted(Path(folder).rglob("*"), key=_large_last):
                if file.is_file():
                    _store(archive, file, file.relative_to(folder).as_posix())


def _large_last(file: Path) -> tuple[int, str]:
    return file.stat().st_size, file.as_posix()


def _store(archive: ZipFile, file: Path, name: str) -> None:
    info = ZipInfo.from_file(file, name)
    with file.open("rb") as stored, archive.open(info, "w") as member:
        if not info.file_size:
            return
        with mmap.mmap(stored.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as whole:
            for start in range(0, info.file_size, _SLICE):
                member.write(whole[start : start + _SLICE])
