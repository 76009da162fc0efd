"""A blueprint of the Keras 2 dialect as Keras 3 wants it, with the audit trail and what stands in the way.

To add an upgrade, add a row to the table of its kind: `arguments` (renamed and dropped ones), `moved` (to the calls),
`layers`, `recurrent`, `preprocessing`, `applications`, `objects`, `optimizers`, `early` (first releases of Keras 2),
`theano`, `keras3` (within Keras 3), `blueprint.operators`; or a function to `calls`, `names` or `masks`. Files of
Keras 1 become ones of Keras 2 first (`keras1`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.artifact import Dialect
from loadstone.blueprint.graph import Blueprint, LayerSpec, Note, ObjectSpec, Operation, Problem
from loadstone.blueprint.traverse import map_objects
from loadstone.blueprint.upgrades.added import with_added
from loadstone.blueprint.upgrades.addons import with_package
from loadstone.blueprint.upgrades.applications import APPLICATIONS
from loadstone.blueprint.upgrades.arguments import ARGUMENTS
from loadstone.blueprint.upgrades.calls import upgrade_calls, with_scores
from loadstone.blueprint.upgrades.compiled import upgrade_compiled
from loadstone.blueprint.upgrades.early import EARLY
from loadstone.blueprint.upgrades.features import with_features
from loadstone.blueprint.upgrades.keras1 import to_keras_2, without_legacy
from loadstone.blueprint.upgrades.keras3 import KERAS_3, within_keras_3
from loadstone.blueprint.upgrades.layers import LAYERS, OWN, of_release
from loadstone.blueprint.upgrades.masks import with_masks
from loadstone.blueprint.upgrades.moved import move_to_calls
from loadstone.blueprint.upgrades.names import lead_with_input, rename_layers
from loadstone.blueprint.upgrades.objects import OBJECTS
from loadstone.blueprint.upgrades.optimizers import OF_KERAS_ALONE, OPTIMIZERS
from loadstone.blueprint.upgrades.preprocessing import PREPROCESSING
from loadstone.blueprint.upgrades.recurrent import RECURRENT
from loadstone.blueprint.upgrades.theano import THEANO
from loadstone.blueprint.upgrades.unstored import unstored
from loadstone.blueprint.upgrades.upgrade import Upgrade, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

    from loadstone.blueprint.graph import Training, Value

__all__ = ["UPGRADES", "Upgraded", "upgrade"]

UPGRADES: tuple[Upgrade, ...] = (
    *APPLICATIONS,
    *LAYERS,
    *OBJECTS,
    *OF_KERAS_ALONE,
    *OPTIMIZERS,
    *RECURRENT,
    *PREPROCESSING,
    *ARGUMENTS,
    *EARLY,
    *OWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """An upgraded blueprint, what was changed, and what could not be."""

    blueprint: Blueprint
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """What is applied to each object, in this order, and what has been said so far."""

    upgrades: tuple[Upgrade, ...]
    said: list[Note | Problem]


def upgrade(
    blueprint: Blueprint,
    dialect: Dialect | None,
    addons: frozenset[str] = frozenset(),
    *,
    release: Version | None = None,
    theano: bool = False,
    tf_keras: bool = False,
) -> Upgraded:
    """Bring a blueprint to Keras 3. One that Keras 3 wrote needs hardly anything.

    Args:
        blueprint: what is brought there.
        dialect: the one that it was written in.
        addons: the bare names that are TensorFlow Addons' in this file.
        release: the Keras that wrote it, where the file says it.
        theano: whether Theano computed it, which pads in another way.
        tf_keras: whether it was TensorFlow's own Keras.
    """
    if dialect is Dialect.KERAS_3:
        return _of_keras_3(blueprint, release)
    blueprint, said = to_keras_2(blueprint, release) if dialect is Dialect.KERAS_1 else without_legacy(blueprint)
    rows = [row for row in UPGRADES if not (tf_keras and row in OF_KERAS_ALONE)]
    trail = Trail(
        upgrades=(with_package(addons), *of_release(release, tf_keras=tf_keras), *(THEANO if theano else ()), *rows),
        said=[*said],
    )
    is_early = _is_early(blueprint.training, release)
    trail.said.extend(unstored(blueprint, release))
    upgraded, masks = with_masks(_upgrade_model(blueprint, trail), release, tf_keras=tf_keras)
    trail.said.extend(masks)
    if upgraded.training is not None:
        training, changes = upgrade_compiled(upgraded, upgraded.training, negative_cosine=is_early)
        upgraded = replace(upgraded, training=training)
        trail.said.extend(changes)
    return Upgraded(
        blueprint=upgraded,
        notes=tuple(item for item in trail.said if isinstance(item, Note)),
        problems=tuple(item for item in trail.said if isinstance(item, Problem)),
    )


def _is_early(training: Training | None, release: Version | None) -> bool:
    """Whether Keras before 2.3, or tf.keras 1.13, compiled it: their optimizers have no names."""
    optimizer = None if training is None else training.optimizer
    is_first = optimizer is not None and "name" not in optimizer.config
    return is_first and (release is None or release.release < _NAMED_OPTIMIZERS)


def _of_keras_3(blueprint: Blueprint, release: Version | None) -> Upgraded:
    """A blueprint of Keras 3 with the layers that it does not find by itself."""
    trail = Trail(upgrades=(*KERAS_3, *within_keras_3(release)), said=[])

    def found(model: Blueprint) -> Blueprint:
        return replace(model, layers=tuple(map(content, model.layers)))

    def content(layer: LayerSpec) -> LayerSpec:
        if isinstance(layer.content, Operation):
            return layer
        changed = map_objects(layer.content, lambda spec: _upgrade_object(spec, trail), found)
        if changed == layer.content or not isinstance(changed, ObjectSpec | Blueprint):
            return layer
        stored = layer.content.name if isinstance(layer.content, ObjectSpec) else layer.stored_class
        return replace(layer, content=changed, stored_class=stored)

    upgraded = found(blueprint)
    return Upgraded(blueprint=upgraded, notes=tuple(item for item in trail.said if isinstance(item, Note)), problems=())


def _upgrade_model(blueprint: Blueprint, trail: Trail) -> Blueprint:
    blueprint, features = with_features(blueprint)
    blueprint, renamed = rename_layers(lead_with_input(blueprint))
    blueprint, added = with_added(blueprint)
    trail.said.extend((*features, *renamed, *added))
    return replace(
        blueprint,
        layers=tuple(_upgrade_layer(layer, trail) for layer in blueprint.layers),
        training=None if blueprint.training is None else _upgrade_training(blueprint.training, trail),
    )


def _upgrade_layer(layer: LayerSpec, trail: Trail) -> LayerSpec:
    layer, changes = upgrade_calls(layer)
    layer, moved = move_to_calls(layer)
    trail.said.extend((*changes, *moved))
    match layer.content:
        case Operation():
            return layer
        case content:
            upgraded = _upgrade_value(content, trail)
    stored = content.name if isinstance(content, ObjectSpec) else layer.stored_class
    if not isinstance(upgraded, ObjectSpec | Blueprint):
        return layer
    layer, changes = with_scores(replace(layer, content=upgraded, stored_class=stored))
    trail.said.extend(changes)
    return layer


def _upgrade_value(value: Value, trail: Trail) -> Value:
    return map_objects(
        value, lambda spec: _upgrade_object(spec, trail), lambda blueprint: _upgrade_model(blueprint, trail)
    )


def _upgrade_object(spec: ObjectSpec, trail: Trail) -> ObjectSpec:
    for row in trail.upgrades:
        if not row.applies(spec):
            continue
        changed = row.change(spec)
        if isinstance(changed, Problem):
            trail.said.append(changed)
            return spec
        trail.said.append(note(row.name, f"{spec.name}: {row.summary}", spec.at))
        spec = changed
    return spec


def _upgrade_training(training: Training, trail: Trail) -> Training:
    optimizer = _upgrade_value(training.optimizer, trail)
    return replace(
        training,
        optimizer=optimizer if isinstance(optimizer, ObjectSpec) else None,
        loss=_upgrade_value(training.loss, trail),
        metrics=_upgrade_value(training.metrics, trail),
        weighted_metrics=_upgrade_value(training.weighted_metrics, trail),
        options=_supported(training.options),
    )


def _supported(options: Mapping[str, Value]) -> Mapping[str, Value]:
    """The settings of compile() that Keras 3 has too."""
    return MappingProxyType({key: value for key, value in options.items() if key in _OPTIONS})


_NAMED_OPTIMIZERS = (2, 3)
_OPTIONS = frozenset({"run_eagerly", "steps_per_execution", "jit_compile"})
