"""Talks to a process in JSON lines, and tells what became of it: its answer, its silence, its end."""

from __future__ import annotations

import collections
import contextlib
import json
import queue
import signal
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING, Any

from loadstone.errors import IsolationError

if TYPE_CHECKING:
    from loadstone.errors import IsolationReason

_LINE_BYTES = 16 << 20
_STDERR_BYTES = 64 << 10
_STDERR_LINES = 12
_LOOK_SECONDS = 1.0
_END_SECONDS = 5.0


class Channel:
    """A process with pipes on its standard input, output and error.

    Threads read what it says, so that it never waits for us; they end with its pipes.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._said: collections.deque[bytes] = collections.deque()
        self._threads = (
            threading.Thread(target=_read_answers, args=(process.stdout, self._answers), daemon=True),
            threading.Thread(target=_read_stderr, args=(process.stderr, self._said), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def stderr(self) -> str:
        """The last of what the process wrote to its standard error."""
        return b"".join(tuple(self._said)).decode("utf-8", "replace")

    def ask(self, request: dict[str, Any] | None, seconds: float | None, doing: str) -> dict[str, Any]:
        """Send a request (None: just listen) and wait for the answer.

        Raises:
            IsolationError: ``died`` when the process ended, ``timeout`` when the time was over. The process still has
                to be ended after a timeout.
        """
        if request is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError):  # it has ended, which is seen below
                self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
                self.process.stdin.flush()
        limit = None if seconds is None else time.monotonic() + seconds
        while True:
            left = _LOOK_SECONDS if limit is None else min(_LOOK_SECONDS, limit - time.monotonic())
            if left <= 0:
                raise self.failed(f"{doing} took longer than {seconds:g} seconds, so it was ended", "timeout")
            try:
                line = self._answers.get(timeout=left)
            except queue.Empty:
                if self.process.poll() is None:
                    continue
                line = b""  # a process that it started may still hold the pipe
            answer = _parsed(line)
            if answer is None:
                raise self._ended(doing, garbage=bool(line))
            return answer

    def failed(self, message: str, reason: IsolationReason) -> IsolationError:
        """An error that carries what the process said last."""
        return IsolationError(message, reason=reason, stderr=self.stderr, returncode=self.process.poll())

    def close(self) -> None:
        """Close the pipes; the process has to be ended before.

        A pipe that some process of its own still holds open stays so, since its thread waits for it.
        """
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        for thread, pipe in zip(self._threads, (self.process.stdout, self.process.stderr), strict=True):
            thread.join(_END_SECONDS)
            if pipe is not None and not thread.is_alive():
                pipe.close()

    def _ended(self, doing: str, *, garbage: bool) -> IsolationError:
        if garbage:
            return self.failed(f"{doing} gave an answer that is none", "died")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)
        self._threads[1].join(_LOOK_SECONDS)  # its last words
        lines = self.stderr.rstrip().splitlines()[-_STDERR_LINES:]
        said = "it said nothing" if not lines else "it said last:\n" + "\n".join(f"  {line}" for line in lines)
        return self.failed(f"{doing} ended the worker ({_status(self.process.poll())}); {said}", "died")


def _status(returncode: int | None) -> str:
    """How a process ended, in words."""
    if returncode is None:
        return "it closed its pipes"
    if returncode >= 0:
        return f"exit status {returncode}"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-returncode).name
        return f"{name}, as the system does when memory is out" if name == "SIGKILL" else name
    return f"signal {-returncode}"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """An answer; None for the end of the pipe, and for what is no answer."""
    if not line.endswith(b"\n"):
        return None
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _read_answers(pipe: IO[bytes], answers: queue.Queue[bytes]) -> None:
    """Pass lines on; an empty one is the end."""
    line = b"\n"
    while line.endswith(b"\n"):
        try:
            line = pipe.readline(_LINE_BYTES)
        except (OSError, ValueError):  # closed meanwhile
            line = b""
        answers.put(line)


def _read_stderr(pipe: IO[bytes], said: collections.deque[bytes]) -> None:
    """Keep the last of it."""
    size = 0
    with contextlib.suppress(OSError, ValueError):
        while chunk := pipe.read1(8192):  # type: ignore[attr-defined] # a pipe of Popen is a BufferedReader
            said.append(chunk)
            size += len(chunk)
            while size > _STDERR_BYTES and len(said) > 1:
                size -= len(said.popleft())
