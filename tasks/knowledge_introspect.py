"""Runs in an environment of the past and tells, as JSON, what Keras and Addons there really find and take.

It asks the installed packages themselves: the tables that their deserialisation looks names up in, and
``inspect.signature`` of what stands there. Standard library and the packages that are asked only.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from types import ModuleType  # noqa: TC003 - the oldest interpreters are better served by a plain import
from typing import Any


def first(*names: str) -> ModuleType | None:
    """The first of these modules that can be imported."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            pass
    return None


def signature(thing: Any) -> list[Any]:
    """The path and the named parameters of a class's constructor or a function."""
    function = thing.__init__ if inspect.isclass(thing) else thing
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    named = [p.name for p in parameters if p.kind in kinds and p.name != "self"]
    return [thing.__module__ + "." + thing.__name__, named]


BASES = {
    "activations": None,
    "regularizers": "Regularizer",
    "constraints": "Constraint",
    "losses": "Loss",
    "metrics": "Metric",
}


def keras2(root: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The tables of Keras 2, all kinds complete but the optimizers."""
    layers = importlib.import_module(root + ".layers.serialization")
    layers.populate_deserializable_objects()
    initializers = importlib.import_module(root + ".initializers")
    initializers.populate_deserializable_objects()
    filled = layers.LOCAL.ALL_OBJECTS
    found = {
        "layers": {name: filled[name] for name in filled if inspect.isclass(filled[name]) and name != "InputSpec"},
        "initializers": initializers.LOCAL.ALL_OBJECTS,
    }
    for kind, base in BASES.items():
        found[kind] = members(importlib.import_module(root + "." + kind), base)
    if first(root + ".saving.serialization_lib"):
        # The .keras format finds public names, too.
        found["layers"].update(members(importlib.import_module("tensorflow").keras.layers, "Layer"))
    found["activations"].update(
        (name, thing) for name, thing in filled.items() if is_a(thing, filled["Layer"]) and activates(root, name)
    )
    schedules = first(
        root + ".optimizers.schedules.learning_rate_schedule", root + ".optimizer_v2.learning_rate_schedule"
    )
    found["optimizers.schedules"] = members(schedules, "LearningRateSchedule")
    complete = sorted(found)
    optimizers = importlib.import_module("tensorflow").keras.optimizers
    found["optimizers"] = {
        name: thing
        for name, thing in vars(optimizers).items()
        if is_a(thing, optimizers.Optimizer) and name != "Optimizer"
    }
    return found, complete


def activates(root: str, name: str) -> bool:
    """Whether Keras finds a layer under this name when it looks for an activation."""
    activations = importlib.import_module(root + ".activations")
    try:
        activations.deserialize({"class_name": name, "config": {}})
    except (ValueError, TypeError) as error:
        return "Unknown" not in str(error)
    return True


def keras3() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The tables of Keras 3; its public names go beyond them for layers and optimizers."""
    import keras

    found = {}
    for kind, base in dict(BASES, initializers="Initializer", quantizers="Quantizer").items():
        found[kind] = members(getattr(keras, kind), base)
        found[kind].update(importlib.import_module("keras.src." + kind).ALL_OBJECTS_DICT)
    found["dtype_policies"] = importlib.import_module("keras.src.dtype_policies").ALL_OBJECTS_DICT
    found["optimizers.schedules"] = members(keras.optimizers.schedules, "LearningRateSchedule")
    complete = sorted(found)
    found["optimizers"] = importlib.import_module("keras.src.optimizers").ALL_OBJECTS_DICT
    found["layers"] = members(keras.layers, "Layer")
    return found, complete


def members(module: Any, base: str | None) -> dict[str, Any]:
    """The classes of a module that derive from its class ``base``, and its loss, metric and activation functions."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if (base and is_a(thing, getattr(module, base)))
        or (inspect.isfunction(thing) and list(inspect.signature(thing).parameters)[:2] == ["y_true", "y_pred"])
        or (inspect.isfunction(thing) and not base and list(inspect.signature(thing).parameters)[:1] == ["x"])
        or name == "l1_l2"
    }


def is_a(thing: Any, base: Any) -> bool:
    """Whether something is a class that derives from ``base``."""
    return inspect.isclass(thing) and issubclass(thing, base)


def told(objects: dict[str, Any]) -> dict[str, Any]:
    """Signatures by name, of the public classes and functions."""
    things = {name: thing for name, thing in objects.items() if callable(thing) and not name.startswith("_")}
    return {name: signature(thing) for name, thing in sorted(things.items())}


def main() -> None:
    """Asks, and prints the answer as one line of JSON."""
    standalone = first("keras")
    answer = {"keras": getattr(standalone, "__version__", None)}
    if standalone and standalone.__version__.startswith("3."):
        found, complete = keras3()
    else:
        tensorflow = importlib.import_module("tensorflow")
        answer["keras"] = answer["keras"] or tensorflow.keras.__version__
        root = type(tensorflow.keras.layers.Dense(1)).__module__.partition(".layers")[0]
        found, complete = keras2(root)
        addons = importlib.import_module("tensorflow_addons")
        for module in pkgutil.walk_packages(addons.__path__, "tensorflow_addons."):
            if "test" not in module.name:
                importlib.import_module(module.name)
        answer["addons_version"] = addons.__version__
        custom = tensorflow.keras.utils.get_custom_objects()
        answer["addons"] = told({name: custom[name] for name in custom if name.startswith("Addons>")})
    answer["complete"] = complete
    answer["objects"] = {kind: told(objects) for kind, objects in found.items()}
    print(json.dumps(answer))


main()
