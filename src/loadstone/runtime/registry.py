"""Names of a blueprint -> classes and functions of this process. Nothing is imported because a file names it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import keras

from loadstone.knowledge import own
from loadstone.runtime import repairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.blueprint.graph import ObjectSpec

# Which of Keras' namespaces a configuration key takes its objects from; the first that has the name is taken.
_NAMESPACES = {
    "layer": ("layers",),
    "cell": ("layers",),
    "activation": ("activations", "layers"),  # a layer may stand in an activation's place
    "initializer": ("initializers",),
    "regularizer": ("regularizers",),
    "constraint": ("constraints",),
    "loss": ("losses",),
    "metric": ("metrics",),
    "fn": ("losses", "metrics"),
    "optimizer": ("optimizers",),
    "learning_rate": ("optimizers.schedules",),
    "dtype": ("dtype_policies",),
}
_EVERYWHERE = (
    "layers", "initializers", "regularizers", "constraints", "optimizers", "optimizers.schedules", "losses", "metrics",
    "dtype_policies", "random",
)  # fmt: skip

_ADDONS = "loadstone.addons"
_ADDONS_MODULE = "tensorflow_addons"


def namespaces(key: str) -> tuple[str, ...]:
    """The namespaces of Keras to search for the object under a configuration key."""
    for ending, spaces in _NAMESPACES.items():
        if key.endswith((ending, f"{ending}s", f"{ending}es")):
            return spaces
    return _EVERYWHERE


# compile() picks the metric that fits the loss and the shapes for these.
_BY_SHAPE = frozenset({"accuracy", "acc", "crossentropy", "ce"})


def knows(identifier: str, key: str) -> bool:
    """Whether Keras itself resolves a plain string under a configuration key."""
    spaces = namespaces(key)
    if spaces == ("metrics",) and identifier in _BY_SHAPE:
        return True
    for space in spaces:
        get = getattr(getattr(keras, space, None), "get", None)
        try:
            if get is not None and get(identifier) is not None:
                return True
        except (TypeError, ValueError):
            continue
    return False


@dataclass(frozen=True, slots=True)
class Registry:
    """What names may resolve to: the user's objects, then loadstone's, then what is registered, then Keras' own."""

    custom_objects: Mapping[str, Any]

    def find(self, spec: ObjectSpec, key: str, *, built_in: bool = True) -> Any | None:
        """The class or function of an object under a configuration key, None when nobody here has it.

        Args:
            spec: what is looked for.
            key: the configuration key it stands under, which tells Keras' losses from its metrics.
            built_in: look among Keras' own objects, too.
        """
        bare = spec.name.rpartition(">")[2]
        for name in (spec.name, bare):
            if name in self.custom_objects:
                return self.custom_objects[name]
        if spec.name.startswith("Addons>"):
            return _addons().get(spec.name)
        if (spec.module or "").startswith(_ADDONS_MODULE):
            return _addons().get(f"Addons>{bare}")
        registered = _registered(spec.name)
        if registered is not None or not built_in:
            return registered
        instead = repairs.own_name(spec)
        return self._built_in(spec.name, key) if instead is None else _registered(instead)

    def is_custom(self, found: Any) -> bool:
        """Whether an object came from the user."""
        return any(found is item for item in self.custom_objects.values())

    @staticmethod
    def is_ours(found: type) -> bool:
        """Whether it is an optimizer, loss or metric of loadstone, whose ``from_config`` takes what any release wrote.

        Of layers the constructor does; their ``from_config`` builds a wrapped layer, which is built here already.
        """
        is_from_here = found.__module__.partition(".")[0] == __name__.partition(".")[0]
        return is_from_here and not issubclass(found, keras.layers.Layer)

    @staticmethod
    def _built_in(name: str, key: str) -> Any | None:
        for space in namespaces(key):
            target: Any = keras
            for part in space.split("."):
                target = getattr(target, part)
            found = getattr(target, name, None)
            if callable(found):
                return found
        return None


def _registered(name: str) -> Any | None:
    if name in own.MODULES:
        import_module(own.MODULES[name])  # a module of ours, which registers it
    return keras.saving.get_registered_object(name)


def _addons() -> Mapping[str, Any]:
    table: Mapping[str, Any] = import_module(_ADDONS).REGISTERED
    return table
