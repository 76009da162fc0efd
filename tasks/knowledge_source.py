"""Reads Python packages as syntax trees: which definition a name stands for, a class's bases, its public names.

Nothing is imported or run. A name is followed through imports, assignments and the branches of top-level conditions,
in which the first branch that leads to a definition wins: packages put the current case first.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef

# How far a name is followed through imports and aliases; the packages need fewer than ten steps.
DEPTH = 30


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function, and the module that defines it."""

    module: str
    node: ast.ClassDef | Function

    @property
    def name(self) -> str:
        """The name it was defined under."""
        return self.node.name

    @property
    def path(self) -> str:
        """Where it is defined, dotted."""
        return f"{self.module}.{self.node.name}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import statement binds: a module, or a name out of one."""

    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """What an assignment binds: an expression, to be resolved in its module."""

    value: ast.expr


Binding = Definition | Imported | Alias
Bindings = dict[str, list[Binding]]


@dataclass(slots=True)
class Module:
    """The top level of one file. ``bindings`` holds each name's candidates, the likeliest first."""

    name: str
    tree: ast.Module
    is_package: bool
    bindings: Bindings = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def bind(self, statements: Sequence[ast.stmt]) -> Bindings:
        """What a block of statements binds, later statements taking the place of earlier ones."""
        bound: Bindings = {}
        for statement in statements:
            self._bind_one(statement, bound)
        return bound

    def _bind_one(self, statement: ast.stmt, bound: Bindings) -> None:
        match statement:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                bound[statement.name] = [Definition(self.name, statement)]
            case ast.Import():
                for alias in statement.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    bound[name] = [Imported(alias.name if alias.asname else name)]
            case ast.ImportFrom():
                self._bind_from(statement, bound)
            case ast.Assign(targets=targets, value=value):
                bound |= {target.id: [Alias(value)] for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                bound[name] = [Alias(value)]
            case ast.If(body=body, orelse=orelse):
                self._merge(bound, [self.bind(body), self.bind(orelse)])
            case ast.With(body=body):
                bound |= self.bind(body)
            case ast.Try(body=body, handlers=handlers):
                self._merge(bound, [self.bind(body), *(self.bind(handler.body) for handler in handlers)])
            case _:
                pass

    @staticmethod
    def _merge(bound: Bindings, branches: list[Bindings]) -> None:
        for name in {name for branch in branches for name in branch}:
            chosen = [binding for branch in branches for binding in branch.get(name, [])]
            bound[name] = chosen + bound.get(name, [])

    def _bind_from(self, statement: ast.ImportFrom, bound: Bindings) -> None:
        origin = statement.module or ""
        if statement.level:
            parents = self.name.split(".")
            parents = parents[: len(parents) - statement.level + self.is_package]
            origin = ".".join([*parents, *([origin] if origin else [])])
        for alias in statement.names:
            if alias.name == "*":
                self.stars.append(origin)
            else:
                bound[alias.asname or alias.name] = [Imported(origin, alias.name)]


class Package:
    """The Python files of a distribution, parsed as they are asked for."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {path.removesuffix(".py").replace("/", "."): text for path, text in files.items()}
        self._modules: dict[str, Module | None] = {}
        self._looked_up: dict[tuple[str, str], Definition | str | None] = {}
        self._on_the_way: dict[tuple[str, str], Definition | str | None] = {}

    def names(self, below: str) -> tuple[str, ...]:
        """The modules in ``below`` and its sub-packages, sorted."""
        found = (name.removesuffix(".__init__") for name in self._files)
        return tuple(sorted(name for name in found if name == below or name.startswith(f"{below}.")))

    def first(self, *modules: str) -> str | None:
        """The first of these modules that exists."""
        return next((module for module in modules if self.module(module)), None)

    def exporting(self, public: str) -> Definition | None:
        """The definition that an export decorator gives this public name."""
        quoted = (f'"{public}"', f"'{public}'")
        for name, text in self._files.items():
            if any(quote in text for quote in quoted):
                module = self.module(name.removesuffix(".__init__"))
                for node in module.tree.body if module else []:
                    if isinstance(node, ast.ClassDef | Function) and module:
                        definition = Definition(module.name, node)
                        if public in exports(definition):
                            return definition
        return None

    def module(self, name: str) -> Module | None:
        """A module by its dotted name, None when the package has no such file."""
        if name not in self._modules:
            self._modules[name] = None
            for key, is_package in ((f"{name}.__init__", True), (name, False)):
                if key in self._files:
                    module = Module(name, ast.parse(self._files[key]), is_package)
                    module.bindings = module.bind(module.tree.body)
                    self._modules[name] = module
                    break
        return self._modules[name]

    def public_names(self, module: str) -> tuple[str, ...]:
        """The names that a module binds without a leading underscore, star imports included, sorted."""
        found = self.module(module)
        if not found:
            return ()
        names = set(found.bindings).union(*(self.public_names(star) for star in found.stars if star != module))
        return tuple(sorted(name for name in names if not name.startswith("_")))

    def lookup(self, module: str, name: str, depth: int = 0) -> Definition | str | None:
        """What ``name`` stands for in ``module``: a definition, the dotted name of a module, or None.

        Modules that import everything from each other lead back to where one came from; that way finds nothing.
        """
        told = self._on_the_way if depth else self._looked_up
        if not depth:
            self._on_the_way.clear()
        if (module, name) not in told:
            self._on_the_way[module, name] = None
            told[module, name] = self._lookup(module, name, depth)
        return told[module, name]

    def _lookup(self, module: str, name: str, depth: int) -> Definition | str | None:
        found = self.module(module)
        if not found or depth > DEPTH:
            return None
        for binding in found.bindings.get(name, []):
            if (target := self._follow(module, binding, depth)) is not None:
                return target
        for star in reversed(found.stars):
            if (target := self.lookup(star, name, depth + 1)) is not None:
                return target
        return f"{module}.{name}" if self.module(f"{module}.{name}") else None

    def _follow(self, module: str, binding: Binding, depth: int) -> Definition | str | None:
        if isinstance(binding, Definition):
            return binding
        if isinstance(binding, Alias):
            return self.resolve(module, binding.value, depth + 1)
        if binding.name is None:
            return binding.module
        if self.module(binding.module):
            return self.lookup(binding.module, binding.name, depth + 1)
        return f"{binding.module}.{binding.name}"

    def resolve(
        self, module: str, value: ast.expr, depth: int = 0, local: Bindings | None = None
    ) -> Definition | str | None:
        """What an expression of names and attributes stands for; ``local`` are a function's own bindings.

        ``decorator(...)(thing)`` stands for ``thing``: exports are written so. A dotted name that leads out of the
        package comes back as text.
        """
        match value:
            case ast.Name(id=name):
                targets = (self._follow(module, binding, depth) for binding in (local or {}).get(name, []))
                return next((t for t in targets if t is not None), None) or self.lookup(module, name, depth)
            case ast.Attribute(value=owner, attr=name):
                target = self.resolve(module, owner, depth, local)
                if isinstance(target, str):
                    return self.lookup(target, name, depth + 1) if self.module(target) else f"{target}.{name}"
                return None
            case ast.Call(func=ast.Call(), args=[argument]):
                return self.resolve(module, argument, depth, local)
            case _:
                return None

    def definition(self, module: str, value: ast.expr, local: Bindings | None = None) -> Definition | None:
        """The definition that an expression stands for, None when it leads elsewhere."""
        target = self.resolve(module, value, local=local)
        return target if isinstance(target, Definition) else None

    def local(self, module: str, body: Sequence[ast.stmt]) -> Bindings:
        """What the body of a function in ``module`` imports and assigns."""
        found = self.module(module)
        return found.bind(body) if found else {}

    def lineage(self, definition: Definition) -> tuple[Definition, ...]:
        """A class and its bases within the package, in Python's method resolution order."""
        node = definition.node
        if not isinstance(node, ast.ClassDef):
            return (definition,)
        bases = [self.definition(definition.module, base) for base in node.bases]
        known = [base for base in bases if base and base != definition]
        return (definition, *_merge([[*self.lineage(base)] for base in known] + [known]))

    def foreign_bases(self, definition: Definition) -> tuple[str, ...]:
        """Dotted names of the bases that lead out of the package."""
        found: list[str] = []
        for ancestor in self.lineage(definition):
            bases = ancestor.node.bases if isinstance(ancestor.node, ast.ClassDef) else []
            found += [t for base in bases if isinstance(t := self.resolve(ancestor.module, base), str)]
        return tuple(found)

    def derives(self, definition: Definition, base: str) -> bool:
        """Whether a class is, or derives from, a class of that name."""
        return isinstance(definition.node, ast.ClassDef) and any(a.name == base for a in self.lineage(definition))


def _merge(chains: list[list[Definition]]) -> list[Definition]:
    """The C3 merge, in the order of Python 2.3 and later."""
    merged: list[Definition] = []
    while chains := [chain for chain in chains if chain]:
        heads = (chain[0] for chain in chains)
        head = next((h for h in heads if not any(h in chain[1:] for chain in chains)), chains[0][0])
        merged.append(head)
        chains = [[item for item in chain if item != head] for chain in chains]
    return merged


def method(definition: Definition, name: str) -> Function | None:
    """The function that a class body itself defines under ``name``."""
    body = definition.node.body if isinstance(definition.node, ast.ClassDef) else []
    found = [node for node in body if isinstance(node, Function) and node.name == name]
    return found[-1] if found else None


def exports(definition: Definition) -> tuple[str, ...]:
    """The public names that export decorators give, without those for TensorFlow 1 alone (``v1=``)."""
    names: list[str] = []
    for decorator in definition.node.decorator_list:
        match decorator:
            case ast.Call(func=func, args=args) if _name(func) in {"keras_export", "tf_export"}:
                names += [text for argument in args for text in strings(argument)]
            case _:
                pass
    return tuple(names)


def registration(definition: Definition, decorators: Mapping[str, str | None]) -> str | None:
    """The name under which a decorator registers the definition.

    ``decorators`` maps each registering decorator's name to the package it takes when none is given, or to None when
    it registers the bare name.
    """
    for decorator in definition.node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = _name(call.func if call else decorator)
        if name not in decorators:
            continue
        given = {keyword.arg: strings(keyword.value) for keyword in call.keywords} if call else {}
        positional = [strings(argument) for argument in call.args] if call else []
        given |= dict(zip(("package", "name"), positional, strict=False))
        package = next(iter(given.get("package", [])), decorators[name])
        title = next(iter(given.get("name", [])), definition.name)
        return f"{package}>{title}" if package else title
    return None


def strings(node: ast.expr | None) -> list[str]:
    """The text constants of a literal: one string, or those of a list, tuple, set or mapping's keys."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [text for item in items for text in strings(item)]
        case ast.Dict(keys=keys):
            return [text for key in keys for text in strings(key)]
        case ast.Call(func=ast.Name(id="set" | "frozenset" | "tuple" | "list"), args=[argument]):
            return strings(argument)
        case _:
            return []


def _name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def walk(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Every node below ``nodes`` in the order of evaluation: a comprehension's loops before what they yield."""
    for node in nodes:
        yield node
        yield from walk(sorted(ast.iter_child_nodes(node), key=lambda child: not isinstance(child, ast.comprehension)))
