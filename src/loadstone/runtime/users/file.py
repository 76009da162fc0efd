"""The user's own Python file, for the classes and functions that a model names."""

from __future__ import annotations

import ast
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from loadstone.errors import LoadstoneError
from loadstone.runtime.users.blame import told
from loadstone.runtime.users.scope import at_work

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

# What a file of the user's imports and does not define. Keras' layers must not stand in for what a model calls so.
_IMPORTED = frozenset({*sys.stdlib_module_names, "keras", "loadstone", "numpy", "tensorflow", "tf_keras"})


def from_file(path: Path) -> dict[str, Any]:
    """Run a Python file of the user's and take its public classes and functions, by name.

    The file is the user's own and named by the user; a model's is never run. It finds the files beside it, as a script
    does.

    Raises:
        LoadstoneError: it cannot be run, or defines nothing. Of its imports, all that fail are named.
    """
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        with at_work():
            names = vars(_module(path))
    except Exception as error:
        # Whatever the user's code raises means that its names cannot be had.
        errors: list[Exception] = [*_failed_imports(path)] if isinstance(error, ImportError) else []
        reasons = "\n  ".join(f"{type(each).__name__}: {told(each)}" for each in errors or [error])
        raise LoadstoneError(f"{path} cannot be run: {reasons}") from error
    finally:
        sys.path.remove(str(path.parent.resolve()))
    found = {name: value for name, value in names.items() if not name.startswith("_") and _is_defined(value)}
    if not found:
        raise LoadstoneError(f"{path} defines no public class or function")
    return found


def _module(path: Path) -> ModuleType:
    """A file as a module that code can be looked up in, as AutoGraph does, under a name that nothing else has."""
    name = path.stem
    while name in sys.modules or name in sys.stdlib_module_names:
        name += "_"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no file of Python code")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _failed_imports(path: Path) -> list[ImportError]:
    """What the imports at the top of a file raise, each tried for itself."""
    found = []
    for statement in ast.parse(path.read_bytes()).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            code = compile(ast.Module([statement], []), str(path), "exec")
            try:
                exec(code, {"__name__": path.stem})  # noqa: S102 - the user's own file, which was run before
            except ImportError as error:
                found.append(error)
    return found


def _is_defined(value: Any) -> bool:
    if not callable(value):
        return False
    home = str(getattr(value, "__module__", "")) if isinstance(value, type) or hasattr(value, "__qualname__") else ""
    return home.partition(".")[0] not in _IMPORTED
