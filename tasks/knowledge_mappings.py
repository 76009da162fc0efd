"""Follows the mappings of a function: which keys the one that it returns has.

A mapping is followed through literals, ``update``, ``pop``, loops and branches. What cannot be followed is unknown,
never guessed: None in the place of ``Keys``. What lies outside of the function is asked of its ``Surroundings``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Protocol

from tasks.knowledge_source import strings, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Calls that give back a mapping with the keys of the mapping they are given, or of a list of its items.
KEEPING = {
    "copy", "deepcopy", "dict", "items", "iter", "iteritems", "list", "OrderedDict", "serialize_dict",
    "serialize_keras_object", "sorted", "tuple",
}  # fmt: skip

PAIR = 2


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a mapping: those it always has, and those it has under a condition."""

    always: frozenset[str] = frozenset()
    sometimes: frozenset[str] = frozenset()

    @property
    def every(self) -> frozenset[str]:
        """Every key that there can be."""
        return self.always | self.sometimes

    def without(self, key: str) -> Keys:
        """After a key is taken out."""
        return Keys(self.always - {key}, self.sometimes - {key})

    def doubtful(self) -> Keys:
        """The same keys, none of them certain."""
        return Keys(frozenset(), self.every)


def updated(keys: Keys | None, other: Keys | None) -> Keys | None:
    """A mapping after ``update`` with another one; unknown as soon as one of them is."""
    if keys is None or other is None:
        return None
    always = keys.always | other.always
    return Keys(always, (keys.every | other.every) - always)


def either(first: Keys | None, second: Keys | None) -> Keys | None:
    """What two branches leave of a mapping; unknown as soon as one of them is."""
    if first is None or second is None:
        return None
    always = first.always & second.always
    return Keys(always, (first.every | second.every) - always)


# The mappings that the names of a function stand for; None for what is not one, or unknown.
Names = dict[str, Keys | None]


class Surroundings(Protocol):
    """What a function refers to: its object, its class, its package."""

    def condition(self, test: ast.expr) -> bool | None:
        """Whether a condition holds for the object, None when that cannot be said."""

    def attribute(self, node: ast.Attribute) -> Keys | None:
        """The keys of a mapping that an attribute holds."""

    def called(self, call: ast.Call, given: Sequence[Keys | None], named: Names) -> Keys | None:
        """The keys of what a call returns; ``given`` are the mappings that it is given by position and by name."""


@dataclass(slots=True)
class Reader:
    """Runs through the body of one function; ``returned`` holds the mapping of each way out."""

    surroundings: Surroundings
    returned: list[Keys | None] = field(default_factory=list)

    def result(self) -> Keys | None:
        """The keys of what the function returns."""
        return reduce(either, self.returned) if self.returned else None

    def run(self, body: Iterable[ast.stmt], names: Names | None) -> Names | None:
        """What the names stand for after these statements, None when their end is not reached."""
        for statement in body:
            if names is None:
                return None
            names = self._statement(statement, names)
        return names

    def _statement(self, statement: ast.stmt, names: Names) -> Names | None:
        match statement:
            case ast.Return(value=value):
                self.returned.append(self.mapping(value, names) if value else None)
                return None
            case ast.Raise():
                return None
            case ast.If() | ast.For() | ast.With() | ast.Try():
                return self._compound(statement, names)
            case _:
                return self._simple(statement, names)

    def _simple(self, statement: ast.stmt, names: Names) -> Names:
        match statement:
            case ast.Assign(targets=targets, value=value):
                return self._assigned(targets, value, self._popped(value, names))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assigned([target], value, names)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.BitOr(), value=value) if name in names:
                return names | {name: updated(names[name], self.mapping(value, names))}
            case ast.Expr(value=value):
                return self._popped(value, self._updates(value, names))
            case ast.Delete(targets=targets):
                return self._deleted(targets, names)
            case _:
                return names

    def _compound(self, statement: ast.If | ast.For | ast.With | ast.Try, names: Names) -> Names | None:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse):
                known = self.surroundings.condition(test)
                ways = [way for way, when in ((body, True), (orelse, False)) if known in {None, when}]
                return _joined([self.run(way, names) for way in ways])
            case ast.For():
                return self._loop(statement, names)
            case ast.With(body=body):
                return self.run(body, names)
            case ast.Try(body=body, handlers=handlers, orelse=orelse):
                regular = self.run([*body, *orelse], names)
                return _joined([regular, *(self.run(handler.body, names) for handler in handlers)])

    def _assigned(self, targets: Sequence[ast.expr], value: ast.expr, names: Names) -> Names:
        for target in targets:
            match target:
                case ast.Name(id=name):
                    names = names | {name: self.mapping(value, names)}
                case ast.Subscript(value=ast.Name(id=name), slice=key) if name in names:
                    names = names | {name: updated(names[name], self._named([key], names))}
                case _:
                    pass
        return names

    def _updates(self, value: ast.expr, names: Names) -> Names:
        match value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=args, keywords=keywords) if (
                name in names
            ):
                merged = [self.mapping(argument, names) for argument in args]
                return names | {name: reduce(updated, [*merged, self._keywords(keywords, names)], names[name])}
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="setdefault"), args=[key, *_]) if (
                name in names
            ):
                return names | {name: updated(names[name], self._named([key], names))}
            case _:
                return names

    def _popped(self, value: ast.expr, names: Names) -> Names:
        for node in walk([value]):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="pop"), args=[key, *_]):
                    names = _taken(name, key, names)
                case _:
                    pass
        return names

    def _deleted(self, targets: Sequence[ast.expr], names: Names) -> Names:
        for target in targets:
            match target:
                case ast.Subscript(value=ast.Name(id=name), slice=key):
                    names = _taken(name, key, names)
                case _:
                    pass
        return names

    def _loop(self, loop: ast.For, names: Names) -> Names | None:
        """Over constant texts or the keys of a mapping, ``config[key] = ...`` adds all; else the body may not run."""
        target = _first(loop.target)
        keys = self._iterated(loop.iter, names)
        if keys is None or target is None:
            return _joined([names, self.run(loop.body, names)])
        after = self.run(loop.body, names | {_keys_of(target): keys})
        return None if after is None else {name: held for name, held in after.items() if name != _keys_of(target)}

    def _iterated(self, iterated: ast.expr, names: Names) -> Keys | None:
        texts = strings(iterated)
        return Keys(frozenset(texts)) if texts else self.mapping(iterated, names)

    def _named(self, keys: Sequence[ast.expr | None], names: Names) -> Keys | None:
        """The keys that these expressions name: constants, or the variable of a loop over known ones."""
        result: Keys | None = Keys()
        for key in keys:
            match key:
                case ast.Constant(value=str(text)):
                    result = updated(result, Keys(frozenset({text})))
                case ast.Name(id=name) if _keys_of(name) in names:
                    result = updated(result, names[_keys_of(name)])
                case _:
                    return None
        return result

    def _keywords(self, keywords: Sequence[ast.keyword], names: Names) -> Keys | None:
        own: Keys | None = Keys(frozenset(keyword.arg for keyword in keywords if keyword.arg))
        return reduce(updated, [self.mapping(each.value, names) for each in keywords if each.arg is None], own)

    def mapping(self, value: ast.expr, names: Names) -> Keys | None:
        """The keys of the mapping that an expression stands for, None for an unknown one and for anything else."""
        match value:
            case ast.Name(id=name):
                return names.get(name)
            case ast.Attribute():
                return self.surroundings.attribute(value)
            case ast.Call():
                return self._call(value, names)
            case ast.BoolOp(op=ast.Or(), values=[ast.Name(id=name), other]):
                # A parameter that was not given is None.
                given = names.get(name)
                return given if given and given.always else self.mapping(other, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                known = self.surroundings.condition(test)
                ways = [way for way, when in ((body, True), (orelse, False)) if known in {None, when}]
                return reduce(either, [self.mapping(way, names) for way in ways])
            case _:
                return self._display(value, names)

    def _display(self, value: ast.expr, names: Names) -> Keys | None:
        match value:
            case ast.Dict(keys=keys, values=values):
                own = self._named([key for key in keys if key], names)
                merged = [self.mapping(item, names) for key, item in zip(keys, values, strict=True) if key is None]
                return reduce(updated, merged, own)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                pairs = [item.elts[0] for item in items if isinstance(item, ast.Tuple) and len(item.elts) == PAIR]
                return self._named(pairs, names) if len(pairs) == len(items) else None
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return updated(self.mapping(left, names), self.mapping(right, names))
            case ast.DictComp(key=key, generators=[each]):
                return self._comprehended(key, each, names)
            case _:
                return None

    def _comprehended(self, key: ast.expr, each: ast.comprehension, names: Names) -> Keys | None:
        target, iterated = _first(each.target), self._iterated(each.iter, names)
        if iterated is None or target is None:
            return None
        result = self._named([key], names | {_keys_of(target): iterated})
        return result.doubtful() if result and each.ifs else result

    def _call(self, call: ast.Call, names: Names) -> Keys | None:
        given = [self.mapping(argument, names) for argument in call.args]
        match call.func:
            case ast.Attribute(value=owner, attr="copy" | "items") if not call.args:
                return self.mapping(owner, names)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in KEEPING:
                return updated(given[0] if given else Keys(), self._keywords(call.keywords, names))
            case _:
                named = {each.arg: self.mapping(each.value, names) for each in call.keywords if each.arg}
                return self.surroundings.called(call, given, named)


def _taken(name: str, key: ast.expr, names: Names) -> Names:
    keys = names.get(name)
    if keys is None:
        return names
    texts = strings(key)
    return names | {name: keys.without(texts[0]) if texts else keys.doubtful()}


def _first(target: ast.expr) -> str | None:
    """The variable of a loop, or the first of a pair."""
    first = target.elts[0] if isinstance(target, ast.Tuple) else target
    return first.id if isinstance(first, ast.Name) else None


def _keys_of(variable: str) -> str:
    """Under which name the keys are held that a loop variable runs over; no variable can have it."""
    return f"{variable} in"


def _joined(ways: Sequence[Names | None]) -> Names | None:
    """What the names stand for after one of several ways; those that ended elsewhere do not count."""
    reached = [way for way in ways if way is not None]
    if not reached:
        return None
    names = {name for way in reached for name in way}
    return {name: reduce(either, [way[name] for way in reached if name in way]) for name in names}
