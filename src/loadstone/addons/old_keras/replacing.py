"""Attributes of Keras that are replaced for a while, and put back."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

ABSENT = object()
Arguments = tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Replacement:
    """``owner.name = value``, where ``owner`` is a class or a module; ``owner[name] = value`` where it is a dict."""

    owner: Any
    name: str
    value: Any

    def put(self) -> Replacement:
        """Put it in place, or remove what is there when it is `ABSENT`; return what undoes that."""
        is_table = isinstance(self.owner, dict)
        before = (self.owner if is_table else vars(self.owner)).get(self.name, ABSENT)
        if self.value is ABSENT:
            (self.owner.pop if is_table else functools.partial(delattr, self.owner))(self.name)
        elif is_table:
            self.owner[self.name] = self.value
        else:
            setattr(self.owner, self.name, self.value)
        return Replacement(self.owner, self.name, before)


def put_all(replacements: Iterable[Replacement]) -> list[Replacement]:
    """Put all in place; return what undoes that, in this order."""
    return [replacement.put() for replacement in replacements][::-1]


def method(owner: type, name: str, made_of: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Replacement:
    """Return the replacement of a method by what ``made_of`` makes of it, in the class that defines it.

    Not in a class that inherits it: Keras compares ``type(model).compile`` with the original's.
    """
    definer = next(cls for cls in owner.__mro__ if name in vars(cls))
    return Replacement(definer, name, like(vars(definer)[name], made_of))


def like(original: Callable[..., Any], made_of: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Any:
    """Return what ``made_of`` makes of a function, with its name, its text and its signature."""
    value = functools.wraps(original)(made_of(original))
    # Keras asks for signatures both of the function and of what it wraps.
    value.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]  # as inspect wants it
    return value


def translated(owner: type, name: str, translate: Callable[..., Arguments]) -> Replacement:
    """Return the replacement of a method by one that gets what ``translate(self, args, kwargs)`` returns."""

    def made_of(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            args, kwargs = translate(self, args, kwargs)
            return original(self, *args, **kwargs)

        return call

    return method(owner, name, made_of)


def public(module: str, name: str, value: Any) -> Iterator[Replacement]:
    """Yield the replacements of what is called ``keras.module.name`` under all of Keras' names."""
    for home in homes():
        yield Replacement(importlib.import_module(f"{home}.{module}"), name, value)


def homes() -> tuple[str, ...]:
    """Return the names of Keras' packages: ``keras``, what ``tf.keras`` is, and what ``from tensorflow.keras`` imports.

    The last is a second copy of the modules, with the same classes; there is none where TensorFlow is not loaded or
    was told to take Keras 2.
    """
    found = ["keras", "keras._tf_keras.keras"]
    if "tensorflow" in sys.modules and _is_keras("tensorflow.keras"):
        found.append("tensorflow.keras")
    return tuple(found)


def _is_keras(package: str) -> bool:
    try:
        layers: ModuleType = importlib.import_module(f"{package}.layers")
    except ImportError:
        return False
    return getattr(layers, "Layer", None) is keras.layers.Layer
