"""Which names multi-backend Keras finds: the ``keras`` distribution from 1.2 to 2.3, before it became TensorFlow's.

It looks every kind up in the globals of a module, but optimizers, which it lists in a function.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from loadstone.knowledge import ObjectKind
from tasks.knowledge_registry import classes, layer_or_model, listed, module_objects
from tasks.knowledge_source import Definition, Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.knowledge_registry import Found
    from tasks.knowledge_source import Package

ROOT = "keras"

# The modules of each kind; the first one is Keras 1's name where it has another.
MODULES = {
    ObjectKind.LAYER: ("layers",),
    ObjectKind.MODEL: ("models",),
    ObjectKind.ACTIVATION: ("activations",),
    ObjectKind.INITIALIZER: ("initializations", "initializers"),
    ObjectKind.REGULARIZER: ("regularizers",),
    ObjectKind.CONSTRAINT: ("constraints",),
    ObjectKind.LOSS: ("losses", "objectives"),
    ObjectKind.METRIC: ("metrics",),
    ObjectKind.OPTIMIZER: ("optimizers",),
}

# What the first parameter is called of a function that makes an object of a kind; and one that helpers do not have.
LEADING = {
    ObjectKind.INITIALIZER: (("seed", "seed"), ("shape", "name")),
    ObjectKind.REGULARIZER: (("l", "l"), ("l1", "l2")),
}


def names(package: Package) -> Found:
    """The names that one release of multi-backend Keras finds."""
    found: Found = defaultdict(list)
    for kind in MODULES:
        for name, definition in _of_kind(package, module_of(package, kind), kind):
            found[layer_or_model(package, definition) if kind is ObjectKind.LAYER else kind, name].append(definition)
    return dict(found)


def module_of(package: Package, kind: ObjectKind) -> str:
    """The module that a kind is looked up in."""
    module = package.first(*(f"{ROOT}.{module}" for module in MODULES[kind]))
    if module is None:
        raise SystemExit(f"multi-backend Keras without a module for its {kind.value}")
    return module


def _of_kind(package: Package, module: str, kind: ObjectKind) -> Iterator[tuple[str, Definition]]:
    match kind:
        case ObjectKind.LAYER:
            yield from classes(package, module, "Layer")
            yield from _functions(package, f"{ROOT}.legacy.layers", module)
        case ObjectKind.MODEL:
            yield from classes(package, module, "Model")
            former = package.lookup(f"{ROOT}.utils.layer_utils", "layer_from_config")
            model = package.lookup(module, "Model")
            if former and isinstance(model, Definition):
                yield "Container", model  # what Keras 1 calls a model inside a model
        case ObjectKind.OPTIMIZER:
            for function in ("deserialize", "optimizer_from_config"):
                for name, definition in listed(package, module, function):
                    yield from ((spelling, definition) for spelling in sorted({name, definition.name}))
        case _:
            yield from module_objects(package, module, kind)
            yield from _makers(package, module, kind)


def _functions(package: Package, legacy: str, module: str) -> Iterator[tuple[str, Definition]]:
    """The functions of Keras 2 that stand in for layers of Keras 1: ``AtrousConvolution2D``."""
    for name in package.public_names(legacy):
        definition = package.lookup(module, name)
        if name[0].isupper() and isinstance(definition, Definition) and isinstance(definition.node, Function):
            yield name, definition


def _makers(package: Package, module: str, kind: ObjectKind) -> Iterator[tuple[str, Definition]]:
    """The functions that make an object of a kind."""
    for name in package.public_names(module):
        definition = package.lookup(module, name)
        if isinstance(definition, Definition) and isinstance(definition.node, Function):
            given = [argument.arg for argument in definition.node.args.args]
            if any(given[:1] == [first] and other in given for first, other in LEADING.get(kind, ())):
                yield name, definition


def import_path(package: Package, kind: ObjectKind, name: str, definition: Definition) -> str:
    """Where the name is imported from: the definition's own name where that leads to it, else the name asked for."""
    module = module_of(package, kind)
    own = package.lookup(module, definition.name) == definition
    return f"{module}.{definition.name if own else name}"
