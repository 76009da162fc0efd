"""Choosing variables by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import keras


def matches_any(variable: keras.Variable, patterns: Iterable[str]) -> bool:
    """Return whether one of the regular expressions is found in the variable's path, such as ``dense/kernel``."""
    path = getattr(variable, "path", variable.name)
    return any(re.search(pattern, path) for pattern in patterns)
