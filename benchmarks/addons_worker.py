"""Times one object at a time, in whichever environment runs it: the real TensorFlow Addons, or ours.

``python addons_worker.py tensorflow_addons`` or ``... loadstone.addons``. Reads ``label seconds`` from stdin, a line an
order, and answers with one line of JSON: for each kind of call the least seconds that one took, by how it was compiled,
or the error. A call is compiled both as a graph and by XLA; what cannot be in one way is timed in the other.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import addons_cases as cases  # type: ignore[import-not-found,unused-ignore]  # beside this script
import numpy as np
import tensorflow as tf

if TYPE_CHECKING:
    from collections.abc import Callable

OURS = "loadstone.addons"
WARM_UP = 3
WAYS = {"graph": False, "xla": True}
Calls = dict[str, Any]


def resolve(root: str, name: str) -> Any:
    """Return the object called ``name`` below a package."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(f"{root}.{module}"), attribute)


def layer_calls(root: str, case: cases.Layer) -> Calls:
    """Return the forward pass of a layer, and the forward and backward pass of a training step."""
    random = np.random.default_rng(0)
    cls = resolve(root, case.object)
    if case.wrap is not None:
        thing = cls(getattr(tf.keras.layers, case.wrap["class_name"])(**case.wrap["config"]), **case.arguments)
    else:
        thing = cls(**case.arguments)
    layer = tf.keras.layers.RNN(thing, return_sequences=True) if case.cell else thing
    inputs = [drawn(random, shape, case.integers.get(index)) for index, shape in enumerate(case.inputs)]
    call: Callable[..., Any] = layer
    if case.argmax:
        inputs = list(tf.nn.max_pool_with_argmax(tf.repeat(tf.repeat(inputs[0], 2, 1), 2, 2), 2, 2, "SAME"))

        def call(arguments: Any, **options: Any) -> Any:
            return layer(*arguments, **options)

    argument = inputs[0] if len(inputs) == 1 else inputs
    call(argument)
    # Keras 3's variables hold TensorFlow's, and Keras 2's are TensorFlow's.
    weights = [weight if isinstance(weight, tf.Variable) else weight.value for weight in layer.trainable_weights]
    floating = [value for value in inputs if value.dtype.is_floating]

    def forward() -> Any:
        return call(argument)

    def training() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(floating)
            output = call(argument, training=True)
            score = tf.add_n([tf.reduce_sum(each) for each in tf.nest.flatten(output) if each.dtype.is_floating])
        gradients = tape.gradient(score, [*weights, *floating])
        if any(gradient is None for gradient in gradients):
            raise ValueError("a weight or an input has no gradient")
        return gradients

    return {"forward": forward, **({"training": training} if case.trains else {})}


def drawn(random: np.random.Generator, shape: tuple[int, ...], bound: int | None) -> Any:
    """Return an input: normally distributed, or integers below a bound."""
    if bound is not None:
        return tf.constant(random.integers(0, bound, size=shape).astype("int32"))
    return tf.constant(random.normal(size=shape).astype("float32"))


def optimizer_calls(root: str, case: cases.Optimizer) -> Calls:
    """Return one step on the weights of a small network."""
    random = np.random.default_rng(0)
    model = tf.keras.Sequential([tf.keras.layers.Dense(256) for _ in range(3)])
    model.build((None, 256))
    home = tf.keras.optimizers if root == OURS else tf.keras.optimizers.legacy

    def made(value: Any) -> Any:
        return getattr(home, value["class_name"])(**value["config"]) if isinstance(value, dict) else value

    arguments = {key: made(value) for key, value in case.arguments.items()}
    if case.parts:
        arguments["optimizers_and_layers"] = list(zip(map(made, case.parts), model.layers, strict=True))
    optimizer = resolve(root, case.object)(**arguments)
    variables = model.trainable_variables
    gradients = [tf.constant(random.normal(size=variable.shape).astype("float32")) for variable in variables]
    optimizer.apply_gradients(zip(gradients, variables, strict=True))

    def step() -> Any:
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return variables[-1] + 0.0

    return {"step": step}


def ready(calls: Calls) -> dict[str, Callable[[], Any]]:
    """Compile each call in both ways and warm it up; leave out what cannot be."""
    compiled: dict[str, Callable[[], Any]] = {}
    errors = []
    for name, call in calls.items():
        for way, xla in WAYS.items():
            function = tf.function(call, jit_compile=xla)
            try:
                for _ in range(WARM_UP):
                    finished(function())
            except Exception as error:  # noqa: BLE001 - whatever one of both cannot do is told when neither could
                errors.append(f"{name}/{way}: {type(error).__name__}: {str(error)[:200]}")
            else:
                compiled[f"{name}/{way}"] = function
        if not any(key.startswith(f"{name}/") for key in compiled):
            raise RuntimeError("; ".join(errors))
    return compiled


def finished(result: Any) -> None:
    """Wait for a result."""
    for value in tf.nest.flatten(result):
        if hasattr(value, "numpy"):
            value.numpy()
            return


def least(function: Callable[[], Any], seconds: float) -> float:
    """Return the least time of one call, of as many as fit into ``seconds``."""
    best, until = float("inf"), time.perf_counter() + seconds
    while (start := time.perf_counter()) < until:
        finished(function())
        best = min(best, time.perf_counter() - start)
    return best


def main(root: str) -> None:
    """Answer orders until there are none."""
    known: dict[str, dict[str, Callable[[], Any]]] = {}
    rows = {case.label: case for case in (*cases.LAYERS, *cases.OPTIMIZERS)}
    for order in sys.stdin:
        label, seconds = order.split()
        try:
            if label not in known:
                known.clear()  # one object at a time: caches of the processor are shared
                of_layer = isinstance(rows[label], cases.Layer)
                known[label] = ready((layer_calls if of_layer else optimizer_calls)(root, rows[label]))
            answer: dict[str, Any] = {name: least(call, float(seconds)) for name, call in known[label].items()}
        except Exception as error:  # noqa: BLE001 - told to the one who asked
            answer = {"error": f"{type(error).__name__}: {str(error)[:400]}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
