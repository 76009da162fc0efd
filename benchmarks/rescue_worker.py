"""Loads models with one loader in one interpreter, and compares their outputs with those recorded.

Usage: ``python rescue_worker.py LOADER``; requests come as lines of JSON on stdin (``file``, ``io``, ``tolerance``),
an answer for each goes to stdout (``loads``, ``equal``, ``error``). LOADER is a module that has
``load_model`` or ``models.load_model``.

Runs in the environments of the past: Python 3.7 syntax, and nothing of this project unless it is the loader.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

MESSAGE_LENGTH = 300


def main() -> None:
    """Answers each request."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what frameworks print is no answer
    module = loader_module(sys.argv[1])
    for line in sys.stdin:
        answers.write(json.dumps(attempt(module, json.loads(line))) + "\n")
        answers.flush()


def loader_module(name: str) -> Any:
    """The module that loads; Addons are imported beside an old Keras, as its users do."""
    module = importlib.import_module(name)
    if name == "tensorflow.keras":
        with contextlib.suppress(ImportError):
            importlib.import_module("tensorflow_addons")
    return module


def attempt(module: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Whether a model loads, and with the outputs it had."""
    begun = time.perf_counter()
    try:
        loaded = load(module, request["file"])
    except Exception as error:  # noqa: BLE001 - whatever it raises, it does not load
        return {"loads": False, "equal": False, "error": said(error)}
    seconds = time.perf_counter() - begun
    try:
        with np.load(request["io"]) as arrays:
            inputs, known = series(arrays, "x"), series(arrays, "y")
        found = outputs(loaded, taken(inputs, loaded))
    except Exception as error:  # noqa: BLE001 - it loads, and cannot be run
        return {"loads": True, "equal": False, "error": said(error), "seconds": seconds}
    worst = difference(found, known)
    equal = worst <= request["tolerance"]
    return {"loads": True, "equal": equal, "difference": worst, "seconds": seconds, "error": "" if equal else "differs"}


def load(module: Any, path: str) -> Any:
    """The model, with its compile state."""
    clear_session(module)
    function = getattr(module, "load_model", None) or module.models.load_model
    return function(path)


def clear_session(module: Any) -> None:
    """Forgets the model before, whose names would count on."""
    backend = getattr(module, "backend", None) or importlib.import_module("keras").backend
    backend.clear_session()


def outputs(model: Any, inputs: list[Any]) -> list[Any]:
    """The model's outputs at inference, those with names in the order of their names.

    As they were recorded: a model of Keras 3 is called, others predict.
    """
    if hasattr(model, "reset_states"):
        model.reset_states()
    batch = inputs[0] if len(inputs) == 1 else inputs
    given = model(batch, training=False) if is_keras_3(model) else model.predict(batch, verbose=0)
    if isinstance(given, dict):
        return [np.asarray(given[name]) for name in sorted(given)]
    return [np.asarray(value) for value in (given if isinstance(given, (list, tuple)) else [given])]


def series(arrays: Any, letter: str) -> list[Any]:
    """``x0``, ``x1`` ... in order; text as the objects that TensorFlow takes."""
    names = sorted((name for name in arrays.files if name[0] == letter), key=lambda name: int(name[1:]))
    return [arrays[name].astype(object) if arrays[name].dtype.kind == "U" else arrays[name] for name in names]


def taken(inputs: list[Any], model: Any) -> list[Any]:
    """Inputs in the form that the model takes: Keras 3 has text in TensorFlow's tensors only, and all inputs alike."""
    if all(is_number(value) for value in inputs) or not is_keras_3(model):
        return inputs
    constant = importlib.import_module("tensorflow").constant
    return [constant(value) for value in inputs]


def is_keras_3(model: Any) -> bool:
    """Whether the model is one of the Keras that has operations of its own."""
    package = importlib.import_module("keras") if type(model).__module__.startswith("keras.") else None
    return hasattr(package, "ops")


def is_number(value: Any) -> bool:
    """Whether an input is no text."""
    return isinstance(value, np.ndarray) and value.dtype.kind != "O"


def difference(found: list[Any], known: list[Any]) -> float:
    """The largest difference relative to the scale of its output; infinite where shapes differ."""
    if [value.shape for value in found] != [value.shape for value in known]:
        return float("inf")
    worst = 0.0
    for index, value in enumerate(found):
        new, old = np.asarray(value, "float64"), np.asarray(known[index], "float64")
        scale = max(1.0, float(np.abs(old).max())) if old.size else 1.0
        gap = float(np.abs(new - old).max()) / scale if old.size else 0.0
        worst = max(worst, gap if np.isfinite(gap) else float("inf"))
    return worst


def said(error: BaseException) -> str:
    """An exception on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:MESSAGE_LENGTH].replace(str(Path.cwd()), ".")


if __name__ == "__main__":
    main()
