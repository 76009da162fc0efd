"""What `loadstone.load_model` can do with a model, told from the file alone: no framework is imported.

The blueprint is parsed and upgraded as for loading; then each object in it is looked up in the tables of the Keras that
would build it, as `loadstone.runtime` looks it up in that Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone import knowledge
from loadstone.artifact import DefectKind, Format
from loadstone.blueprint.graph import (
    KERAS_OPERATION,
    Blueprint,
    ModelKind,
    ObjectSpec,
    Obstacle,
    Operation,
    Problem,
)
from loadstone.blueprint.parse import REBUILT, parse
from loadstone.blueprint.upgrades import Upgraded, upgrade
from loadstone.environment import KERAS_3, loaders
from loadstone.finding import Rebuild
from loadstone.knowledge import ObjectKind, own
from loadstone.needs import addons_names, is_of_tf_keras, is_of_theano
from loadstone.rules.rebuilt_addons import REBUILT_ADDONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Artifact, Defect
    from loadstone.blueprint.graph import Training, Value
    from loadstone.environment import Environment
    from loadstone.knowledge import BuiltIn
    from loadstone.needs import Needs

#: The lowest Keras and Python that loadstone works with (``pyproject.toml``).
LOWEST_KERAS = Version("3.7")
LOWEST_PYTHON = Version("3.11")

_SHOWN = 3
_ADDONS_PACKAGE = "Addons>"
_ADDONS_MODULE = "tensorflow_addons"
_OPERATIONS = (KERAS_OPERATION, "keras.src.ops.")

#: compile() picks the metric that fits the loss and the shapes for these.
_BY_SHAPE = frozenset({"accuracy", "acc", "crossentropy", "ce"})

#: Layers with a table that is filled from their settings, or from a file beside the arrays; and what has no such files.
WITH_TABLES = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
_WITHOUT_FILES = frozenset({Format.HDF5_MODEL, Format.HDF5_WEIGHTS, Format.TENSORFLOW_JS})

_FORMATS = {
    Format.SAVED_MODEL: "a SavedModel is read and diagnosed, not rebuilt",
    Format.FROZEN_GRAPH: "a frozen graph is read and diagnosed, not rebuilt",
    Format.HDF5_WEIGHTS: "the file holds weights without a model",
}


@dataclass(slots=True)
class _Seen:
    """What a walk met: names that somebody has to give, and what cannot be built."""

    names: dict[str, None] = field(default_factory=dict)
    obstacles: dict[str, None] = field(default_factory=dict)


def rebuilding(artifact: Artifact, needs: Needs, environment: Environment) -> Rebuild:
    """Whether loadstone rebuilds a model, and whether it can do so in an environment."""
    usable = _usable(environment)
    here = usable is not None
    why = _refused(artifact)
    if why is not None:
        return Rebuild(loads=False, here=here, why=why)
    try:
        seen = _seen(artifact, needs, usable or knowledge.keras_releases()[-1].version)
    except Exception as problem:  # noqa: BLE001 - a settings tree of any other shape; loading says what is wrong with it
        why = f"its configuration is not understood: {type(problem).__name__}"
        return Rebuild(loads=None, here=here, why=why)
    names = tuple(seen.names)
    if seen.obstacles:
        told = "; ".join(list(seen.obstacles)[:_SHOWN])
        more = f" and {len(seen.obstacles) - _SHOWN} more" if len(seen.obstacles) > _SHOWN else ""
        return Rebuild(loads=False, here=here, why=told + more)
    if names:
        return Rebuild(loads=False, here=here, custom_objects=names, why=f"give in custom_objects: {', '.join(names)}")
    return Rebuild(loads=True, here=here, why="it is rebuilt for Keras 3")


def _usable(environment: Environment) -> Version | None:
    """The Keras of an environment that loadstone works with; None without one."""
    if environment.python < LOWEST_PYTHON:
        return None
    found = (each.keras for each in loaders(environment) if each.call.startswith("keras."))
    return next((keras for keras in found if keras.major == KERAS_3 and keras >= LOWEST_KERAS), None)


def _refused(artifact: Artifact) -> str | None:
    """Why a file is not looked into; None where it is."""
    if artifact.format not in REBUILT:
        return _FORMATS.get(artifact.format, "the file is no model")
    defects = [each for each in artifact.defects if not is_harmless(each, artifact.format)]
    if defects:
        return defects[0].message
    if artifact.config is None or artifact.config_at is None:
        return "the file holds no configuration"
    return None


def is_harmless(defect: Defect, container: Format) -> bool:
    """Whether a defect keeps nobody from rebuilding: a wrong suffix, or a file that only TensorFlow.js reads."""
    if defect.kind is DefectKind.NOT_A_MODEL:
        return container is Format.TENSORFLOW_JS
    return defect.kind is DefectKind.MISLABELLED


def upgraded(artifact: Artifact, needs: Needs) -> Upgraded:
    """The model of an artifact as Keras 3 wants it: what is judged here is what is loaded.

    Raises:
        ValueError: it has no configuration.
    """
    ready = upgrade(
        parse(artifact),
        artifact.dialect,
        addons_names(artifact, needs),
        release=needs.keras,
        theano=is_of_theano(artifact),
        tf_keras=is_of_tf_keras(artifact, needs),
    )
    if artifact.format not in _WITHOUT_FILES:
        return ready
    return replace(ready, problems=(*ready.problems, *_empty_tables(ready.blueprint)))


def lacks_vocabulary(name: str, config: Mapping[str, object]) -> bool:
    """Whether a layer of this class, with these settings, has a table that is filled from elsewhere, or not at all."""
    return name in WITH_TABLES and not config.get("vocabulary")


def _empty_tables(blueprint: Blueprint) -> Iterator[Problem]:
    for spec, _ in _of_model(blueprint):
        if lacks_vocabulary(spec.name, spec.config):
            name = spec.config.get("name")
            yield Problem(
                obstacle=Obstacle.MISSING_STATE,
                subject=str(name),
                message=f"the vocabulary of {spec.name} {name} is not in the file",
                at=spec.at,
            )


def _seen(artifact: Artifact, needs: Needs, keras: Version) -> _Seen:
    ready = upgraded(artifact, needs)
    seen = _Seen(obstacles=dict.fromkeys(problem.message for problem in ready.problems))
    for spec, key in _of_model(ready.blueprint):
        _look_up(spec, key, keras, seen)
    return seen


def _look_up(spec: ObjectSpec, key: str, keras: Version, seen: _Seen) -> None:
    """Note down what an object lacks."""
    if spec.name == "Lambda":
        seen.names[str(spec.config.get("name", "lambda"))] = None
    elif spec.name.startswith("__"):
        seen.names[spec.name] = None
    elif spec.name in own.MODULES:
        pass
    elif _identity(spec).startswith(_ADDONS_PACKAGE):
        if _identity(spec) not in REBUILT_ADDONS:
            seen.names[spec.name.rpartition(">")[2]] = None
    elif not (spec.is_identifier and "metric" in key and spec.name in _BY_SHAPE):
        found = _built_in(spec, keras)
        if found is None:
            seen.names[spec.name.rpartition(">")[2]] = None
        elif refused := _refused_arguments(spec, found):
            seen.obstacles[f"{spec.name} does not take {', '.join(sorted(refused))}"] = None


def _identity(spec: ObjectSpec) -> str:
    of_addons = (spec.module or "").startswith(_ADDONS_MODULE) and ">" not in spec.name
    return f"{_ADDONS_PACKAGE}{spec.name}" if of_addons else spec.name


def _built_in(spec: ObjectSpec, keras: Version) -> BuiltIn | None:
    """Keras' own object of that name; operations of a graph are looked up among themselves first."""
    if (spec.module or "").startswith(_OPERATIONS):
        operation = knowledge.finder(keras)(spec.name, ObjectKind.OPERATION)
        if operation is not None:
            return operation
    return knowledge.finder(keras)(spec.name, None)


def _refused_arguments(spec: ObjectSpec, found: BuiltIn) -> frozenset[str]:
    """The settings that a constructor refuses; a None that it does not know is its default."""
    if spec.is_identifier or spec.is_function or found.open_ended or found.kind is ObjectKind.OPERATION:
        return frozenset()
    set_ = {name for name, value in spec.config.items() if value is not None}
    return frozenset(set_ - found.arguments - {"trainable"})


def _of_model(blueprint: Blueprint) -> Iterator[tuple[ObjectSpec, str]]:
    """Every object of a model, with the configuration key that it stands under."""
    for layer in blueprint.layers:
        match layer.content:
            case Operation():
                continue
            case content:
                yield from _of_value(content, "layer")
    if blueprint.kind is not ModelKind.SUBCLASSED or blueprint.training is not None:
        yield from _of_training(blueprint.training)


def _of_training(training: Training | None) -> Iterator[tuple[ObjectSpec, str]]:
    if training is not None:
        for key in ("optimizer", "loss", "metrics", "weighted_metrics"):
            yield from _of_value(getattr(training, key), key)


def _of_value(value: Value, key: str) -> Iterator[tuple[ObjectSpec, str]]:
    match value:
        case ObjectSpec():
            yield value, key
            if value.name != "Lambda":  # its function is asked for by the layer's name
                for name, item in value.config.items():
                    yield from _of_value(item, name)
        case Blueprint():
            yield from _of_model(value)
        case Mapping():
            for name, item in value.items():
                yield from _of_value(item, name)
        case tuple():
            for item in value:
                yield from _of_value(item, key)
