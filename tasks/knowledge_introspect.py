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


def keras2(root: str, public: Any) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The tables of Keras 2 below ``root``, all kinds complete but the optimizers; ``public`` is its interface."""
    layers = importlib.import_module(root + ".layers.serialization")
    initializers = importlib.import_module(root + ".initializers")
    if hasattr(layers, "LOCAL"):
        layers.populate_deserializable_objects()
        initializers.populate_deserializable_objects()
        filled = layers.LOCAL.ALL_OBJECTS
        found = {
            "layers": {name: filled[name] for name in filled if inspect.isclass(filled[name]) and name != "InputSpec"},
            "initializers": initializers.LOCAL.ALL_OBJECTS,
        }
    else:
        # TensorFlow 2.1 and 2.2 look layers up in the module's globals.
        filled = vars(layers)
        found = {"layers": members(layers, "Layer") if "Layer" in filled else members(public.layers, "Layer")}
    for kind, base in BASES.items():
        found[kind] = members(importlib.import_module(root + "." + kind), base)
    if first(root + ".saving.serialization_lib"):
        # The .keras format finds public names, too.
        found["layers"].update(members(public.layers, "Layer"))
    found["activations"].update(
        (name, thing) for name, thing in filled.items() if is_a(thing, filled["Layer"]) and activates(root, name)
    )
    schedules = first(
        root + ".optimizers.schedules.learning_rate_schedule", root + ".optimizer_v2.learning_rate_schedule"
    )
    if schedules:  # TensorFlow 1.13 has none
        found["optimizers.schedules"] = members(schedules, "LearningRateSchedule")
    complete = sorted(found) if hasattr(layers, "LOCAL") else ["activations", "constraints", "losses", "metrics"]
    optimizers = public.optimizers
    found["optimizers"] = {
        name: thing
        for name, thing in vars(optimizers).items()
        if is_a(thing, optimizers.Optimizer) and name != "Optimizer"
    }
    return found, complete


def multibackend() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The modules whose globals multi-backend Keras looks names up in. Makers of objects are functions there."""
    import keras

    modules = {
        "layers": ("keras.layers", "Layer"),
        "models": ("keras.models", "Model"),
        "activations": ("keras.activations", None),
        "initializers": ("keras.initializers", "Initializer"),
        "regularizers": ("keras.regularizers", "Regularizer"),
        "constraints": ("keras.constraints", "Constraint"),
        "losses": ("keras.losses", "Loss"),
        "metrics": ("keras.metrics", "Metric"),
        "optimizers": ("keras.optimizers", "Optimizer"),
    }
    if keras.__version__.startswith("1."):
        modules.update(losses=("keras.objectives", None), metrics=("keras.metrics", None))
        del modules["initializers"]
    found = {}
    for kind, (name, base) in modules.items():
        module = importlib.import_module(name)
        found[kind] = members(module, base if hasattr(module, base or "") else None)
    found["optimizers"].pop("Optimizer")
    return found, ["activations", "constraints", "losses", "metrics"]


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


# What a required parameter is given, one after the other, until a constructor takes it.
GUESSES = (1, "relu", [1, 1], 0.5)


def written(thing: Any, wrapped: Any) -> list[str] | None:
    """The keys of the configuration of an object of a class, None when none could be made or asked."""
    if not inspect.isclass(thing):
        return None
    parameters = inspect.signature(thing.__init__).parameters.values()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    required = [p.name for p in parameters if p.kind in named and p.default is p.empty and p.name != "self"]
    for guess in (*GUESSES, wrapped) if required else GUESSES[:1]:
        try:
            one: Any = thing(**dict.fromkeys(required, guess))
            config = one.get_config()
        except Exception:  # noqa: BLE001, S112 - a constructor may refuse a guess in any way; the next one may do
            continue
        return sorted(config) if isinstance(config, dict) else None
    return None


def told(objects: dict[str, Any], wrapped: Any) -> dict[str, Any]:
    """Signatures and configuration keys by name, of the public classes and functions."""
    things = {name: thing for name, thing in objects.items() if callable(thing) and not name.startswith("_")}
    return {name: [*signature(thing), written(thing, wrapped)] for name, thing in sorted(things.items())}


def addons(tensorflow: Any) -> dict[str, Any]:
    """What TensorFlow Addons registers, nothing without it."""
    package = first("tensorflow_addons")
    if package is None:
        return {}
    for module in pkgutil.walk_packages(package.__path__, "tensorflow_addons."):
        if "test" not in module.name:
            importlib.import_module(module.name)
    custom = tensorflow.keras.utils.get_custom_objects()
    # Bare names up to 0.6, names with the package Addons from 0.7 on.
    own = [name for name, thing in custom.items() if thing.__module__.startswith("tensorflow_addons")]
    registered = {name: custom[name] for name in own}
    layer = tensorflow.keras.layers.Dense(1)
    return {"addons_version": package.__version__, "addons": told(registered, layer)}


def answer(distribution: str, version: str, found: Any, layer: Any) -> dict[str, Any]:
    """What one Keras tells: ``found`` are its names by kind, and the kinds of which those are all."""
    objects, complete = found
    return {
        "distribution": distribution,
        "keras": version.replace("-tf", ""),
        "complete": complete,
        "objects": {kind: told(things, layer) for kind, things in objects.items()},
    }


def everyone(tensorflow: Any) -> list[dict[str, Any]]:
    """What each Keras of the environment tells."""
    answers = []
    standalone, legacy = first("keras"), first("tf_keras")
    version = [int(part) for part in standalone.__version__.split(".")[:2]] if standalone else []
    if standalone and (version < [2, 4] or version >= [3]):
        found = keras3() if version >= [3] else multibackend()
        answers.append(answer("keras", standalone.__version__, found, standalone.layers.Dense(1)))
    bundled = [int(part) for part in tensorflow.__version__.split(".")[:2]]
    for public in (tensorflow.keras if [1, 13] <= bundled < [2, 16] else None, legacy):
        if public is not None:
            root = type(public.layers.Dense(1)).__module__.partition(".layers")[0]
            distribution = {"tensorflow": "tensorflow", "tf_keras": "tf-keras"}.get(root.partition(".")[0], "keras")
            said = standalone.__version__ if standalone and distribution == "keras" else public.__version__
            answers.append(answer(distribution, said, keras2(root, public), public.layers.Dense(1)))
    return answers


def main() -> None:
    """Asks, and prints the answer as one line of JSON."""
    tensorflow: Any = importlib.import_module("tensorflow")
    answers = {"tensorflow": tensorflow.__version__, "answers": everyone(tensorflow)}
    if not first("tf_keras") and tensorflow.__version__.startswith("2"):
        answers.update(addons(tensorflow))
    print(json.dumps(answers))


main()
