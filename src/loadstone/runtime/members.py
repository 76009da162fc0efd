"""A member of a ZIP archive that is written in its place, in any order.

`zipfile` takes a member's bytes in order and counts its checksum on the way; HDF5 writes where it likes and comes back.
So a member is begun, its bytes are written by somebody else, and then they are handed to `zipfile` as if they were new:
it counts them, and what it writes stands there already.
"""

from __future__ import annotations

import io
import mmap
import time
from typing import IO, TYPE_CHECKING, Any, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_SLICE = 1 << 24


def archive_in(file: io.BufferedRandom) -> ZipFile:
    """An archive of stored members that is written to a file, in which a member can be `Growing`."""
    return ZipFile(cast("IO[bytes]", _InPlace(file)), "w", ZIP_STORED)


class _InPlace:
    """What `zipfile` writes an archive to: a file, but for a stretch of it that is left as it is."""

    def __init__(self, file: io.BufferedRandom) -> None:
        self.file = file
        self.kept = range(0)

    def write(self, data: ReadableBuffer) -> int:
        """Write, or pass over what stands there already."""
        size = memoryview(data).nbytes
        if self.file.tell() in self.kept:
            self.file.seek(size, io.SEEK_CUR)
            return size
        return self.file.write(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of a file."""
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """As of a file."""
        return self.file.tell()

    def seekable(self) -> bool:
        """`zipfile` goes back to write a checksum."""
        return True

    def flush(self) -> None:
        """As of a file."""
        self.file.flush()


class Growing(io.BytesIO):
    """The content of a member at the end of an archive, as a file that begins at 0; nothing is held in memory.

    A `io.BytesIO` to those who ask, as Keras does before it hands a file to `h5py`.
    """

    def __init__(self, archive: ZipFile, name: str) -> None:
        super().__init__()
        info = ZipInfo(name, time.localtime()[:6])
        info.compress_type = ZIP_STORED
        self._archived = cast("_InPlace", archive.fp)
        self._member = archive.open(info, "w", force_zip64=True)
        self._file = self._archived.file
        self._start = self._file.tell()
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of a file."""
        if whence == io.SEEK_END:
            offset += self._file.seek(0, io.SEEK_END) - self._start
        self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def tell(self) -> int:
        """As of a file."""
        return self._at

    def write(self, data: ReadableBuffer) -> int:
        """Write at the position."""
        self._file.seek(self._start + self._at)
        written = self._file.write(data)
        self._at += written
        return written

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the position on."""
        self._file.seek(self._start + self._at)
        count = self._file.readinto(buffer)
        self._at += count
        return count

    def read(self, size: int | None = -1) -> bytes:
        """Read from the position on."""
        self._file.seek(self._start + self._at)
        found = self._file.read(-1 if size is None else size)
        self._at += len(found)
        return found

    def truncate(self, size: int | None = None) -> int:
        """Let the content end, or go on with zeros, at a size; by default at the position."""
        size = self._at if size is None else size
        self._file.truncate(self._start + size)
        return size

    def flush(self) -> None:
        """As of a file."""
        self._file.flush()

    def give_up(self) -> None:
        """Let the archive be closed; what it holds is of no use."""
        self._member.close()

    def finish(self) -> None:
        """Let the archive count what was written, and go on behind it."""
        self._file.flush()
        end = self._file.seek(0, io.SEEK_END)
        self._archived.kept = range(self._start, end)
        self._file.seek(self._start)
        if end > self._start:
            with (
                mmap.mmap(self._file.fileno(), end, access=mmap.ACCESS_READ) as mapped,
                memoryview(mapped) as whole,
                whole[self._start : end] as content,
            ):
                for start in range(0, len(content), _SLICE):
                    self._member.write(content[start : start + _SLICE])
        self._member.close()
