"""Where Keras 3 has a name that Keras 2 had elsewhere."""

from __future__ import annotations

import ast
import importlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# Where names are looked for, in this order: several places have some of them.
_PLACES = (
    "keras.layers", "keras.models", "keras.utils", "keras.saving", "keras.losses", "keras.metrics", "keras.optimizers",
    "keras.initializers", "keras.regularizers", "keras.constraints", "keras.activations", "keras.callbacks",
    "keras.applications", "keras.preprocessing.image", "keras.preprocessing.sequence", "keras.wrappers",
    "keras.backend", "keras.ops", "keras.random", "keras.config", "keras", "tensorflow.keras.preprocessing.image",
    "tensorflow.keras.preprocessing.text",
)  # fmt: skip
_KERAS = re.compile(r"(?:from|import)\s+(?:tensorflow\.(?:python\.)?)?keras\b|\bkeras\.|\bK\.")


def place(name: str) -> str | None:
    """The module of Keras 3 that has a name, or has it in another case (``adam``); None where there is none."""
    for module in _modules():
        if hasattr(module, name):
            return f"{_public(module.__name__)}.{name}"
    for module in _modules():
        for other in dir(module):
            if other.lower() == name.lower():
                return f"{_public(module.__name__)}.{other}"
    return None


def _modules() -> Iterator[ModuleType]:
    for name in _PLACES:
        try:
            yield importlib.import_module(name)
        except ImportError:  # TensorFlow's are there with TensorFlow
            continue


def _public(name: str) -> str:
    return name.replace("keras._tf_keras.keras", "tensorflow.keras")


def instead_of(line: str, name: str | None) -> str | None:
    """What to write in the place of a line that asks Keras for what is not there; None for a line about other things.

    Args:
        line: the line of the user's code.
        name: what was found missing; a module's name, in an import, stands for the names that are imported from it.
    """
    if not _KERAS.search(line):
        return None
    if name is not None and (further := re.search(rf"\b{name}(?:\.\w+)*\.(\w+)", line)):
        name = further[1]  # of a module that is gone
    names = [name] if name is not None else list(_imported(line))
    found = {each: place(each) for each in names}
    lines = [f"from {where.rpartition('.')[0]} import {where.rpartition('.')[2]}" for where in found.values() if where]
    absent = [each for each, where in found.items() if where is None]
    if absent:
        lines.append(f"Keras 3 has no {', '.join(absent)}")
    return "; ".join(dict.fromkeys(lines)) or None


def _imported(line: str) -> Iterator[str]:
    try:
        statements = ast.parse(line).body
    except SyntaxError:  # it goes on in the next line, or stands in a block
        return
    for statement in statements:
        if isinstance(statement, ast.ImportFrom):
            yield from (alias.name for alias in statement.names if alias.name != "*")
        elif isinstance(statement, ast.Import):
            yield from (alias.name.rpartition(".")[2] for alias in statement.names)
