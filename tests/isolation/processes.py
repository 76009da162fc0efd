"""What runs on this machine, as Linux tells it, and waiting for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS_TO_CLEAN_UP = 10.0


def processes(command: str, variable: str) -> list[int]:
    """The processes with this in their command line and that in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if command in (folder / "cmdline").read_text() and variable in (folder / "environ").read_text():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def soon(condition: Callable[[], object]) -> bool:
    """Whether something becomes true within a few seconds."""
    limit = time.monotonic() + SECONDS_TO_CLEAN_UP
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True
