"""Which names Keras 2 finds: tf.keras inside TensorFlow, the ``keras`` distribution from 2.6 to 2.15, and tf-keras.

It fills dictionaries from whole modules (layers, initializers), lists the names in ``deserialize`` (optimizers,
policies) or uses a module's globals (the other kinds). What it saves in the ``.keras`` format it finds by public name.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from loadstone.knowledge import ObjectKind
from tasks.knowledge_registry import (
    BASES,
    Scope,
    add,
    body,
    classes,
    is_object,
    layer_or_model,
    listed,
    module_objects,
    snake_case,
    with_registered,
)
from tasks.knowledge_source import Definition, exports, strings, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.knowledge_registry import Found
    from tasks.knowledge_source import Package

# The module of each kind that is looked up in globals, below the root.
GLOBALS = {
    ObjectKind.ACTIVATION: ("activations",),
    ObjectKind.REGULARIZER: ("regularizers",),
    ObjectKind.CONSTRAINT: ("constraints",),
    ObjectKind.LOSS: ("losses",),
    ObjectKind.METRIC: ("metrics",),
    ObjectKind.SCHEDULE: (
        "optimizers.schedules.learning_rate_schedule",
        "optimizer_v2.learning_rate_schedule",
    ),
}


def names(package: Package, root: str, *, of_tensorflow_1: bool = False) -> Found:
    """The names that tf.keras (Keras 2) finds, ``root`` being its innermost package.

    TensorFlow 1 looks initializers up among others than TensorFlow 2 does, which its releases carry too.
    """
    found: Found = defaultdict(list)
    for name, definition in _layers(package, f"{root}.layers.serialization"):
        found[layer_or_model(package, definition), name].append(definition)
    for name, definition in _initializers(package, f"{root}.initializers", of_tensorflow_1=of_tensorflow_1):
        found[ObjectKind.INITIALIZER, name].append(definition)
    for kind, modules in GLOBALS.items():
        module = package.first(*(f"{root}.{module}" for module in modules))
        for name, definition in module_objects(package, module, kind) if module else ():
            found[kind, name].append(definition)
    for name, definition in _activation_layers(package, f"{root}.activations"):
        found[ObjectKind.ACTIVATION, name].append(definition)
    for name, definition in listed(package, f"{root}.optimizers"):
        for spelling in {name, definition.name if name == definition.name.lower() else name}:
            found[ObjectKind.OPTIMIZER, spelling].append(definition)
    policy = package.first(f"{root}.mixed_precision.policy", f"{root}.mixed_precision.experimental.policy")
    for name, definition in listed(package, policy) if policy else ():
        found[ObjectKind.POLICY, name].append(definition)
    for kind, name, definition in _exported(package, root):
        add(found, kind, name, definition)
    return with_registered(found)


def drop_optimizers_of_2(found: Found) -> None:
    """TensorFlow 1.13 has two optimizers for a name, and takes the newer one in TensorFlow 2's behaviour only."""
    for (kind, _), definitions in found.items():
        older = [each for each in definitions if ".optimizer_v2." not in each.module]
        if kind is ObjectKind.OPTIMIZER and older:
            definitions[:] = older


def _layers(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """A table that a function fills (from TensorFlow 2.3 on), or the module's globals and what is added to them."""
    if package.lookup(module, "populate_deserializable_objects"):
        yield from _populated(package, module)
        return
    found = dict(classes(package, module, "Layer"))
    found |= {name: thing for name, thing in listed(package, module) if isinstance(thing.node, ast.ClassDef)}
    tree = package.module(module)
    for node in tree.tree.body if tree else []:
        match node:
            case ast.Assign(targets=[ast.Name(id="_DESERIALIZATION_TABLE")], value=ast.Dict(keys=keys, values=values)):
                texts = ((strings(key), strings(value)) for key, value in zip(keys, values, strict=True))
                found |= {name: found[meant] for [name], [meant] in texts}
            case _:
                pass
    yield from found.items()


def _initializers(package: Package, module: str, *, of_tensorflow_1: bool) -> Iterator[tuple[str, Definition]]:
    """A table that a function fills (from TensorFlow 2.3 on), or all names of a module."""
    if package.lookup(module, "populate_deserializable_objects"):
        yield from _populated(package, module)
        return
    for node in walk(body(package, module, "deserialize")):
        match node:
            case ast.Call(func=ast.Name(id="dir"), args=[target]) if not of_tensorflow_1:
                listed = package.resolve(module, target)
                if isinstance(listed, str):
                    yield from module_objects(package, listed, ObjectKind.INITIALIZER)
            case ast.Call(func=ast.Name(id="globals")) if of_tensorflow_1:
                yield from module_objects(package, module, ObjectKind.INITIALIZER)
            case _:
                pass


def _activation_layers(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """From TensorFlow 2.5 on, activation layers are taken for activations: ``deserialize`` adds their modules."""
    for node in walk(body(package, module, "deserialize")):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get_globals")):
                target = package.resolve(module, owner)
                members = [target] if isinstance(target, str) else []
            case ast.Call(func=ast.Attribute(attr="populate_dict_with_module_objects"), args=[_, modules, *_]):
                members = [*_members(package, module, modules)]
            case _:
                members = []
        for member in members:
            yield from classes(package, member, "Layer")


def _exported(package: Package, root: str) -> Iterator[tuple[ObjectKind, str, Definition]]:
    """Public names of Keras 2 that saves by public name: since the ``.keras`` format (2.11, experimental there)."""
    if not package.first(f"{root}.saving.serialization_lib", f"{root}.saving.experimental.serialization_lib"):
        return
    for kind in BASES:
        for module in package.names(f"{root}.{kind.value}"):
            tree = package.module(module)
            for node in tree.tree.body if tree else []:
                definition = Definition(module, node) if isinstance(node, ast.ClassDef) else None
                for public in exports(definition) if definition else ():
                    owner, _, name = public.rpartition(".")
                    if definition and owner == f"keras.{kind.value}" and is_object(package, definition, kind):
                        yield (
                            layer_or_model(package, definition) if kind is ObjectKind.LAYER else kind,
                            name,
                            definition,
                        )


def _populated(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """What ``populate_deserializable_objects`` fills in with TensorFlow 2's behaviour enabled; later entries win."""
    statements = list(_enabled(body(package, module, "populate_deserializable_objects")))
    scope = Scope(package, module, statements)
    base = next((d for s in statements if (d := _base_class(scope, s))), None)
    snake = any(isinstance(n, ast.Attribute) and n.attr == "to_snake_case" for n in walk(statements))
    filled: dict[str, Definition] = {}
    for node in walk(statements):
        match node:
            case ast.Call(func=ast.Attribute(attr="populate_dict_with_module_objects"), args=[_, modules, *_]) if base:
                for member in _members(package, module, modules):
                    found = dict(classes(package, member, base.name))
                    filled |= found | ({snake_case(name): found[name] for name in found} if snake else {})
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value=str(name)))],
                value=ast.Subscript(slice=ast.Constant(value=str(other))),
            ) if other in filled:
                filled[name] = filled[other]
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
                filled |= dict(scope.named(key, value))
            case _:
                pass
    # Functions such as ``add`` and ``Input`` stand in the table too, but no configuration can be made of them.
    return ((name, d) for name, d in filled.items() if isinstance(d.node, ast.ClassDef) and d.name != "InputSpec")


def _base_class(scope: Scope, statement: ast.stmt) -> Definition | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="base_cls")], value=value):
            return scope.definition(value)
        case _:
            return None


def _enabled(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when TensorFlow 2's behaviour is enabled, conditions on it dissolved."""
    for statement in body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test).endswith("tf2.enabled()"):
            yield from statement.body
        else:
            yield statement


def _members(package: Package, module: str, modules: ast.expr) -> Iterator[str]:
    """The modules of a tuple, given as such or by the name of a module constant."""
    found = package.module(module)
    if isinstance(modules, ast.Name) and found:
        bound = found.bindings.get(modules.id, [])
        values = [value for binding in bound if isinstance(value := getattr(binding, "value", None), ast.expr)]
    else:
        values = [modules]
    for value in values:
        for item in getattr(value, "elts", []):
            target = package.resolve(module, item)
            if isinstance(target, str):
                yield target
