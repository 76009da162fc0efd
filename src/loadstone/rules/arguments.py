"""Which stored settings a loader's class refuses, after what the loader itself rewrites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.artifact import Format
from loadstone.knowledge import ObjectKind, addons_arguments, ever_taken
from loadstone.rules.lookup import Found, look_up, own, usable_addons
from loadstone.rules.remembered import of_last

if TYPE_CHECKING:
    from loadstone.artifact import KerasObject
    from loadstone.knowledge import BuiltIn
    from loadstone.rules.case import Case

#: Layers that tf.keras never revives from the functions of a SavedModel, for they keep state outside of weights
#: (``_must_restore_from_config`` of ``keras/engine/base_preprocessing_layer.py``, 2.6 to 2.15).
_RESTORED_ALWAYS = frozenset({"Discretization", "IntegerLookup", "Normalization", "StringLookup", "TextVectorization"})

_NONE: frozenset[str] = frozenset()

#: Dropped or renamed by Keras 3 before it asks the class of a layer that has no ``module``
#: (``model_from_config`` of ``keras/src/legacy/saving/saving_utils.py``, 3.0 to 3.15).
_REWRITTEN = frozenset({"batch_input_shape", "axis"})
_REWRITTEN_OF_LAMBDA = frozenset({"module", "function_type", "output_shape_type", "output_shape_module"})

#: Functions beside the layers of Keras 3, whose names the reader of HDF5 files takes for them in any setting from 3.14
#: on (``class_and_config_for_serialized_keras_object`` of ``keras/src/legacy/saving/serialization.py``).
_FUNCTIONS = frozenset(
    {"Input", "add", "average", "concatenate", "deserialize", "dot", "maximum", "minimum", "multiply", "serialize"}
    | {"subtract"}
)
_FIRST_TAKING_FUNCTIONS = Version("3.14")

_SHEARS = ("x_factor", "y_factor")

#: What the base class of layers takes, in every release.
_OF_EVERY_LAYER = frozenset({"name", "trainable", "dtype"})

#: What ``from_config`` of a graph of layers reads or ignores; it never refuses a key.
_GRAPHS = frozenset({ObjectKind.MODEL})


def refused_arguments(case: Case, item: KerasObject) -> frozenset[str]:
    """The configuration keys of an object that make its class raise; empty where the class is not found."""
    if item.is_identifier or not item.config:
        return _NONE
    match look_up(case, item):
        case Found.KERAS:
            return _refused_by_keras(case, item)
        case Found.ADDONS:
            return _refused_by_addons(case, item)
        case Found.NOWHERE:
            return _NONE


def shadowing(item: KerasObject, refused: frozenset[str]) -> frozenset[str]:
    """The refused keys that no release of Keras ever had for what it calls by this name: it is another class."""
    taken = ever_taken(item.class_name) if refused and item.module is None else _NONE
    return refused - taken if taken else _NONE


@of_last
def refusals(case: Case) -> tuple[tuple[KerasObject, frozenset[str]], ...]:
    """The objects whose class refuses what is stored for them, where the loader insists on it, and the keys."""
    if case.is_refused:
        return ()
    rebuilds = case.rebuilds_from_settings
    asked = (item for item in case.artifact.objects if _insists(case, item, rebuilds=rebuilds))
    found = ((item, refused_arguments(case, item)) for item in asked)
    return tuple((item, refused) for item, refused in found if refused)


def _insists(case: Case, item: KerasObject, *, rebuilds: bool) -> bool:
    """Whether the loader makes an object from its settings, and fails where it cannot.

    Of what a SavedModel was compiled with, that is the optimizer.
    """
    if case.is_saved_model and item.in_training:
        return item.slot == "optimizer"
    return rebuilds or (case.is_saved_model and item.class_name in _RESTORED_ALWAYS)


def _refused_by_keras(case: Case, item: KerasObject) -> frozenset[str]:
    found = own(case, item)
    if found is None or found.open_ended or found.kind in _GRAPHS:
        return _NONE
    return (frozenset(item.config) - found.arguments - _rewritten(case, item)) | _refused_values(case, item, found)


def _refused_values(case: Case, item: KerasObject, found: BuiltIn) -> frozenset[str]:
    """The keys whose values Keras 3 refuses, though its class takes the keys."""
    if not case.into_keras_3 or case.keras is None:
        return _NONE
    if found.kind is ObjectKind.LOSS and item.config.get("reduction") == "auto":
        return frozenset({"reduction"})  # ``standardize_reduction`` of ``keras/src/losses/loss.py``
    if item.class_name == "RandomShear":  # it writes symmetric factors as a range, and takes none below zero
        return frozenset(key for key in _SHEARS if _begins_below_zero(item.config.get(key)))
    if item.class_name == "BatchNormalization" and isinstance(item.config.get("axis"), Sequence):
        return frozenset({"axis"}) - _rewritten(case, item)
    if found.kind is ObjectKind.LAYER and case.is_hdf5 and case.keras >= _FIRST_TAKING_FUNCTIONS:
        return frozenset(
            key
            for key, value in item.config.items()
            if key != "name" and isinstance(value, str) and value in _FUNCTIONS
        )
    return _NONE


def _begins_below_zero(factor: object) -> bool:
    match factor:
        case (int() | float() as lower, *_):
            return lower < 0
    return False


def _refused_by_addons(case: Case, item: KerasObject) -> frozenset[str]:
    release = usable_addons(case)
    accepted = None if release is None else addons_arguments(item.identity, release)
    return _NONE if accepted is None else frozenset(item.config) - accepted - _OF_EVERY_LAYER


def _rewritten(case: Case, item: KerasObject) -> frozenset[str]:
    legacy = case.into_keras_3 and case.artifact.format is Format.HDF5_MODEL
    if not legacy or item.slot != "layers" or item.module is not None:
        return _NONE
    return _REWRITTEN | (_REWRITTEN_OF_LAMBDA if item.class_name == "Lambda" else _NONE)
