"""Stored arrays -> the variables of a rebuilt model, each by its name; what has no counterpart is an error."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras

from loadstone.blueprint.graph import Blueprint, ModelKind, ObjectSpec
from loadstone.blueprint.weights import Mismatch, Slot, layout, match, rename, superfluous

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np

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


def set_by_name(built: Built, stored: Sequence[LayerWeights], arrays: Arrays) -> tuple[Mismatch, ...]:
    """Set the weights of a model from a legacy HDF5 file, whose groups are layers and whose arrays have names.

    Args:
        built: the rebuilt model.
        stored: the layers of the file with the names of their arrays.
        arrays: the arrays by full name, read when asked for.

    Returns:
        Every array without a variable and every variable without an array; nothing stays at its initial value unsaid.
    """
    groups = {group.layer: group for group in stored}
    mismatches: list[Mismatch] = []
    for spec, layer in built.layers:
        group = groups.pop(spec.stored_name, None)
        items = () if group is None else tuple(_Stored(name, _within(name, group.layer)) for name in group.names)
        mismatches += _set_layer(spec, layer, items, arrays, _new_names(spec))
    for group in groups.values():
        mismatches += [
            Mismatch(f"{name} belongs to a layer {group.layer} that the model has not") for name in group.names
        ]
    return tuple(mismatches)


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
) -> tuple[Mismatch, ...]:
    content = classes(spec.content) if isinstance(spec.content, ObjectSpec | Blueprint) else frozenset()
    variables = _weights(layer)
    slots = [Slot(variable.path, tuple(variable.shape)) for variable in variables]
    wanted = {
        rename(_with_new_layer(item.name, new_names), slots): item
        for item in stored
        if not superfluous(item.name, content)
    }
    found = [Slot(name, tuple(arrays[item.full_name].shape)) for name, item in wanted.items()]
    pairs, mismatches = match(found, slots)
    for name, index in pairs.items():
        variables[index].assign(arrays[wanted[name].full_name])
    return mismatches


def _with_new_layer(name: str, new_names: Mapping[str, str]) -> str:
    for old, new in new_names.items():
        if name.startswith(f"{old}/"):
            return new + name[len(old) :]
    return name


def _weights(layer: Any) -> list[Any]:
    return list(getattr(layer, "weights", ()))


def set_by_path(built: Built, arrays: Arrays, *, keras_2: bool) -> tuple[Mismatch, ...]:
    """Set the weights of a model from a `.keras` archive, whose arrays have paths and numbers.

    A path follows the layers and their attributes (``layers/bidirectional/forward_layer/cell/vars/0``); the number is
    the variable's place among its owner's, which the owner knows (``load_own_variables``).

    Args:
        built: the rebuilt model.
        arrays: the arrays by path.
        keras_2: written by tf.keras 2.12 to 2.15, some of whose layers lay out their variables in another way.
    """
    tree = _Tree(arrays=arrays, keras_2=keras_2, mismatches=[])
    tree.load_model(built, "layers")
    return tuple(tree.mismatches)


@dataclass(frozen=True, slots=True)
class _Tree:
    arrays: Arrays
    keras_2: bool
    mismatches: list[Mismatch]

    def load_model(self, built: Built, prefix: str) -> None:
        """The layers of a model, numbered by class in the order of the file."""
        used: Counter[str] = Counter()
        for spec, layer in built.layers:
            name = f"{prefix}/{_numbered(_stored_class(spec, layer), used)}"
            if spec.name in built.nested:
                self.load_model(built.nested[spec.name], f"{name}/layers")
            else:
                self._load_layer(spec, layer, name)

    def _load_layer(self, spec: LayerSpec, layer: Any, prefix: str) -> None:
        names = [name for name in self.arrays if name.startswith(f"{prefix}/")]
        places = layout(spec.content.name) if self.keras_2 and isinstance(spec.content, ObjectSpec) else None
        if places is not None:
            stored = [
                _Stored(name, f"{layer.name}/{place}")
                for name in names
                if (place := places(name[len(prefix) + 1 :])) is not None
            ]
            self.mismatches.extend(_set_layer(spec, layer, stored, self.arrays, {}))
            return
        loaded = self._load_object(layer, prefix)
        expected = len(_weights(layer))
        if loaded != expected:
            self.mismatches.append(Mismatch(f"{layer.name} has {expected} weights, {prefix} in the file {loaded}"))

    def _load_object(self, owner: Any, prefix: str) -> int:
        """The variables of one object and of all below it; returns how many were set."""
        children = _children(self.arrays, prefix)
        count = 0
        if "vars" in children:
            store = {
                number: self.arrays[f"{prefix}/vars/{number}"] for number in _children(self.arrays, f"{prefix}/vars")
            }
            try:
                owner.load_own_variables(store)
            except ValueError as error:
                self.mismatches.append(Mismatch(f"{prefix}/vars: {error}"))
            count += len(store)
        for child in children:
            if child == "vars":
                continue
            target = _attribute(owner, child)
            if target is None:
                self.mismatches.append(Mismatch(f"{prefix}/{child} belongs to a part that {owner.name} has not"))
            elif isinstance(target, list | tuple):
                count += self._load_items(target, f"{prefix}/{child}")
            else:
                count += self._load_object(target, f"{prefix}/{child}")
        return count

    def _load_items(self, items: Iterable[Any], prefix: str) -> int:
        used: Counter[str] = Counter()
        return sum(self._load_object(item, f"{prefix}/{_numbered(type(item).__name__, used)}") for item in items)


def _stored_class(spec: LayerSpec, layer: Any) -> str:
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
