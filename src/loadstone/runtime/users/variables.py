"""Weights as code of Keras 2 makes them: ``add_weight`` in its older signatures, and variables of TensorFlow."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

import keras

from loadstone.runtime.users.shapes import as_wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# add_weight by position, from Keras 2.0 to 2.15; Keras 1 had the shape first.
_KERAS_2 = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
_KERAS_1 = ("shape", "initializer", "name", "trainable", "regularizer", "constraint")
_KERAS_3 = ("shape", "initializer", "dtype")
# Metric.add_weight by position, in tf.keras.
_OF_METRICS = ("name", "shape", "aggregation", "synchronization", "initializer", "dtype")

# What a weight of Keras 2 could be told about how TensorFlow places it, which changes no value.
_WITHOUT_EFFECT = frozenset(
    {"aggregation", "caching_device", "collections", "getter", "layout", "partitioner", "synchronization",
     "use_resource"}
)  # fmt: skip

# Where Keras 3 has a layer's own variables, and where is kept what this module knows about them.
_TRAINABLE, _NON_TRAINABLE = "_trainable_variables", "_non_trainable_variables"
_ADOPTED, _AGAIN = "_loadstone_adopted", "_loadstone_again"


def add_weight_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of ``Layer.add_weight`` of any release as Keras 3 takes them.

    Raises:
        TypeError: there are more of them than any release took, or one is there twice.
    """
    return _translated(_by_name(args, kwargs, _order(args)))


def add_metric_weight_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same of ``Metric.add_weight``."""
    found = _translated(_by_name(args, kwargs, _OF_METRICS if _is_name(args) else _KERAS_3))
    return {name: value for name, value in found.items() if name in {"name", "shape", "initializer", "dtype"}}


def _order(args: tuple[Any, ...]) -> tuple[str, ...]:
    if _is_name(args):
        return _KERAS_2
    return _KERAS_1 if len(args) > len(_KERAS_3) or _is_name(args[2:]) else _KERAS_3


def _is_name(args: tuple[Any, ...]) -> bool:
    if not args or not (args[0] is None or isinstance(args[0], str)):
        return False
    try:
        keras.dtype_policies.get(args[0])
    except ValueError:
        return True
    return args[0] is None


def _by_name(args: tuple[Any, ...], kwargs: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    if len(args) > len(order):
        raise TypeError(f"add_weight() takes {', '.join(order)} by position, and got {len(args)} arguments")
    found = dict(zip(order, args, strict=False))
    twice = found.keys() & kwargs.keys()
    if twice:
        raise TypeError(f"add_weight() got {', '.join(sorted(twice))} by position and by name")
    return found | kwargs


def _translated(given: dict[str, Any]) -> dict[str, Any]:
    found = {
        name: value
        for name, value in given.items()
        if name not in _WITHOUT_EFFECT and not (value is None and name in {"name", "shape", "dtype", "trainable"})
    }
    if "experimental_autocast" in found:
        found["autocast"] = found.pop("experimental_autocast")
    if "shape" in found:
        found["shape"] = as_wanted(found["shape"])
    if "name" in found:
        found["name"] = str(found["name"]).replace("/", "_")  # a name of Keras 3 has no slash
    if getattr(given.get("synchronization"), "name", None) == "ON_READ":
        found["trainable"] = False
    return found


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """Make variables now, even while Keras traces a layer around it: as Keras 2 lifted them out of its graphs."""
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend
    from keras.src.backend.common import global_state  # noqa: PLC0415 - no public name leaves a StatelessScope

    scope = global_state.get_global_attribute("stateless_scope")
    global_state.set_global_attribute("stateless_scope", None)
    try:
        with tf.init_scope():
            yield
    finally:
        global_state.set_global_attribute("stateless_scope", scope)


def adopt(layer: Any, values: Any) -> None:
    """Make variables of TensorFlow weights of the layer that holds them, which tf.keras found in its attributes.

    What becomes a weight is a `keras.Variable` that shares the variable; the attribute stays as it is.
    """
    known = layer.__dict__.setdefault(_ADOPTED, {})
    for raw in _raw_variables(values):
        if id(raw) not in known:
            name = raw.name.partition(":")[0].rpartition("/")[2] or "Variable"
            with at_once(), keras.name_scope(layer.name, caller=layer):
                shared = keras.Variable(
                    raw, dtype=raw.dtype.name, trainable=bool(raw.trainable), autocast=False, name=name
                )
            known[id(raw)] = shared
            layer._track_variable(shared)  # noqa: SLF001 - add_weight, its public name, makes a variable of its own


def adopt_all(layer: Any) -> None:
    """Adopt the variables of all attributes, those in lists that have grown and in modules of TensorFlow too."""
    for name, value in list(vars(layer).items()):
        if not name.startswith("_loadstone"):
            adopt(layer, value)


def track(layer: Any, variables: Iterable[Any]) -> None:
    """Make variables of either kind weights of a layer, as ``layer.trainable_weights = [...]`` did."""
    for variable in variables:
        if isinstance(variable, keras.Variable):
            if all(variable is not known for known in layer.weights):
                layer._track_variable(variable)  # noqa: SLF001 - as in `adopt`
        else:
            adopt(layer, variable)


def _raw_variables(value: Any) -> Iterator[Any]:
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    if isinstance(value, tf.Variable):
        yield value
    elif isinstance(value, dict):
        for name in sorted(value, key=str):  # the order in which TensorFlow goes through a dictionary
            yield from _raw_variables(value[name])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _raw_variables(item)
    elif isinstance(value, tf.Module) and not isinstance(value, keras.Layer):
        yield from value.variables


def as_stored(layer: Any) -> list[Any] | None:
    """The variables of a user's layer as tf.keras numbered them in archives, None for one that has each once.

    What was set as an attribute and appended to ``_trainable_weights`` too was there twice.
    """
    again = layer.__dict__.get(_AGAIN)
    if again is None:
        return None
    found = []
    for kind in (_TRAINABLE, _NON_TRAINABLE):
        variables = list(getattr(layer, kind))
        for place, variable in again.get(kind, ()):
            variables.insert(place, variable)
        found += variables
    return found


class Weights(list[Any]):
    """``layer._trainable_weights``: a list to which code of Keras 2 appends."""

    def __init__(self, layer: Any, kind: str) -> None:
        super().__init__(getattr(layer, kind))
        self._layer = layer
        self._kind = kind

    def append(self, variable: Any) -> None:
        """Make a variable a weight of the layer."""
        variable = self._layer.__dict__.get(_ADOPTED, {}).get(id(variable), variable)
        if any(variable is known for known in self):
            again = self._layer.__dict__.setdefault(_AGAIN, {}).setdefault(self._kind, [])
            again.append((len(self) + len(again), variable))
        track(self._layer, [variable])
        super().append(variable)

    def extend(self, variables: Iterable[Any]) -> None:
        """Make variables weights of the layer."""
        for variable in variables:
            self.append(variable)

    def __iadd__(self, variables: Iterable[Any]) -> Self:  # type: ignore[misc]  # it adds to the layer
        self.extend(variables)
        return self
