"""The subclass of a user's class that is built in its place."""

from __future__ import annotations

import functools
import inspect
import weakref
from typing import TYPE_CHECKING, Any

import keras

from loadstone.runtime.users import layers, measures
from loadstone.runtime.users.scope import at_work

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["adapted", "at_work", "is_users"]

# Packages whose classes are made for Keras 3, or are Keras' own.
_NOT_USERS = frozenset(
    {"keras", "keras_cv", "keras_hub", "keras_nlp", "keras_rs", "keras_tuner", "loadstone", "tensorflow"}
)

_ORIGINAL = "_loadstone_original"
_made: weakref.WeakKeyDictionary[type, type] = weakref.WeakKeyDictionary()


def is_users(found: Any) -> bool:
    """Whether a class is of a user's own code."""
    return isinstance(found, type) and _root(found) not in _NOT_USERS and _ORIGINAL not in vars(found)


def _root(found: type) -> str:
    return str(found.__module__).partition(".")[0]


def adapted(found: type) -> type:
    """The class to build in the place of a user's: a subclass of it, by the same name, that speaks for Keras 2.

    The class itself where it has no base in Keras that changed, and on other backends than TensorFlow.
    """
    if keras.backend.backend() != "tensorflow" or not is_users(found):
        return found
    if found not in _made:
        _made[found] = _subclass(found)
    return _made[found]


def _subclass(found: type) -> type:
    if issubclass(found, keras.Model):
        bases: tuple[type, ...] = (layers.Head, found)
    elif issubclass(found, keras.Layer):
        bases = (layers.Head, found, layers.Tail)
    elif issubclass(found, keras.metrics.Metric):
        bases = (measures.MetricHead, found, measures.MetricTail)
    elif issubclass(found, keras.losses.Loss):
        bases = (found, measures.LossTail)
    else:
        return found
    names = {
        "__module__": found.__module__,
        "__qualname__": found.__qualname__,
        "__doc__": found.__doc__,
        _ORIGINAL: found,
        **dict(_methods(found)),
    }
    made = type(found)(found.__name__, bases, names)
    registered = keras.saving.get_registered_name(found)
    if registered != found.__name__:
        # Both have the name; what is looked up by it is the user's own.
        package, _, name = registered.rpartition(">")
        keras.saving.register_keras_serializable(package, name)(made)
        keras.saving.register_keras_serializable(package, name)(found)
    return made


def _methods(found: type) -> Iterator[tuple[str, Any]]:
    if issubclass(found, keras.Layer):
        yield from _layer_methods(found)
    elif issubclass(found, keras.metrics.Metric) and _own(found, "reset_states") and not _own(found, "reset_state"):
        yield "reset_state", measures.reset_state


def _layer_methods(found: type) -> Iterator[tuple[str, Any]]:
    for name, wrap in layers.METHODS.items():
        original = _own(found, name)
        if inspect.isfunction(original):
            method = functools.wraps(original)(wrap(original))
            if name in layers.SIGNATURES:
                method.__signature__ = layers.SIGNATURES[name](inspect.signature(original))  # type: ignore[attr-defined]
            yield name, method
    for name, wrap_property in layers.PROPERTIES.items():
        original = _own(found, name)
        if isinstance(original, property):
            yield name, wrap_property(original)
    if _own(found, "call") and not _own(found, "compute_output_spec"):
        yield "compute_output_spec", layers.compute_output_spec


def _own(found: type, name: str) -> Any | None:
    """An attribute that the user's own code gives a class, not Keras'."""
    for base in found.__mro__:
        if name in vars(base):
            return vars(base)[name] if _root(base) not in {*_NOT_USERS, "builtins"} else None
    return None
