"""Which names a Keras release's own deserialisation finds, read from the functions that look them up.

Keras 1 and 2 fill dictionaries from whole modules (layers, initializers), list them in ``deserialize`` (optimizers,
policies) or use a module's globals (the other kinds). Keras 3 lists its objects in ``ALL_OBJECTS`` and finds anything
else under its public name.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from tasks.knowledge_source import Definition, Function, exports, method, registration, strings, walk

from loadstone.knowledge import ObjectKind

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
HELPERS = {"serialize", "deserialize", "get"}


def keras2(package: Package, root: str) -> Found:
    """The names that tf.keras (Keras 2) finds, ``root`` being its innermost package."""
    found: Found = defaultdict(list)
    for name, definition in _layers(package, f"{root}.layers.serialization"):
        found[_layer_or_model(package, definition), name].append(definition)
    for name, definition in _initializers(package, f"{root}.initializers"):
        found[ObjectKind.INITIALIZER, name].append(definition)
    for kind, modules in GLOBALS.items():
        module = package.first(*(f"{root}.{module}" for module in modules))
        for name, definition in _globals(package, module, kind) if module else ():
            found[kind, name].append(definition)
    for name, definition in _activation_layers(package, f"{root}.activations"):
        found[ObjectKind.ACTIVATION, name].append(definition)
    for name, definition in _listed(package, f"{root}.optimizers"):
        for spelling in {name, definition.name if name == definition.name.lower() else name}:
            found[ObjectKind.OPTIMIZER, spelling].append(definition)
    policy = package.first(f"{root}.mixed_precision.policy", f"{root}.mixed_precision.experimental.policy")
    for name, definition in _listed(package, policy) if policy else ():
        found[ObjectKind.POLICY, name].append(definition)
    return _with_registered(found)


def _layers(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """A table that a function fills (from TensorFlow 2.3 on), or the module's globals and what is added to them."""
    if package.lookup(module, "populate_deserializable_objects"):
        yield from _populated(package, module)
        return
    found = dict(_classes(package, module, "Layer"))
    for name, definition in _listed(package, module):
        if isinstance(definition.node, ast.ClassDef):
            found[name] = definition
    tree = package.module(module)
    for node in tree.tree.body if tree else []:
        match node:
            case ast.Assign(targets=[ast.Name(id="_DESERIALIZATION_TABLE")], value=ast.Dict(keys=keys, values=values)):
                texts = ((strings(key), strings(value)) for key, value in zip(keys, values, strict=True))
                found |= {name: found[meant] for [name], [meant] in texts}
            case _:
                pass
    yield from found.items()


def _initializers(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """A table that a function fills (from TensorFlow 2.3 on), or all names of the module that ``dir`` is asked of."""
    if package.lookup(module, "populate_deserializable_objects"):
        yield from _populated(package, module)
        return
    for node in walk(_body(package, module, "deserialize")):
        match node:
            case ast.Call(func=ast.Name(id="dir"), args=[target]):
                listed = package.resolve(module, target)
                if isinstance(listed, str):
                    yield from _globals(package, listed, ObjectKind.INITIALIZER)
            case _:
                pass


def keras3(package: Package, root: str = "keras.src", public: str = "keras") -> Found:
    """The names that Keras 3 finds, by its lists and by its public interface."""
    found: Found = defaultdict(list)
    for kind in ObjectKind:
        for name, definition in _all_objects(package, f"{root}.{kind.value}"):
            if definition not in found[kind, name]:
                found[kind, name].append(definition)
    for module in package.names(f"{root}.ops"):
        for name, definition in _classes(package, module, "Operation"):
            found[ObjectKind.OPERATION, name].append(definition)
    for name in package.public_names(f"{root}.layers"):
        definition = package.lookup(f"{root}.layers", name)
        if isinstance(definition, Definition) and package.derives(definition, "Layer"):
            _add(found, _layer_or_model(package, definition), name, definition)
    for name in ("Functional", "Model", "Sequential"):
        definition = package.lookup(f"{root}.models", name)
        if isinstance(definition, Definition):
            _add(found, ObjectKind.MODEL, name, definition)
    for module in _public_modules(package, public):
        for name in package.public_names(module):
            definition = package.lookup(module, name)
            if isinstance(definition, Definition) and (kind := _kind_of(package, definition, module)):
                _add(found, kind, name, definition)
    return _with_registered(found)


def _add(found: Found, kind: ObjectKind, name: str, definition: Definition) -> None:
    """Adds a name that is not known yet: the lists come before the public interface, as in Keras."""
    if not found[kind, name]:
        found[kind, name].append(definition)


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
        return kind if kind and _is_object(package, definition, kind) else None
    if package.derives(definition, "Layer"):
        return _layer_or_model(package, definition)
    for kind, base in BASES.items():
        if package.derives(definition, base):
            return kind
    if any(method(ancestor, "get_config") for ancestor in package.lineage(definition)):
        return ObjectKind.OTHER
    return None


def _layer_or_model(package: Package, definition: Definition) -> ObjectKind:
    return ObjectKind.MODEL if package.derives(definition, "Model") else ObjectKind.LAYER


def _classes(package: Package, module: str, base: str) -> Iterator[tuple[str, Definition]]:
    for name in package.public_names(module):
        definition = package.lookup(module, name)
        if isinstance(definition, Definition) and package.derives(definition, base):
            yield name, definition


def _is_object(package: Package, definition: Definition, kind: ObjectKind) -> bool:
    """Whether a global of a kind's module is an object of that kind, not a helper."""
    if not isinstance(definition.node, Function):
        return kind in BASES and package.derives(definition, BASES[kind])
    names = tuple(argument.arg for argument in definition.node.args.args)
    if any(names[: len(leading)] == leading for leading in LEADING.get(kind, ())):
        return True
    public = [name.rpartition(".") for name in exports(definition)]
    return any(owner.endswith(f".{kind.value}") and name not in HELPERS for owner, _, name in public)


def _globals(package: Package, module: str, kind: ObjectKind) -> Iterator[tuple[str, Definition]]:
    for name in package.public_names(module):
        definition = package.lookup(module, name)
        if isinstance(definition, Definition) and name not in HELPERS and _is_object(package, definition, kind):
            yield name, definition


def _activation_layers(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """Keras 2.4 to 2.15 take activation layers for activations: ``advanced.get_globals()`` in ``deserialize``."""
    for node in walk(_body(package, module, "deserialize")):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get_globals")):
                target = package.resolve(module, owner)
                yield from _classes(package, target, "Layer") if isinstance(target, str) else ()
            case _:
                pass


def _body(package: Package, module: str, function: str) -> list[ast.stmt]:
    target = package.lookup(module, function)
    return target.node.body if isinstance(target, Definition) and isinstance(target.node, Function) else []


def _listed(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """The dictionaries in ``deserialize``, of every branch."""
    scope = _Scope(package, module, _body(package, module, "deserialize"))
    for node in walk(scope.body):
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield from scope.named(key, value)
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
                yield from scope.named(key, value)
            case _:
                pass


class _Scope:
    """Resolves the names of a function body, which imports some of them itself."""

    def __init__(self, package: Package, module: str, body: list[ast.stmt]) -> None:
        self.package = package
        self.module = module
        self.body = body
        self.local = package.local(module, body)

    def definition(self, value: ast.expr) -> Definition | None:
        return self.package.definition(self.module, value, self.local)

    def named(self, key: ast.expr | None, value: ast.expr) -> Iterator[tuple[str, Definition]]:
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and (definition := self.definition(value)):
            yield key.value, definition


def _populated(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """What ``populate_deserializable_objects`` fills in with TensorFlow 2's behaviour enabled, the last entry winning."""
    body = list(_enabled(_body(package, module, "populate_deserializable_objects")))
    scope = _Scope(package, module, body)
    base = next((d for s in body if (d := _base_class(scope, s))), None)
    snake = any(isinstance(n, ast.Attribute) and n.attr == "to_snake_case" for n in walk(list(body)))
    filled: dict[str, Definition] = {}
    for node in (node for statement in body for node in walk([statement])):
        match node:
            case ast.Call(func=ast.Attribute(attr="populate_dict_with_module_objects"), args=[_, modules, *_]) if base:
                for member in _members(package, module, modules):
                    for name, definition in _classes(package, member, base.name):
                        filled[name] = definition
                        if snake:
                            filled[snake_case(name)] = definition
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(name)))], value=value):
                match value:
                    case ast.Subscript(slice=ast.Constant(value=str(other))) if other in filled:
                        filled[name] = filled[other]
                    case _ if definition := scope.definition(value):
                        filled[name] = definition
                    case _:
                        pass
            case _:
                pass
    # Functions such as ``add`` and ``Input`` stand in the table too, but no configuration can be made of them.
    return ((name, d) for name, d in filled.items() if isinstance(d.node, ast.ClassDef) and d.name != "InputSpec")


def _base_class(scope: _Scope, statement: ast.stmt) -> Definition | None:
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


def _all_objects(package: Package, module: str) -> Iterator[tuple[str, Definition]]:
    """``ALL_OBJECTS`` and the keys under which ``ALL_OBJECTS_DICT`` files its members."""
    found = package.module(module)
    body = found.tree.body if found else []
    scope = _Scope(package, module, [])
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


def _filed(scope: _Scope, statement: ast.stmt, members: list[Definition]) -> Iterator[tuple[str, Definition]]:
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


def snake_case(name: str) -> str:
    """The spelling that Keras gives a class name as a function: ``GlorotUniform`` is ``glorot_uniform``."""
    letters: list[str] = []
    for position, letter in enumerate(name):
        before, after = name[position - 1 : position], name[position + 1 : position + 2]
        starts_word = letter.isupper() and before and (before.islower() or after.islower())
        letters += ["_", letter.lower()] if starts_word else [letter.lower()]
    return "".join(letters)


def _with_registered(found: Found) -> Found:
    """Adds the names with a package (``Custom>Adam``) that Keras registers some of its own classes under."""
    decorators = {"register_keras_serializable": "Custom"}
    for (kind, _), definitions in list(found.items()):
        for definition in definitions:
            name = registration(definition, decorators)
            if name and definition not in found[kind, name]:
                found[kind, name].append(definition)
    return {key: definitions for key, definitions in found.items() if definitions}


def import_path(definition: Definition, distribution: str) -> str:
    """The public name of a definition, or where it is defined when it has none."""
    public = [name for name in exports(definition) if "__internal__" not in name]
    if not public:
        return definition.path
    best = min(public, key=lambda name: (not name.endswith(f".{definition.name}"), public.index(name)))
    return {"tensorflow": "tensorflow.", "tf-keras": "tf_"}.get(distribution, "") + best
