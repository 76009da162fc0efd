"""Runs in an environment of the past: tries what it is asked to, and says after each step how that went.

It runs in every interpreter from Python 3.6 on, so it keeps to that syntax. Each step's answer is a line of its own, so
that what was reached is known when a step ends the process.
"""

import importlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any, Callable, Dict  # noqa: UP035 - Python 3.6 has them nowhere else

MARK = "eras-probe:"


def main() -> None:
    """Take the steps of the request, in order, up to the first failing import."""
    request = json.loads(sys.argv[1])
    for name in request["imports"]:
        if not step(name, importlib.import_module, name):
            return
    if request.get("ops"):
        step("ops", load_operators)
    for model in request.get("models", ()):
        step("model " + model["name"], check_model, request["keras"], model)


def step(name: str, function: Callable[..., object], *arguments: object) -> bool:
    """Do one thing and say how it went."""
    error = None
    try:
        function(*arguments)
    except BaseException as problem:  # noqa: BLE001 - whatever it raises, SystemExit included, is the answer
        error = f"{type(problem).__name__}: {problem}"
        traceback.print_exc()
    sys.stdout.write("\n" + MARK + json.dumps({"step": name, "error": error}) + "\n")
    sys.stdout.flush()
    return error is None


def load_operators() -> None:
    """Load every operator library of Addons, and run one operator.

    The values are those of the example in the documentation of ``gather_tree``: three beams, of which the middle one
    ends early.
    """
    import tensorflow as tf

    folder = Path(importlib.import_module("tensorflow_addons").__path__[0])
    libraries = sorted((folder / "custom_ops").rglob("*.so"))
    if not libraries:
        raise RuntimeError("the package has no operator libraries")
    loaded = {library.name: tf.load_op_library(str(library)) for library in libraries}
    beam = loaded["_beam_search_ops.so"]
    gather = getattr(beam, "addons_gather_tree", None) or beam.gather_tree
    ids = [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]], [[-1, -1, -1]]]
    parents = [[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]], [[-1, -1, -1]]]
    found = gather(step_ids=ids, parent_ids=parents, max_sequence_lengths=[3], end_token=10).numpy().tolist()
    expected = [[[2, 2, 2]], [[6, 5, 6]], [[7, 8, 9]], [[10, 10, 10]]]
    if found != expected:
        raise RuntimeError(f"gather_tree gives {found}, not {expected}")


def check_model(keras: str, model: Dict[str, Any]) -> None:  # noqa: UP006 - as above
    """Load a model as its own era did, and compare its outputs with the recorded ones."""
    import numpy as np

    load = importlib.import_module(keras).models.load_model
    options = {"custom_objects": bare_names()} if model["bare"] else {}
    try:
        loaded = load(model["path"], **options)
    except Exception:  # noqa: BLE001 - a training state that cannot be restored is no reason to give up
        loaded = load(model["path"], compile=False, **options)
    with np.load(model["io"], allow_pickle=False) as arrays:
        recorded = {name: arrays[name] for name in arrays.files}
    inputs = [recorded[name] for name in sorted(recorded) if name.startswith("x")]
    outputs = [recorded[name] for name in sorted(recorded) if name.startswith("y")]
    given = loaded.predict(inputs if len(inputs) > 1 else inputs[0])
    given = list(given) if isinstance(given, (list, tuple)) else [given]
    if len(given) != len(outputs):
        raise RuntimeError(f"{len(given)} outputs, not {len(outputs)}")
    for one, other in zip(given, outputs):  # noqa: B905 - strict came with Python 3.10; lengths were compared
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def bare_names() -> Dict[str, Any]:  # noqa: UP006 - as above
    """Everything public of an Addons release that registers nothing: what its users passed by hand."""
    addons = importlib.import_module("tensorflow_addons")
    parts = [getattr(addons, name) for name in ("layers", "activations", "optimizers", "losses", "metrics")]
    return {name: getattr(part, name) for part in parts for name in dir(part) if not name.startswith("_")}


if __name__ == "__main__":
    main()
