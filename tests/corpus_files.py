"""The corpus' files: where they are, how they are unpacked and checksummed. `tests.corpus_table` says what they are."""

from __future__ import annotations

import contextlib
import hashlib
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "corpus"
GOLDEN = ROOT / "tests" / "golden"
UNPACKED = ROOT / ".cache" / "corpus"
TABLE = CORPUS / "corpus.toml"
ORACLE = CORPUS / "oracle.json"
TRUTH = CORPUS / "oracle.json.xz"


def recorded(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of an ``.npz`` file, sorted by name."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in sorted(arrays.files)}


def digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, of one line ``<sha256>  <relative path>`` for each file in it, sorted by path."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    files = sorted((file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file())
    lines = "".join(f"{digest(file)}  {name}\n" for name, file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


@cache
def unpacked(era: str) -> Path:
    """The folder with an era's files, ``.cache/corpus/<era>``; unpacked when that has not been done."""
    return unpack(CORPUS / f"{era}.tar.xz", UNPACKED / era)


@cache
def golden(name: str) -> Path:
    """The folder with the files of ``tests/golden/<name>.tar.xz``, as `unpacked`."""
    return unpack(GOLDEN / f"{name}.tar.xz", UNPACKED / name)


def unpack(archive: Path, folder: Path) -> Path:
    """Makes ``folder`` a link to the archive's files, which may be read and must not be changed.

    Safe when many processes ask at once: an archive unpacks into a folder named by its checksum, which appears whole or
    not at all. A newer archive gets a folder of its own, so nobody's files vanish while they are read.
    """
    store = folder.parent / "by-checksum" / digest(archive)[:16]
    store.parent.mkdir(parents=True, exist_ok=True)
    if not store.exists():
        with tempfile.TemporaryDirectory(dir=store.parent) as scratch:
            with tarfile.open(archive) as tar:
                tar.extractall(Path(scratch) / "files", filter="data")
            with contextlib.suppress(OSError):  # another process was first, and its files are the same
                (Path(scratch) / "files").rename(store)
    if folder.resolve() != store.resolve():
        with tempfile.TemporaryDirectory(dir=store.parent) as scratch:
            link = Path(scratch) / "link"
            link.symlink_to(store.resolve(), target_is_directory=True)
            link.replace(folder)
    return folder
