"""Where a loader finds the objects that a configuration names, if it does.

A Keras loader knows three places: what the caller passes, the registry that imported packages fill (TensorFlow Addons
does so when it is imported), and Keras' own tables, one for each kind of object. The key differs by generation: up to
2.11 only ``class_name`` is looked up; from 2.12 on ``registered_name`` comes first where it is stored.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone import knowledge
from loadstone.environment import KERAS_3
from loadstone.knowledge import ObjectKind
from loadstone.needs import ADDONS
from loadstone.rules.case import FIRST_WITH_ARCHIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.environment import Environment, Loader
    from loadstone.knowledge import BuiltIn, TfaRelease
    from loadstone.rules.case import Case

#: The first tf.keras that reads the layer inside a wrapper of an archive with its older code.
_FIRST_WITH_OLD_WRAPPERS = Version("2.13")

#: Words in a compile state that Keras interprets when it knows the shapes.
_COMPILE_WORDS = frozenset({"accuracy", "acc", "crossentropy", "ce"})

#: Classes of the graph-to-layer bridge in tf.keras; rules of their own judge them.
OPERATOR_LAYERS = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod"})

#: Keys under which a layer stands inside another layer's configuration.
NESTED_LAYER_SLOTS = frozenset({"layer", "backward_layer", "forward_layer", "cell", "cells", "main_layer"})

#: Modules of tf.keras 2.11 to 2.15 whose classes Keras 3 does not have, though it has others of the same names.
_WITHOUT_SUCCESSOR = ("keras.optimizers.legacy", "keras.optimizers.experimental")

#: Public layers of tf.keras 2.13 to 2.15 and tf_keras that their own list of layers lacks, so that no loader finds them
#: (``populate_deserializable_objects`` of ``keras/src/layers/serialization.py``).
_UNLISTED = frozenset({"SpectralNormalization"})

#: Initializers that are called so since Keras 3.8, and were public under both names before; archives are read by the
#: list of initializers, which has the new names since 3.4 (``keras/src/initializers/__init__.py``).
_RENAMED = frozenset({"Identity", "Orthogonal", "STFT"})
_FIRST_LISTING = Version("3.4")

#: Where Keras 3 keeps what it has for TensorFlow's ``tf.keras`` alone; archives find it by its module.
_KEPT = "keras._legacy."

_LAYERS = (ObjectKind.LAYER, ObjectKind.MODEL, ObjectKind.OPERATION)
_SLOTS: dict[str, tuple[ObjectKind, ...]] = {
    "layers": _LAYERS,
    **dict.fromkeys(NESTED_LAYER_SLOTS, _LAYERS),
    "optimizer": (ObjectKind.OPTIMIZER,),
    "inner_optimizer": (ObjectKind.OPTIMIZER,),
    "loss": (ObjectKind.LOSS,),
    "metrics": (ObjectKind.METRIC, ObjectKind.LOSS),
    "weighted_metrics": (ObjectKind.METRIC, ObjectKind.LOSS),
    "fn": (ObjectKind.LOSS, ObjectKind.METRIC),
    "learning_rate": (ObjectKind.SCHEDULE,),
    "dtype": (ObjectKind.POLICY,),
    "init": (ObjectKind.INITIALIZER,),
    "inner_init": (ObjectKind.INITIALIZER,),
    "forget_bias_init": (ObjectKind.INITIALIZER,),
}
_SUFFIXES = {
    "activation": (ObjectKind.ACTIVATION, ObjectKind.LAYER),  # Keras 2 takes a layer's name for an activation too
    "_initializer": (ObjectKind.INITIALIZER,),
    "_regularizer": (ObjectKind.REGULARIZER,),
    "_constraint": (ObjectKind.CONSTRAINT,),
}


class Found(Enum):
    """The place where a loader finds an object."""

    KERAS = "keras"
    ADDONS = "addons"
    NOWHERE = "nowhere"


def look_up(case: Case, item: KerasObject) -> Found:
    """Where the case's loader finds an object, TensorFlow Addons being imported first where it can be."""
    known = case.found.get(id(item))
    if known is None:
        known = case.found[id(item)] = (item, _looked_up(case, item))  # the item is kept, so its id stays its own
    return known[1]


def _looked_up(case: Case, item: KerasObject) -> Found:
    if item.is_identifier and item.in_training and item.class_name in _COMPILE_WORDS:
        return Found.KERAS
    if item.is_identifier and item.slot == "fn" and case.into_keras_3:
        return Found.KERAS  # a name that is looked up when the metric is first computed
    if case.is_archive and case.into_keras_3 and (item.module or "").startswith(_KEPT):
        return Found.KERAS
    release = usable_addons(case)
    if release is not None and any(registers(release, key) for key in _keys(case, item)):
        return Found.ADDONS
    return Found.NOWHERE if own(case, item) is None else Found.KERAS


def own(case: Case, item: KerasObject) -> BuiltIn | None:
    """The loader's own class or function of that name, None where it has none."""
    if case.keras is None or (case.into_keras_3 and (item.module or "").startswith(_WITHOUT_SUCCESSOR)):
        return None
    if case.into_keras_2 and item.class_name in _UNLISTED:
        return None
    if case.into_keras_3 and case.is_archive and case.keras < _FIRST_LISTING and item.class_name in _RENAMED:
        return None
    for kind in kinds(item):
        if kind is ObjectKind.OPERATION and case.is_hdf5:
            continue  # Keras 3 looks among layers only when it reads HDF5
        found = case.built_in(_own_name(case, item), kind)
        if found is not None:
            return found
    return None


def _own_name(case: Case, item: KerasObject) -> str:
    """The name to look up among Keras' own; a package's class of the same bare name is none of them."""
    return item.identity if reads_registered_name(case, item) else item.class_name


def kinds(item: KerasObject) -> tuple[ObjectKind | None, ...]:
    """The tables in which a loader looks for what stands in a slot; any of them where the slot does not tell."""
    if item.module is not None and ".ops" in item.module:
        return (ObjectKind.OPERATION,)
    if item.slot in _SLOTS:
        return _SLOTS[item.slot]
    return next((kinds for suffix, kinds in _SUFFIXES.items() if item.slot.endswith(suffix)), (None,))


def registers(addons: Version, key: str) -> bool:
    """Whether a release of TensorFlow Addons registers a name."""
    return any(
        provider.distribution == ADDONS and provider.first <= addons <= provider.last
        for provider in knowledge.providers(key)
    )


def needs_addons(case: Case) -> bool:
    """Whether the model names anything that TensorFlow Addons provides."""
    return any(provider.distribution == ADDONS for need in case.needs.objects for provider in need.providers)


def usable_addons(case: Case) -> Version | None:
    """The TensorFlow Addons release that can be imported beside the case's loader, None where none can."""
    return None if case.loader is None else importable_addons(case.environment, case.loader)


def importable_addons(environment: Environment, loader: Loader) -> Version | None:
    """The installed TensorFlow Addons release, None where there is none or its import fails.

    Every release imports ``keras_tensor`` from a place that Keras 3 does not have (``tensorflow_addons/utils/types.py``
    of 0.12 to 0.23), also where ``tf.keras`` is tf_keras beside it. Outside
    its declared window a release warns and mostly works: only ``probe(deep=True)`` tells.
    """
    release = environment.distributions.get(ADDONS)
    if release is None or environment.tensorflow is None or loader.keras.major >= KERAS_3:
        return None
    keras = environment.distributions.get("keras")
    if keras is not None and keras.major >= KERAS_3:
        return None
    if environment.imports is not None and not environment.imports["tensorflow_addons"].imports:
        return None
    return release


def addons_release(version: Version) -> TfaRelease | None:
    """What is known of a release of TensorFlow Addons."""
    return next((release for release in knowledge.tfa_releases() if release.version == version), None)


def is_in_window(environment: Environment) -> bool | None:
    """Whether the installed TensorFlow lies in the window that the installed TensorFlow Addons declares."""
    version = environment.distributions.get(ADDONS)
    release = None if version is None else addons_release(version)
    if release is None or environment.tensorflow is None:
        return None
    return environment.tensorflow in release.tensorflow


@cache
def window_text(release: TfaRelease) -> str:
    """The TensorFlow releases that a TensorFlow Addons release declares, for people: ``TensorFlow 2.13 to 2.15``."""
    inside = [each.version for each in knowledge.tensorflow_releases() if each.version in release.tensorflow]
    if not inside or not any(specifier.operator in {"<", "<=", "=="} for specifier in release.tensorflow):
        return f"TensorFlow {release.tensorflow}"
    first, last = (f"{version.major}.{version.minor}" for version in (inside[0], inside[-1]))
    return f"TensorFlow {first}" if first == last else f"TensorFlow {first} to {last}"


def fitting_addons(tensorflow: Version, python: Version) -> tuple[TfaRelease, ...]:
    """The TensorFlow Addons releases that declare a TensorFlow and have a wheel for a Python, newest first."""
    tag = f"{python.major}.{python.minor}"
    return tuple(
        release
        for release in reversed(knowledge.tfa_releases())
        if tensorflow in release.tensorflow and tag in release.pythons
    )


def _keys(case: Case, item: KerasObject) -> Iterator[str]:
    if item.registered_name and reads_registered_name(case, item):
        yield item.registered_name
    yield item.class_name


def reads_registered_name(case: Case, item: KerasObject) -> bool:
    """Whether the loader looks at ``registered_name`` where an object stands, and not at ``class_name`` alone.

    tf.keras 2.12 to 2.15 does so in archives, but in nothing that it reads through its older code: HDF5, SavedModels,
    and from 2.13 on the layer inside a wrapper (``Wrapper.from_config`` looks for ``module`` one level too high).
    """
    if case.keras is None or case.keras < FIRST_WITH_ARCHIVES:
        return False
    if case.into_keras_3:
        return True
    return case.is_archive and (item.slot != "layer" or case.keras < _FIRST_WITH_OLD_WRAPPERS)
