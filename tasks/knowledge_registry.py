"""What the two generations' readings of names share: the kinds, and how an object of a kind is told from a helper."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from loadstone.knowledge import ObjectKind
from tasks.knowledge_source import Definition, Function, exports, registration, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.knowledge_source import Package

# One name may stand for several definitions: Keras 2.11 to 2.15 choose between two Adams by the configuration.
Found = dict[tuple[ObjectKind, str], list[Definition]]

# The class that an object of a kind derives from.
BASES = {
    ObjectKind.LAYER: "Layer",
    ObjectKind.MODEL: "Model",
    ObjectKind.INITIALIZER: "Initializer",
    ObjectKind.REGULARIZER: "Regularizer",
    ObjectKind.CONSTRAINT: "Constraint",
    ObjectKind.LOSS: "Loss",
    ObjectKind.METRIC: "Metric",
    ObjectKind.OPTIMIZER: "Optimizer",
    ObjectKind.SCHEDULE: "LearningRateSchedule",
    ObjectKind.QUANTIZER: "Quantizer",
}

# What the first parameters of a function of a kind are called; by this it is told from the module's helpers.
LEADING = {
    ObjectKind.ACTIVATION: (("x",),),
    ObjectKind.LOSS: (("y_true", "y_pred"),),
    ObjectKind.METRIC: (("y_true", "y_pred"),),
}

HELPERS = {"serialize", "deserialize", "get"}


def add(found: Found, kind: ObjectKind, name: str, definition: Definition) -> None:
    """Adds a name that is not known yet: the lists come before the public interface, as in Keras."""
    if not found[kind, name]:
        found[kind, name].append(definition)


def layer_or_model(package: Package, definition: Definition) -> ObjectKind:
    """A model is a layer too; it is filed as a model."""
    return ObjectKind.MODEL if package.derives(definition, "Model") else ObjectKind.LAYER


def classes(package: Package, module: str, base: str) -> Iterator[tuple[str, Definition]]:
    """The public names of a module that stand for classes derived from ``base``."""
    for name in package.public_names(module):
        definition = package.lookup(module, name)
        if isinstance(definition, Definition) and package.derives(definition, base):
            yield name, definition


def is_object(package: Package, definition: Definition, kind: ObjectKind) -> bool:
    """Whether a global of a kind's module is an object of that kind, not a helper."""
    if not isinstance(definition.node, Function):
        return kind in BASES and package.derives(definition, BASES[kind])
    names = tuple(argument.arg for argument in definition.node.args.args)
    if any(names[: len(leading)] == leading for leading in LEADING.get(kind, ())):
        return True
    public = [name.rpartition(".") for name in exports(definition)]
    return any(owner.endswith(f".{kind.value}") and name not in HELPERS for owner, _, name in public)


def module_objects(package: Package, module: str, kind: ObjectKind) -> Iterator[tuple[str, Definition]]:
    """The public names of a module that stand for objects of a kind."""
    for name in package.public_names(module):
        definition = package.lookup(module, name)
        if isinstance(definition, Definition) and name not in HELPERS and is_object(package, definition, kind):
            yield name, definition


def body(package: Package, module: str, function: str) -> list[ast.stmt]:
    """The statements of a function, none when there is no such function."""
    target = package.lookup(module, function)
    return target.node.body if isinstance(target, Definition) and isinstance(target.node, Function) else []


class Scope:
    """Resolves the names of a function body, which imports some of them itself."""

    def __init__(self, package: Package, module: str, body: list[ast.stmt]) -> None:
        self.package = package
        self.module = module
        self.body = body
        self.local = package.local(module, body)

    def definition(self, value: ast.expr) -> Definition | None:
        """The definition an expression stands for."""
        return self.package.definition(self.module, value, self.local)

    def named(self, key: ast.expr | None, value: ast.expr) -> Iterator[tuple[str, Definition]]:
        """An entry of a dictionary, when its key is a text and its value leads to a definition."""
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and (definition := self.definition(value)):
            yield key.value, definition


def listed(package: Package, module: str, function: str = "deserialize") -> Iterator[tuple[str, Definition]]:
    """The entries of the dictionaries in a function, of every branch."""
    scope = Scope(package, module, body(package, module, function))
    for node in walk(scope.body):
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield from scope.named(key, value)
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
                yield from scope.named(key, value)
            case _:
                pass


def snake_case(name: str) -> str:
    """The spelling that Keras gives a class name as a function: ``GlorotUniform`` is ``glorot_uniform``."""
    letters: list[str] = []
    for position, letter in enumerate(name):
        before, after = name[position - 1 : position], name[position + 1 : position + 2]
        starts_word = letter.isupper() and before and (before.islower() or after.islower())
        letters += ["_", letter.lower()] if starts_word else [letter.lower()]
    return "".join(letters)


def with_registered(found: Found) -> Found:
    """Adds the names with a package (``Custom>Adam``) that Keras registers some of its own classes under."""
    decorators = {"register_keras_serializable": "Custom"}
    for (kind, _), definitions in list(found.items()):
        for definition in definitions:
            name = registration(definition, decorators)
            if name and definition not in found[kind, name]:
                found[kind, name].append(definition)
    return {key: definitions for key, definitions in found.items() if definitions}


def import_path(definition: Definition, kind: ObjectKind, distribution: str) -> str:
    """The public name of a definition, its kind's module before others, or where it is defined when it has none."""
    public = [name.rpartition(".") for name in exports(definition) if "__internal__" not in name]
    if not public:
        return definition.path
    best = min(public, key=lambda name: (name[0] != f"keras.{kind.value}", name[2] != definition.name))
    return {"tensorflow": "tensorflow.", "tf-keras": "tf_"}.get(distribution, "") + "".join(best)
