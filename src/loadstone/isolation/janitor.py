"""Whoever kills this process, at any moment and by SIGKILL too: no process of ours stays, and no temporary folder.

While this process lives it cleans up itself. A small process beside it, `loadstone.payloads.janitor`, knows what there
is to clean up and does it when this one is gone. Should both be killed, a folder is swept away by the next use of the
same place: each folder is locked by its owner, and a lock ends with the process that holds it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from loadstone.payloads import janitor as payload

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

#: A folder's name is the caller's prefix, this, and sixteen hexadecimal digits.
_OURS = "loadstone-"
_CLOSE_SECONDS = 10.0


class Janitor:
    """Keeps account of folders and processes, and removes them when the block ends or this process does.

    Attributes:
        variables: to be set in the environment of every process that is started. On Linux a process that carries
            them is found even if this one is killed before it adopted it.
    """

    def __init__(self) -> None:
        self._mark = secrets.token_hex(16)
        self.variables: Mapping[str, str] = MappingProxyType({payload.VARIABLE: self._mark})
        self._owner = os.getpid()
        self._folders: dict[Path, int | None] = {}
        self._adopted: dict[int, int] = {}
        self._process = _started(self._owner, self._mark)

    def folder(self, *, parent: Path, prefix: str) -> Path:
        """A new private folder (mode 0700) in ``parent``, which has to exist.

        Folders with the same prefix whose owners are gone are removed first.

        Raises:
            OSError: the folder cannot be made.
        """
        sweep(parent=parent, prefix=prefix)
        while True:
            folder = parent.absolute() / f"{prefix}{_OURS}{secrets.token_hex(8)}"
            self._tell("folder", str(folder))  # before it exists, so that there is no moment without an owner
            folder.mkdir(mode=0o700)
            lock = _lock(folder, wait=True)
            if folder.exists():  # another process may have swept it away before it was locked
                self._folders[folder] = lock
                return folder
            _unlock(lock)
            self._tell("release", str(folder))

    def release(self, folder: Path) -> None:
        """The folder, renamed into its place by now, is no longer to be removed."""
        folder = folder.absolute()
        if folder in self._folders:
            _unlock(self._folders.pop(folder))
            self._tell("release", str(folder))

    def remove(self, folder: Path) -> None:
        """Remove a folder now."""
        folder = folder.absolute()
        payload.remove(str(folder))
        self.release(folder)

    def adopt(self, pid: int) -> None:
        """A process to be killed, with all that descend from it, when this one ends."""
        self._adopted[pid] = payload.start_of(pid)
        self._tell("adopt", pid, self._adopted[pid])

    def dismiss(self, pid: int) -> None:
        """A process that was adopted, and has ended."""
        if self._adopted.pop(pid, None) is not None:
            self._tell("dismiss", pid)

    def end(self, pid: int) -> None:
        """Kill an adopted process now, with all that descend from it; its parent still has to wait for it."""
        if pid in self._adopted:
            payload.end({pid: self._adopted[pid]}, "")

    def close(self) -> None:
        """Kill the processes and remove the folders; a second time does nothing."""
        if os.getpid() != self._owner:
            return  # a forked copy of the owner owns nothing
        payload.end(self._adopted, self._mark)
        self._adopted.clear()
        for folder in tuple(self._folders):
            self.remove(folder)
        self._dismissed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tell(self, *word: Any) -> None:
        if self._process is None or self._process.stdin is None or os.getpid() != self._owner:
            return
        with contextlib.suppress(OSError, ValueError):  # somebody ended it: what is left is this process's own care
            self._process.stdin.write(json.dumps(word).encode("ascii") + b"\n")

    def _dismissed(self) -> None:
        """End the process beside this one; it has nothing to do any more."""
        import subprocess  # noqa: PLC0415 - imported when it was started

        self._tell("done")
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def sweep(*, parent: Path, prefix: str) -> tuple[Path, ...]:
    """Remove folders with this prefix that nobody owns any more, and return them.

    Only where folders can be locked (not on Windows, and not on some network file systems); else nothing is removed.
    """
    pattern = re.compile(re.escape(prefix + _OURS) + "[0-9a-f]{16}")
    removed: list[Path] = []
    with contextlib.suppress(OSError):
        for folder in parent.iterdir():
            if pattern.fullmatch(folder.name) and _own(folder):
                lock = _lock(folder, wait=False)
                if lock is not None and payload.remove(str(folder)):
                    removed.append(folder)
                _unlock(lock)
    return tuple(removed)


def _started(owner: int, mark: str) -> subprocess.Popen[bytes] | None:
    """The process that outlives this one; None where there is no interpreter to run it."""
    import subprocess  # noqa: PLC0415 - only who starts processes needs it

    if not sys.executable:  # an embedded interpreter
        return None
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - this interpreter, our script
        (sys.executable, "-I", "-S", "-B", payload.__file__, str(owner), mark),
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=keep,
        cwd=os.sep,
        start_new_session=True,
    )


def _own(folder: Path) -> bool:
    """Whether it is a folder, no link, and belongs to this user."""
    with contextlib.suppress(OSError):
        status = folder.lstat()
        import stat  # noqa: PLC0415 - only where a folder was left behind

        return stat.S_ISDIR(status.st_mode) and hasattr(os, "getuid") and status.st_uid == os.getuid()
    return False


def _lock(folder: Path, *, wait: bool) -> int | None:
    """An open descriptor that holds the folder's lock; None when another holds it, or folders have no locks here."""
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    descriptor = None
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        _unlock(descriptor)
        return None
    return descriptor


def _unlock(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
