"""Loads a converted file as a user would, with plain Keras, and runs it: ``python -m loadstone.runtime.reload``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import keras
import numpy as np

from loadstone import recorded
from loadstone.knowledge import own


def main(model_file: str, inputs_file: str, outputs_file: str) -> None:
    """Load ``model_file``, predict on ``x0``, ``x1`` ... of ``inputs_file``, write ``y0`` ... to ``outputs_file``."""
    for package in ("loadstone.addons", *own.MODULES.values()):
        import_module(package)  # registers what converted files name
    model = keras.models.load_model(Path(model_file))
    inputs = recorded.numbered(recorded.arrays_of(Path(inputs_file)), "x")
    result = model.predict_on_batch(list(inputs) if len(inputs) != 1 else inputs[0])
    recorded.write(Path(outputs_file), "y", [np.asarray(item) for item in keras.tree.flatten(result)])


if __name__ == "__main__":
    main(*sys.argv[1:])
