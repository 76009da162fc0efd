"""Outputs appear at once and whole, or not at all. The one place where files are put in their place."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A draft beside the target, flushed to the disk and renamed when the block ends without an error.

    The draft has the target's suffix. Whatever happens, it is gone afterwards; until the rename the target is as it
    was. Missing folders are made.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    draft = target.with_name(os.path.basename(name))  # noqa: PTH119 - mkstemp returns a string
    try:
        yield draft
        _sync(draft)
        draft.chmod(_mode(target))
        draft.replace(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mode(target: Path) -> int:
    """The mode of the file that is replaced, else what the user's umask leaves; mkstemp's own is 0600."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
