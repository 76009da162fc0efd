"""What TensorFlow Addons registers, and the window of TensorFlow releases that each of its releases declares."""

from __future__ import annotations

import ast
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tasks.knowledge_arguments import Accepted, Arguments
from tasks.knowledge_config import Configurations
from tasks.knowledge_source import Definition, Function, registration, strings, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.knowledge_config import Caller
    from tasks.knowledge_mappings import Keys
    from tasks.knowledge_source import Package

ROOT = "tensorflow_addons"

# 0.5 and 0.6 put bare names among Keras's custom objects; later releases register them with a package.
DECORATORS = {"register_keras_serializable": "Custom", "register_keras_custom_object": None}

LOWEST = ("INCLUSIVE_MIN_TF_VERSION", "MIN_TF_VERSION")
BEYOND = ("EXCLUSIVE_MAX_TF_VERSION", "MAX_TF_VERSION")
REQUIRED = ("required_tensorflow_version",)


def window(package: Package, metadata: str) -> SpecifierSet:
    """The TensorFlow releases that one release declares itself for.

    That is the range of the check made at import; without one, what the distribution requires; without that, the
    lower bound that the import enforces.
    """
    if lowest := _constant(package, LOWEST):
        return SpecifierSet(f">={lowest},<{_constant(package, BEYOND)}")
    for line in HeaderParser().parsestr(metadata).get_all("Requires-Dist", []):
        requirement = Requirement(line)
        if requirement.name.startswith("tensorflow") and "extra" not in str(requirement.marker):
            return requirement.specifier
    return SpecifierSet(f">={_constant(package, REQUIRED)}")


def _constant(package: Package, names: tuple[str, ...]) -> str | None:
    """The text assigned to one of these names, in whichever module and function that is done."""
    for name in package.names(ROOT):
        module = package.module(name) if not _is_test(name) else None
        for node in walk([module.tree]) if module else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target in names and strings(value):
                    return strings(value)[0]
                case _:
                    pass
    return None


def registered(package: Package) -> Iterator[tuple[str, Definition]]:
    """Every definition that is registered under a name, with that name."""
    for name in package.names(ROOT):
        module = package.module(name) if not _is_test(name) else None
        for node in module.tree.body if module else []:
            if isinstance(node, ast.ClassDef | Function):
                definition = Definition(name, node)
                if title := registration(definition, DECORATORS):
                    yield title, definition


def _is_test(module: str) -> bool:
    last = module.rpartition(".")[2]
    return last.endswith("_test") or last.startswith("test_") or ".tests." in module or last == "conftest"


def public_paths(package: Package) -> dict[Definition, str]:
    """The public name of every definition that one of the top packages (``tensorflow_addons.layers``) names."""
    paths: dict[Definition, str] = {}
    for module in package.names(ROOT):
        if module.count(".") == 1 and not _is_test(module):
            for name in package.public_names(module):
                definition = package.lookup(module, name)
                if isinstance(definition, Definition):
                    paths.setdefault(definition, f"{module}.{name}")
    return paths


class KerasBases:
    """Answers what the classes of Keras take and write that Addons derives from."""

    def __init__(self, keras: Package, root: str) -> None:
        self.keras = keras
        self.root = root
        self.arguments = Arguments(keras)
        self.configurations = Configurations(keras, self.arguments)
        self._found: dict[str, Definition | None] = {}

    def __call__(self, path: str) -> Accepted | None:
        """The keywords of ``tensorflow.keras.layers.Wrapper``, None for what is not Keras's."""
        definition = self._definition(path)
        return self.arguments.constructor(definition) if definition else None

    def configuration(self, path: str, caller: Caller, start: int) -> Keys | None:
        """The keys that ``tensorflow.keras.layers.Wrapper`` writes for an object of a class derived from it."""
        # Addons 0.18 itself takes the other class where Keras has no legacy ones.
        definition = self._definition(path) or self._definition(path.replace(".legacy.", "."))
        return self.configurations.inherited(definition, caller, start) if definition else None

    def _definition(self, path: str) -> Definition | None:
        if path not in self._found:
            self._found[path] = self._looked_up(path)
        return self._found[path]

    def _looked_up(self, path: str) -> Definition | None:
        owner, _, name = path.removeprefix("tensorflow.").rpartition(".")
        if owner.startswith("python.keras"):
            target = self.keras.lookup(self.root + owner.removeprefix("python.keras"), name)
            return target if isinstance(target, Definition) else None
        return self.keras.exporting(f"{owner}.{name}") if owner.startswith("keras.") else None
