"""Runs in an environment of the past and tells, as JSON, what Keras and Addons there really find and take.

It asks the installed packages themselves: the tables that their deserialisation looks names up in, and
``inspect.signature`` of what stands there. Standard library and the packages that are asked only.
"""

import importlib
import inspect
import json


def first(*names):
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            pass
    return None


def signature(thing):
    """The path, the named parameters and whether more are taken, of a class's constructor or a function."""
    function = thing.__init__ if inspect.isclass(thing) else thing
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    named = [p.name for p in parameters if p.kind in kinds and p.name != "self"]
    more = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    return [thing.__module__ + "." + thing.__name__, named, more]


def keras2(root):
    layers = importlib.import_module(root + ".layers.serialization")
    layers.populate_deserializable_objects()
    initializers = importlib.import_module(root + ".initializers")
    initializers.populate_deserializable_objects()
    found = {"layers": layers.LOCAL.ALL_OBJECTS, "initializers": initializers.LOCAL.ALL_OBJECTS}
    bases = {
        "regularizers": "Regularizer",
        "constraints": "Constraint",
        "losses": "Loss",
        "metrics": "Metric",
    }
    for kind, base in bases.items():
        module = importlib.import_module(root + "." + kind)
        found[kind] = {name: thing for name, thing in vars(module).items() if is_a(thing, getattr(module, base))}
    schedules = first(
        root + ".optimizers.schedules.learning_rate_schedule", root + ".optimizer_v2.learning_rate_schedule"
    )
    base = schedules.LearningRateSchedule
    found["optimizers.schedules"] = {name: thing for name, thing in vars(schedules).items() if is_a(thing, base)}
    return found


def keras3():
    found = {}
    for kind in ("activations", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers",
                 "dtype_policies", "quantizers"):
        found[kind] = importlib.import_module("keras.src." + kind).ALL_OBJECTS_DICT
    import keras

    found["layers"] = {name: thing for name, thing in vars(keras.layers).items() if is_a(thing, keras.layers.Layer)}
    schedules = keras.optimizers.schedules
    base = schedules.LearningRateSchedule
    found["optimizers.schedules"] = {name: thing for name, thing in vars(schedules).items() if is_a(thing, base)}
    return found


def is_a(thing, base):
    return inspect.isclass(thing) and issubclass(thing, base)


def told(objects):
    """Signatures by name, of the public classes and functions."""
    things = {name: thing for name, thing in objects.items() if callable(thing) and not name.startswith("_")}
    return {name: signature(thing) for name, thing in sorted(things.items())}


def main():
    standalone = first("keras")
    answer = {"keras": getattr(standalone, "__version__", None)}
    if standalone and standalone.__version__.startswith("3."):
        found = keras3()
    else:
        tensorflow = importlib.import_module("tensorflow")
        answer["keras"] = answer["keras"] or tensorflow.keras.__version__
        root = type(tensorflow.keras.layers.Dense(1)).__module__.partition(".layers")[0]
        found = keras2(root)
        addons = importlib.import_module("tensorflow_addons")
        answer["addons_version"] = addons.__version__
        custom = tensorflow.keras.utils.get_custom_objects()
        answer["addons"] = told({name: custom[name] for name in custom if name.startswith("Addons>")})
    answer["objects"] = {kind: told(objects) for kind, objects in found.items()}
    print(json.dumps(answer))


main()
