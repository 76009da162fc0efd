"""How a variable's value is made of stored arrays that another release or backend laid out in another way. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Operation
from loadstone.blueprint.traverse import objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.blueprint.graph import LayerSpec

_MODEL_GROUP = "model_weights/"

# The layers whose kernels Theano turned round, as it convolves where the other backends correlate; and their kernels.
# Source: ``preprocess_weights_for_loading`` of Keras 2.2.4 and 2.3.1.
TURNED = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "ConvLSTM2D"})
_SECOND_HALF = re.compile(r"(?P<scope>.*)/(?P<last>kernel|recurrent_kernel|bias)_1(?::\d+)?")
_KERNELS = frozenset({"kernel", "recurrent_kernel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The value of one variable: each source transposed, an axis dropped, the sources joined, the first axes reversed.

    Attributes:
        name: the full name that the array would have in a file of Keras 2.
        sources: the full names of the stored arrays.
        transpose: the order of the axes of each source; None keeps it.
        squeeze: an axis of length 1 that is dropped from each source; None drops none.
        axis: the axis along which several sources are joined.
        turned: whether all axes but the last two are reversed.
    """

    name: str
    sources: tuple[str, ...]
    transpose: tuple[int, ...] | None = None
    squeeze: int | None = None
    axis: int | None = None
    turned: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the value is the stored array as it is."""
        return self == Recipe(name=self.name, sources=self.sources)

    def shape(self, sources: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        """The shape of the value, of those of its sources."""
        changed = []
        for shape in sources:
            sizes = list(shape if self.transpose is None else [shape[axis] for axis in self.transpose])
            if self.squeeze is not None:
                del sizes[self.squeeze]
            changed.append(sizes)
        if self.axis is not None:
            changed[0][self.axis] = sum(sizes[self.axis] for sizes in changed)
        return tuple(changed[0])


def within(source: str, group: str, name: str) -> str:
    """The full name of an array in the group that another one stands in."""
    prefix = _MODEL_GROUP if source.startswith(f"{_MODEL_GROUP}{group}/") else ""
    return f"{prefix}{group}/{name}"


def turned(layer: LayerSpec, recipes: Sequence[Recipe]) -> tuple[Recipe, ...]:
    """The recipes of a layer's arrays where Theano wrote them: kernels of convolutions are reversed.

    Args:
        layer: the layer or nested model.
        recipes: how its arrays are made, by the names of Keras 2.
    """
    if isinstance(layer.content, Operation):
        return tuple(recipes)
    weighted = [spec for spec in objects(layer.content) if spec.name.rpartition(">")[2] in _BARE]
    everyone = [spec for spec in objects(layer.content) if "name" in spec.config and "layer" not in spec.config]
    names = {str(spec.config.get("name")) for spec in weighted}
    only = bool(weighted) and len(everyone) == len(weighted)

    def is_kernel(recipe: Recipe) -> bool:
        *path, last = recipe.name.partition(":")[0].split("/")
        return last in _KERNELS and (only or not names.isdisjoint(path))

    return tuple(replace(recipe, turned=True) if is_kernel(recipe) else recipe for recipe in recipes)


_BARE = TURNED | {"Deconvolution2D"}


def told_apart(layer: LayerSpec, names: Sequence[str]) -> tuple[Recipe, ...]:
    """The arrays of a layer's group as they are, but for both halves of a Bidirectional in one scope.

    Keras 2.0.0 gave both halves the wrapper's name alone, and TensorFlow the second a number: ``kernel``, ``kernel_1``.

    Args:
        layer: the layer or nested model.
        names: the full names of the arrays of its group.
    """
    content = () if isinstance(layer.content, Operation) else tuple(objects(layer.content))
    wrappers = {spec.config.get("name") for spec in content if spec.name == "Bidirectional"}

    def recipe(name: str) -> Recipe:
        found = _SECOND_HALF.fullmatch(name)
        is_second = found is not None and found["scope"].rpartition("/")[2] in wrappers
        wanted = f"{found['scope']}/backward/{found['last']}" if found is not None and is_second else name
        return Recipe(name=wanted, sources=(name,))

    return tuple(map(recipe, names))
