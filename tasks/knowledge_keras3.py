"""Which names Keras 3 finds: those it lists in ``ALL_OBJECTS``, and its public interface."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from loadstone.knowledge import ObjectKind
from tasks.knowledge_registry import (
    BASES,
    LEADING,
    Scope,
    add,
    classes,
    is_object,
    layer_or_model,
    snake_case,
    with_registered,
)
from tasks.knowledge_source import Definition, Function, method, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.knowledge_registry import Found
    from tasks.knowledge_source import Package


def names(package: Package, root: str, public: str = "keras") -> Found:
    """The names that Keras 3 finds, ``root`` being its innermost package.

    The lists come before the public interface, as in Keras; layers it finds by the names in its own package too.
    """
    found: Found = defaultdict(list)
    for kind in ObjectKind:
        for name, definition in _all_objects(package, f"{root}.{kind.value}"):
            if definition not in found[kind, name]:
                found[kind, name].append(definition)
    for module in package.names(f"{root}.ops"):
        if module.endswith("_test"):  # some wheels carry them
            continue
        for name, operation in classes(package, module, "Operation"):
            add(found, ObjectKind.OPERATION, name, operation)
    for name, layer in classes(package, f"{root}.layers", "Layer"):
        add(found, layer_or_model(package, layer), name, layer)
    for name, model in classes(package, f"{root}.models", "Model"):
        add(found, ObjectKind.MODEL, name, model)
    for kind, name, thing in _public(package, public):
        add(found, kind, name, thing)
    return with_registered(found)


def _public(package: Package, public: str) -> Iterator[tuple[ObjectKind, str, Definition]]:
    """The serialisable objects that the public interface names."""
    for module in _public_modules(package, public):
        for name in package.public_names(module):
            definition = package.lookup(module, name)
            if isinstance(definition, Definition) and (kind := _kind_of(package, definition, module)):
                yield kind, name, definition


def _public_modules(package: Package, public: str) -> Iterator[str]:
    """The modules that name Keras 3's public interface: ``keras.layers``, not ``keras.src`` nor a second copy."""
    for suffix in ("", *(f".{kind.value}" for kind in ObjectKind), ".models", ".random", ".utils"):
        module = package.first(f"{public}{suffix}" if suffix else f"{public}.api", f"{public}.api{suffix}")
        if module:
            yield module


def _kind_of(package: Package, definition: Definition, module: str) -> ObjectKind | None:
    """What kind of object a public name stands for, None for what is not serialised."""
    if isinstance(definition.node, Function):
        kind = next((kind for kind in LEADING if module.endswith(f".{kind.value}")), None)
        return kind if kind and is_object(package, definition, kind) else None
    if f".{ObjectKind.POLICY.value}." in f".{definition.module}.":  # up to 3.3 these have no list of their own
        return ObjectKind.POLICY
    if package.derives(definition, "Layer"):
        return layer_or_model(package, definition)
    for kind, base in BASES.items():
        if package.derives(definition, base):
            return kind
    if any(method(ancestor, "get_config") for ancestor in package.lineage(definition)):
        return ObjectKind.OTHER
    return None


def _all_objects(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """``ALL_OBJECTS`` and the keys under which ``ALL_OBJECTS_DICT`` files its members."""
    found = package.module(module)
    body = found.tree.body if found else []
    scope = Scope(package, module, [])
    members: list[Definition] = []
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="ALL_OBJECTS")], value=ast.Set(elts=items)):
                members = [definition for item in items if (definition := scope.definition(item))]
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="ALL_OBJECTS_DICT"), slice=key)], value=value):
                yield from scope.named(key, value)
            case ast.Assign() | ast.Expr() if "ALL_OBJECTS_DICT" in ast.unparse(statement):
                yield from _filed(scope, statement, members)
            case _:
                pass


def _filed(scope: Scope, statement: ast.stmt, members: list[Definition]) -> Iterator[tuple[str, Definition]]:
    for node in walk([statement]):
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield from scope.named(key, value)
            case ast.DictComp(key=key):
                text = ast.unparse(key)
                yield from ((_file_name(text, definition.name), definition) for definition in members)
                if ".lower()" in text:
                    yield from ((definition.name, definition) for definition in members)
            case _:
                pass


def _file_name(key: str, name: str) -> str:
    if "to_snake_case" in key:
        return snake_case(name)
    return name.lower() if ".lower()" in key else name
