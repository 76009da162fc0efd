"""Keras 3 alone beside loadstone, on every `.h5` and `.keras` of the corpus: how many load, how many as they were.

Both get the same custom objects. The outputs are compared with those recorded when the models were saved.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the corpus' table belongs to the tests

import keras
import numpy as np

import loadstone
from loadstone.artifact import Format
from tests.corpus_objects import custom_objects
from tests.corpus_table import ERAS, MODELS, Model, table

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = {Format.HDF5_MODEL: ".h5", Format.KERAS_ARCHIVE: ".keras"}
LOADERS: dict[str, Callable[..., Any]] = {
    "Keras alone": keras.models.load_model,
    "loadstone": loadstone.load_model,
}


def main() -> None:
    """Print the table, as it stands in the README."""
    totals: Counter[tuple[str, str, str]] = Counter()
    for model in MODELS:
        if model.format in FORMATS:
            group = (model.era, FORMATS[model.format])
            totals[*group, "models"] += 1
            for name, load in LOADERS.items():
                loads, equal = attempt(load, model)
                totals[*group, f"{name} loads"] += loads
                totals[*group, f"{name} equal"] += equal
    stacks = table()["stack"]
    print(f"Keras {keras.__version__} on {keras.backend.backend()}\n")
    print(
        "| saved by | format | models | Keras alone loads | with equal outputs | loadstone loads | with equal outputs |"
    )
    print("|---|---|---|---|---|---|---|")
    for era in ERAS:
        for suffix in FORMATS.values():
            group = (era, suffix)
            if totals[*group, "models"]:
                cells = [
                    totals[*group, key]
                    for key in ("models", *(f"{n} {w}" for n in LOADERS for w in ("loads", "equal")))
                ]
                print(f"| {saved_by(stacks[era])} | `{suffix}` | {' | '.join(map(str, cells))} |")


def saved_by(stack: dict[str, str]) -> str:
    """The writer's versions in words."""
    addons = stack.get("tensorflow-addons")
    return f"TensorFlow {stack['tensorflow']}" + (f" + Addons {addons}" if addons else f", Keras {stack['keras']}")


def attempt(load: Callable[..., Any], model: Model) -> tuple[bool, bool]:
    """Whether the model loads, and whether its outputs are the recorded ones."""
    try:
        loaded = load(model.path, custom_objects=custom_objects(model))
    except Exception:  # noqa: BLE001 - whatever it raises, it does not load
        return False, False
    inputs, recorded = model.io()
    arrays = list(inputs.values())
    try:
        outputs = keras.tree.flatten(loaded.predict_on_batch(arrays if len(arrays) > 1 else arrays[0]))
    except Exception:  # noqa: BLE001 - it loads, and cannot be run
        return True, False
    pairs = list(zip(outputs, recorded.values(), strict=False))
    equal = len(outputs) == len(recorded) and all(
        np.shape(new) == old.shape and np.allclose(new, old, rtol=0, atol=model.tolerance) for new, old in pairs
    )
    return True, equal


if __name__ == "__main__":
    main()
