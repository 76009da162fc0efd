"""Stored arrays -> the variables of a rebuilt model, each by its name; what has no counterpart is an error."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from loadstone.blueprint.graph import Blueprint, ModelKind, Note, ObjectSpec
from loadstone.blueprint.weights import Mismatch, Slot, absent, layout, match, no_array, rename, superfluous

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from loadstone.blueprint.graph import LayerSpec, Value
    from loadstone.formats.arrays import LayerWeights
    from loadstone.runtime.replay import Built

    Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored array: its full name in the file, and its name within its layer."""

    full_name: str
    name: str


def classes(value: Value) -> frozenset[str]:
    """The class of every object in a configuration tree."""
    return frozenset(_classes(value))


def _classes(value: Value) -> Iterator[str]:
    match value:
        case ObjectSpec():
            yield value.name
            for item in value.config.values():
                yield from _classes(item)
        case Blueprint():
            for layer in value.layers:
                if isinstance(layer.content, ObjectSpec | Blueprint):
                    yield from _classes(layer.content)
        case tuple():
            for item in value:
                yield from _classes(item)


def set_by_name(built: Built, stored: Sequence[LayerWeights], arrays: Arrays) -> tuple[Mismatch | Note, ...]:
    """Set the weights of a model from a legacy HDF5 file, whose groups are layers and whose arrays have names.

    Args:
        built: the rebuilt model.
        stored: the layers of the file with the names of their arrays.
        arrays: the arrays by full name, read when asked for.

    Returns:
        Every array without a variable and every variable without an array; nothing stays at its initial value unsaid.
    """
    groups = {group.layer: group for group in stored}
    said: list[Mismatch | Note] = []
    for spec, layer in built.layers:
        group = groups.pop(spec.stored_name, None)
        items = () if group is None else tuple(_Stored(name, _within(name, group.layer)) for name in group.names)
        said += _set_layer(spec, layer, items, arrays, _new_names(spec))
    _finalize(built)
    for group in groups.values():
        said += [
            Mismatch(name, f"{name} belongs to a layer {group.layer} that the model has not") for name in group.names
        ]
    return tuple(said)


def _finalize(built: Built) -> None:
    """Layers that compute with something derived from their variables (Normalization) derive it anew."""
    for _, layer in built.layers:
        derive = getattr(layer, "finalize_state", None)
        if callable(derive):
            derive()
    for nested in built.nested.values():
        _finalize(nested)


def _within(full_name: str, layer: str) -> str:
    """An array's name within its layer's group."""
    return full_name.removeprefix("model_weights/").removeprefix(f"{layer}/")


def _new_names(spec: LayerSpec) -> dict[str, str]:
    """Stored layer names that were changed, with their new ones, in this layer and the models inside it."""
    names = {spec.stored_name: spec.name} if spec.stored_name != spec.name else {}
    if isinstance(spec.content, Blueprint):
        for inner in spec.content.layers:
            names |= _new_names(inner)
    return names


def _set_layer(
    spec: LayerSpec, layer: Any, stored: Sequence[_Stored], arrays: Arrays, new_names: Mapping[str, str]
) -> tuple[Mismatch | Note, ...]:
    content = classes(spec.content) if isinstance(spec.content, ObjectSpec | Blueprint) else frozenset()
    wanted = [
        _Stored(item.full_name, _with_new_layer(item.name, new_names))
        for item in stored
        if not superfluous(item.name, content)
    ]
    return _set_variables(_weights(layer), wanted, arrays, content)


def _set_variables(
    variables: Sequence[Any], stored: Sequence[_Stored], arrays: Arrays, content: frozenset[str]
) -> tuple[Mismatch | Note, ...]:
    """Set variables by name; ``content`` holds the classes of the layer that they belong to."""
    slots = [Slot(variable.path, tuple(variable.shape)) for variable in variables]
    values = {rename(item.name, slots): arrays[item.full_name] for item in stored}
    matching = match([Slot(name, value.shape) for name, value in values.items()], slots)
    for name, index in matching.pairs.items():
        variables[index].assign(values[name])
    said: list[Mismatch | Note] = [*matching.unplaced]
    for index in matching.unset:
        known = absent(slots[index].name, content)
        if known is None:
            said.append(no_array(slots[index]))
            continue
        value, why = known
        variables[index].assign(np.full(slots[index].shape, value))
        said.append(
            Note(upgrade="absent-variable", message=f"{slots[index].name} is {value}: {why}", at=slots[index].name)
        )
    return tuple(said)


def _with_new_layer(name: str, new_names: Mapping[str, str]) -> str:
    for old, new in new_names.items():
        if name.startswith(f"{old}/"):
            return new + name[len(old) :]
    return name


def _weights(layer: Any) -> list[Any]:
    return list(getattr(layer, "weights", ()))


def set_by_path(built: Built, arrays: Arrays, *, keras_2: bool) -> tuple[Mismatch | Note, ...]:
    """Set the weights of a model from a `.keras` archive, whose arrays have paths and numbers.

    A path follows the layers and their attributes (``layers/bidirectional/forward_layer/cell/vars/0``); the number is
    the variable's place among its owner's, which the owner knows (``load_own_variables``).

    Args:
        built: the rebuilt model.
        arrays: the arrays by path.
        keras_2: written by tf.keras 2.12 to 2.15, some of whose layers lay out their variables in another way.
    """
    tree = _Tree(arrays=arrays, keras_2=keras_2, said=[])
    tree.load_model(built, "layers")
    return tuple(tree.said)


@dataclass(frozen=True, slots=True)
class _Tree:
    arrays: Arrays
    keras_2: bool
    said: list[Mismatch | Note]

    def load_model(self, built: Built, prefix: str) -> None:
        """The layers of a model, numbered by class in the order of the file."""
        used: Counter[str] = Counter()
        for spec, layer in built.layers:
            name = f"{prefix}/{_numbered(_stored_class(spec, layer), used)}"
            if spec.name in built.nested:
                self.load_model(built.nested[spec.name], f"{name}/layers")
            else:
                self._load_layer(layer, name)

    def _load_layer(self, layer: Any, prefix: str) -> None:
        covered = self._load_object(layer, prefix)
        self.said.extend(
            no_array(Slot(variable.path, tuple(variable.shape)))
            for variable in _weights(layer)
            if id(variable) not in covered
        )

    def _load_object(self, owner: Any, prefix: str) -> set[int]:
        """Set the variables of one object and of all below it; returns which were."""
        places = layout(keras.saving.get_registered_name(type(owner))) if self.keras_2 else None
        if places is not None:
            return self._load_layout(owner, prefix, places)
        covered: set[int] = set()
        for child in _children(self.arrays, prefix):
            path = f"{prefix}/{child}"
            target = owner if child == "vars" else _attribute(owner, child)
            if child == "vars":
                covered |= self._load_own(owner, path)
            elif target is None:
                self.said.append(Mismatch(path, f"{path} belongs to a part that {owner.name} has not"))
            elif isinstance(target, list | tuple):
                covered |= self._load_items(target, path)
            else:
                covered |= self._load_object(target, path)
        return covered

    def _load_own(self, owner: Any, path: str) -> set[int]:
        store = {number: self.arrays[f"{path}/{number}"] for number in _children(self.arrays, path)}
        try:
            owner.load_own_variables(store)
        except ValueError as error:
            self.said.append(Mismatch(path, f"{path}: {error}"))
        # The two lists that load_own_variables is documented to go through; no public name gives an object's own ones.
        return {id(variable) for variable in (*owner._trainable_variables, *owner._non_trainable_variables)}  # noqa: SLF001

    def _load_items(self, items: Iterable[Any], prefix: str) -> set[int]:
        used: Counter[str] = Counter()
        covered: set[int] = set()
        for item in items:
            covered |= self._load_object(item, f"{prefix}/{_numbered(type(item).__name__, used)}")
        return covered

    def _load_layout(self, owner: Any, prefix: str, places: Callable[[str], str | None]) -> set[int]:
        stored = [
            _Stored(name, f"{owner.name}/{place}")
            for name in self.arrays
            if name.startswith(f"{prefix}/") and (place := places(name[len(prefix) + 1 :])) is not None
        ]
        content = frozenset({keras.saving.get_registered_name(type(owner))})
        self.said.extend(_set_variables(_weights(owner), stored, self.arrays, content))
        return {id(variable) for variable in _weights(owner)}


def _stored_class(spec: LayerSpec, layer: Any) -> str:
    if spec.stored_class is not None:
        return spec.stored_class.rpartition(">")[2]
    match spec.content:
        case Blueprint(kind=ModelKind.SEQUENTIAL):
            return "Sequential"
        case Blueprint(class_name=class_name):
            return class_name
        case ObjectSpec(name=name):
            return name.rpartition(">")[2]
    return type(layer).__name__


def _children(arrays: Arrays, prefix: str) -> list[str]:
    """The names directly below a path, in the file's order."""
    start = len(prefix) + 1
    return list(dict.fromkeys(name[start:].partition("/")[0] for name in arrays if name.startswith(f"{prefix}/")))


def _attribute(owner: Any, name: str) -> Any:
    """The part of an object that a path calls ``name``; releases differ in a leading underscore."""
    for candidate in (name, f"_{name}", name.lstrip("_")):
        found = getattr(owner, candidate, None)
        if isinstance(found, keras.Layer | list | tuple):
            return found
    return None


def _numbered(class_name: str, used: Counter[str]) -> str:
    """``Conv2D`` -> ``conv2d``, the second one ``conv2d_1``."""
    name = snake_case(class_name)
    number = used[name]
    used[name] += 1
    return f"{name}_{number}" if number else name


def snake_case(name: str) -> str:
    """A class name as Keras writes it into paths: ``Conv2DTranspose`` -> ``conv2d_transpose``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
