"""The user's own Python file, for the classes and functions that a model names."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any

from loadstone.errors import LoadstoneError
from loadstone.runtime.users.blame import told

if TYPE_CHECKING:
    from pathlib import Path


def from_file(path: Path) -> dict[str, Any]:
    """Run a Python file of the user's and take its public classes and functions, by name.

    The file is the user's own and named by the user; a model's is never run.

    Raises:
        LoadstoneError: it cannot be run, or defines nothing.
    """
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        # Whatever the user's code raises means that its names cannot be had.
        raise LoadstoneError(f"{path} cannot be run: {type(error).__name__}: {told(error)}") from error
    found = {name: value for name, value in names.items() if callable(value) and not name.startswith("_")}
    if not found:
        raise LoadstoneError(f"{path} defines no public class or function")
    return found
