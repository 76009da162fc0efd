"""Loads a converted file as a user would, with plain Keras, and runs it: ``python -m loadstone.runtime.reload``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import keras

from loadstone import recorded
from loadstone.knowledge import own
from loadstone.runtime.call import outputs_of


def main(model_file: str, inputs_file: str, outputs_file: str) -> None:
    """Load ``model_file``, predict on ``x0``, ``x1`` ... of ``inputs_file``, write ``y0`` ... to ``outputs_file``."""
    for package in ("loadstone.addons", *own.MODULES.values()):
        import_module(package)  # registers what converted files name
    model = keras.models.load_model(Path(model_file))
    inputs = recorded.numbered(recorded.arrays_of(Path(inputs_file)), "x")
    recorded.write(Path(outputs_file), "y", outputs_of(model, inputs))


if __name__ == "__main__":
    main(*sys.argv[1:])
