"""The parts of a model that is stored as several files, in a ZIP archive or in a folder, opened within limits.

ZIP follows PKWARE's APPNOTE.TXT 6.3. Nothing is extracted: a stored part is read in place, a compressed one is
inflated to memory or to an unnamed temporary file, and only as far as its declared size is plausible.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from loadstone.artifact import Defect, DefectKind, Member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

MAX_MEMBERS = 1 << 16
MAX_DIRECTORY_BYTES = 32 << 20
# A part of any size may be stored; one that is compressed may be this large, or larger at a ratio that floats reach.
_PLAUSIBLE_BYTES = 64 << 20
_PLAUSIBLE_RATIO = 20
MAX_INFLATED_BYTES = 16 << 30
# Weights hardly shrink; a member this large that shrinks so much is all one value, whatever it is for.
_NOTICEABLE_BYTES = 1 << 20
_NOTICEABLE_RATIO = 200
INFLATING, ESCAPING = "inflating-member", "escaping-member"  # mechanisms of defects
_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_END_OF_DIRECTORY = struct.Struct("<4sHHHHIIH")
_ZIP64_LOCATOR = struct.Struct("<4sIQI")
_ZIP64_END = struct.Struct("<4sQHHIIQQQQ")
_DRIVE = re.compile(r"[A-Za-z]:")
# What zipfile and zlib raise on damaged archives.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error, OverflowError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a model: a file in a folder (``info`` is None), or a member of the archive at ``path``."""

    name: str
    path: Path
    size: int
    info: zipfile.ZipInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a model by name, and what is wrong with the container."""

    by_name: dict[str, Part]
    defects: tuple[Defect, ...] = ()


def of_zip(path: Path) -> Parts | Defect:
    """List a ZIP archive's members, or say why it cannot be listed.

    Raises:
        OSError: the file cannot be opened.
    """
    whole = Member(path="")
    with path.open("rb") as stream:
        directory = _directory(stream)
    if directory is None:
        message = "truncated ZIP archive: its directory, which stands at the end, is missing; copy or download it again"
        return Defect(kind=DefectKind.TRUNCATED, message=message, where=whole)
    members, length = directory
    if members > MAX_MEMBERS or length > MAX_DIRECTORY_BYTES:
        message = f"the archive declares {members} members in a directory of {length} bytes; that many are not read"
        return Defect(kind=DefectKind.OVERSIZED, message=message, where=whole)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (*ZIP_ERRORS, NotImplementedError) as error:
        return Defect(kind=DefectKind.DAMAGED, message=f"the ZIP archive cannot be read: {error}", where=whole)
    size = path.stat().st_size
    parts = {info.filename: Part(name=info.filename, path=path, size=info.file_size, info=info) for info in infos}
    return Parts(by_name=parts, defects=(*_member_defects(infos), *_total_defects(infos, size)))


def of_folder(path: Path) -> Parts:
    """List the files that stand directly in a folder."""
    found = {
        entry.name: Part(name=entry.name, path=entry, size=entry.stat().st_size)
        for _, entry in zip(range(MAX_MEMBERS), sorted(path.iterdir()), strict=False)
        if entry.is_file()
    }
    return Parts(by_name=found)


def below(path: Path, folder: str) -> dict[str, Part]:
    """The files in and below one folder of a folder by their paths from the latter on; links are not followed."""
    found = {}
    for parent, _, names in islice(os.walk(path / folder), MAX_MEMBERS):
        for entry in (Path(parent) / name for name in names):
            if not entry.is_symlink() and entry.is_file():
                name = entry.relative_to(path).as_posix()
                found[name] = Part(name=name, path=entry, size=entry.stat().st_size)
    return found


def open_part(part: Part) -> BinaryIO | Defect:
    """Open a part for reading, with random access. The caller closes it."""
    try:
        if part.info is None:
            return part.path.open("rb")
        if part.info.compress_type == zipfile.ZIP_STORED:
            return _stored(part, part.info)
        return _inflated(part, part.info)
    except (*ZIP_ERRORS, NotImplementedError) as error:
        message = f"the archive's member cannot be read: {error}"
        return Defect(kind=DefectKind.DAMAGED, message=message, where=Member(path=part.name))


def read_part(part: Part, limit: int) -> bytes | Defect:
    """Read a part whole, if it is no longer than ``limit`` bytes."""
    if part.size > limit:
        message = f"has {part.size} bytes; more than {limit} is not read"
        return Defect(kind=DefectKind.OVERSIZED, message=message, where=Member(path=part.name))
    stream = open_part(part)
    if isinstance(stream, Defect):
        return stream
    with stream:
        return stream.read()


class _Section(io.RawIOBase):
    """The bytes from ``start`` for ``length`` of a file, as a file of their own."""

    def __init__(self, stream: io.BufferedReader, start: int, length: int) -> None:
        super().__init__()
        self._stream = stream
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        target = memoryview(buffer).cast("B")
        self._stream.seek(self._start + self._at)
        count = self._stream.readinto(target[: max(0, min(len(target), self._length - self._at))])
        self._at += count
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def _stored(part: Part, info: zipfile.ZipInfo) -> BinaryIO | Defect:
    stream = part.path.open("rb")
    stream.seek(info.header_offset)
    head = stream.read(_LOCAL_HEADER.size)
    signature, name, extra = _LOCAL_HEADER.unpack(head) if len(head) == _LOCAL_HEADER.size else (b"", 0, 0)
    start = info.header_offset + _LOCAL_HEADER.size + name + extra
    if signature != b"PK\x03\x04" or info.flag_bits & 1 or start + info.file_size > part.path.stat().st_size:
        stream.close()
        message = "the archive's member is encrypted, or does not stand where the archive's directory says"
        return Defect(kind=DefectKind.DAMAGED, message=message, where=Member(path=part.name))
    return io.BufferedReader(_Section(stream, start, info.file_size))


def _inflated(part: Part, info: zipfile.ZipInfo) -> BinaryIO | Defect:
    where = Member(path=part.name)
    if info.compress_type != zipfile.ZIP_DEFLATED:
        message = f"is compressed by method {info.compress_type}, which Keras never uses"
        return Defect(kind=DefectKind.DAMAGED, message=message, where=where)
    if (bomb := _bomb(info)) is not None:
        return bomb
    target: BinaryIO = io.BytesIO() if info.file_size <= _PLAUSIBLE_BYTES else tempfile.TemporaryFile()  # noqa: SIM115
    with zipfile.ZipFile(part.path) as archive, archive.open(info) as source:
        while chunk := source.read(_CHUNK):  # zipfile stops at the declared size
            target.write(chunk)
    target.seek(0)
    return target


def _bomb(info: zipfile.ZipInfo) -> Defect | None:
    """Tell a compressed member that would grow beyond what data of a model can."""
    plausible = max(_PLAUSIBLE_BYTES, min(info.compress_size * _PLAUSIBLE_RATIO, MAX_INFLATED_BYTES))
    if info.compress_type == zipfile.ZIP_STORED or info.file_size <= plausible:
        return None
    message = f"{info.compress_size} bytes declare to grow to {info.file_size} (a ZIP bomb); the member is not read"
    return Defect(kind=DefectKind.OVERSIZED, message=message, where=Member(path=info.filename), mechanism=INFLATING)


def _total_defects(infos: list[zipfile.ZipInfo], size: int) -> Iterator[Defect]:
    """What is wrong with all members together: they grow too much, or share their bytes."""
    grown, stored = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    plausible = max(_PLAUSIBLE_BYTES, min(size * _PLAUSIBLE_RATIO, MAX_INFLATED_BYTES))
    if grown > plausible and grown > size and not any(map(_bomb, infos)):
        message = f"its {len(infos)} members of {stored} bytes declare to grow to {grown} together (a ZIP bomb)"
        yield Defect(kind=DefectKind.OVERSIZED, message=message, where=Member(path=""), mechanism=INFLATING)
    if stored > size:
        message = f"its members declare {stored} bytes, and the archive has {size}: they overlap"
        yield Defect(kind=DefectKind.OVERSIZED, message=message, where=Member(path=""), mechanism=INFLATING)


def _inflates(info: zipfile.ZipInfo) -> Defect | None:
    if info.file_size < _NOTICEABLE_BYTES or info.file_size < info.compress_size * _NOTICEABLE_RATIO:
        return None
    message = f"{info.compress_size} bytes grow to {info.file_size}, which no weights do"
    return Defect(kind=DefectKind.INFLATES, message=message, where=Member(path=info.filename), mechanism=INFLATING)


def _member_defects(infos: list[zipfile.ZipInfo]) -> Iterator[Defect]:
    for name, count in Counter(info.filename for info in infos).items():
        if count > 1:
            message = f"the archive has {count} members of this name, so that readers may disagree; the last is read"
            yield Defect(kind=DefectKind.DAMAGED, message=message, where=Member(path=name))
    for info in infos:
        if (grown := _bomb(info) or _inflates(info)) is not None:
            yield grown
        steps = info.filename.replace("\\", "/").split("/")
        if ".." in steps or steps[0] == "" or _DRIVE.match(info.filename):
            message = "the member's name leads out of the archive; nothing is extracted here, but other tools might"
            yield Defect(
                kind=DefectKind.LEAVES_FILE, message=message, where=Member(path=info.filename), mechanism=ESCAPING
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            message = "the member is a symbolic link; it is not followed"
            yield Defect(
                kind=DefectKind.LEAVES_FILE, message=message, where=Member(path=info.filename), mechanism=ESCAPING
            )


def _directory(stream: BinaryIO) -> tuple[int, int] | None:
    """Find how many members an archive declares, and its directory's length in bytes; None without a directory."""
    size = stream.seek(0, io.SEEK_END)
    tail_length = min(size, _END_OF_DIRECTORY.size + _ZIP64_LOCATOR.size + 0xFFFF)
    stream.seek(size - tail_length)
    tail = stream.read(tail_length)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
        return None
    _, _, _, _, members, length, _, _ = _END_OF_DIRECTORY.unpack_from(tail, at)
    if at >= _ZIP64_LOCATOR.size and tail[at - _ZIP64_LOCATOR.size :].startswith(b"PK\x06\x07"):
        _, _, offset, _ = _ZIP64_LOCATOR.unpack_from(tail, at - _ZIP64_LOCATOR.size)
        if offset + _ZIP64_END.size > size:
            return None
        stream.seek(offset)
        _, _, _, _, _, _, _, members, length, _ = _ZIP64_END.unpack(stream.read(_ZIP64_END.size))
    return members, length
