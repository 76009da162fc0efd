"""The name ``tensorflow_addons`` for old training code: an import finder that leads it to `loadstone.addons`.

Importing this module imports no framework, so that ``LOADSTONE_ADDONS=1`` costs an interpreter nothing until the name
is asked for. A real TensorFlow Addons that can be imported keeps its name; one that cannot (its last release fails in
TensorFlow 2.16 and newer) is reported and stands aside.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

NAME = "tensorflow_addons"
HOME = "loadstone.addons"
OLD_KERAS = f"{HOME}.old_keras"


class _Known(Loader):
    """Gives a name in ``sys.modules`` to a module that is imported under its own."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module itself; the import system is about to write the other name into its ``__spec__``."""
        del spec
        module = importlib.import_module(self._home)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own ``__spec__`` back; it has been executed under its own name.

        What is loaded below a package gets its other name now: importing it by that name later would make it an
        attribute of the package, in place of a function of the same name (``tfa.image.dense_image_warp``). Who asks for
        the whole package has code of the time, which speaks to Keras as it did then.
        """
        module.__spec__ = self._spec
        for name, loaded in list(sys.modules.items()):
            if name.startswith(f"{self._home}."):
                sys.modules.setdefault(NAME + name.removeprefix(HOME), loaded)
        if self._home == HOME:
            importlib.import_module(OLD_KERAS).accept()


class AddonsFinder(MetaPathFinder):
    """Leads ``tensorflow_addons`` and what is below it to `loadstone.addons`, unless a real one can be imported."""

    def __init__(self) -> None:
        self._is_asking = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a name below ``tensorflow_addons`` leads; None for every other name."""
        del path, target
        if fullname == NAME:
            return None if self._is_asking or self._real_one() else _spec(fullname)
        if fullname.startswith(f"{NAME}.") and _is_ours(sys.modules.get(NAME)):
            return _spec(fullname)
        return None

    def _real_one(self) -> bool:
        """Import the real TensorFlow Addons where there is one, and return whether that went well."""
        self._is_asking = True
        before = set(sys.modules)
        try:
            if importlib.util.find_spec(NAME) is None:
                return False
            importlib.import_module(NAME)
        except Exception as error:  # noqa: BLE001 - whatever it dies of, it cannot be used
            for name in [name for name in sys.modules if name not in before and name.partition(".")[0] == NAME]:
                del sys.modules[name]
            warnings.warn(
                f"the {NAME} that is installed cannot be imported ({type(error).__name__}: {error}); "
                f"{HOME} takes its place",
                stacklevel=2,
            )
            return False
        finally:
            self._is_asking = False
        # The import system goes on to load what it found: the module that is there now.
        return True


def _is_ours(module: ModuleType | None) -> bool:
    return module is not None and module.__name__ == HOME


def _spec(fullname: str) -> ModuleSpec | None:
    home = HOME + fullname.removeprefix(NAME)
    try:
        found = importlib.util.find_spec(home)
    except ModuleNotFoundError:  # a parent that is no package
        return None
    if found is None:
        return None
    return importlib.util.spec_from_loader(fullname, _Known(home), is_package=bool(found.submodule_search_locations))


def install() -> None:
    """Let ``import tensorflow_addons as tfa``, and of what is below it, give `loadstone.addons`.

    Call it before the first such import; calling it again does nothing. Setting ``LOADSTONE_ADDONS=1`` in the
    environment does the same for code that should not be touched. A real TensorFlow Addons that can be imported is
    never shadowed: the name then goes on leading there.
    """
    if not any(isinstance(finder, AddonsFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AddonsFinder())


def uninstall() -> None:
    """Take back what `install` did, and forget the modules that were imported under the other name."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, AddonsFinder)]
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        if sys.modules[name].__name__.startswith(HOME):
            del sys.modules[name]
    old_keras = sys.modules.get(OLD_KERAS)
    if old_keras is not None:
        old_keras.refuse()
