"""Takes a first look at what a path leads to: a sample of its bytes or names, or why there is nothing to read."""

from __future__ import annotations

import difflib
import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from loadstone.artifact import Defect, DefectKind, Member
from loadstone.formats import superblock

HEAD_BYTES = 4096
MAX_LISTED = 1000
_WHOLE = Member(path="")
_NODE = re.compile(
    rb"\x0a[\x80-\xff]{0,4}[\x00-\x7f]\x0a(?P<size>[\x80-\xff]?[\x00-\x7f])(?P<name>[\w.>/\\-]+)\x12.[A-Z]\w*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSample:
    """The beginning and the end of a file."""

    path: Path
    size: int
    head: bytes
    tail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSample:
    """The names that stand in a folder, at most `MAX_LISTED` of them."""

    path: Path
    names: frozenset[str]


def take(path: Path) -> FileSample | FolderSample | Defect:
    """Look at a path, without following anything that its content names.

    Only regular files and folders are opened: reading a pipe or a device could block for ever.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return FolderSample(path=path, names=frozenset(listing(path)))
        if not stat.S_ISREG(status.st_mode):
            message = "neither a file nor a folder, but a device, a pipe or a socket; it is not opened"
            return Defect(kind=DefectKind.UNREADABLE, message=message, where=_WHOLE)
        if status.st_size == 0:
            message = "the file is empty: a download or a copy that failed, or a disk that was full; get it again"
            return Defect(kind=DefectKind.EMPTY, message=message, where=_WHOLE)
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            stream.seek(max(0, status.st_size - HEAD_BYTES))
            return FileSample(path=path, size=status.st_size, head=head, tail=stream.read(HEAD_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return Defect(kind=DefectKind.MISSING, message=_missing(path), where=_WHOLE)
    except (OSError, ValueError) as error:
        message = f"cannot be opened: {error.strerror if isinstance(error, OSError) else error}"
        return Defect(kind=DefectKind.UNREADABLE, message=message, where=_WHOLE)


def listing(folder: Path) -> tuple[str, ...]:
    """List a folder's names in order, the first `MAX_LISTED` that the system gives; none if it may not be read."""
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted(entry.name for entry in islice(entries, MAX_LISTED)))
    except OSError:
        return ()


def is_hdf5(sample: FileSample) -> bool:
    """Tell whether a file has HDF5's superblock."""
    with sample.path.open("rb") as stream:
        return superblock.find(stream) is not None


def is_zip(sample: FileSample) -> bool:
    """Tell whether a file begins as a ZIP archive does, with a member or with an empty directory."""
    return sample.head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_saved_model_proto(sample: FileSample) -> bool:
    """Tell whether a file begins as TensorFlow's SavedModel message does: schema version 1, then a graph."""
    return sample.head.startswith(b"\x08\x01\x12")


def is_graph_def(sample: FileSample) -> bool:
    """Tell TensorFlow's GraphDef: a node (field 1) that begins with its name (field 1) and operation (field 2)."""
    found = _NODE.match(sample.head)
    # A length below 128 is one byte, a greater one two of seven bits, the lower first.
    return found is not None and len(found["name"]) == sum(
        (byte & 127) << 7 * at for at, byte in enumerate(found["size"])
    )


def is_json(sample: FileSample) -> bool:
    """Tell whether a file begins as a JSON object or array does; JSON may begin with white space."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\"\d\]-])", sample.head) is not None


def _missing(path: Path) -> str:
    """Say how far the path exists, and which names there come close to what was asked for."""
    known = path
    while not known.exists() and known != known.parent:
        known = known.parent
    wanted = path.relative_to(known).parts[0] if known != path and path.is_relative_to(known) else path.name
    if known.is_file():
        return f"does not exist: {known} is a file, and has nothing in it by the name {wanted}"
    names = listing(known)
    close = [name for name in names if Path(name).stem.casefold() == Path(wanted).stem.casefold()]
    close += [name for name in difflib.get_close_matches(wanted, names, n=3) if name not in close]
    place = "there" if known == path.parent else f"in {known}"
    if close:
        return f"does not exist; {place} is {' or '.join(close[:3])}"
    return f"does not exist; nothing {place} has a name like {wanted}"
