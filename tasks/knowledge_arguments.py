"""Which keywords a configuration may carry for a class: what its constructors and its ``from_config`` take.

A constructor takes its parameters; what ``**kwargs`` is searched for; and, where it hands ``**kwargs`` on, what the
next constructor takes except the keywords that the call itself fills. ``from_config`` takes the keys that it reads.
Functions that a mapping is passed to are followed, with their constant arguments.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tasks.knowledge_source import Alias, Definition, Function, method, strings, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tasks.knowledge_source import Bindings, Package

DEPTH = 6


@dataclass(frozen=True, slots=True)
class Accepted:
    """The keywords a callable takes; ``open_ended`` when it swallows others without a check."""

    names: frozenset[str] = frozenset()
    open_ended: bool = False

    def __or__(self, other: Accepted) -> Accepted:
        return Accepted(self.names | other.names, self.open_ended or other.open_ended)


@dataclass(slots=True)
class Usage:
    """What a function does with a mapping.

    The keys it looks for, those it refuses, whether it refuses the rest, whether it hands a mapping on as keywords.
    """

    read: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    checked: bool = False
    spread: bool = False


class Arguments:
    """Finds the accepted keywords of one package's definitions."""

    def __init__(self, package: Package, foreign: Callable[[str], Accepted | None] = lambda _: None) -> None:
        self.package = package
        self.foreign = foreign

    def of(self, definition: Definition) -> Accepted:
        """The keywords that a configuration of this class or function may carry."""
        if isinstance(definition.node, Function):
            arguments = definition.node.args
            return Accepted(frozenset(parameters(definition.node)), arguments.kwarg is not None)
        lineage = self.package.lineage(definition)
        return self._constructor(lineage, 0) | self._configuration(lineage, 0)

    def constructor(self, definition: Definition) -> Accepted:
        """The keywords that the constructor of a class takes."""
        return self._constructor(self.package.lineage(definition), 0)

    def _constructor(self, lineage: tuple[Definition, ...], start: int, filled: int = 0) -> Accepted:
        """What the first constructor from ``start`` on takes by keyword, ``filled`` of it being given by position."""
        for position in range(start, len(lineage)):
            owner = lineage[position]
            function = method(owner, "__init__")
            if not function:
                continue
            own = frozenset(parameters(function)[1 + filled :]) | self._renamed(owner, function)
            if not function.args.kwarg:
                return Accepted(own)
            rest = function.args.kwarg.arg
            usage = self.usage(owner, function, rest)
            handed = self._handed_on(lineage, position, function, rest)
            if handed is None and usage.checked:
                inherited = Accepted()
            elif handed is None:
                # Everything is swallowed; what a base would take is what configurations do carry.
                inherited = Accepted(self._constructor(lineage, position + 1).names, open_ended=True)
            else:
                inherited = Accepted(handed.names, open_ended=handed.open_ended and not usage.checked)
            return Accepted((own | usage.read | inherited.names) - usage.refused, inherited.open_ended)
        return self._foreign_constructor(lineage)

    def _renamed(self, owner: Definition, function: Function) -> frozenset[str]:
        """The keywords that a decorator of multi-backend Keras 2 takes over from Keras 1: ``legacy_dense_support``."""
        names: set[str] = set()
        decorators = [each for each in function.decorator_list if isinstance(each, ast.Attribute)]
        for decorator in (each for each in decorators if each.attr.startswith("legacy_")):
            match self._assigned(owner, decorator):
                case ast.Call(keywords=keywords):
                    given = {keyword.arg: keyword.value for keyword in keywords}
                    pairs = getattr(given.get("conversions"), "elts", [])
                    names.update(strings(pair)[0] for pair in pairs)
                    names |= self._preprocessed(owner, decorator, given.get("preprocessor"))
                case _:
                    pass
        return frozenset(names)

    def _preprocessed(self, owner: Definition, decorator: ast.Attribute, preprocessor: ast.expr | None) -> set[str]:
        """The keywords that the function looks for which such a decorator hands all of them to."""
        module = self.package.resolve(owner.module, decorator.value)
        target = self.package.definition(module, preprocessor) if isinstance(module, str) and preprocessor else None
        if target is None or not isinstance(target.node, Function):
            return set()
        return self.usage(target, target.node, parameters(target.node)[-1]).read

    def _assigned(self, owner: Definition, name: ast.Attribute) -> ast.expr | None:
        """What ``module.name`` was assigned."""
        target = self.package.resolve(owner.module, name.value)
        module = self.package.module(target) if isinstance(target, str) else None
        bound = module.bindings.get(name.attr, []) if module else []
        return next((binding.value for binding in bound if isinstance(binding, Alias)), None)

    def _foreign_constructor(self, lineage: tuple[Definition, ...]) -> Accepted:
        found = (self.foreign(base) for base in self.package.foreign_bases(lineage[0]))
        return next((accepted for accepted in found if accepted), Accepted())

    def _handed_on(
        self, lineage: tuple[Definition, ...], position: int, function: Function, rest: str
    ) -> Accepted | None:
        """What the callables take that ``**rest`` is handed to, None when it is handed to none."""
        found: list[Accepted] = []
        for call in (node for node in walk(function.body) if isinstance(node, ast.Call)):
            if not any(k.arg is None and isinstance(k.value, ast.Name) and k.value.id == rest for k in call.keywords):
                continue
            filled = {keyword.arg for keyword in call.keywords if keyword.arg}
            taken = self._callee(lineage, position, call)
            if taken is not None:
                found.append(Accepted(taken.names - filled, taken.open_ended))
        if not found:
            return None
        names = frozenset[str]().union(*(accepted.names for accepted in found))
        return Accepted(names, any(accepted.open_ended for accepted in found))

    def _callee(self, lineage: tuple[Definition, ...], position: int, call: ast.Call) -> Accepted | None:
        owner = lineage[position]
        match call.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
                return self._constructor(lineage, position + 1, _positional(call))
            case ast.Attribute(value=base, attr="__init__"):
                target = self.package.definition(owner.module, base)
                if target in lineage:
                    return self._constructor(lineage, lineage.index(target), _positional(call) - 1)
                return self._constructor(self.package.lineage(target), 0) if target else None
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                found = [function for ancestor in lineage if (function := method(ancestor, name))]
                return Accepted(frozenset(parameters(found[0])[1:])) if found else None
            case _:
                return None

    def _configuration(self, lineage: tuple[Definition, ...], start: int) -> Accepted:
        """The keys that ``from_config`` reads; one that does not hand the configuration on ignores all others."""
        for position in range(start, len(lineage)):
            owner = lineage[position]
            function = method(owner, "from_config")
            if not function or len(parameters(function)) < 2:  # noqa: PLR2004 - the class and the configuration
                continue
            usage = self.usage(owner, function, parameters(function)[1])
            read = Accepted(frozenset(usage.read), open_ended=not usage.spread)
            if any(_is_super_call(node) for node in walk(function.body)):
                return Accepted(read.names) | self._configuration(lineage, position + 1)
            return read
        return Accepted()

    def usage(
        self,
        owner: Definition,
        function: Function,
        mapping: str,
        constants: Mapping[str, list[str]] | None = None,
        depth: int = 0,
    ) -> Usage:
        """What ``function`` does with its mapping ``mapping``; ``constants`` are the texts its parameters carry."""
        local = self.package.local(owner.module, function.body)
        reader = _Reader(self.package, owner, mapping, dict(constants or {}), local)
        reader.visit_all(function.body)
        for call in reader.passed_to if depth < DEPTH else []:
            self._follow(owner, call, reader, depth)
        return reader.usage

    def _follow(self, owner: Definition, call: ast.Call, reader: _Reader, depth: int) -> None:
        """Adds what a called function does with the mapping. Deserialisers take it for a whole object: not followed."""
        match call.func:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                lineage = self.package.lineage(owner)
                found = next(((a, function) for a in lineage if (function := method(a, name))), None)
                skip = 1
            case _:
                target = self.package.definition(owner.module, call.func, reader.local)
                callee = target.node if target else None
                found = (target, callee) if target and isinstance(callee, Function) else None
                skip = 0
        if not found or "deserialize" in found[1].name:
            return
        where, function = found
        names = parameters(function)
        is_static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list)
        positional = dict(zip(names[skip and not is_static :], call.args, strict=False))
        given: dict[str, ast.expr] = positional | {k.arg: k.value for k in call.keywords if k.arg}
        constants = {name: texts for name, value in given.items() if (texts := reader.texts(value))}
        for name, value in given.items():
            if isinstance(value, ast.Name) and value.id == reader.mapping:
                inner = self.usage(where, function, name, constants, depth + 1)
                reader.usage.read |= inner.read
                reader.usage.refused |= inner.refused
                reader.usage.checked |= inner.checked
                reader.usage.spread |= inner.spread


class _Reader:
    """Walks a function body and notes how one mapping is used."""

    def __init__(
        self, package: Package, owner: Definition, mapping: str, constants: dict[str, list[str]], local: Bindings
    ) -> None:
        self.package = package
        self.owner = owner
        self.mapping = mapping
        self.constants = constants
        self.local = local
        self.members: set[str] = set()  # loop variables that run over the mapping's keys
        self.remainders: set[str] = set()  # names of what is left of the mapping without the known keys
        self.usage = Usage()
        self.passed_to: list[ast.Call] = []

    def visit_all(self, body: list[ast.stmt]) -> None:
        for node in walk(body):
            self._visit(node)

    def texts(self, node: ast.expr) -> list[str]:
        """The text constants an expression stands for, through local, class and module constants."""
        match node:
            case ast.Name(id=name) if name in self.constants:
                return self.constants[name]
            case ast.Name(id=name):
                module = self.package.module(self.owner.module)
                bindings = module.bindings.get(name, []) if module else []
                return [t for b in bindings if (value := getattr(b, "value", None)) for t in strings(value)]
            case ast.BinOp(left=left, right=right):
                return self.texts(left) + self.texts(right)
            case ast.Call(func=ast.Name(id="set" | "frozenset" | "tuple" | "list"), args=[argument]):
                return self.texts(argument)
            case _:
                return strings(node)

    def _is_mapping(self, node: ast.expr) -> bool:
        """Whether an expression is the mapping, its keys, a set or a copy of it."""
        match node:
            case ast.Name(id=name):
                return name == self.mapping
            case ast.Call(func=ast.Attribute(value=owner, attr="keys" | "items" | "copy")):
                return self._is_mapping(owner)
            case ast.Call(func=ast.Name(id="set" | "list" | "len" | "dict" | "bool" | "sorted"), args=[argument]):
                return self._is_mapping(argument)
            case _:
                return False

    def _visit(self, node: ast.AST) -> None:
        match node:
            case ast.Call():
                self._call(node)
            case ast.Subscript(value=owner, slice=key, ctx=ast.Load()) if self._is_mapping(owner):
                self.usage.read.update(self.texts(key))
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]):
                self._membership(left, right)
            case ast.For(target=target, iter=iterated) | ast.comprehension(target=target, iter=iterated):
                self._loop(target, iterated)
                if isinstance(node, ast.For) and self._is_mapping(iterated) and _raises(node.body):
                    self.usage.checked = True
            case ast.BinOp(left=left, op=ast.Sub(), right=right) if self._is_mapping(left):
                self.usage.read.update(self.texts(right))
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value)
            case ast.If(test=test, body=body):
                self._condition(test, body)
            case _:
                pass

    def _call(self, call: ast.Call) -> None:
        if any(keyword.arg is None for keyword in call.keywords):
            self.usage.spread = True
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr="pop" | "get" | "setdefault"), args=[key, *_]):
                if self._is_mapping(owner):
                    self.usage.read.update(self.texts(key))
            case ast.Call(args=args, keywords=keywords):
                if any(self._is_name(value) for value in [*args, *(k.value for k in keywords if k.arg)]):
                    self.passed_to.append(call)

    def _assign(self, name: str, value: ast.expr) -> None:
        if texts := self.texts(value):
            self.constants[name] = texts
        match value:
            case ast.BinOp(left=left, op=ast.Sub()) if self._is_mapping(left):
                self.remainders.add(name)
            case ast.ListComp(generators=[each]) | ast.SetComp(generators=[each]) | ast.DictComp(generators=[each]):
                if self._is_mapping(each.iter):
                    self.remainders.add(name)
            case _:
                pass

    def _is_name(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.mapping

    def _membership(self, left: ast.expr, right: ast.expr) -> None:
        if self._is_mapping(right):
            self.usage.read.update(self.texts(left))
        elif isinstance(left, ast.Name) and left.id in self.members:
            self.usage.read.update(self.texts(right))

    def _loop(self, target: ast.expr, iterated: ast.expr) -> None:
        names = [node.id for node in walk([target]) if isinstance(node, ast.Name)]
        if self._is_mapping(iterated):
            self.members.update(names[:1])
        elif names and (texts := self.texts(iterated)):
            self.constants[names[0]] = texts

    def _condition(self, test: ast.expr, body: list[ast.stmt]) -> None:
        """``if rest: raise`` refuses the rest, ``if "x" in rest: raise`` refuses x."""
        if not any(isinstance(statement, ast.Raise) for statement in body):
            return
        match test:
            case ast.Compare(left=left, ops=[ast.In()], comparators=[right]) if self._is_mapping(right):
                self.usage.refused.update(self.texts(left))
            case ast.Compare(left=ast.Name(id=name), ops=[ast.In()], comparators=[right]) if name in self.members:
                self.usage.refused.update(self.texts(right))
            case ast.Compare(left=left) if self._is_mapping(left):
                self.usage.checked = True
            case _ if self._is_mapping(test):
                self.usage.checked = True
            case ast.Name() | ast.Compare() | ast.BoolOp() if self._depends(test):
                self.usage.checked = True
            case _:
                pass

    def _depends(self, test: ast.expr) -> bool:
        """Whether a condition looks at what remains of the mapping through a local name (``unknown = set(rest)``)."""
        names = {node.id for node in walk([test]) if isinstance(node, ast.Name)}
        return bool(names & self.remainders)


def _is_super_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "from_config" and isinstance(node.value, ast.Call)


def _positional(call: ast.Call) -> int:
    """How many parameters a call fills by position, as far as can be seen (``*args`` may be empty)."""
    return sum(not isinstance(argument, ast.Starred) for argument in call.args)


def _raises(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Raise) for node in walk(list(body)))


def parameters(function: Function) -> list[str]:
    """The names that can be given by keyword, in order (``self`` and ``cls`` included)."""
    arguments = function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
