"""Which keys the ``get_config`` of a class writes, read from its source and that of its bases."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasks.knowledge_arguments import parameters
from tasks.knowledge_mappings import Keys, Reader, updated
from tasks.knowledge_source import Definition, Function, method, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.knowledge_arguments import Arguments
    from tasks.knowledge_mappings import Names
    from tasks.knowledge_source import Package

DEPTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The object that is asked for its configuration.

    Its class, whether ``get_config`` is Keras's own default there, the parameters of its constructor, and the keywords
    that its constructors pass on to a base in another package.
    """

    definition: Definition
    default: bool
    parameters: frozenset[str]
    passed: Keys | None = None


# What the ``get_config`` writes of the class with this dotted name, or of those that come so far after it.
Foreign = Callable[[str, Caller, int], "Keys | None"]


class Configurations:
    """Reads what the classes of one package write; ``foreign`` answers for a base in another one."""

    def __init__(self, package: Package, arguments: Arguments, foreign: Foreign = lambda *_: None) -> None:
        self.package = package
        self.arguments = arguments
        self.foreign = foreign
        self.functions: dict[tuple[Definition, Caller, frozenset[tuple[str, Keys | None]]], Keys | None] = {}

    def of(self, definition: Definition) -> Keys | None:
        """The keys that an object of this class writes; None when that cannot be read, and of a function."""
        if isinstance(definition.node, Function):
            return None
        lineage = self.package.lineage(definition)
        own = next((function for each in lineage if (function := method(each, "get_config"))), None)
        caller = Caller(
            definition=definition,
            default=own is None or any(ast.unparse(each).endswith("default") for each in own.decorator_list),
            parameters=self.arguments.constructor(definition).names,
        )
        passed = _Place(self, lineage, 0, caller).left_over(len(lineage), frozenset())
        return self.inherited(definition, replace(caller, passed=passed))

    def inherited(self, definition: Definition, caller: Caller, start: int = 0) -> Keys | None:
        """The keys that the ``get_config`` of this class writes for an object of this or a derived class.

        With ``start``, what the ``get_config`` writes of the bases that come so far after it.
        """
        return _Place(self, self.package.lineage(definition), 0, caller).method("get_config", start)


@dataclass(frozen=True, slots=True)
class _Place:
    """The surroundings of a function: the class or function that it was found in, and the object it runs for."""

    configurations: Configurations
    lineage: tuple[Definition, ...]
    position: int
    caller: Caller
    depth: int = 0

    @property
    def package(self) -> Package:
        return self.configurations.package

    @property
    def owner(self) -> Definition:
        return self.lineage[self.position]

    def method(self, name: str, start: int, given: Names | None = None) -> Keys | None:
        """What the first method of that name from ``start`` on returns."""
        for position in range(start, len(self.lineage)):
            if function := method(self.lineage[position], name):
                return replace(self, position=position).returned(function, given or {})
        if name != "get_config":
            return None
        bases = self.package.foreign_bases(self.lineage[0])
        return next((keys for base in bases if (keys := self.configurations.foreign(base, self.caller, 0))), None)

    def returned(self, function: Function, given: Names) -> Keys | None:
        """What a function returns whose parameters stand for these mappings."""
        if self.depth > DEPTH:
            return None
        reader = Reader(replace(self, depth=self.depth + 1))
        reader.run(function.body, given)
        return reader.result()

    def condition(self, test: ast.expr) -> bool | None:
        """Conditions on the class of the object, and on ``get_config`` being Keras's default."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                known = self.condition(operand)
                return None if known is None else not known
            case ast.Call(args=[ast.Attribute(value=ast.Name(id="self"), attr="get_config"), *_]):
                return self.caller.default
            case ast.Compare(
                left=ast.Call(func=ast.Name(id="type")) | ast.Attribute(attr="__class__"),
                ops=[ast.Is() | ast.Eq()],
                comparators=[ast.Name(id=name)],
            ):
                return self.caller.definition.name == name
            case _:
                return None

    def attribute(self, node: ast.Attribute) -> Keys | None:
        """A mapping that a constructor keeps: a literal, or the keywords that are left to it."""
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr="_auto_config"), attr="config"):
                # Keras's own ``__new__`` keeps the arguments that were given.
                return Keys(frozenset(), self.caller.parameters)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                found = (self._kept(position, name) for position in range(len(self.lineage)))
                return next((keys for keys in found if keys), None)
            case _:
                return None

    def _kept(self, position: int, name: str) -> Keys | None:
        function = method(self.lineage[position], "__init__")
        for node in walk(function.body) if function else ():
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value):
                    if function and attribute == name:
                        rest = function.args.kwarg.arg if function.args.kwarg else None
                        if isinstance(value, ast.Name) and value.id == rest:
                            return self.left_over(position, frozenset(parameters(function)))
                        return Reader(replace(self, position=position)).mapping(value, {})
                case _:
                    pass
        return None

    def left_over(self, position: int, named: frozenset[str]) -> Keys | None:
        """The keywords beyond ``named`` that the constructors of derived classes pass to the one at ``position``.

        Unknown for the class of the object: whoever makes one passes what he likes.
        """
        for below in range(position - 1, -1, -1):
            function = method(self.lineage[below], "__init__")
            if not function:
                continue
            calls = [node for node in walk(function.body) if isinstance(node, ast.Call) and _constructs(node)]
            keywords = [keyword.arg for call in calls for keyword in call.keywords]
            passed = Keys(frozenset(keyword for keyword in keywords if keyword) - named)
            known = named | frozenset(parameters(function))
            further = self.left_over(below, known) if None in keywords else None
            return updated(passed, further or Keys()) if calls else None
        outside = self.caller.passed if self.lineage[0] != self.caller.definition else None
        return Keys(outside.every - named) if outside else None

    def called(self, call: ast.Call, given: Sequence[Keys | None], named: Names) -> Keys | None:
        """What a method or a function of the package returns."""
        match call.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[base, *_]), attr="get_config"):
                return self._base(base, 1)
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="get_config"):
                return self.method("get_config", self.position + 1)
            case ast.Attribute(value=base, attr="get_config") if call.args:
                return self._base(base, 0)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                own = next((function for each in self.lineage if (function := method(each, name))), None)
                return self.method(name, 0, _bound(own, 1, given) | named) if own else None
            case _:
                target = self.package.definition(self.owner.module, call.func)
                if target is None or not isinstance(target.node, Function):
                    return None
                return self._function(target, target.node, _bound(target.node, 0, given) | named)

    def _function(self, target: Definition, function: Function, given: Names) -> Keys | None:
        """What a function returns; asked once, as functions call each other in many ways."""
        told = self.configurations.functions
        question = target, self.caller, frozenset(given.items())
        if question not in told:
            told[question] = None
            told[question] = replace(self, lineage=(target,), position=0).returned(function, given)
        return told[question]

    def _base(self, base: ast.expr, start: int) -> Keys | None:
        """``Base.get_config(self)``; with ``start`` 1, ``super(Base, self).get_config()``."""
        target = self.package.resolve(self.owner.module, base)
        if isinstance(target, str):
            return self.configurations.foreign(target, self.caller, start)
        if target in self.lineage:
            return self.method("get_config", self.lineage.index(target) + start)
        return self.configurations.inherited(target, self.caller, start) if target else None


def _bound(function: Function, start: int, given: Sequence[Keys | None]) -> Names:
    """The mappings given by position, under the names of the parameters from ``start`` on."""
    return {name: keys for name, keys in zip(parameters(function)[start:], given, strict=False) if keys}


def _constructs(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
