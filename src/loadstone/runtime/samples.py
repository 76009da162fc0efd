"""Inputs to compare outputs on: recorded ones, else made up from what the model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from loadstone.recorded import arrays_of, in_order

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
    """Inputs and outputs of an ``.npz``, by the model's names or numbered: ``x0``, ``x1`` ..., ``y0`` ...

    Raises:
        LoadstoneError: the file cannot be read, or does not hold one array for each of the model's inputs and outputs.
    """
    arrays = arrays_of(path)
    inputs = in_order(arrays, [tensor.name for tensor in model.inputs], "x")
    return Samples(inputs=tuple(inputs.values()), outputs=tuple(in_order(arrays, output_names(model), "y").values()))


def output_names(model: Any) -> list[str]:
    """A model's names of its outputs, in order; ``y0``, ``y1`` ... where they do not tell them apart."""
    names = list(getattr(model, "output_names", ()) or ())
    count = len(model.outputs)
    return names if len(names) == count == len(set(names)) else [f"y{number}" for number in range(count)]


def made_up(model: Any) -> Samples:
    """Random inputs of the model's shapes and dtypes: words that it knows, small whole numbers for an Embedding."""
    generator = np.random.default_rng(_SEED)
    return Samples(inputs=tuple(_made_up(tensor, model, generator) for tensor in model.inputs))


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


def _words(model: Any) -> list[str]:
    """Words to choose from: some of each vocabulary that the model has, and one that it has not."""
    known = [layer.get_vocabulary() for layer in _layers(model) if hasattr(layer, "get_vocabulary")]
    return ["loadstone", *(str(word) for words in known for word in words[:_UNKNOWN_SIZE])]


def _made_up(tensor: Any, model: Any, generator: np.random.Generator) -> NDArray[Any]:
    sizes = [_BATCH if axis == 0 else _UNKNOWN_SIZE for axis in range(len(tensor.shape))]
    shape = [known or size for known, size in zip(tensor.shape, sizes, strict=True)]
    name, limit = keras.backend.standardize_dtype(tensor.dtype), _limit(model)
    if name == "string":
        return generator.choice(_words(model), shape)
    dtype = np.dtype(name)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "iu" or limit is not None:
        return generator.integers(0, limit or 2, shape).astype(dtype)
    return generator.standard_normal(shape).astype(dtype)
