"""Inputs to compare outputs on: recorded ones, else made up from what the model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from loadstone.errors import LoadstoneError
from loadstone.recorded import pair

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_BATCH = 2
_UNKNOWN_SIZE = 16  # of an axis that the model leaves open; enough for a few strides and pools
_SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Inputs in the model's order, and the outputs that were recorded for them (none for made-up inputs)."""

    inputs: tuple[NDArray[Any], ...]
    outputs: tuple[NDArray[Any], ...] = ()


def recorded(path: Path, model: Any) -> Samples:
    """Inputs ``x0``, ``x1`` ... and outputs ``y0`` ... of an ``.npz``.

    Raises:
        LoadstoneError: the file cannot be read, or does not hold one array for each of the model's inputs and outputs.
    """
    inputs, outputs = pair(path)
    if len(inputs) != len(model.inputs) or len(outputs) != len(model.outputs):
        raise LoadstoneError(
            f"{path} holds {len(inputs)} inputs and {len(outputs)} outputs, the model has {len(model.inputs)} and "
            f"{len(model.outputs)}; name them x0, x1 ... and y0, y1 ... in the model's order"
        )
    return Samples(inputs=inputs, outputs=outputs)


def made_up(model: Any) -> Samples:
    """Random inputs of the model's shapes and dtypes; small whole numbers where an Embedding or integers want them."""
    generator = np.random.default_rng(_SEED)
    return Samples(inputs=tuple(_random(tensor, _limit(model), generator) for tensor in model.inputs))


def _limit(model: Any) -> int | None:
    """The smallest vocabulary of the model's Embeddings, None when it has none."""
    sizes = [layer.input_dim for layer in _layers(model) if isinstance(layer, keras.layers.Embedding)]
    return min(sizes, default=None)


def _layers(model: Any) -> list[Any]:
    found = []
    for layer in model.layers:
        found.append(layer)
        found += _layers(layer) if isinstance(layer, keras.Model) else []
    return found


def _random(tensor: Any, vocabulary: int | None, generator: np.random.Generator) -> NDArray[Any]:
    sizes = [_BATCH if axis == 0 else _UNKNOWN_SIZE for axis in range(len(tensor.shape))]
    shape = [known or size for known, size in zip(tensor.shape, sizes, strict=True)]
    dtype = np.dtype(keras.backend.standardize_dtype(tensor.dtype))
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "iu" or vocabulary is not None:
        return generator.integers(0, vocabulary or 2, shape).astype(dtype)
    return generator.standard_normal(shape).astype(dtype)
