"""The step that is under way, told on a terminal once the work takes longer than people wait without asking."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

#: Seconds after which somebody at a terminal wants to know.
PATIENCE = 2.0

_WIDTH = 78
_MEGABYTE = 10**6
_CLEARED = "\r\x1b[K"


class Progress:
    """Shows one line, which each step overwrites, and takes it away at the end.

    The first line comes from a timer, because a single step may be what takes long.
    """

    def __init__(self, *, shown: bool, patience: float = PATIENCE, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._text = ""
        self._visible = False
        self._lock = Lock()
        self._timer = Timer(patience, self._appear) if shown else None
        if self._timer is not None:
            self._timer.daemon = True  # an interrupted command does not wait for it

    def __enter__(self) -> Self:
        if self._timer is not None:
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._timer = None
            if self._visible:
                self._visible = False
                self._write(_CLEARED)

    def step(self, text: str) -> None:
        """Say what is done now."""
        with self._lock:
            self._text = text
            if self._visible:
                self._draw()

    def _appear(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._visible = True
                if self._text:
                    self._draw()

    def _draw(self) -> None:
        # A file's name may hold what moves a cursor.
        printable = "".join(letter if letter.isprintable() else "?" for letter in self._text)
        self._write(f"{_CLEARED}{printable[:_WIDTH]} ...")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def reading(
    what: str, size: int, *, progress: Callable[[int, int], None] | bool | None
) -> Iterator[Callable[[int], None]]:
    """Count the bytes that are read, and tell how many they are.

    Args:
        what: is done, in a few words.
        size: bytes of everything.
        progress: is called with the bytes read so far, and ``size``; or whether a line is shown once the work takes
            long, by default on a terminal.

    Returns:
        What is to be called with the bytes of each piece, from any thread.
    """
    lock, done = Lock(), 0
    shown = sys.stderr.isatty() if progress is None else progress is True

    with Progress(shown=shown) as line:
        line.step(what)

        def add(count: int) -> None:
            nonlocal done
            with lock:
                done = min(done + count, size)
                if callable(progress):
                    progress(done, size)
                else:
                    line.step(f"{what}: {done // _MEGABYTE} of {size // _MEGABYTE} MB")

        yield add
