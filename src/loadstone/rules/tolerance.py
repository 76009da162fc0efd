"""What an unresolved object does to a load: not every loader looks everything up, and some shrug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.finding import Blocks
from loadstone.knowledge import ObjectKind
from loadstone.rules.case import FIRST_REVIVING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loadstone.artifact import Json, KerasObject
    from loadstone.rules.case import Case


def blocks_of(case: Case, missing: Iterable[KerasObject]) -> Blocks:
    """Which call fails because these uses of an object are not found."""
    worst = Blocks.NOTHING
    for use in missing:
        blocks = _one(case, use)
        if blocks is Blocks.LOADING:
            return blocks
        if blocks is Blocks.COMPILING:
            worst = blocks
    return worst


def _one(case: Case, use: KerasObject) -> Blocks:
    if case.is_saved_model:
        return _in_saved_model(case, use)
    if not use.in_training:
        return Blocks.LOADING
    return Blocks.COMPILING if not _shrugged_off(case, use) else Blocks.NOTHING


def _in_saved_model(case: Case, use: KerasObject) -> Blocks:
    """A SavedModel brings its own functions: what has no class is revived from them, with two exceptions.

    Recurrent layers cannot be revived without their cell's class, nor what it was compiled with without theirs
    (``_try_build_layer`` and ``revive_custom_object`` of ``keras/saving/saved_model/load.py``).
    """
    tensorflow = case.environment.tensorflow
    if case.into_keras_3 or (tensorflow is not None and tensorflow < FIRST_REVIVING):
        return Blocks.NOTHING  # refused as a whole, by another rule; or never asked for its class
    if use.slot in {"cell", "cells"}:
        return Blocks.LOADING
    if use.in_training and use.slot in {"fn", "loss", "metrics", "optimizer", "weighted_metrics"}:
        return Blocks.COMPILING
    return Blocks.NOTHING


def _shrugged_off(case: Case, use: KerasObject) -> bool:
    """Whether Keras 3 compiles a model from ``.h5`` with something it did not find.

    Its ``deserialize`` returns an unknown name as it stands. For a lone optimizer or loss the configuration's ``name``
    is then looked up instead; lists and mappings are not looked at again until the model is first trained
    (``keras/src/legacy/saving/saving_utils.py``, ``keras/src/saving/serialization_lib.py`` of 3.15).
    """
    if not (case.into_keras_3 and case.is_hdf5):
        return False
    if use.slot in {"metrics", "weighted_metrics"}:
        return True
    if use.slot == "loss" and not use.at.path.endswith("/loss"):
        return True
    name = _configured_name(use.config)
    kind = ObjectKind.OPTIMIZER if use.slot == "optimizer" else ObjectKind.LOSS
    return name is not None and case.built_in(name, kind) is not None


def _configured_name(config: Mapping[str, Json]) -> str | None:
    name = config.get("name")
    return name if isinstance(name, str) else None
