"""Which stored settings a loader's class refuses, after what the loader itself rewrites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Format
from loadstone.knowledge import ObjectKind, addons_arguments
from loadstone.rules.lookup import Found, look_up, own, usable_addons

if TYPE_CHECKING:
    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

_NONE: frozenset[str] = frozenset()

#: Dropped or renamed by Keras 3 before it asks the class of a layer that has no ``module``
#: (``model_from_config`` of ``keras/src/legacy/saving/saving_utils.py``, 3.0 to 3.15).
_REWRITTEN = frozenset({"batch_input_shape", "axis"})
_REWRITTEN_OF_LAMBDA = frozenset({"module", "function_type", "output_shape_type", "output_shape_module"})

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


def _refused_by_keras(case: Case, item: KerasObject) -> frozenset[str]:
    found = own(case, item)
    if found is None or found.open_ended or found.kind in _GRAPHS:
        return _NONE
    return frozenset(item.config) - found.arguments - _rewritten(case, item)


def _refused_by_addons(case: Case, item: KerasObject) -> frozenset[str]:
    release = usable_addons(case)
    accepted = None if release is None else addons_arguments(item.identity, release)
    return _NONE if accepted is None else frozenset(item.config) - accepted - _OF_EVERY_LAYER


def _rewritten(case: Case, item: KerasObject) -> frozenset[str]:
    legacy = case.into_keras_3 and case.artifact.format is Format.HDF5_MODEL
    if not legacy or item.slot != "layers" or item.module is not None:
        return _NONE
    return _REWRITTEN | (_REWRITTEN_OF_LAMBDA if item.class_name == "Lambda" else _NONE)
