"""Stored arrays that another release or backend laid out in another way, as the names and values of Keras 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.artifact import Dialect
from loadstone.blueprint import layout
from loadstone.blueprint.graph import Note
from loadstone.blueprint.layout import Recipe
from loadstone.blueprint.upgrades.keras1.weights import recipes as of_keras_1
from loadstone.formats.arrays import LayerWeights
from loadstone.needs import is_of_theano

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from loadstone.artifact import Artifact
    from loadstone.blueprint.graph import LayerSpec

    Arrays = Mapping[str, NDArray[Any]]


class Made(Mapping[str, "NDArray[Any]"]):
    """Arrays made of stored ones when they are asked for, by the names of Keras 2."""

    def __init__(self, recipes: Mapping[str, Recipe], stored: Arrays) -> None:
        self._recipes = recipes
        self._stored = stored

    def __getitem__(self, name: str) -> NDArray[Any]:
        recipe = self._recipes.get(name)
        return self._stored[name] if recipe is None else made(recipe, self._stored)

    def __iter__(self) -> Iterator[str]:
        return iter(self._recipes)

    def __len__(self) -> int:
        return len(self._recipes)


def made(recipe: Recipe, stored: Arrays) -> NDArray[Any]:
    """The value that a recipe describes."""
    parts = [stored[source] for source in recipe.sources]
    if recipe.transpose is not None:
        parts = [np.transpose(part, recipe.transpose) for part in parts]
    if recipe.squeeze is not None:
        parts = [np.squeeze(part, recipe.squeeze) for part in parts]
    value = parts[0] if recipe.axis is None else np.concatenate(parts, recipe.axis)
    if recipe.turned:
        value = np.flip(value, tuple(range(value.ndim - 2)))
    return np.ascontiguousarray(value)


def laid_out(
    artifact: Artifact, layers: Sequence[LayerSpec], groups: Sequence[LayerWeights], stored: Arrays
) -> tuple[tuple[LayerWeights, ...], Arrays, tuple[Note, ...]]:
    """The groups and arrays of an HDF5 file by the names and in the layout of Keras 2.

    Args:
        artifact: the file.
        layers: those of the upgraded blueprint.
        groups: those of the file.
        stored: its arrays by their full names.
    """
    theano = is_of_theano(artifact)
    shapes = {spec.name: spec.shape for spec in artifact.tensors}
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
            recipes = layout.told_apart(layer, group.names)
        if layer is not None and theano:
            recipes = layout.turned(layer, recipes)
        found |= {recipe.name: recipe for recipe in recipes}
        renamed.append(LayerWeights(layer=group.layer, names=tuple(recipe.name for recipe in recipes)))
    if all(recipe == Recipe(name=name, sources=(name,)) for name, recipe in found.items()):
        return tuple(groups), stored, ()
    return tuple(renamed), Made(found, stored), _said(artifact, found.values())


def _said(artifact: Artifact, recipes: Iterable[Recipe]) -> tuple[Note, ...]:
    changed = [recipe for recipe in recipes if not recipe.is_plain]
    turned = sum(recipe.turned for recipe in changed)
    at = str(artifact.config_at or artifact.source)
    notes = []
    if artifact.dialect is Dialect.KERAS_1:
        message = f"{len(changed)} arrays have the names and the layout of Keras 1"
        notes.append(Note(upgrade="keras-1-arrays", message=message, at=at))
    if turned:
        message = f"{turned} kernels are turned round: Theano wrote them, which convolves where others correlate"
        notes.append(Note(upgrade="theano-kernels", message=message, at=at))
    return tuple(notes)
