"""Lines of Python as remedies show them, run."""

from __future__ import annotations

from typing import Any


def run(line: str, names: dict[str, Any]) -> Any:
    """What the last expression of a line gives; ``names`` are the reader's own objects."""
    *before, last = line.split("; ")
    scope = dict(names)
    exec("; ".join(before), scope)  # noqa: S102 - what is tested is that the line runs
    return eval(last, scope)  # noqa: S307 - as above
