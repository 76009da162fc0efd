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
    from collections.abc import Callable, Iterator

__all__ = ["adapted", "at_work", "is_users"]

# Packages whose classes are made for Keras 3, or are Keras' own.
_NOT_USERS = frozenset(
    {"keras", "keras_cv", "keras_hub", "keras_nlp", "keras_rs", "keras_tuner", "loadstone", "tensorflow"}
)

_ORIGINAL = "_loadstone_original"
_BESIDE = ("tensorflow.python.keras", "tf_keras")
_made: weakref.WeakKeyDictionary[type, type] = weakref.WeakKeyDictionary()


def is_users(found: Any) -> bool:
    """Whether a class is of a user's own code."""
    return isinstance(found, type) and _root(found) not in _NOT_USERS and _ORIGINAL not in vars(found)


def _root(found: type) -> str:
    return str(found.__module__).partition(".")[0]


def adapted(found: type) -> type:
    """The class to build in the place of a user's: a subclass of it, by the same name, that speaks for Keras 2.

    The class itself where it has no base in Keras that changed, and on other backends than TensorFlow.

    Raises:
        TypeError: it is made of classes of a Keras 2 that stands beside Keras 3.
    """
    for base in found.__mro__:
        if base.__module__.startswith(_BESIDE) and is_users(found):
            raise TypeError(_of_another_keras(found, base))
    if keras.backend.backend() != "tensorflow" or not is_users(found):
        return found
    if found not in _made:
        _made[found] = _subclass(found)
    return _made[found]


def _of_another_keras(found: type, base: type) -> str:
    try:
        _, line = inspect.getsourcelines(found)
        place = f" ({inspect.getsourcefile(found)}, line {line})"
    except (OSError, TypeError):  # it was typed in
        place = ""
    return (
        f"{found.__name__}{place} is made of {base.__module__}.{base.__name__}, which is Keras 2 and cannot be part of "
        f"a model of Keras 3: import {base.__name__} from tensorflow.keras"
    )


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
    build = _build(found)
    if build is not None:
        yield "build", build
    yield from _variables_of_keras(found)


def _variables_of_keras(found: type) -> Iterator[tuple[str, Any]]:
    """What a layer class of Keras' has for its own variables, as a subclass with others needs it."""
    for base in _of_keras(found):
        for name, value in vars(base).items():
            if isinstance(value, property) and value.fset is None and not (name.startswith("_") or _own(found, name)):
                yield name, layers.settable(name, value)
        # Dense and such name the variables that they save; what has a vocabulary saves more than variables.
        if "load_own_variables" in vars(base) and ".preprocessing." not in base.__module__:
            for name in ("load_own_variables", "save_own_variables"):
                if not _own(found, name):
                    yield name, layers.of_all_variables(getattr(keras.Layer, name), getattr(found, name))


def _build(found: Any) -> Callable[..., Any] | None:
    """A ``build`` that Keras 3 can call, where the one that there is asks for more than Keras 2 gave it."""
    if inspect.isfunction(own := _own(found, "build")):
        return layers.of_one_shape(own)
    return layers.inherited_build(found.call, found.build) if inspect.isfunction(_own(found, "call")) else None


def _of_keras(found: type) -> Iterator[type]:
    """The layer classes of Keras' that a user's class is made of, without those that all layers are."""
    every = set(keras.Model.__mro__)
    yield from (base for base in found.__mro__ if base not in every and _root(base) == "keras")


def _own(found: type, name: str) -> Any | None:
    """An attribute that the user's own code gives a class, not Keras'."""
    for base in found.__mro__:
        if name in vars(base):
            return vars(base)[name] if _root(base) not in {*_NOT_USERS, "builtins"} else None
    return None
