"""Arrays of a `.keras` archive, which have paths and numbers -> the variables of a rebuilt model.

A path follows the layers and their attributes (``layers/bidirectional/forward_layer/cell/vars/0``); the number is the
variable's place among its owner's, which the owner knows (``load_own_variables``).
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from loadstone.artifact import Defect
from loadstone.blueprint.graph import Blueprint, ModelKind, Note, ObjectSpec
from loadstone.blueprint.layouts import Row, alone
from loadstone.blueprint.upgrades.recurrent import TIME_MAJOR
from loadstone.blueprint.weights import Mismatch, Slot, layout, no_array
from loadstone.formats import config, parts
from loadstone.runtime import users
from loadstone.runtime.variables import tensor
from loadstone.runtime.weights import Assignment, Plan, carry_out, plan_variables, shape_of, slot_of, weights_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from loadstone.blueprint.graph import LayerSpec
    from loadstone.formats.parts import Part
    from loadstone.runtime.replay import Built
    from loadstone.runtime.weights import Arrays, Settled


def set_by_path(
    built: Built,
    arrays: Arrays,
    *,
    keras_2: bool,
    groups: Iterable[str] = (),
    assets: Mapping[str, Mapping[str, Part]] = MappingProxyType({}),
    settled: Settled | None = None,
) -> tuple[Mismatch | Note, ...]:
    """Set the weights of a model from a `.keras` archive.

    Args:
        built: the rebuilt model.
        arrays: the arrays by path.
        keras_2: written by tf.keras 2.12 to 2.15, some of whose layers lay out their variables in another way.
        groups: the paths of all groups, those without arrays too.
        assets: the files that layers keep beside their arrays (a vocabulary), by the layer's path.
        settled: is told what came from where.
    """
    plan = Plan()
    tree = _Tree(arrays=arrays, groups=_Paths([*groups, *arrays, *assets]), assets=assets, keras_2=keras_2, plan=plan)
    if any(layer is built.model for _, layer in built.layers):  # its graph is its call, its layers are its attributes
        tree.load_layer(built.model, "")
    else:
        tree.load_model(built, "")
    tree.account()
    if plan.fits:
        carry_out(plan, built, arrays)
    if settled is not None:
        settled.assignments.extend(plan.assignments)
    return tuple(plan.said)


# Where a model keeps its layers: tf.keras 2.15 and Keras 3, then tf.keras 2.12 to 2.14, which went through its
# attributes by name and met this one first. The model is the same under either.
_LAYERS, _LAYERS_BEFORE = "layers", "_layer_checkpoint_dependencies"
_OWN = "vars"
_CONTAINER = "container"


class _Paths:
    """Paths as a tree: which names stand directly below which path, in the file's order."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._below: dict[str, dict[str, None]] = {}
        for path in paths:
            while path and path not in self._below.get(path.rpartition("/")[0], {}):
                parent = path.rpartition("/")[0]
                self._below.setdefault(parent, {})[path] = None
                path = parent  # noqa: PLW2901 - one step up

    def below(self, path: str) -> list[str]:
        return [child.rpartition("/")[2] for child in self._below.get(path, ())]


@dataclass(frozen=True, slots=True)
class _Tree:
    arrays: Arrays
    groups: _Paths
    assets: Mapping[str, Mapping[str, Part]]
    keras_2: bool
    plan: Plan
    used: set[str] = field(default_factory=set)

    def load_model(self, built: Built, prefix: str) -> None:
        """The layers of a model, numbered by class in the order of the file."""
        start = f"{prefix}/" if prefix else ""
        container = next((name for name in (_LAYERS_BEFORE, _LAYERS) if name in self.groups.below(prefix)), _LAYERS)
        path = start + container
        specs = [_stored_class(spec, layer, keras_2=self.keras_2) for spec, layer in built.layers]
        for (spec, layer), name in zip(built.layers, self._numbers(specs, path), strict=True):
            if spec.name in built.nested:
                self.load_model(built.nested[spec.name], f"{path}/{name}")
            else:
                self.load_layer(layer, f"{path}/{name}")

    def _numbers(self, class_names: Sequence[str], path: str) -> list[str]:
        """The names under which a list's items are stored: the class, and a number from the second of a class on.

        tf.keras before 2.14 counted a layer twice that has weights. Up to 2.15 every item has a group, with arrays or
        without, so that the groups of a class, by number, are the items in order.
        """
        used: Counter[str] = Counter()
        counted = [_numbered(name, used) for name in class_names]
        if not self.keras_2:
            return counted
        there: dict[str, list[tuple[int, str]]] = {}
        for child in self.groups.below(path):
            base, _, number = child.rpartition("_")
            is_numbered = number.isdigit() and base in {snake_case(name) for name in class_names}
            there.setdefault(base if is_numbered else child, []).append((int(number) if is_numbered else 0, child))
        wanted = Counter(map(snake_case, class_names))
        places = {
            base: iter([name for _, name in sorted(found)])
            for base, found in there.items()
            if len(found) == wanted[base]
        }
        return [
            next(places[base]) if (base := snake_case(name)) in places else other
            for name, other in zip(class_names, counted, strict=True)
        ]

    def account(self) -> None:
        """Name every array that nothing has asked for."""
        for name in self.arrays:
            if name not in self.used and not _is_of_training(name):
                self.plan.said.append(Mismatch(name, f"{name} belongs to nothing that the model has"))
        for owner, files in self.assets.items():
            if owner and owner not in self.used and not _is_of_training(owner):
                name = next(iter(files.values())).name
                self.plan.said.append(Mismatch(name, f"{name} belongs to nothing that the model has"))

    def load_layer(self, layer: Any, prefix: str) -> None:
        """Settle the variables of a layer whose groups stand below a path; what nothing sets is said."""
        covered = self._load_object(layer, prefix)
        self.plan.said.extend(
            no_array(slot_of(variable)) for variable in weights_of(layer) if id(variable) not in covered
        )

    def _load_object(self, owner: Any, prefix: str) -> set[int]:
        """Settle the variables of one object and of all below it; returns which were."""
        if self.keras_2 and keras.saving.get_registered_name(type(owner)) == TIME_MAJOR:
            owner = owner.layer  # which the file has without the layer around it
        places = layout(keras.saving.get_registered_name(type(owner))) if self.keras_2 else None
        if places is not None:
            return self._load_layout(owner, prefix, places)
        covered: set[int] = set()
        for child in self.groups.below(prefix):
            path = f"{prefix}/{child}" if prefix else child
            target = owner if child == _OWN else _attribute(owner, child)
            if child == _OWN:
                covered |= self._load_own(owner, path)
            elif isinstance(target, list | tuple | dict):
                covered |= self._load_items(target, path)
            elif isinstance(target, keras.metrics.Metric):
                self.used.update(name for name in self.arrays if name.startswith(f"{path}/"))
            elif target is not None:
                covered |= self._load_object(target, path)
        files = self.assets.get(prefix, {})
        if files and isinstance(owner, keras.Layer):
            self.used.add(prefix)
            self.plan.others.append(lambda: self._load_assets(owner, prefix, files))
        return covered

    def _load_assets(self, owner: Any, prefix: str, files: Mapping[str, Part]) -> None:
        """Let a layer read its files, as Keras does; they are laid into a folder of their own for it."""
        with tempfile.TemporaryDirectory(prefix="loadstone-") as folder:
            for name, part in files.items():
                content = parts.read_part(part, config.MAX_BYTES)
                if isinstance(content, Defect):
                    self.plan.said.append(Mismatch(part.name, f"{part.name}: {content.message}"))
                    return
                (Path(folder) / name).write_bytes(content)
            try:
                owner.load_assets(folder)
            except (KeyError, OSError, ValueError) as error:
                self.plan.said.append(Mismatch(prefix, f"{prefix}: its files cannot be read: {error}"))

    def _load_own(self, owner: Any, path: str) -> set[int]:
        names = {number: f"{path}/{number}" for number in self.groups.below(path)}
        variables = users.as_stored(owner) if self.keras_2 else None
        variables = _own_variables(owner) if variables is None else variables
        self.used.update(names.values())
        loads = getattr(type(owner), "load_own_variables", None)
        if names and loads not in {None, keras.Layer.load_own_variables}:
            self.plan.others.append(lambda: self._by_itself(owner, path, names))
        elif set(names) != {str(index) for index in range(len(variables))}:
            if names or variables:
                self.plan.said.append(Mismatch(path, _other_number(owner, path, names, variables)))
        else:
            for index, variable in enumerate(variables):
                name, slot = names[str(index)], slot_of(variable)
                shape = shape_of(self.arrays[name])
                if shape != slot.shape:
                    message = f"{name} of shape {shape} is for {slot.name}, which has shape {slot.shape}"
                    self.plan.said.append(Mismatch(name, message))
                else:
                    self.plan.assignments.append(Assignment(variable, Row((name,), slot, alone)))
        return {id(variable) for variable in variables}

    def _by_itself(self, owner: Any, path: str, names: Mapping[str, str]) -> None:
        """Let an object load its variables that has a way of its own."""
        arrays = {number: np.asarray(self.arrays[name]) for number, name in names.items()}
        only_assigns = type(owner).load_own_variables in _ONLY_ASSIGN
        try:
            owner.load_own_variables({n: tensor(array) for n, array in arrays.items()} if only_assigns else arrays)
        except (KeyError, ValueError) as error:
            self.plan.said.append(Mismatch(path, f"{path}: {error}"))

    def _load_items(self, items: Sequence[Any] | Mapping[Any, Any], prefix: str) -> set[int]:
        """The layers of a list or dictionary, and those of one within it, which Keras 3.15 began to save."""
        covered: set[int] = set()
        values = list(items.values()) if isinstance(items, dict) else list(items)
        parts = [item for item in values if isinstance(item, keras.Layer)]
        for item, name in zip(parts, self._numbers([type(item).__name__ for item in parts], prefix), strict=True):
            covered |= self._load_object(item, f"{prefix}/{name}")
        used: Counter[str] = Counter()
        for inner in values:
            if isinstance(inner, list | tuple | dict) and (name := _numbered(_CONTAINER, used)) in self.groups.below(
                prefix
            ):
                covered |= self._load_items(inner, f"{prefix}/{name}")
        return covered

    def _load_layout(self, owner: Any, prefix: str, places: Callable[[str], str | None]) -> set[int]:
        rows = []
        for name in self.arrays:
            if name.startswith(f"{prefix}/"):
                self.used.add(name)
                place = places(name[len(prefix) + 1 :])
                if place is not None:
                    rows.append(Row((name,), Slot(f"{owner.name}/{place}", shape_of(self.arrays[name]))))
        content = frozenset({keras.saving.get_registered_name(type(owner))})
        plan_variables(self.plan, weights_of(owner), rows, content)
        return {id(variable) for variable in weights_of(owner)}


# Ways of Keras' own layers that assign to each variable what is stored for it, and nothing else (Keras 3.7 to 3.15).
_ONLY_ASSIGN = frozenset(
    layer.load_own_variables
    for layer in (keras.layers.Dense, keras.layers.EinsumDense, keras.layers.Embedding, keras.layers.Conv2D)
)

# Groups of an archive beside the layers. Their state is that of the training, or made anew.
_NOT_WEIGHTS = frozenset(
    {"optimizer", "_optimizer", "metrics", "_metrics", "compiled_metrics", "_trainer", "seed_generator"}
)


def _is_of_training(path: str) -> bool:
    """Whether a path leads through what only training needs; a model of one's own may have optimizers by any name."""
    return any(part in _NOT_WEIGHTS or part.endswith("optimizer") for part in path.split("/"))


def _other_number(owner: Any, path: str, names: Mapping[str, str], variables: Sequence[Any]) -> str:
    wanted = ", ".join(variable.path for variable in variables) or "none"
    stored = ", ".join(names) or "none"
    return f"{path}: the arrays that are stored are {stored}; the variables of {owner.name} are {wanted}"


def _own_variables(owner: Any) -> list[Any]:
    """An object's variables without those of its parts, in the order in which archives number them.

    The two lists that ``load_own_variables`` is documented to go through; no public name gives an object's own ones.
    An operation has none.
    """
    return [*getattr(owner, "_trainable_variables", ()), *getattr(owner, "_non_trainable_variables", ())]


def _stored_class(spec: LayerSpec, layer: Any, *, keras_2: bool) -> str:
    if spec.stored_class is not None:
        return spec.stored_class.rpartition(">")[2]
    match spec.content:
        case Blueprint(kind=ModelKind.SEQUENTIAL):
            return "Sequential"
        case Blueprint(class_name=class_name):
            return class_name
        case ObjectSpec(name=name) if keras_2 or not type(layer).__module__.startswith("keras."):
            return name.rpartition(">")[2]
    return type(layer).__name__  # Keras 3 has a class whose public name is another one


def _attribute(owner: Any, name: str) -> Any:
    """The part of an object that a path calls ``name``; releases differ in a leading underscore."""
    if name == _LAYERS_BEFORE:
        name = _LAYERS
    for candidate in (name, f"_{name}", name.lstrip("_")):
        found = getattr(owner, candidate, None)
        if isinstance(found, keras.Layer | keras.metrics.Metric | list | tuple | dict):
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
