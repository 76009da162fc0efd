"""Stored arrays that another release or backend laid out in another way, as the names and values of Keras 2."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.artifact import Dialect
from loadstone.blueprint.graph import Note
from loadstone.blueprint.recipes import Recipe, told_apart, turned
from loadstone.blueprint.upgrades.keras1.weights import recipes as of_keras_1
from loadstone.formats.arrays import LayerWeights, StoredArray
from loadstone.needs import is_of_theano

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from loadstone.artifact import Artifact
    from loadstone.blueprint.graph import LayerSpec

    Arrays = Mapping[str, StoredArray]


def made(recipe: Recipe, stored: Mapping[str, Any]) -> NDArray[Any]:
    """The value that a recipe describes."""
    parts = [np.asarray(stored[source]) for source in recipe.sources]
    if recipe.transpose is not None:
        parts = [np.transpose(part, recipe.transpose) for part in parts]
    if recipe.squeeze is not None:
        parts = [np.squeeze(part, recipe.squeeze) for part in parts]
    value = parts[0] if recipe.axis is None else np.concatenate(parts, recipe.axis)
    if recipe.turned:
        value = np.flip(value, tuple(range(value.ndim - 2)))
    return np.ascontiguousarray(value)


def _unmade(recipe: Recipe, stored: Arrays) -> StoredArray:
    """The value that a recipe describes, made when NumPy asks for it."""
    return StoredArray(recipe.shape([stored[source].shape for source in recipe.sources]), partial(made, recipe, stored))


def laid_out(
    artifact: Artifact, layers: Sequence[LayerSpec], groups: Sequence[LayerWeights], stored: Arrays
) -> tuple[tuple[LayerWeights, ...], Arrays, tuple[Note, ...]]:
    """The groups and arrays of an HDF5 file by the names and in the layout of Keras 2.

    Args:
        artifact: the file.
        layers: those of the upgraded blueprint.
        groups: those of the file.
        stored: its arrays by their full names, none of them read.
    """
    theano = is_of_theano(artifact)
    shapes = {name: array.shape for name, array in stored.items()}
    by_name = {layer.stored_name: layer for layer in layers}
    found: dict[str, Recipe] = {}
    renamed = []
    for group in groups:
        layer = by_name.get(group.layer)
        if layer is None:
            recipes = tuple(Recipe(name=name, sources=(name,)) for name in group.names)
        elif artifact.dialect is Dialect.KERAS_1:
            recipes = of_keras_1(layer, group.names, shapes)
        else:
            recipes = told_apart(layer, group.names)
        if layer is not None and theano:
            recipes = turned(layer, recipes)
        found |= {recipe.name: recipe for recipe in recipes}
        renamed.append(LayerWeights(layer=group.layer, names=tuple(recipe.name for recipe in recipes)))
    if all(recipe == Recipe(name=name, sources=(name,)) for name, recipe in found.items()):
        return tuple(groups), stored, ()
    return (
        tuple(renamed),
        {name: _unmade(recipe, stored) for name, recipe in found.items()},
        _said(artifact, found.values()),
    )


def _said(artifact: Artifact, recipes: Iterable[Recipe]) -> tuple[Note, ...]:
    changed = [recipe for recipe in recipes if not recipe.is_plain]
    reversed_ = sum(recipe.turned for recipe in changed)
    at = str(artifact.config_at or artifact.source)
    notes = []
    if artifact.dialect is Dialect.KERAS_1:
        message = f"{len(changed)} arrays have the names and the layout of Keras 1"
        notes.append(Note(upgrade="keras-1-arrays", message=message, at=at))
    if reversed_:
        message = f"{reversed_} kernels are turned round: Theano wrote them, which convolves where others correlate"
        notes.append(Note(upgrade="theano-kernels", message=message, at=at))
    return tuple(notes)
