"""What the models are fed. NumPy's legacy generator gives the same numbers in every release of it.

Python 3.7 syntax: the eras' environments run it, and so do the tests.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BEFORE, AFTER = 5, 10
SIZE = 4


def batches(*, two: bool, embedded: bool) -> list[tuple[Any, Any]]:
    """Tokens (size, 3) int32, and one-hot labels (size, 2), with a number (size, 1) beside them if there are two.

    Without an embedding the tokens are float32.
    """
    random = np.random.RandomState(7)
    found = []
    for _ in range(BEFORE + AFTER):
        tokens = random.randint(0, 8, (SIZE, 3)).astype("int32")  # of nine rows of the embedding; no batch asks for all
        labels = np.eye(2, dtype="float32")[random.randint(0, 2, SIZE)]
        amounts = random.normal(size=(SIZE, 1)).astype("float32")
        inputs = tokens if embedded else tokens.astype("float32")
        found.append((inputs, [labels, amounts] if two else labels))
    return found


def starting_weights(layers: list[list[Any]]) -> list[list[Any]]:
    """Weights to begin with, of the shapes of these; positive, as variances are."""
    random = np.random.RandomState(3)
    return [[random.uniform(0.1, 0.9, array.shape).astype("float32") for array in arrays] for arrays in layers]
